"""`skymask info`: versions, engines and the model's card, on a terminal or in a pipe."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

import skymask
from skymask import weights
from skymask.cli import main
from tests.support.locked import both_pathlibs, lock
from tests.support.tiny_model import INFO, write_tiny_model


def test_it_shows_versions_engines_and_the_card(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tiny_model)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for said in (
        f"skymask {skymask.__version__}",
        platform.python_version(),
        "onnxruntime",
        "Model tiny 0.0.1",
        "Apache-2.0",
        "32x32",
        "a model of your own",
        "synthetic   0.500",
    ):
        assert said in out
    assert "\x1b" not in out, "no colours in a pipe"


def test_a_missing_engine_is_shown_with_its_remedy(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.delitem(sys.modules, "skymask.runtime.openvino", raising=False)
    assert main(["info", str(tiny_model)]) == 0
    out = capsys.readouterr().out
    assert "not installed" in out
    assert "skymask[openvino]" in out


@pytest.mark.parametrize(("changed", "said"), [(False, "verified, as released"), (True, "differs from the release")])
def test_the_shipped_model_is_verified(
    changed: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_tiny_model(tmp_path / "fast.onnx")
    fingerprint = "0" * 64 if changed else weights.sha256(file)
    (tmp_path / "SHA256SUMS").write_text(f"{fingerprint}  fast.onnx\n")
    monkeypatch.setattr(weights, "_FOLDER", tmp_path)
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert said in out
    assert f"Model {INFO.name}" in out


def test_versions_are_shown_even_where_the_model_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "none.onnx")]) == 2
    out, err = capsys.readouterr()
    assert "onnxruntime" in out
    assert "There is no model file at" in err


@both_pathlibs
@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("locked/m.onnx", "The model file locked/m.onnx cannot be read: Permission denied."),
        ("a" * 300, "Unknown model 'aaa"),
        ("a" * 300 + ".onnx", "a.onnx cannot be read: File name too long."),
    ],
)
def test_a_model_that_cannot_be_reached(
    model: str, said: str, quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(monkeypatch, "locked", quiet)
    assert main(["info", model]) == 2
    assert said in capsys.readouterr().err
