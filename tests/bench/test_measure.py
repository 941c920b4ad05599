"""Rows are really measured, at a size where nothing takes long; what the numbers are is no test's business."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skymask.bench import bench as room
from skymask.bench import material as materials
from skymask.bench import tasks
from skymask.bench.interleave import LeftOutError
from skymask.bench.material import Material, clip_frames, enlarge, make_material, pan
from skymask.bench.rows import Choice, Row
from skymask.bench.table import table
from skymask.bench.turn import Turn
from skymask.bench.worker import measure_row, prepare_row
from skymask.errors import EngineError, SkymaskError
from tests.support.window import needs_display
from tests.video.clips import read_clip

SIZE_HW = (32, 48)
FRAMES = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(materials, "CLIP_FRAMES", (FRAMES, FRAMES))
        make_material(Material(folder), SIZE_HW)
    return folder


@pytest.fixture
def row(tiny_model: Path) -> Row:
    return Row("infer", SIZE_HW, str(tiny_model), "onnxruntime", 1)


def test_frames_and_clip_are_of_the_size_asked_for(folder: Path) -> None:
    assert np.load(Material(folder).frame(SIZE_HW)).shape == (*SIZE_HW, 3)
    clip = read_clip(Material(folder).clip(SIZE_HW))
    assert len(clip) == FRAMES
    assert clip[0][1].shape == (*SIZE_HW, 3)


def test_clips_take_about_as_long_at_every_size() -> None:
    assert [clip_frames(hw) for hw in ((32, 32), (480, 640), (1080, 1920), (2160, 3840))] == [150, 150, 57, 24]


def test_the_camera_pans_and_its_noise_is_fresh() -> None:
    scene = np.full((4, 20, 3), 100, np.uint8) + np.arange(0, 100, 5, dtype=np.uint8)[:, np.newaxis]
    first, second = pan(scene, 10, 2)
    assert np.abs(second.astype(int) - first - 5 * materials.PAN_PX).max() <= 2 * materials.NOISE
    assert not np.array_equal(first, second - 5 * materials.PAN_PX)
    assert np.array_equal(next(pan(scene, 10, 1)), first), "the same every time"


def test_frames_to_be_scaled_come_half_as_large_again() -> None:
    assert enlarge(np.zeros((32, 48, 3), np.uint8)).shape == (48, 72, 3)


def test_inference_has_a_latency_and_a_cold_start(row: Row, folder: Path) -> None:
    turn = tasks.infer(row, Material(folder), 0.0, time.perf_counter())
    assert turn.frames == 1
    assert turn.p50_ms is not None
    assert turn.cold_start_ms is not None
    assert turn.cold_start_ms > turn.p50_ms


@pytest.mark.parametrize("task", [tasks.file, tasks.recode])
def test_whole_files_are_read_and_written(
    task: Callable[[Row, Material, float, float], Turn], row: Row, folder: Path
) -> None:
    output = Material(folder).output(SIZE_HW)
    output.unlink(missing_ok=True)
    assert task(row, Material(folder), 0.0, 0.0).frames == FRAMES
    assert len(read_clip(output)) == FRAMES


def test_a_row_is_measured_in_a_process_of_its_own(row: Row, folder: Path) -> None:
    turn = measure_row(row, folder, 0.0)
    assert turn.frames == 1
    assert turn.cold_start_ms is not None
    assert sys.platform != "linux" or (turn.peak_mib is not None and turn.peak_mib > 10)


def test_what_fails_in_that_process_names_the_row(row: Row, tmp_path: Path) -> None:
    with pytest.raises(SkymaskError, match=r"Measuring 'inference alone, .*' failed: FileNotFoundError"):
        measure_row(row, tmp_path, 0.0)


def test_without_a_display_the_reason_is_the_display(row: Row, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cv2")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(LeftOutError, match="There is no display to open a window on") as caught:
        measure_row(replace(row, task="show"), folder, 0.0)
    assert "--show" not in str(caught.value), "that is an option of another command"


@needs_display
@pytest.mark.parametrize("task", ["show", "resize-show", "play"])
def test_rows_with_a_display(
    task: Any,
    row: Row,
    folder: Path,
    x_display: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", x_display)
    assert measure_row(replace(row, task=task), folder, 0.0).frames == (FRAMES if task == "play" else 1)


def measured_at_once(row: Row, folder: Path, bout_s: float) -> Turn:
    """Stands in for a process: the rows without a window are measured, the others left out."""
    if row.task in ("show", "resize-show", "play"):
        raise LeftOutError("There is no display.")
    if row.engine == "openvino":
        raise LeftOutError("The engine 'openvino' is not installed.")
    return Turn(3, 30.0, 0.1, p50_ms=10.0, cold_start_ms=123.456789 if row.task == "infer" else None)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "measure_row", measured_at_once)
    monkeypatch.setattr(room, "make_material", lambda material, size_hw: None)


@pytest.mark.usefixtures("quick")
def test_the_result_and_its_table(tiny_model: Path) -> None:
    engines = ("onnxruntime", "openvino")
    ticks = []
    result = room.bench(Choice((SIZE_HW,), (str(tiny_model),), engines, (1,), rounds=2), lambda: ticks.append(1))
    assert [row["task"] for row in result["rows"]] == ["infer", "file", "recode"]
    assert len(ticks) == 2 * (4 * 2 + 2)
    infer = result["rows"][0]
    assert infer["model"] == "tiny", "no folder of this machine in the result"
    assert infer["turns"][0]["cold_start_ms"] == 123.46
    assert len(infer["turns"]) == 2
    assert infer["summary"]["p50_ms"] == {"median": 10.0, "min": 10.0, "max": 10.0}
    assert "p95_ms" not in infer["summary"]
    assert {entry["reason"] for entry in result["left_out"]} == {
        "There is no display.",
        "The engine 'openvino' is not installed.",
    }
    assert [ratio["quantity"] for ratio in result["ratios"]] == ["frames/s"]
    assert set(result) >= {"format", "commit", "machine", "versions", "rounds", "bout_s"}
    text = table(result)
    assert "The engine 'openvino' is not installed." in text
    assert "inference alone" in text


@pytest.mark.usefixtures("quick")
def test_when_nothing_can_be_measured_the_reason_is_the_error(tiny_model: Path) -> None:
    with pytest.raises(EngineError, match="The engine 'openvino' is not installed"):
        room.bench(Choice((SIZE_HW,), (str(tiny_model),), ("openvino",), (1,), rounds=1))


@pytest.mark.usefixtures("quick")
def test_baselines_that_cannot_be_prepared_are_left_out_with_the_product(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(row: Row, folder: Path) -> None:
        raise LeftOutError("torch is not installed")

    monkeypatch.setattr(room, "prepare_row", prepare)
    result = room.bench(Choice((SIZE_HW,), (str(tiny_model),), ("onnxruntime",), (1,), 1, baselines=True))
    unprepared = [entry["name"] for entry in result["left_out"] if entry["reason"] == "torch is not installed"]
    assert [name.split(",")[0] for name in unprepared] == [
        "U-Net",
        "core network alone",
        "matrix product of as many operations",
    ]


def test_a_missing_extra_is_said(row: Row, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onnx.py").write_text("raise ModuleNotFoundError(\"No module named 'onnx'\", name='onnx')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(LeftOutError, match=r"onnx is not installed: pip install 'skymask\[train\]'"):
        prepare_row(Row("core", None, "fast", "onnxruntime", 1), folder)
