"""The registry of shipped models."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from skymask import weights
from skymask.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "_FOLDER", tmp_path)
    return tmp_path


def test_a_missing_file_means_a_damaged_installation(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"installation is damaged: .*fast\.onnx is missing"):
        weights.path("fast")


def test_a_missing_fingerprint_means_a_damaged_installation(folder: Path) -> None:
    (folder / "fast.onnx").write_bytes(b"model")
    with pytest.raises(ModelError, match="SHA256SUMS is missing"):
        weights.verify("fast")


def test_a_changed_file_is_noticed(folder: Path) -> None:
    file = folder / "fast.onnx"
    file.write_bytes(b"model")
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(b'model').hexdigest()}  fast.onnx\n")
    assert weights.verify("fast")
    file.write_bytes(b"muddle")
    assert not weights.verify("fast")


@pytest.mark.parametrize("name", weights.SHIPPED_MODELS)
def test_what_is_shipped_is_what_was_released(name: str) -> None:
    assert weights.verify(name)
    assert weights.path(name).stat().st_size <= (24_000_000 if name == "accurate" else 8_000_000)


def test_every_file_that_is_shipped_has_a_name() -> None:
    files = {file.stem for file in Path(weights.__file__).parent.glob("*.onnx")}
    assert files == set(weights.SHIPPED_MODELS)
