from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skymask.bench.material import Material
from skymask.bench.rows import Choice, Row, check, plan
from skymask.errors import EngineError, InputError, ModelError

CHOICE = Choice(((480, 640), (720, 1280)), ("fast",), ("onnxruntime", "openvino"), (1, 2))


def test_every_size_engine_and_number_of_threads_is_measured() -> None:
    rows = plan(CHOICE)
    inferences = [row for row in rows if row.task == "infer"]
    assert len(inferences) == 2 * 2 * 2
    assert len(set(rows)) == len(rows) == 4 * 8 + 2 * 2
    assert Row("recode", (720, 1280)) in rows
    assert not any(row.task in ("unet-torch", "core", "dense") for row in rows)


def test_baselines_are_measured_at_the_first_size() -> None:
    rows = set(plan(replace(CHOICE, baselines=True))) - set(plan(CHOICE))
    assert {(row.task, row.size_hw, row.threads) for row in rows} == {
        (task, size_hw, threads)
        for task, size_hw in (("unet-torch", (480, 640)), ("unet-onnx", (480, 640)), ("core", None), ("dense", None))
        for threads in (1, 2)
    }


def test_what_is_named_twice_is_measured_once() -> None:
    doubled = Choice(((32, 32), (32, 32)), ("fast", "fast"), ("onnxruntime",), (1,))
    assert plan(doubled) == plan(Choice(((32, 32),), ("fast",), ("onnxruntime",), (1,)))


def test_names_say_what_was_measured() -> None:
    assert Row("infer", (480, 640), "fast", "onnxruntime", 2).name == (
        "inference alone, fast, onnxruntime, 640x480, 2 threads"
    )
    assert Row("unet-torch", (480, 640), None, "torch", 1).name == "U-Net, eager PyTorch, 640x480, 1 thread"
    assert Row("recode", (480, 640)).name == "decode + encode alone, 640x480"
    assert Row("dense", None, "runs/my.onnx", "numpy", 2).name == (
        "matrix product of as many operations, my, numpy, 2 threads"
    )


@pytest.mark.parametrize(
    ("models", "names"),
    [
        (("fast", "runs/my.onnx", "fast"), ["fast", "my"]),
        (("a/model.onnx", "b/model.onnx", "c/my.onnx"), ["a/model.onnx", "b/model.onnx", "my"]),
        (("fast", "runs/fast.onnx"), ["fast", "runs/fast.onnx"]),
    ],
)
def test_models_of_one_file_name_are_told_apart(models: tuple[str, ...], names: list[str]) -> None:
    rows = plan(replace(CHOICE, models=models, baselines=True))
    assert list(dict.fromkeys(row.model_name for row in rows if row.model is not None)) == names
    assert len({row.name for row in rows}) == len(rows)


def test_files_of_models_are_told_apart() -> None:
    material = Material(Path("there"))
    files = {material.core(model).name for model in ("a/model.onnx", "a_model.onnx", "a/model_onnx")}
    assert len(files) == 3
    assert all(len(file) < 60 for file in files)
    assert len(material.core("a" * 300).name) < 60


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"sizes_hw": ((480, 641),)}, InputError, "even each way, as H.264 wants it; got 641x480"),
        ({"sizes_hw": ((30, 640),)}, InputError, "at least 32 pixels each way; got 640x30"),
        ({"rounds": 0}, InputError, "--rounds must be at least 1; got 0"),
        ({"threads": (2, 0)}, InputError, "--threads must be at least 1; got 0"),
        ({"threads": (2, 99_999)}, InputError, "; got 99999"),
        ({"engines": ("openvin",)}, EngineError, "Unknown engine 'openvin'. Did you mean 'openvino'?"),
        ({"models": ("fsat",)}, ModelError, "fast"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    changes: dict[str, object], error: type[Exception], said: str, tiny_model: Path
) -> None:
    choice = replace(CHOICE, **{"models": (str(tiny_model),), **changes})
    with pytest.raises(error) as caught:
        check(choice)
    assert said in str(caught.value)
