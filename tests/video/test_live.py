"""Live sources keep up: only the newest frame counts."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest

from skymask.errors import MediaError
from skymask.video.live import LiveSource
from skymask.video.source import Frame, SourceInfo
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import no_thread_left


@dataclass
class FakeCamera:
    """Delivers frame after frame, each as soon as the test allows it."""

    frame_count: int
    error: Exception | None = None
    converted: list[int] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.info = SourceInfo("fake", "fake", True, (32, 32), Fraction(30), Fraction(1, 30))
        self.go_on = threading.Semaphore(0)
        self.delivered = threading.Semaphore(0)

    def decoded(self) -> Iterator[int]:
        for number in range(self.frame_count):
            assert self.go_on.acquire(timeout=TIMEOUT_S)
            yield number
            self.delivered.release()  # the reader has come back for the next one
        if self.error:
            raise self.error

    def deliver(self, count: int) -> None:
        for _ in range(count):
            self.go_on.release()
            assert self.delivered.acquire(timeout=TIMEOUT_S)

    def convert(self, number: int) -> Frame:
        self.converted.append(number)
        return Frame.of_rgb(np.zeros((32, 32, 3), np.uint8), number, self.info.time_base)

    def stop(self) -> None:
        self.go_on.release()

    def close(self) -> None:
        self.closed = True


def live(camera: FakeCamera) -> LiveSource[int]:
    return LiveSource(camera)


def test_a_slow_reader_gets_the_newest_frame_and_the_rest_is_counted() -> None:
    camera = FakeCamera(10)
    with no_thread_left():
        source = live(camera)
        frames = source.frames()
        starter = threading.Thread(target=camera.deliver, args=(1,))
        starter.start()
        assert next(frames).pts == 0
        starter.join()
        camera.deliver(7)
        assert next(frames).pts == 7
        assert source.dropped == 6
        camera.deliver(2)
        assert next(frames).pts == 9
        assert next(frames, None) is None
        source.close()
    assert camera.converted == [0, 7, 9], "dropped frames are not worth converting"
    assert camera.closed


def test_the_last_frame_comes_before_the_error() -> None:
    camera = FakeCamera(1, MediaError("unplugged"))
    with no_thread_left():
        source = live(camera)
        camera.go_on.release()
        frames = source.frames()
        assert next(frames).pts == 0
        with pytest.raises(MediaError, match="unplugged"):
            next(frames)
        source.close()


def test_closing_stops_a_reader_that_would_go_on() -> None:
    camera = FakeCamera(10**9)
    camera.go_on = threading.Semaphore(10**9)
    with no_thread_left():
        source = live(camera)
        next(source.frames())
        source.close()
    assert camera.closed


def test_stopping_ends_the_wait_for_a_frame_that_never_comes() -> None:
    camera, taken = FakeCamera(1), []
    with no_thread_left():
        source = live(camera)
        waiting = threading.Thread(target=lambda: taken.extend(source.frames()))
        waiting.start()
        source.stop()
        waiting.join(TIMEOUT_S)
        assert not waiting.is_alive()
        source.stop()
        source.close()
    assert taken == []
    assert camera.closed


def test_a_reader_ends_when_the_iteration_is_given_up() -> None:
    camera = FakeCamera(10**9)
    camera.go_on = threading.Semaphore(10**9)
    before = set(threading.enumerate())
    source = live(camera)
    frames = source.frames()
    next(frames)
    (reader,) = set(threading.enumerate()) - before
    frames.close()
    reader.join(TIMEOUT_S)
    assert not reader.is_alive()
    assert not camera.closed, "that is left to the caller"
    source.close()


NEVER_CLOSED = """
import threading

from tests.video.test_live import FakeCamera, live

camera = FakeCamera(10**9)
camera.go_on = threading.Semaphore(10**9)
frames = live(camera).frames()


def look(count):
    for _ in range(count):
        next(frames)
    print("done")


"""


@pytest.mark.parametrize(
    "how", ["look(3)", "thread = threading.Thread(target=look, args=(300,)); thread.start()"], ids=["main", "thread"]
)
def test_a_program_that_forgets_to_close_its_source_ends_all_the_same(how: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", NEVER_CLOSED + how], check=False, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "done\n", "")
