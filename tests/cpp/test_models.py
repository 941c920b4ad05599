"""--model: names of the shipped models, and paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from skymask.weights import SHIPPED_MODELS
from tests.cpp.programs import run
from tests.video.clips import picture


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(picture()).save(path)
    return path


@pytest.mark.parametrize("name", SHIPPED_MODELS)
def test_a_shipped_model_goes_by_its_name(name: str, photo: Path, tmp_path: Path) -> None:
    done = run("skymask-image", photo, "-o", "mask.png", "--model", name, cwd=tmp_path)
    assert done.code == 0, done.err
    assert f"({name} " in done.out


def test_the_shipped_models_are_listed() -> None:
    listed = run("skymask-image", "--help").out
    assert ", ".join(sorted(SHIPPED_MODELS)) in " ".join(listed.split())


def test_an_unknown_name_is_answered_with_the_known_ones(photo: Path, tmp_path: Path) -> None:
    done = run("skymask-image", photo, "-o", "mask.png", "--model", "acurate", cwd=tmp_path)
    assert done.code == 2
    assert done.err == (
        "skymask-image: error: Unknown model 'acurate'. Known: accurate, fast, fast-int8. "
        "A model of your own is given by the path of its file, such as ./model.onnx.\n"
    )


@pytest.mark.parametrize("path", ["./accurate", "accurate.onnx", "own"])
def test_what_is_a_path_is_no_name(path: str, photo: Path, tmp_path: Path) -> None:
    if path == "own":
        (tmp_path / path).write_bytes(b"no model")
    done = run("skymask-image", photo, "-o", "mask.png", "--model", path, cwd=tmp_path)
    assert done.code == 2
    assert "Unknown model" not in done.err
    assert path in done.err
