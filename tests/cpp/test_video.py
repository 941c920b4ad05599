"""skymask-video as its users run it: files, reports, errors, Ctrl-C."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from skymask.cli import main
from tests.cpp.programs import Done, program, run
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import make_clip, picture, picture_number, read_clip, truncate

if sys.platform == "win32":
    pytest.skip("the programs are not built on Windows", allow_module_level=True)

LONG_MS = range(0, 60_000, 40)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4")


def video(model: Path, *arguments: object) -> Done:
    return run("skymask-video", *arguments, "--model", model)


def is_near(pixel: np.ndarray, colour: tuple[int, ...] | np.ndarray) -> bool:
    return bool(abs(pixel.astype(int) - np.asarray(colour)).max() < 14)


def test_a_file_becomes_original_beside_blue_overlay(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    done = video(tiny_model, clip, "-o", tmp_path / "sky.mp4")
    assert done.code == 0, done.err
    assert done.err == ""
    assert done.out.startswith("clip: 10 frames in ")
    assert done.out.endswith(f"frames/s, written to {tmp_path / 'sky.mp4'}\n")
    frames = read_clip(tmp_path / "sky.mp4")
    assert [round(time_s, 3) for time_s, _ in frames] == [round(0.1 * number, 3) for number in range(10)]
    last = frames[-1][1]
    assert last.shape == (64, 192, 3)
    sky, ground = picture(number=9)[0, 0], picture(number=9)[-1, 0]
    assert is_near(last[10, 20], sky)
    assert is_near(last[50, 20], ground)
    assert is_near(last[50, 120], ground)
    assert is_near(last[10, 120], (sky + np.array([30, 110, 255])) // 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "sky.mp4"], "temporary files are left"


@pytest.mark.parametrize(
    ("view", "sky", "ground"),
    [
        ("mask", (255, 255, 255), (0, 0, 0)),
        ("cutout", (0, 0, 0), (210, 20, 30)),
        ("overlay", (25, 65, 237), (210, 20, 30)),
    ],
)
def test_the_views(view: str, sky: tuple[int, ...], ground: tuple[int, ...], tiny_model: Path, tmp_path: Path) -> None:
    still = make_clip(tmp_path / "still.mp4", still=True)
    assert video(tiny_model, still, "-o", tmp_path / "out.mp4", "--view", view).code == 0
    image = read_clip(tmp_path / "out.mp4")[3][1]
    assert image.shape == (64, 96, 3)
    assert is_near(image[10, 20], sky)
    assert is_near(image[54, 20], ground)


def test_the_report_has_the_keys_of_pythons(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert video(tiny_model, clip, "--report", tmp_path / "cpp.json", "-o", tmp_path / "a.mp4").code == 0
    arguments = [str(clip), "--report", str(tmp_path / "python.json"), "-o", str(tmp_path / "b.mp4"), "--no-smooth"]
    assert main(["video", *arguments, "--model", str(tiny_model)]) == 0
    ours, pythons = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("cpp", "python"))
    assert list(ours) == list(pythons)
    assert list(ours["stages_ms"]) == list(pythons["stages_ms"])
    assert list(ours["sky"]) == list(pythons["sky"])
    same = ("source", "live", "size_hw", "model", "smooth", "frames", "dropped")
    assert {key: ours[key] for key in same} == {key: pythons[key] for key in same}
    assert ours["sky"]["mean_share"] == pytest.approx(pythons["sky"]["mean_share"], abs=0.02)


def test_fewer_frames_keep_the_length(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert video(tiny_model, clip, "-o", tmp_path / "out.mp4", "--fps", 5, "--size", "48x32").code == 0
    frames = read_clip(tmp_path / "out.mp4")
    assert [round(time_s, 2) for time_s, _ in frames] == [0, 0.2, 0.4, 0.6, 0.8]
    assert frames[0][1].shape == (32, 96, 3)


def test_max_frames_and_odd_sides(tiny_model: Path, tmp_path: Path) -> None:
    odd = make_clip(tmp_path / "odd.mkv", size_hw=(65, 97), codec="ffv1")
    done = video(tiny_model, odd, "-o", tmp_path / "out.mkv", "--view", "overlay", "--max-frames", 3)
    assert done.code == 0, done.err
    frames = read_clip(tmp_path / "out.mkv")
    assert len(frames) == 3
    assert frames[0][1].shape == (66, 98, 3)


def test_a_turned_picture_is_upright(tiny_model: Path, tmp_path: Path) -> None:
    turned = make_clip(tmp_path / "turned.mp4", rotation=90)
    assert video(tiny_model, turned, "-o", tmp_path / "out.mp4", "--view", "mask").code == 0
    assert read_clip(tmp_path / "out.mp4")[0][1].shape == (96, 64, 3)


def test_a_file_that_breaks_off_keeps_its_frames(tiny_model: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "cut.mp4", noisy=True, options={"movflags": "faststart"})
    truncate(clip, 0.6)
    done = video(tiny_model, clip, "-o", tmp_path / "out.mp4")
    assert done.code == 1
    assert "breaks off after frame" in done.err
    assert "the file is damaged or incomplete. The frames before that were used." in done.err
    assert 3 <= len(read_clip(tmp_path / "out.mp4")) < 10


def test_names_with_a_colon_are_no_protocols(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    clip.rename(tmp_path / "12:30.mp4")
    arguments = ("12:30.mp4", "-o", "10:20.mp4", "--model", tiny_model)
    done = run("skymask-video", *arguments, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert len(read_clip(tmp_path / "10:20.mp4")) == 10


def test_the_report_of_a_file_whose_name_is_no_utf_8(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    latin = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    try:
        clip.rename(latin)
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    report = tmp_path / "r.json"
    command = [program("skymask-video"), latin, "-o", tmp_path / "out.mp4", "--report", report, "--model", tiny_model]
    done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(report.read_text())["source"].endswith("/caf\N{REPLACEMENT CHARACTER}.mp4")


def test_an_absurd_gap_ends_the_file_before_it(tiny_model: Path, tmp_path: Path) -> None:
    gap = make_clip(tmp_path / "gap.mkv", times_ms=[*range(0, 1000, 100), 36_000_000])
    done = video(tiny_model, gap, "-o", tmp_path / "out.mp4")
    assert done.code == 1
    assert "out.mp4 cannot be written beyond 0.90 s: the next picture comes at 36000.00 s" in done.err
    assert len(read_clip(tmp_path / "out.mp4")) == 10


def test_a_file_whose_time_stamps_opencv_loses_keeps_its_frames_and_its_gap(tiny_model: Path, tmp_path: Path) -> None:
    gap = make_clip(tmp_path / "gap.mkv", times_ms=[0, 40, 80, 120, 4000])
    assert video(tiny_model, gap, "-o", tmp_path / "out.mp4").code == 0
    frames = read_clip(tmp_path / "out.mp4")
    assert frames[-1][0] == pytest.approx(4, abs=1.1)
    assert sorted({picture_number(image[:, :96]) for _, image in frames}) == list(range(5))


FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}


def test_bytes_behind_the_last_box_do_not_make_a_file_incomplete(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    for trailer in (b"\0" * 5, b"a camera's own trailer"):
        clip.write_bytes(clip.read_bytes() + trailer)
        done = video(tiny_model, clip, "-o", tmp_path / "out.mp4")
        assert (done.code, done.err) == (0, "")
        assert len(read_clip(tmp_path / "out.mp4")) == 10


def test_sound_longer_than_the_picture_does_not_make_a_file_incomplete(tiny_model: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", options=FRAGMENTED, audio="aac", times_ms=range(0, 500, 40))
    done = video(tiny_model, clip, "-o", tmp_path / "out.mp4")
    assert (done.code, done.err) == (0, "")


def test_a_fragmented_file_that_breaks_off_is_told(tiny_model: Path, tmp_path: Path) -> None:
    clip = truncate(make_clip(tmp_path / "cut.mp4", noisy=True, options=FRAGMENTED), 0.7)
    done = video(tiny_model, clip, "-o", tmp_path / "out.mp4")
    assert done.code == 1
    assert "the file is damaged or incomplete" in done.err


def test_frames_that_an_edit_list_hides_are_not_missed(tiny_model: Path, tmp_path: Path) -> None:
    trimmed = make_clip(tmp_path / "trimmed.mp4", times_ms=range(-1000, 1000, 100))
    assert len(read_clip(trimmed)) == 10  # of 20 in the file
    done = video(tiny_model, trimmed, "-o", tmp_path / "out.mp4")
    assert done.code == 0, done.err
    assert len(read_clip(tmp_path / "out.mp4")) == 10


QUICK_THEN_SLOW = [*range(-3000, 0, 20), *range(0, 3000, 100)]  # what comes before 0 is hidden by an edit list
SLOW_THEN_QUICK = [*range(-3000, 0, 100), *range(0, 3000, 20)]


@pytest.mark.parametrize("times_ms", [QUICK_THEN_SLOW, SLOW_THEN_QUICK])
def test_a_trimmed_clip_of_variable_frame_rate_is_whole(times_ms: list[int], tiny_model: Path, tmp_path: Path) -> None:
    trimmed = make_clip(tmp_path / "trimmed.mp4", times_ms=times_ms, last_ms=1500)
    shown = sum(time_ms >= 0 for time_ms in times_ms)
    assert len(read_clip(trimmed)) == shown
    done = video(tiny_model, trimmed, "--report", tmp_path / "r.json")
    assert (done.code, done.err) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text())["frames"] == shown


@pytest.mark.parametrize("times_ms", [QUICK_THEN_SLOW, SLOW_THEN_QUICK])
def test_a_trimmed_clip_of_variable_frame_rate_that_breaks_off_is_told(
    times_ms: list[int], tiny_model: Path, tmp_path: Path
) -> None:
    trimmed = make_clip(tmp_path / "cut.mp4", times_ms=times_ms, noisy=True, options={"movflags": "faststart"})
    truncate(trimmed, 0.97)
    done = video(tiny_model, trimmed, "--report", tmp_path / "r.json")
    assert done.code == 1
    assert "the file is damaged or incomplete" in done.err


def test_fragments_behind_an_index_that_opencv_does_not_read_are_told(tiny_model: Path, tmp_path: Path) -> None:
    hybrid = make_clip(tmp_path / "hybrid.mp4", times_ms=range(0, 2000, 40), options={"movflags": "frag_keyframe"})
    done = video(tiny_model, hybrid, "-o", tmp_path / "out.mp4")
    assert done.code == 1
    assert "hybrid.mp4 keeps 45 of its 50 frames in fragments behind its index, and OpenCV stops at them: " in done.err
    assert "Write it anew first ('ffmpeg -i IN -c copy OUT.mp4')" in done.err
    used = len(read_clip(tmp_path / "out.mp4"))
    assert f": {used} frames were used" in done.err
    assert used < 50


def wrong_inputs(folder: Path) -> dict[str, tuple[list[object], int, str]]:
    clip = make_clip(folder / "clip.mp4")
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("no video" * 100)
    no_index = truncate(make_clip(folder / "no_index.mp4", noisy=True), 0.5)
    out = ["-o", folder / "out.mp4"]
    return {
        "missing": ([folder / "none.mp4", *out], 2, "There is no file"),
        "no folder": (["/no/such/clip.mp4", *out], 2, "The folder /no/such does not exist"),
        "folder": ([folder, *out], 2, "is a folder"),
        "empty": ([folder / "empty.mp4", *out], 2, "is empty (0 bytes)"),
        "no video": ([folder / "text.mp4", *out], 2, "is not a video that can be read"),
        "no index": ([no_index, *out], 1, "an MP4 file without its index"),
        "no camera": (["97", *out], 2, "Camera 97 (/dev/video97) cannot be opened"),
        "refused address": (
            ["rtsp://me:secret@127.0.0.1:9/x", *out],
            2,
            "rtsp://me:***@127.0.0.1:9/x cannot",
        ),
        "password with @": (
            ["rtsp://me@home:se@secret@127.0.0.1:9/x@y", *out],
            2,
            "rtsp://me@home:***@127.0.0.1:9/x@y cannot",
        ),
        "password with /": (
            ["rtsp://me:se/secret@127.0.0.1:9/x@y", *out],
            2,
            "rtsp://me:***@127.0.0.1:9/x@y cannot",
        ),
        "port, no password": (["rtsp://127.0.0.1:9/x@y", *out], 2, "rtsp://127.0.0.1:9/x@y cannot"),
        "query": (
            ["rtsp://127.0.0.1:9/x?user=me&pwd=se=secret&t", *out],
            2,
            "rtsp://127.0.0.1:9/x?user=***&pwd=***&*** cannot",
        ),
        "rate": ([clip, *out, "--fps", "0.0004"], 1, "refuses to write pictures of 192x64 (width x height), 0.0004 a"),
        "nothing to do": ([clip], 2, "There is nothing to do with the result"),
        "size": ([clip, *out, "--size", "64"], 2, "--size must be WIDTHxHEIGHT in pixels"),
        "small size": ([clip, *out, "--size", "64x16"], 2, "a model needs at least 32 pixels each way"),
        "large size": ([clip, *out, "--size", "65536x65536"], 2, "at most about 16000x16000"),
        "fps": ([clip, *out, "--fps", "0"], 2, "The frame rate must be a number above 0"),
        "max frames": ([clip, *out, "--max-frames", "0"], 2, "--max-frames must be at least 1"),
        "unknown option": ([clip, *out, "--colour"], 2, "See 'skymask-video --help'"),
        "unknown view": ([clip, *out, "--view", "pink"], 2, "pink not in {side-by-side,overlay,mask,cutout}"),
        "output is source": ([clip, "-o", clip], 2, "is the source itself"),
        "output ending": ([clip, "-o", folder / "out.gif"], 2, "has the ending '.gif'"),
        "output is folder": ([clip, "-o", folder], 2, "is a folder, and a video is one file"),
        "output folder": ([clip, "-o", folder / "none" / "out.mp4"], 1, "Choose a folder that exists"),
        "report folder": ([clip, "--report", folder / "none" / "r.json"], 1, "no such folder"),
        "no display": ([clip, "--show"], 2, "There is no display to open a window on"),
    }


NAMES = (
    "missing",
    "no folder",
    "folder",
    "empty",
    "no video",
    "no index",
    "no camera",
    "refused address",
    "password with @",
    "query",
    "rate",
    "nothing to do",
    "size",
    "small size",
    "large size",
    "fps",
    "max frames",
    "unknown option",
    "unknown view",
    "output is source",
    "output ending",
    "output is folder",
    "output folder",
    "report folder",
    "no display",
)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_said_in_one_line(name: str, tiny_model: Path, tmp_path: Path) -> None:
    program("skymask-video")
    arguments, code, message = wrong_inputs(tmp_path)[name]
    done = video(tiny_model, *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("skymask-video: error: ")
    assert done.err.count("\n") == 1
    assert message in done.err
    assert "secret" not in done.err
    assert not list(tmp_path.glob(".*")), "temporary files are left"


def test_a_file_that_is_no_model_is_refused_in_pythons_words(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = video(tmp_path / "model.onnx", clip, "-o", tmp_path / "out.mp4")
    assert main(["video", str(clip), "-o", str(tmp_path / "p.mp4"), "--model", str(tmp_path / "model.onnx")]) == 2
    assert done.code == 2
    assert "is not an ONNX file" in done.err
    assert "is not an ONNX file" in capsys.readouterr().err
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_file_that_plays(name: signal.Signals, tiny_model: Path, tmp_path: Path) -> None:
    command = [str(program("skymask-video")), "long.mp4", "-o", "out.mp4", "--model", str(tiny_model)]
    make_clip(tmp_path / "long.mp4", times_ms=LONG_MS, size_hw=(128, 128), noisy=True)
    process = subprocess.Popen(
        [*command, "--report", "r.json"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end_s = time.monotonic() + TIMEOUT_S
    while not any(path.stat().st_size > 100_000 for path in tmp_path.glob(".out.*")) and time.monotonic() < end_s:
        time.sleep(0.01)
    process.send_signal(name)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130, err
    assert err.endswith("skymask-video: interrupted\n")
    frames = len(read_clip(tmp_path / "out.mp4"))
    assert f"out.mp4 has the {frames} frames up to there." in err
    assert 0 < frames < len(LONG_MS)
    assert 0 < json.loads((tmp_path / "r.json").read_text())["frames"] <= frames
    assert not list(tmp_path.glob(".out.*"))


def test_ctrl_c_ends_the_filling_of_a_gap(tiny_model: Path, tmp_path: Path) -> None:
    make_clip(tmp_path / "gap.mkv", times_ms=[*range(0, 1000, 100), 3_600_000], size_hw=(256, 256), noisy=True)
    command = [str(program("skymask-video")), "gap.mkv", "-o", "out.mp4", "--model", str(tiny_model)]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    end_s = time.monotonic() + TIMEOUT_S
    while not any(path.stat().st_size > 100_000 for path in tmp_path.glob(".out.*")) and time.monotonic() < end_s:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130, err
    assert "out.mp4 has the 10 frames up to there." in err
    assert 10 < len(read_clip(tmp_path / "out.mp4")) < 36_000


def test_the_first_error_is_the_one_that_counts(tiny_model: Path, tmp_path: Path) -> None:
    clip = truncate(make_clip(tmp_path / "cut.mp4", noisy=True, options={"movflags": "faststart"}), 0.6)
    done = video(tiny_model, clip, "-o", tmp_path / "out.mp4", "--report", "/proc/r.json")
    assert done.code == 1
    assert "\n/proc/r.json cannot be written: " in done.err
    assert done.err.splitlines()[-1].startswith(f"skymask-video: error: {clip} breaks off after frame")


def test_a_full_disk_is_reported_and_leaves_nothing(tiny_model: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "noisy.mkv", noisy=True, size_hw=(256, 256))

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    command = [str(program("skymask-video")), str(clip), "-o", str(tmp_path / "out.mp4"), "--model", str(tiny_model)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 1, done.stderr
    assert "out.mp4 cannot be written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["noisy.mkv"]


def test_the_trace_shows_stages_that_overlap(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    assert video(tiny_model, clip, "-o", tmp_path / "out.mp4", "--trace", tmp_path / "trace.json").code == 0
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    lanes = {event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    work = [event for event in events if event["ph"] == "X"]
    assert set(lanes.values()) >= {"skymask-decode", "skymask-infer-0", "skymask-composite", "skymask-encode"}
    assert {event["name"] for event in work} == {"decode", "infer", "composite", "encode"}
    for stage in ("infer", "composite", "encode"):
        assert sorted(event["args"]["frame"] for event in work if event["name"] == stage) == list(range(10))


def test_frames_of_a_file_get_a_thread_each(clip: Path, tiny_model: Path, tmp_path: Path) -> None:
    arguments = ("-o", tmp_path / "out.mp4", "--trace", tmp_path / "trace.json", "--threads", 3)
    assert video(tiny_model, clip, *arguments).code == 0
    assert len(read_clip(tmp_path / "out.mp4")) == 10
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    lanes = {event["args"]["name"] for event in events if event["ph"] == "M"}
    assert {lane for lane in lanes if "infer" in lane} == {f"skymask-infer-{place}" for place in range(3)}
