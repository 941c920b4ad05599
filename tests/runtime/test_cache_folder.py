"""Compiled models are kept where the platform keeps such files, and nowhere if that cannot be written to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

import skymask
from skymask.errors import EngineError
from skymask.runtime.cache_folder import cache_folder
from tests.support.tiny_model import reference, write_tiny_model

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the variables are those of Linux")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_it_is_made_below_the_users_cache(cache: Path) -> None:
    assert cache_folder("openvino") == cache / "skymask" / "openvino"
    assert (cache / "skymask" / "openvino").is_dir()


@pytest.mark.parametrize("value", ["", "relative/folder"])
def test_without_a_variable_it_is_in_the_home(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder("x") == tmp_path / ".cache" / "skymask" / "x"


def test_a_folder_that_cannot_be_made_is_none(cache: Path) -> None:
    cache.write_text("a file in its place", encoding="utf-8")
    assert cache_folder("openvino") is None


def test_a_folder_that_cannot_be_written_to_is_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cache_folder("openvino") is None


def test_openvino_keeps_what_it_compiled_and_reads_it_again(cache: Path, tiny_model: Path) -> None:
    pytest.importorskip("openvino")
    frame = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    kept: list[dict[Path, int]] = []
    for _ in range(2):
        with skymask.load(tiny_model, engine="openvino") as sky:
            np.testing.assert_array_equal(sky(frame), reference(frame))
        kept.append({path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()})
    assert kept[0]
    assert kept[0] == kept[1]


def test_a_model_changed_in_place_is_compiled_again(cache: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    path = write_tiny_model(tmp_path / "model.onnx")
    frame = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    with skymask.load(path, engine="openvino") as sky:
        np.testing.assert_array_equal(sky(frame), reference(frame))
    before, model = path.stat(), onnx.load(path)
    weights = next(tensor for tensor in model.graph.initializer if tensor.name == "weights")
    weights.CopyFrom(onnx.numpy_helper.from_array(np.array([2.0, 0.0, -2.0], np.float32), "weights"))
    path.write_bytes(model.SerializeToString())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with skymask.load(path, engine="openvino") as sky:
        np.testing.assert_array_equal(sky(frame), reference(frame[..., ::-1]))


def test_openvino_runs_without_a_cache(cache: Path, tiny_model: Path) -> None:
    pytest.importorskip("openvino")
    cache.write_text("a file in its place", encoding="utf-8")
    frame = np.zeros((40, 50, 3), np.uint8)
    with skymask.load(tiny_model, engine="openvino") as sky:
        np.testing.assert_array_equal(sky(frame), reference(frame))


def failing_core(monkeypatch: pytest.MonkeyPatch, *, without_cache: bool) -> list[bool]:
    """Makes OpenVINO fail with its cache, and without it if asked to; returns whether each attempt had the cache."""
    openvino = pytest.importorskip("openvino")
    attempts: list[bool] = []

    class Core:
        available_devices = ("CPU",)

        def compile_model(self, path: str, device: str, properties: dict[str, object]) -> object:
            attempts.append("CACHE_DIR" in properties)
            if attempts[-1]:
                raise RuntimeError("cannot set permissions: No such file or directory [17.blob]")
            if without_cache:
                raise RuntimeError("No such operator")
            return object()

    monkeypatch.setattr(openvino, "Core", Core)
    return attempts


def test_a_failure_with_the_cache_is_tried_again_without_it(
    cache: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = failing_core(monkeypatch, without_cache=False)
    skymask.load(tiny_model, engine="openvino").close()
    assert attempts == [True, False]


def test_a_failure_without_the_cache_is_the_one_that_is_told(
    cache: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = failing_core(monkeypatch, without_cache=True)
    with pytest.raises(EngineError, match=r"OpenVINO refuses .*: No such operator"):
        skymask.load(tiny_model, engine="openvino")
    assert attempts == [True, False]
    cache.joinpath("skymask").rename(cache / "elsewhere")
    cache.joinpath("skymask").write_text("a file in its place")
    with pytest.raises(EngineError, match="No such operator"):
        skymask.load(tiny_model, engine="openvino")
    assert attempts == [True, False, False]
