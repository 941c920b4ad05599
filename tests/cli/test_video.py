"""`skymask video`, from the command line to the file, with a tiny model."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from rich.console import Console

import skymask
from skymask.cli import main
from skymask.cli.run_video import _progress
from skymask.video.open_source import open_source
from tests.support.locked import both_pathlibs, lock
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import (
    VARIABLE_MS,
    frame_bytes,
    make_clip,
    no_thread_left,
    picture,
    picture_number,
    read_clip,
    times_ms,
    truncate,
)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "in.mp4", times_ms=VARIABLE_MS, audio="aac")


@pytest.fixture
def model(tiny_model: Path) -> list[str]:
    return ["--model", str(tiny_model)]


def test_from_file_to_file(clip: Path, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, report = tmp_path / "out.mp4", tmp_path / "r.json"
    with no_thread_left():
        assert main(["video", str(clip), "-o", str(output), "--report", str(report), *model]) == 0
    assert times_ms(output) == VARIABLE_MS
    assert read_clip(output)[0][1].shape == (64, 192, 3)
    with av.open(str(output)) as container:
        assert len(container.streams.audio) == 1
    out, err = capsys.readouterr()
    assert out.startswith("in: 10 frames in ")
    assert out.endswith(f"frames/s, written to {output}\n")
    assert err == "", "stderr is quiet when it is not a terminal"
    read = json.loads(report.read_text())
    assert read["frames"] == 10
    assert read["seconds"] > 0
    assert read["fps"] == pytest.approx(10 / read["seconds"], rel=0.1)
    assert set(read["stages_ms"]) == {"decode", "infer", "smooth", "composite", "encode"}
    assert all(set(stage) == {"p50", "p95"} for stage in read["stages_ms"].values())
    assert read["source"] == str(clip)
    assert "realtime" not in read
    assert read["size_hw"] == [64, 96]
    assert read["model"] == "tiny 0.0.1"
    assert read["engine"].startswith("onnxruntime ")
    assert (read["live"], read["dropped"], read["smooth"]) == (False, 0, True)
    assert read["sky"]["mean_share"] == pytest.approx(0.5, abs=0.02)
    assert read["sky"]["frames_without_sky"] == read["sky"]["frames_all_sky"] == 0
    assert 0.9 < read["sky"]["lowest_confidence"] <= read["sky"]["mean_confidence"] <= 1


def test_options_reach_their_place(clip: Path, model: list[str], tmp_path: Path) -> None:
    output = tmp_path / "out.mkv"
    arguments = ["-o", str(output), "--view", "mask", "--size", "80x60", "--fps", "4", "--max-frames", "3"]
    assert main(["video", str(clip), *arguments, *model]) == 0
    assert times_ms(output) == [0, 400, 1000]
    image = read_clip(output)[0][1]
    assert image.shape == (60, 80, 3)
    assert image[10].min() > 245
    assert image[50].max() < 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no colons in names")
def test_names_that_look_like_a_protocol(
    clip: Path, model: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clip.rename("2024-05-01T12:30:00.mp4")
    assert main(["video", "2024-05-01T12:30:00.mp4", "-o", "file:sky.mp4", *model]) == 0
    assert times_ms(tmp_path / "file:sky.mp4") == VARIABLE_MS
    with av.open(str(tmp_path / "file:sky.mp4")) as container:
        assert len(container.streams.audio) == 1


def test_the_progress_bar_shows_names_as_they_are() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    with _progress(console) as progress:
        progress.add_task("[hd] clip", total=2)
    assert isinstance(console.file, io.StringIO)
    assert "[hd] clip" in console.file.getvalue()


def test_a_report_alone_is_a_purpose(clip: Path, model: list[str], tmp_path: Path) -> None:
    assert main(["video", str(clip), "--no-smooth", "--report", str(tmp_path / "r.json"), *model]) == 0
    read = json.loads((tmp_path / "r.json").read_text())
    assert set(read["stages_ms"]) == {"decode", "infer"}
    assert not read["smooth"]


def test_in_real_time_a_file_is_played_as_if_it_were_live(
    clip: Path, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many frames are inferred, and on a busy machine dropped, depends on the machine."""
    output, report = tmp_path / "out.mp4", tmp_path / "r.json"
    with no_thread_left():
        assert main(["video", str(clip), "--realtime", "-o", str(output), "--report", str(report), *model]) == 0
    read = json.loads(report.read_text())
    written = times_ms(output)
    assert written[0] == 0
    assert written == sorted(set(written) & set(VARIABLE_MS))
    assert read["seconds"] >= 2, "it has been played at its own speed"
    assert read["live"]
    assert read["frames"] == read["realtime"]["shown"] == len(written) == len(VARIABLE_MS) - read["dropped"]
    assert list(read["stages_ms"]) == ["decode", "infer", "smooth", "wait", "carry", "composite", "encode"]
    assert list(read["realtime"]) == ["shown", "inferred", "frame_age_ms", "mask_age_ms"]
    assert 1 <= read["realtime"]["inferred"] <= read["frames"]
    assert read["realtime"]["frame_age_ms"]["p50"] > 0
    assert read["realtime"]["mask_age_ms"]["p95"] >= read["realtime"]["mask_age_ms"]["p50"] >= 0
    assert f"{read['realtime']['inferred']} of them inferred" in capsys.readouterr().out


def test_a_trace_is_written_also_of_a_run_that_breaks_off(clip: Path, model: list[str], tmp_path: Path) -> None:
    trace = tmp_path / "t.json"
    assert main(["video", str(clip), "-o", str(tmp_path / "o.mp4"), "--trace", str(trace), *model]) == 0
    assert len(json.loads(trace.read_text())["traceEvents"]) >= 5 * len(VARIABLE_MS)
    cut = make_clip(tmp_path / "cut.mp4", options={"movflags": "faststart"})
    cut.write_bytes(cut.read_bytes()[: frame_bytes(cut, 6).start + 1])
    trace.unlink()
    assert main(["video", str(cut), "-o", str(tmp_path / "o.mp4"), "--trace", str(trace), *model]) == 1
    assert json.loads(trace.read_text())["traceEvents"]


def test_a_trace_that_cannot_be_written(
    clip: Path, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["video", str(clip), "-o", str(tmp_path / "o.mp4"), "--trace", str(tmp_path / "no" / "t.json"), *model]
    assert main(arguments) == 1
    assert "t.json cannot be written: no such folder" in capsys.readouterr().err
    assert not (tmp_path / "o.mp4").exists()


def test_images_and_odd_sizes(model: list[str], tmp_path: Path) -> None:
    images = tmp_path / "shots"
    images.mkdir()
    for number in range(3):
        PIL.Image.fromarray(picture((33, 47), number)).save(images / f"{number}.png")
    assert main(["video", str(images / "%d.png"), "-o", str(tmp_path / "o.mp4"), "--view", "overlay", *model]) == 0
    assert [image.shape for _, image in read_clip(tmp_path / "o.mp4")] == [(34, 48, 3)] * 3


def frames_of(source: str) -> list[np.ndarray]:
    with closing(open_source(source)) as opened:
        return [frame.image for frame in opened.frames()]


def read_images(folder: Path) -> list[np.ndarray]:
    """The images of a folder, which must be numbered from 1."""
    files = [folder / f"{number:06d}.png" for number in range(1, 1 + len(list(folder.iterdir())))]
    return [np.asarray(PIL.Image.open(file)) for file in files]


@pytest.mark.parametrize("size_hw", [(64, 96), (33, 47)])
def test_a_mask_for_every_frame_is_exactly_what_the_model_says(
    size_hw: tuple[int, int], tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "in.mkv", times_ms=VARIABLE_MS, size_hw=size_hw, codec="ffv1", audio="aac", noisy=True)
    pattern = tmp_path / "masks" / "%06d.png"
    arguments = ["-o", str(pattern), "--view", "mask", "--no-smooth", "--model", str(tiny_model)]
    with no_thread_left():
        assert main(["video", str(clip), *arguments]) == 0
    with skymask.load(str(tiny_model)) as sky:
        expected = [sky(image) for image in frames_of(str(clip))]
    assert np.unique(expected).size > 100
    assert all(np.array_equal(a, b) for a, b in zip(read_images(tmp_path / "masks"), expected, strict=True))
    out, err = capsys.readouterr()
    assert out.startswith("in: 10 frames in ")
    assert out.endswith(f"frames/s, written to {pattern}\n")
    assert err == "", "nothing is said of the sound"


def test_options_reach_an_image_sequence(clip: Path, model: list[str], tmp_path: Path) -> None:
    arguments = ["--view", "cutout", "--size", "80x60", "--fps", "4", "--max-frames", "3"]
    report = tmp_path / "r.json"
    output = tmp_path / "cutouts" / "%06d.png"
    assert main(["video", str(clip), "-o", str(output), *arguments, "--report", str(report), *model]) == 0
    images = read_images(tmp_path / "cutouts")
    assert [image.shape for image in images] == [(60, 80, 4)] * 3
    assert [picture_number(image[..., :3]) for image in images] == [0, 3, 5], "of 0, 400 and 1000 ms"
    assert set(json.loads(report.read_text())["stages_ms"]) == {"decode", "infer", "smooth", "composite", "encode"}


def test_images_become_images(model: list[str], tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    for number in range(8, 11):
        PIL.Image.fromarray(picture((33, 47), number)).save(shots / f"{number}.png")
    arguments = ["video", str(shots / "%d.png"), "-o", str(tmp_path / "sky" / "%06d.png"), "--view", "cutout"]
    assert main([*arguments, *model]) == 0
    colours = [image[..., :3] for image in read_images(tmp_path / "sky")]
    assert all(np.array_equal(colours[index], picture((33, 47), index + 8)) for index in range(3))


def test_in_real_time_the_images_are_the_frames_that_were_shown(
    clip: Path, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["video", str(clip), "--realtime", "-o", str(tmp_path / "live" / "%06d.png"), *model]) == 0
    count = len(read_images(tmp_path / "live"))
    assert capsys.readouterr().out.startswith(f"in: {count} frames in ")


def test_a_second_run_is_refused_before_it_mixes_two(
    clip: Path, model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["video", str(clip), "-o", str(tmp_path / "masks" / "%06d.png"), "--view", "mask", *model]
    assert main([*arguments, "--max-frames", "2"]) == 0
    before = [image.stat().st_mtime_ns for image in sorted((tmp_path / "masks").iterdir())]
    assert main(arguments) == 2
    assert "000001.png exists already" in capsys.readouterr().err
    assert [image.stat().st_mtime_ns for image in sorted((tmp_path / "masks").iterdir())] == before


def test_very_wide_frames(model: list[str], tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mkv", size_hw=(64, 8192), codec="ffv1", times_ms=[0, 100])
    assert main(["video", str(clip), "-o", str(tmp_path / "out.mp4"), *model]) == 0
    assert read_clip(tmp_path / "out.mp4")[0][1].shape == (64, 16384, 3)


def test_a_truncated_file_leaves_the_frames_up_to_the_break(
    model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "in.mp4", options={"movflags": "faststart"})
    clip.write_bytes(clip.read_bytes()[: frame_bytes(clip, 6).start + 1])
    output, report = tmp_path / "out.mp4", tmp_path / "r.json"
    with no_thread_left():
        assert main(["video", str(clip), "-o", str(output), "--report", str(report), *model]) == 1
    assert times_ms(output) == [0, 100, 200, 300, 400, 500]
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{output} has the 6 frames up to there." in err
    assert "in.mp4 breaks off after frame 6 (0.50 s of 1.00 s)" in err
    assert json.loads(report.read_text())["frames"] == 6


def test_a_truncated_file_leaves_the_images_up_to_the_break(
    model: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = make_clip(tmp_path / "in.mp4", options={"movflags": "faststart"})
    clip.write_bytes(clip.read_bytes()[: frame_bytes(clip, 6).start + 1])
    pattern = tmp_path / "masks" / "%06d.png"
    with no_thread_left():
        assert main(["video", str(clip), "-o", str(pattern), "--view", "mask", *model]) == 1
    assert len(read_images(tmp_path / "masks")) == 6
    assert f"{pattern} has the 6 frames up to there." in capsys.readouterr().err


def test_nothing_is_claimed_of_a_file_that_could_not_be_written(
    clip: Path, model: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def replace(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", replace)
    assert main(["video", str(clip), "-o", str(tmp_path / "out.mp4"), *model]) == 1
    err = capsys.readouterr().err
    assert "out.mp4 cannot be written: No space left on device" in err
    assert "up to there" not in err
    assert list(tmp_path.iterdir()) == [clip]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("options", "number", "code"),
    [([], "SIGINT", 130), (["--realtime"], "SIGINT", 130), ([], "SIGTERM", 143), ([], "SIGHUP", 129)],
)
def test_ctrl_c_and_its_like_leave_a_file_that_plays(
    options: list[str], number: str, code: int, model: list[str], tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=range(0, 80_000, 100), noisy=True)
    output = tmp_path / "out.mp4"
    script = "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL)"  # the tests may run under nohup
    script += "; from skymask.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "video", str(clip), "-o", str(output), "--size", "640x480", *options, *model],
        stderr=subprocess.PIPE,
        text=True,
    )
    end_s = time.monotonic() + TIMEOUT_S
    while not any(file.stat().st_size > 0 for file in tmp_path.glob(".out.*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end_s
        time.sleep(0.02)
    process.send_signal(signal.Signals[number])
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == code
    written = times_ms(output)
    if options:  # then a busy machine may drop frames
        assert written == sorted(set(written) & set(range(0, 80_000, 100)))
    else:
        assert written == list(range(0, 100 * len(written), 100))
    assert 0 < len(written) < 800
    assert f"has the {len(written)} frames up to there" in err
    assert "Traceback" not in err
    assert not list(tmp_path.glob(".out.*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_whole_images(model: list[str], tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=range(0, 80_000, 100), noisy=True)
    pattern = tmp_path / "frames" / "%06d.png"
    process = subprocess.Popen(
        [sys.executable, "-m", "skymask", "video", str(clip), "-o", str(pattern), "--size", "640x480", *model],
        stderr=subprocess.PIPE,
        text=True,
    )
    end_s = time.monotonic() + TIMEOUT_S
    while not (tmp_path / "frames" / "000002.png").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end_s
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    images = read_images(tmp_path / "frames")
    assert {image.shape for image in images} == {(480, 1280, 3)}
    assert 2 <= len(images) < 800
    assert f"{pattern} has the {len(images)} frames up to there." in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["in.mp4"], 2, "give -o FILE.mp4 to write it, --show to see it, or --report"),
        (["missing.mp4", "-o", "o.mp4"], 2, "no file missing.mp4"),
        (["empty.mp4", "-o", "o.mp4"], 2, "empty.mp4 is empty"),
        (["text.mp4", "-o", "o.mp4"], 2, "text.mp4 is not a video"),
        (["noindex.mp4", "-o", "o.mp4"], 1, "damaged or incomplete"),
        (["sound.mp4", "-o", "o.mp4"], 2, "no video stream"),
        (["1x1.mkv", "-o", "o.mp4"], 2, "1x1 (width x height)"),
        (["31x31.mkv", "-o", "o.mp4"], 2, "--size"),
        (["folder", "-o", "o.mp4"], 2, "holds no images"),
        (["97", "-o", "o.mp4"], 2, "amera"),
        (["rtsp://127.0.0.1:1/s", "-o", "o.mp4"], 2, "cannot be opened"),
        (["in.mp4", "-o", "folder"], 2, "folder is a folder"),
        (["in.mp4", "-o", "folder"], 2, "for an image a frame, folder/%06d.png."),
        (["in.mp4", "-o", "o.avi"], 2, "the ending '.avi'"),
        (["in.mp4", "-o", "%d.jpg"], 2, "a sequence of images as %06d.png"),
        (["in.mp4", "-o", "o.png"], 2, "one number in its name"),
        (["in.mp4", "-o", "in.mp4/%d.png"], 1, "in.mp4 is a file; the images need a folder"),
        (["in.mp4", "-o", "masks/%d.png", "--model", "fsat"], 2, "fast"),
        (["in.mp4", "-o", "nowhere/o.mp4"], 1, "nowhere/o.mp4 cannot be written"),
        (["in.mp4", "-o", "in.mp4"], 2, "The output in.mp4 is the source itself"),
        (["in.mp4", "--report", "folder/../in.mp4"], 2, "The report folder/../in.mp4 is the source itself"),
        (["in.mp4", "--report", "r.json", "--trace", "in.mp4"], 2, "The trace in.mp4 is the source itself"),
        (["in.mp4", "-o", "o.mp4", "--report", "./o.mp4"], 2, "The report o.mp4 is the output as well"),
        (["in.mp4", "--report", "x.json", "--trace", "folder/../x.json"], 2, "x.json is the report as well"),
        (["shots", "--report", "shots/1.png"], 2, "The report shots/1.png is an image of the source, which it would"),
        (["shots/%d.png", "--trace", "shots/2.png", "--report", "r.json"], 2, "The trace shots/2.png is an image of"),
        (["shots/*.png", "--report", "folder/../shots/2.png"], 2, "shots/2.png is an image of the source"),
        (["in.mp4", "--report", "own.onnx", "--model", "own.onnx"], 2, "The report own.onnx is the model, which it"),
        (["in.mp4", "--report", "own.onnx", "--model", "folder/../own.onnx"], 2, "The report own.onnx is the model"),
        (["in.mp4", "-o", "folder/%d.png", "--report", "folder/7.png"], 2, "folder/7.png is an image of the output"),
        (["in.mp4", "--report", "nowhere/r.json"], 1, "no such folder"),
        (["in.mp4", "--report", "folder"], 1, "it is a folder"),
        (["in.mp4", "-o", "o.mp4", "--size", "640"], 2, "WIDTHxHEIGHT"),
        (["in.mp4", "-o", "o.mp4", "--size", "16x16"], 2, "16x16"),
        (["in.mp4", "--report", "r.json", "--size", "40000x40000"], 2, "frames of 40000x40000 (width x height)"),
        (
            ["in.mp4", "--report", "r.json", "--size", "32x9000000"],
            2,
            "those of a video have at most about 16000x16000",
        ),
        (["a" * 300, "--report", "r.json"], 2, "aaa cannot be reached: File name too long"),
        (["in.mp4", "--report", "r.json", "--model", "a" * 300], 2, "Unknown model 'aaa"),
        (["in.mp4", "--report", "a" * 300], 1, "aaa cannot be reached: File name too long"),
        (["in.mp4", "-o", "a" * 300 + ".mp4"], 1, "a.mp4 cannot be reached: File name too long"),
        (["in.mp4", "-o", "a" * 300 + "/%d.png"], 1, "%d.png cannot be reached: File name too long"),
        (["in.mp4", "-o", "o.mp4", "--fps", "0"], 2, "above 0"),
        (["in.mp4", "-o", "o.mp4", "--max-frames", "0"], 2, "--max-frames must be at least 1"),
        (["in.mp4", "-o", "o.mp4", "--view", "overly"], 2, "overlay"),
        (["in.mp4", "-o", "o.mp4", "--engine", "onnxruntme"], 2, "Did you mean 'onnxruntime'?"),
        (["in.mp4", "-o", "o.mp4", "--model", "fsat"], 2, "fast"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_told_plainly_and_leaves_nothing_behind(
    arguments: list[str],
    code: int,
    said: str,
    model: list[str],
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "in.mp4")
    truncate(make_clip(tmp_path / "noindex.mp4"), 0.5)
    make_clip(tmp_path / "1x1.mkv", size_hw=(1, 1), codec="ffv1")
    make_clip(tmp_path / "31x31.mkv", size_hw=(31, 31), codec="ffv1")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("This is not a film.\n" * 20)
    (tmp_path / "folder").mkdir()
    (tmp_path / "shots").mkdir()
    for number in (1, 2):
        PIL.Image.fromarray(picture()).save(tmp_path / "shots" / f"{number}.png")
    shutil.copy(tiny_model, "own.onnx")
    with av.open("sound.mp4", "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        silence.sample_rate = 48_000
        container.mux([*stream.encode(silence), *stream.encode(None)])
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}
    with no_thread_left():
        assert main(["video", *arguments, *([] if "--model" in arguments else model)]) == code
    err = capsys.readouterr().err
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")} == before


@both_pathlibs
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["locked/in.mp4", "--report", "r.json"], 2),
        (["locked/%d.png", "--report", "r.json"], 2),
        (["in.mp4", "--report", "locked/r.json"], 1),
        (["in.mp4", "-o", "locked/o.mp4"], 1),
        (["in.mp4", "-o", "locked/masks/%d.png"], 1),
    ],
    ids=str,
)
def test_a_folder_that_may_not_be_entered(
    arguments: list[str],
    code: int,
    quiet: bool,
    model: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "in.mp4")
    (tmp_path / "locked").mkdir()
    lock(monkeypatch, "locked", quiet)
    assert main(["video", *arguments, *model]) == code
    assert "cannot be reached: Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "IN.mp4"], "is the source itself"),
        (["-o", "o.mp4", "--report", "O.mp4"], "is the output as well"),
        (["-o", "Frames/A%d.png", "--report", "frames/a1.png"], "is an image of the output"),
    ],
)
def test_on_macos_case_makes_no_other_file(
    arguments: list[str],
    said: str,
    model: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "frames").mkdir()
    make_clip(tmp_path / "in.mp4")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["video", "in.mp4", *arguments, *model]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such links and pipes")
def test_reports_go_through_links_and_pipes(clip: Path, model: list[str], tmp_path: Path) -> None:
    link, pipe = tmp_path / "source.json", tmp_path / "pipe"
    link.symlink_to(clip)
    assert main(["video", str(clip), "--report", str(link), *model]) == 2
    assert times_ms(clip) == VARIABLE_MS, "the source is as it was"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        assert main(["video", str(clip), "--report", str(pipe), *model]) == 0
        assert json.loads(read.result())["frames"] == len(VARIABLE_MS)
    assert pipe.is_fifo()


def test_show_without_a_display_says_what_to_do(
    clip: Path, model: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cv2")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert main(["video", str(clip), "--show", *model]) == 2
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in capsys.readouterr().err


def test_help_shows_examples_and_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["video", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "skymask video holiday.mp4 --show" in shown
    assert "q or Esc quits" in shown
