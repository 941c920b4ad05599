"""What a run starts from, where it is not another run's checkpoint (see test_loop.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import skymask
from skymask.errors import ConfigError, ModelError
from skymask.export.graph import SkyGraph
from skymask.models import build
from skymask.models.accurate import Accurate
from skymask.training.checkpoint import save_weights
from skymask.training.corrections import read_training_samples
from skymask.training.start import start_network
from tests.support.datasets import write_dataset
from tests.support.scenes import scene
from tests.support.tiny_training import tiny_config


@pytest.mark.parametrize(
    ("name", "init", "looks_at"),
    [("fast", "fast", (256, 320)), ("accurate", "fast", (256, 320)), ("accurate", "accurate", (384, 480))],
)
def test_it_starts_as_good_as_the_shipped_model(
    name: str, init: str, looks_at: tuple[int, int], tmp_path: Path
) -> None:
    config = tiny_config(write_dataset(tmp_path), network=name, init=init)
    network = start_network(config, read_training_samples(config.data.train, None))
    frame = scene(718, (256, 320), "water").image
    with skymask.load(init, threads=1) as sky, torch.no_grad():
        expected = torch.tensor(sky(frame)).float()
        alpha = SkyGraph(network, looks_at).eval()(torch.tensor(frame)[None])[0].float()
    assert float((alpha - expected).abs().mean()) < 0.1


def test_an_exported_file_of_another_network_is_refused(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="unet", init="fast")
    with pytest.raises(ModelError, match="does not hold the network that the configuration names"):
        start_network(config, read_training_samples(config.data.train, None))


def test_imagenet_weights_and_a_model_to_begin_with_exclude_each_other(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="fast", init="fast", pretrained=True)
    with pytest.raises(ConfigError, match="pretrained = false"):
        start_network(config, [])


def test_two_looks_need_a_model_to_begin_with(tmp_path: Path) -> None:
    """The first one is never trained: fresh, it would spoil the mean for good."""
    with pytest.raises(ConfigError, match="begins with a trained first look: set init"):
        start_network(tiny_config(write_dataset(tmp_path), network="accurate"), [])


def test_two_looks_begin_with_a_checkpoint_of_fast(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="fast")
    fast = build("fast")
    save_weights(tmp_path / "fast.safetensors", fast.state_dict(), config, {})
    network = start_network(
        config.model_copy(update={"network": "accurate", "init": tmp_path / "fast.safetensors"}), []
    )
    assert isinstance(network, Accurate)
    for look in (network.first, network.second):
        assert all(torch.equal(look.state_dict()[key], tensor) for key, tensor in fast.state_dict().items())


def test_a_newer_fast_takes_the_place_of_the_first_look(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="accurate")
    old, newer = Accurate(), build("fast")
    save_weights(tmp_path / "old.safetensors", old.state_dict(), config, {})
    save_weights(tmp_path / "newer.safetensors", newer.state_dict(), config.model_copy(update={"network": "fast"}), {})
    inputs = {"init": tmp_path / "old.safetensors", "first_look": tmp_path / "newer.safetensors"}
    weights = start_network(config.model_copy(update=inputs), []).state_dict()
    assert all(torch.equal(weights["first." + key], tensor) for key, tensor in newer.state_dict().items())
    assert all(
        torch.equal(weights[key], tensor) for key, tensor in old.state_dict().items() if key.startswith("second.")
    )


def test_a_first_look_of_another_network_is_refused(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="accurate", init="fast", first_look="accurate")
    with pytest.raises(ConfigError, match="accurate holds the network 'accurate', not 'fast'"):
        start_network(config, read_training_samples(config.data.train, None))


@pytest.mark.parametrize("inputs", [{"network": "fast", "init": "fast"}, {"network": "accurate"}])
def test_only_two_looks_with_weights_have_a_first_one_to_replace(inputs: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="first_look"):
        tiny_config(write_dataset(tmp_path), first_look="fast", **inputs)
