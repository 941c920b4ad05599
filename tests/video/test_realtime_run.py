"""Real time from a file to a file, a window and the numbers of a report."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from skymask.video.open_source import open_source
from skymask.video.overlay import picture_size
from skymask.video.paced import PacedSource
from skymask.video.report import Ages
from skymask.video.run import Tally, segment_video
from skymask.video.video_sink import VideoSink
from tests.support.tiny_model import reference
from tests.video.clips import make_clip, no_thread_left, times_ms
from tests.video.test_run import FakeWindow


def test_a_file_is_played_and_written_with_its_own_time_stamps(tmp_path: Path) -> None:
    """A busy machine may drop frames here; every frame is then either written or counted as dropped."""
    stamps_ms = list(range(0, 500, 50))
    file = make_clip(tmp_path / "in.mp4", times_ms=stamps_ms, audio="aac")
    output, window, tally = tmp_path / "out.mp4", FakeWindow(), Tally()
    with no_thread_left(), closing(PacedSource(open_source(str(file)))) as source:
        info = source.info
        size_hw = picture_size("mask", info.size_hw)
        with VideoSink(output, size_hw, info.frame_rate, info.time_base, info.audio_file, info.colours) as sink:
            segment_video(source, reference, tally, view="mask", sink=sink, window=window, realtime=True)  # type: ignore[arg-type]
    written = times_ms(output)
    assert written[0] == 0
    assert written == sorted(set(written) & set(stamps_ms))
    assert tally.frames == len(written) == len(window.shown) == len(stamps_ms) - source.dropped
    assert set(tally.times.summary()) == {
        "decode", "infer", "smooth", "wait", "carry", "composite", "encode", "display",
    }  # fmt: skip
    summary = tally.ages.summary(tally.times.count("infer"))
    assert summary["shown"] == tally.frames
    assert 1 <= summary["inferred"] <= tally.frames
    assert 0 < summary["frame_age_ms"]["p50"] <= summary["frame_age_ms"]["p95"]
    ages_ms = [job.mask_age_ms for job in window.shown]
    assert summary["mask_age_ms"]["p50"] == pytest.approx(np.percentile(np.array(ages_ms, float), 50), abs=0.01)


def test_leaving_does_not_wait_for_a_frame_that_is_due_much_later(tmp_path: Path) -> None:
    def leave() -> None:
        raise KeyboardInterrupt

    file, start_s = make_clip(tmp_path / "in.mp4", times_ms=[0, 30_000]), time.perf_counter()
    with no_thread_left(), closing(PacedSource(open_source(str(file)))) as source, pytest.raises(KeyboardInterrupt):
        segment_video(source, reference, Tally(), realtime=True, on_frame=leave)
    assert time.perf_counter() - start_s < 20


def test_a_pause_does_not_count_as_age(tmp_path: Path) -> None:
    tally, shown = Tally(), []

    class PausedWindow(FakeWindow):
        def stay(self) -> bool:
            shown.append(tally.ages.summary(0)["shown"])
            return True

    file = make_clip(tmp_path / "in.mp4", times_ms=[0])
    with no_thread_left(), closing(PacedSource(open_source(str(file)))) as source:
        segment_video(source, reference, tally, window=PausedWindow(), realtime=True)  # type: ignore[arg-type]
    assert shown == [1], "the frame is counted before the pause"


def test_the_ages_are_summed_up() -> None:
    ages = Ages()
    for number in range(101):
        ages.add(number, 10 * number)
    assert ages.summary(7) == {
        "shown": 101,
        "inferred": 7,
        "frame_age_ms": {"p50": 50, "p95": 95},
        "mask_age_ms": {"p50": 500, "p95": 950},
    }
    nothing = Ages().summary(0)
    assert nothing == {"shown": 0, "inferred": 0, "frame_age_ms": None, "mask_age_ms": None}
    assert json.loads(json.dumps(nothing)) == nothing
