from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from skymask.data.synthetic import render
from skymask.errors import ModelError
from skymask.export.fold import fold_sums
from skymask.export.graph import SkyGraph
from skymask.export.onnx import to_onnx
from skymask.models import build
from skymask.models.from_onnx import load_exported
from skymask.models.unet import UNet
from tests.export.test_fold import trained_looking

SIZE = (64, 96)


@pytest.fixture(scope="module")
def original() -> nn.Module:
    torch.manual_seed(0)
    return trained_looking(build("fast"))


@pytest.fixture(scope="module")
def exported(original: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "model.onnx"
    onnx.save(to_onnx(SkyGraph(fold_sums(original), SIZE).eval()), path)
    return path


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    scenes = [render(seed, SIZE).image for seed in range(8)]
    return torch.stack([torch.from_numpy(scene).permute(2, 0, 1).float() for scene in scenes])


def test_the_network_computes_what_the_file_computes(
    original: nn.Module, exported: Path, pictures: torch.Tensor
) -> None:
    again = build("fast")
    load_exported(again, exported, pictures)
    other = pictures.flip(3)  # not what it was calibrated on
    with torch.no_grad():
        expected, found = original(other), again(other)
    assert expected.std() > 0.1
    # Weights are stored as float16.
    torch.testing.assert_close(found, expected, rtol=0.01, atol=0.01 * float(expected.std()))


def test_transposed_convolutions_are_taken_too(tmp_path: Path, pictures: torch.Tensor) -> None:
    torch.manual_seed(0)
    trained = UNet((4, 8, 16))
    nn.init.normal_(trained.head.weight, std=10)  # far enough from nothing to be compared
    trained_looking(trained)
    path = tmp_path / "unet.onnx"
    onnx.save(to_onnx(SkyGraph(fold_sums(trained), SIZE).eval()), path)
    again = UNet((4, 8, 16))
    load_exported(again, path, pictures)
    other = pictures.flip(3)
    with torch.no_grad():
        expected, found = trained(other), again(other)
    for original, taken in zip(trained.grow, again.grow, strict=True):
        torch.testing.assert_close(taken.weight, original.weight, rtol=0.001, atol=1e-4)
        torch.testing.assert_close(taken.bias, original.bias, rtol=0.001, atol=1e-4)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, rtol=0.01, atol=0.01 * float(expected.std()))


def test_it_can_be_trained_on_without_a_jump(exported: Path, pictures: torch.Tensor) -> None:
    network = build("fast")
    load_exported(network, exported, pictures)
    with torch.no_grad():
        settled = network(pictures)
        by_batch = network.train()(pictures)  # normalised by the batch, here the pictures of the calibration
    assert (by_batch - settled).std() < 0.02 * settled.std()


def test_filters_get_the_length_of_fresh_ones(exported: Path, pictures: torch.Tensor) -> None:
    network, fresh = build("fast"), build("fast")
    load_exported(network, exported, pictures)
    found = network.up8.mix[0].weight.flatten(1).norm(dim=1)
    assert found.mean().item() == pytest.approx(fresh.up8.mix[0].weight.flatten(1).norm(dim=1).mean().item(), rel=0.1)


def test_another_network_is_refused(exported: Path, pictures: torch.Tensor) -> None:
    with pytest.raises(ModelError, match="does not hold the network that the configuration names"):
        load_exported(UNet((4, 8)), exported, pictures)


def test_another_width_is_refused(tmp_path: Path, pictures: torch.Tensor) -> None:
    path = tmp_path / "narrow.onnx"
    onnx.save(to_onnx(SkyGraph(UNet((4, 8)).eval(), SIZE).eval()), path)
    with pytest.raises(ModelError, match="has the shape"):
        load_exported(UNet((8, 8)), path, pictures)


def test_what_is_no_onnx_file_is_refused(tmp_path: Path, pictures: torch.Tensor) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("no model")
    with pytest.raises(ModelError, match="not a readable ONNX file"):
        load_exported(build("fast"), path, pictures)
