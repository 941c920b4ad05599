"""A file played as if it were live: each frame at its time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest

from skymask.errors import MediaError
from skymask.video.demo import DemoSource
from skymask.video.paced import PacedSource, Player
from skymask.video.source import Frame, SourceInfo
from tests.video.clips import MS, VARIABLE_MS, no_thread_left


@dataclass
class Clock:
    """Stands still but for whoever waits."""

    now_s: float = 100.0
    waits_s: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.now_s

    def wait(self, duration_s: float) -> None:
        self.waits_s.append(duration_s)
        self.now_s += duration_s


@dataclass
class FakeFile:
    """Has frames of these times, each of which takes some time to read."""

    times_ms: list[int]
    clock: Clock = field(default_factory=Clock)
    read_s: float = 0.0
    error: Exception | None = None
    stopped: bool = False
    closed: bool = False
    dropped: int = 0

    def __post_init__(self) -> None:
        self.info = SourceInfo("fake", "fake.mp4", False, (32, 32), Fraction(30), MS, len(self.times_ms))

    def frames(self) -> Iterator[Frame]:
        for time_ms in self.times_ms:
            self.clock.now_s += self.read_s
            yield Frame.of_rgb(np.zeros((32, 32, 3), np.uint8), time_ms, MS)
        if self.error:
            raise self.error

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        self.closed = True


def arrivals_ms(file: FakeFile) -> list[tuple[int, int]]:
    """Time stamp and arrival of every frame, both counted from the first, in milliseconds."""
    frames = list(Player(file, file.clock.now, file.clock.wait).decoded())
    return [(frame.pts - frames[0].pts, round(1000 * (frame.arrived_s - frames[0].arrived_s))) for frame in frames]


@pytest.mark.parametrize("first_ms", [0, 5000])
@pytest.mark.parametrize("read_s", [0.0, 0.005])
def test_frames_arrive_when_their_time_has_come(first_ms: int, read_s: float) -> None:
    file = FakeFile([first_ms + time_ms for time_ms in VARIABLE_MS], read_s=read_s)
    assert arrivals_ms(file) == [(time_ms, time_ms) for time_ms in VARIABLE_MS]


def test_a_file_that_is_read_too_slowly_arrives_late_and_does_not_wait() -> None:
    file = FakeFile([0, 10, 20, 1000], read_s=0.05)
    assert arrivals_ms(file) == [(0, 0), (10, 50), (20, 100), (1000, 1000)]
    assert len(file.clock.waits_s) == 1


def test_it_says_that_it_is_live_and_is_else_the_same() -> None:
    inner = DemoSource(frame_count=3, fps=10, size_hw=(32, 64))
    with no_thread_left():
        source = PacedSource(inner)
        assert source.info.live
        assert (source.info.name, source.info.size_hw, source.info.frame_count) == ("demo", (32, 64), 1)
        assert (source.info.frame_rate, source.info.time_base) == (10, inner.info.time_base)
        source.close()


def test_the_last_frame_comes_before_the_error() -> None:
    file = FakeFile([0], error=MediaError("cut"))
    with no_thread_left():
        source = PacedSource(file, now=file.clock.now, wait=file.clock.wait)
        frames = source.frames()
        assert next(frames).pts == 0
        with pytest.raises(MediaError, match="cut"):
            next(frames)
        source.close()
    assert file.closed


def test_frames_that_nobody_took_in_time_are_dropped() -> None:
    file = FakeFile([0, 10, 20, 30])
    read_to_the_end = threading.Event()

    def wait(duration_s: float) -> None:
        file.clock.wait(duration_s)
        if len(file.clock.waits_s) == 3:
            read_to_the_end.set()

    with no_thread_left():
        source = PacedSource(file, now=file.clock.now, wait=wait)
        taken = []
        for frame in source.frames():
            taken.append(frame.pts)
            assert read_to_the_end.wait(20)
            source._reader.join(20)
        source.close()
    assert taken[-1] == 30
    assert len(taken) + source.dropped == 4
    assert source.dropped >= 2


def test_closing_does_not_wait_for_a_frame_that_is_due_in_an_hour() -> None:
    file = FakeFile([0, 3_600_000])
    file.clock.now_s = 0
    with no_thread_left():
        source = PacedSource(file, now=file.clock.now)
        assert next(source.frames()).pts == 0
        source.close()
    assert file.closed


def test_stopping_reaches_the_source_and_ends_the_wait_for_its_next_frame() -> None:
    file = FakeFile([0, 3_600_000])
    file.clock.now_s = 0
    with no_thread_left():
        source = PacedSource(file, now=file.clock.now)
        frames = source.frames()
        assert next(frames).pts == 0
        threading.Timer(0.05, source.stop).start()
        assert next(frames, None) is None
        assert file.stopped
        source.close()
    assert file.closed
