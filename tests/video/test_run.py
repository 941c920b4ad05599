"""The main job put together with a fake model."""

from __future__ import annotations

import itertools
import json
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from skymask.errors import MediaError, OutputError
from skymask.video.image_sink import ImageSink
from skymask.video.open_source import open_source
from skymask.video.overlay import SKY_BLUE, VIEWS, View, compose, picture_size
from skymask.video.pipeline import Job, SegmentFrame
from skymask.video.report import Report, StageTimes
from skymask.video.run import Tally, ThreadShare, segment_video
from skymask.video.source import SourceInfo
from skymask.video.trace import Trace
from skymask.video.video_sink import VideoSink
from skymask.video.window import Window
from skymask.video.yuv import to_rgb
from tests.support.tiny_model import reference
from tests.video.clips import VARIABLE_MS, make_clip, no_thread_left, picture, read_clip, times_ms


class FakeWindow:
    """Takes what the real one takes; quits after `quit_after` frames."""

    def __init__(self, view: View = "mask", quit_after: int = 10**6) -> None:
        self.view: View = view
        self.quit_after = quit_after
        self.shown: list[Job] = []

    def wait_for(self, frame: object) -> None:
        pass

    def show(self, job: Job) -> None:
        self.shown.append(job)

    def stay(self) -> bool:
        return len(self.shown) < self.quit_after


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "in.mp4", times_ms=VARIABLE_MS, audio="aac")


def run(
    clip: Path,
    output: Path | None = None,
    view: View = "side-by-side",
    trace: Trace | None = None,
    **options: object,
) -> Tally:
    tally = Tally(times=StageTimes(trace))
    segmenter = options.pop("segmenter", reference)
    with no_thread_left(), closing(open_source(str(clip))) as source:
        info = source.info
        sink = output and VideoSink(
            output, picture_size(view, info.size_hw), info.frame_rate, info.time_base, info.audio_file, info.colours
        )
        try:
            segment_video(source, segmenter, tally, view=view, sink=sink, **options)  # type: ignore[arg-type]
        finally:
            if sink:
                sink.close()
    return tally


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_written_with_the_time_stamps_of_the_source(view: View, clip: Path, tmp_path: Path) -> None:
    ticks = []
    tally = run(clip, tmp_path / "out.mp4", view, on_frame=lambda: ticks.append(1))
    assert tally.frames == len(ticks) == len(VARIABLE_MS)
    assert tally.fps == tally.frames / tally.seconds
    assert times_ms(tmp_path / "out.mp4") == VARIABLE_MS
    image = read_clip(tmp_path / "out.mp4")[0][1].astype(int)
    assert image.shape[:2] == picture_size(view, (64, 96))
    sky, ground = image[10, -20], image[54, -20]
    assert abs(ground - (0 if view == "mask" else picture()[-1, 0])).max() < 8
    blue = picture()[0, 0].astype(int)
    expected = {"mask": 255 + 0 * blue, "cutout": 0 * blue}.get(view, (blue + np.array(SKY_BLUE)) // 2)
    assert abs(sky - expected).max() < 8


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize("max_frames", [None, 4])
def test_a_slideshow_stays_as_long_as_it_was(suffix: str, max_frames: int | None, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"in.{suffix}", times_ms=[0, 1000, 2000, 3000], last_ms=10_000)
    run(clip, tmp_path / f"out.{suffix}", max_frames=max_frames)
    with av.open(str(tmp_path / f"out.{suffix}")) as container:
        assert container.duration == pytest.approx(13_000_000, abs=2000)
    assert times_ms(tmp_path / f"out.{suffix}") == [0, 1000, 2000, 3000]


@pytest.mark.parametrize(
    ("output", "window", "stages"),
    [
        (False, False, {"decode", "infer", "smooth"}),
        (True, False, {"decode", "infer", "smooth", "composite", "encode"}),
        (False, True, {"decode", "infer", "smooth", "composite", "display"}),
        (True, True, {"decode", "infer", "smooth", "composite", "encode", "display"}),
    ],
)
def test_only_the_stages_that_are_needed_run(
    output: bool, window: bool, stages: set[str], clip: Path, tmp_path: Path
) -> None:
    tally = run(clip, tmp_path / "out.mp4" if output else None, window=FakeWindow() if window else None)
    summary = tally.times.summary()
    assert set(summary) == stages
    assert all(0 <= times_ms["p50"] <= times_ms["p95"] for times_ms in summary.values())


def test_the_window_has_its_own_view_unless_a_file_is_written(clip: Path, tmp_path: Path) -> None:
    alone, beside = FakeWindow("mask"), FakeWindow("mask")
    run(clip, window=alone)
    run(clip, tmp_path / "out.mp4", "cutout", window=beside)
    assert {job.view for job in alone.shown} == {"mask"}
    assert {job.view for job in beside.shown} == {"cutout"}
    assert all(job.work_ms > 0 and job.alpha is not None for job in beside.shown)


@pytest.mark.parametrize("view", VIEWS)
def test_beside_images_the_window_draws_what_it_shows(view: View, clip: Path, tmp_path: Path) -> None:
    """Grey levels and see-through pictures are none for a window."""
    window, sink = FakeWindow(view), ImageSink(tmp_path / "%d.png")
    with no_thread_left(), closing(open_source(str(clip))) as source:
        segment_video(source, reference, Tally(), view=view, sink=sink, window=window, max_frames=2)  # type: ignore[arg-type]
    assert sink.frame_count == 2
    for job in window.shown:
        assert job.alpha is not None
        expected = to_rgb(compose(job.frame.picture, job.alpha, view))
        assert np.array_equal(to_rgb(Window._picture(window, job)), expected)  # type: ignore[arg-type]


def test_quitting_the_window_ends_the_run_and_the_file_plays(clip: Path, tmp_path: Path) -> None:
    tally = run(clip, tmp_path / "out.mp4", window=FakeWindow(quit_after=3))
    assert tally.frames == 3
    written = times_ms(tmp_path / "out.mp4")
    assert len(written) >= 3
    assert written == VARIABLE_MS[: len(written)]


def flickering() -> SegmentFrame:
    """Says of the whole frame, in turn, that it is all sky and that it has none."""
    turns = itertools.cycle([255, 0])
    return lambda image: np.full(image.shape[:2], next(turns), np.uint8)


@pytest.mark.parametrize("smooth", [True, False])
def test_flicker_is_taken_out_unless_told_otherwise(smooth: bool, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "still.mkv", codec="ffv1", times_ms=range(0, 1200, 100), still=True)
    window = FakeWindow()
    tally = run(clip, window=window, segmenter=flickering(), smooth=smooth)
    levels = [int(job.alpha[0, 0]) for job in window.shown if job.alpha is not None]
    steps = np.abs(np.diff(levels))
    assert (steps[6:].max() < 60) if smooth else (steps.min() == 255)
    assert ("smooth" in tally.times.summary()) == smooth


def test_the_sky_of_a_clip_is_summed_up(clip: Path) -> None:
    answers = iter([0] * 4 + [255] * 3 + [200] * 2 + [64])
    summary = run(
        clip, smooth=False, segmenter=lambda image: np.full(image.shape[:2], next(answers), np.uint8)
    ).sky.summary()
    assert summary["frames_without_sky"] == 0.5
    assert summary["frames_all_sky"] == 0.5
    assert summary["mean_share"] == 0.5
    assert summary["lowest_confidence"] == pytest.approx(63.5 / 127.5, abs=1e-4)
    assert summary["least_confident_frame"] == 9
    assert summary["mean_confidence"] == pytest.approx((7 + 2 * 72.5 / 127.5 + 63.5 / 127.5) / 10, abs=1e-4)


def test_no_frames_have_no_sky_to_sum_up() -> None:
    assert set(Tally().sky.summary().values()) == {None}


def test_max_frames(clip: Path, tmp_path: Path) -> None:
    assert run(clip, tmp_path / "out.mp4", max_frames=4).frames == 4
    assert times_ms(tmp_path / "out.mp4") == VARIABLE_MS[:4]


@pytest.mark.parametrize(("max_frames", "sound_ms"), [(None, 1000), (4, 1000), (3, 300), (2, 200)])
def test_sound_that_outlasts_the_pictures_is_left_out_only_where_frames_are(
    max_frames: int | None, sound_ms: int, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=[0, 100, 200], audio="aac")
    run(clip, tmp_path / "out.mp4", max_frames=max_frames)
    with av.open(str(tmp_path / "out.mp4")) as container:
        sound = container.streams.audio[0]
        assert sound.duration is not None
        assert float(1000 * sound.duration * (sound.time_base or 0)) == pytest.approx(sound_ms, abs=25)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_video_with_b_frames_is_as_long_as_before(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=[0, 40, 80, 120, 10_120, 10_160, 10_200], last_ms=40, b_frames=2)
    run(clip, tmp_path / f"out.{suffix}")
    with av.open(str(tmp_path / f"out.{suffix}")) as container:
        assert container.duration == 10_240_000


@pytest.mark.parametrize("error", [MediaError("model"), KeyboardInterrupt(), ZeroDivisionError("bug")], ids=repr)
def test_a_model_that_fails_leaves_the_frames_before(error: BaseException, clip: Path, tmp_path: Path) -> None:
    calls = []

    def segmenter(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        calls.append(1)
        if len(calls) == 6:
            raise error
        return reference(image)

    with pytest.raises(type(error)) as caught:
        run(clip, tmp_path / "out.mp4", segmenter=segmenter)
    assert caught.value is error
    assert times_ms(tmp_path / "out.mp4") == VARIABLE_MS[:5]


@pytest.mark.parametrize("in_flight", [1, 3])
def test_the_trace_has_every_stage_of_every_frame(in_flight: int, clip: Path, tmp_path: Path) -> None:
    trace = Trace()
    run(clip, tmp_path / "out.mp4", trace=trace, in_flight=in_flight)
    trace.write(tmp_path / "t.json")
    events = json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    works = [event for event in events if event["ph"] == "X"]
    names = {event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M"}
    done = sorted((event["args"]["frame"], event["name"]) for event in works)
    stages = ("decode", "infer", "smooth", "composite", "encode")
    assert done == sorted((number, stage) for number in range(len(VARIABLE_MS)) for stage in stages)
    assert min(event["ts"] for event in works) == 0
    assert all(event["dur"] > 0 for event in works)
    assert all(names[event["tid"]].startswith(f"skymask-{event['name']}") for event in works)
    for number in range(len(VARIABLE_MS)):
        ends = {event["name"]: event["ts"] + event["dur"] for event in works if event["args"]["frame"] == number}
        assert [ends[stage] for stage in stages] == sorted(ends.values()), "stages follow each other"


def test_the_trace_of_nothing_is_a_trace(tmp_path: Path) -> None:
    Trace().write(tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text())["traceEvents"] == []


@pytest.mark.parametrize(
    ("live", "size_hw", "threads", "engine", "expected"),
    [
        (False, (480, 640), 2, "auto", ThreadShare(1, 2)),
        (False, (480, 640), 1, "auto", ThreadShare(1, 1)),
        (False, (480, 640), 0, "auto", ThreadShare(0, 1)),
        (False, (480, 640), 99_999, "auto", ThreadShare(99_999, 1)),
        (False, (480, 640), 16, "onnxruntime", ThreadShare(4, 4)),
        (False, (1080, 1920), 2, "auto", ThreadShare(2, 1)),
        (True, (480, 640), 2, "auto", ThreadShare(2, 1)),
        (False, (480, 640), 2, "openvino", ThreadShare(2, 1)),
    ],
)
def test_threads_share_a_frame_only_where_that_helps(
    live: bool, size_hw: tuple[int, int], threads: int, engine: str, expected: ThreadShare
) -> None:
    info = SourceInfo("a", "a", live, size_hw, Fraction(25), Fraction(1, 25))
    assert ThreadShare.of(info, threads, engine) == expected


def report(**changes: object) -> Report:
    values: dict[str, object] = {
        "source": "a.mp4", "live": False, "size_hw": (64, 96), "model": "tiny 1", "engine": "e", "smooth": True,
        "frames": 2, "dropped": 0, "seconds": 0.5, "fps": 4.0, "stages_ms": {}, "sky": {},
    }  # fmt: skip
    return Report(**{**values, **changes})  # type: ignore[arg-type]


def test_the_report_is_json_with_percentiles(tmp_path: Path) -> None:
    times = StageTimes()
    for time_ms in range(1, 101):
        times._times_ms["infer"].append(time_ms)
    report(stages_ms=times.summary()).write(tmp_path / "r.json")
    read = json.loads((tmp_path / "r.json").read_text())
    assert read["stages_ms"] == {"infer": {"p50": 50.5, "p95": 95.05}}
    assert (read["frames"], read["seconds"], read["fps"]) == (2, 0.5, 4.0)
    assert "realtime" not in read
    report(stages_ms=times.summary(), realtime={"shown": 2}).write(tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text()) == {**read, "realtime": {"shown": 2}}
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    with pytest.raises(OutputError, match=r"r.json cannot be written: Is a directory"):
        report().write(tmp_path / "r.json")
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]
