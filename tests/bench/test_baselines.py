from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from skymask.bench import baselines, torch_baselines
from skymask.bench.material import Material
from skymask.bench.rows import Row
from skymask.errors import ModelError
from skymask.models.unet import UNet
from skymask.runtime import onnxruntime as runtime

SIZE_HW = (32, 48)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """A frame, a narrow U-Net exported for it, and that one's core."""
    material = Material(tmp_path_factory.mktemp("baselines"))
    np.save(material.frame(SIZE_HW), np.full((*SIZE_HW, 3), 90, np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch_baselines, "build", lambda name: UNet((4, 8)))
        torch_baselines.prepare(Row("unet-onnx", SIZE_HW, None, "onnxruntime", 1), material)
    torch_baselines.prepare(Row("core", None, str(material.unet(SIZE_HW)), "onnxruntime", 1), material)
    return material


@pytest.mark.parametrize("task", [torch_baselines.unet_torch, baselines.unet_onnx])
def test_the_unet_is_timed(task: object, material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_baselines, "build", lambda name: UNet((4, 8)))
    turn = task(Row("unet-onnx", SIZE_HW, None, "onnxruntime", 1), material, 0.0, 0.0)  # type: ignore[operator]
    assert turn.frames == 1


def test_operations_are_those_of_the_convolutions(material: Material) -> None:
    """Multiplications per pixel of each layer of a U-Net of two levels, by hand; each goes with an addition."""
    full, half = 32 * 48, 16 * 24
    products = full * 9 * (3 * 4 + 4 * 4 + 8 * 4 + 4 * 4) + half * 9 * (4 * 8 + 8 * 8) + half * 8 * 4 * 4 + full * 4
    core, operations = torch_baselines.cut_core(material.unet(SIZE_HW))
    assert operations == 2 * products
    assert core.graph.input[0].type.tensor_type.shape.dim[1].dim_value == 3


def test_the_core_and_a_product_of_its_size_tell_operations_per_second(material: Material) -> None:
    model = str(material.unet(SIZE_HW))
    core = baselines.core(Row("core", None, model, "onnxruntime", 1), material, 0.0, 0.0)
    dense = baselines.dense(Row("dense", None, model, "numpy", 1), material, 0.0, 0.0)
    for turn in (core, dense):
        assert turn.operations_per_s is not None
        assert turn.p50_ms is not None
    operations = torch_baselines.cut_core(material.unet(SIZE_HW))[1]
    assert core.operations_per_s * core.p50_ms / 1000 == pytest.approx(operations)  # type: ignore[operator]
    assert dense.operations_per_s * dense.p50_ms / 1000 == pytest.approx(operations, rel=0.05)  # type: ignore[operator]


def test_the_core_runs_as_the_engine_runs_models(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the ratio of the two would tell of the difference."""
    asked = []

    def session_options(threads: int) -> object:
        asked.append(threads)
        return runtime.session_options(threads)

    monkeypatch.setattr(baselines, "session_options", session_options)
    baselines.core(Row("core", None, str(material.unet(SIZE_HW)), "onnxruntime", 2), material, 0.0, 0.0)
    assert asked == [2]


def test_a_model_without_a_network_has_no_core(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="no convolution of a known shape"):
        torch_baselines.cut_core(tiny_model)
