"""Stages side by side: order, errors, interruption, and no thread left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from skymask.errors import MediaError, OutputError
from skymask.video import yuv
from skymask.video.pipeline import Job, Pipeline, Stage
from skymask.video.report import StageTimes
from skymask.video.source import Frame
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import no_thread_left

IMAGE = yuv.from_rgb(np.zeros((2, 2, 3), np.uint8))
STAGES = ("infer", "composite", "encode")


def endless() -> Iterator[Frame]:
    number = 0
    while True:
        yield Frame(IMAGE, number, Fraction(1))
        number += 1


def nothing(job: Job) -> None:
    pass


def failing_at(number: int, error: BaseException) -> Callable[[Job], None]:
    def work(job: Job) -> None:
        if job.frame.pts == number:
            raise error

    return work


def stages(**work: Callable[[Job], None]) -> list[Stage]:
    return [Stage(name, work.get(name, nothing)) for name in STAGES]


def collect(pipeline: Pipeline, done: list[int]) -> None:
    for job in pipeline:
        done.append(job.frame.pts)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    with no_thread_left():
        yield


def test_jobs_come_out_in_order_and_every_stage_ran_once_for_each() -> None:
    seen: dict[str, list[int]] = {name: [] for name in STAGES}
    times = StageTimes()

    def note(name: str) -> Callable[[Job], None]:
        return lambda job: seen[name].append(job.frame.pts)

    frames = (Frame(IMAGE, number, Fraction(1)) for number in range(100))
    with Pipeline(frames, stages(**{name: note(name) for name in STAGES}), times, 2) as pipeline:
        assert [job.frame.pts for job in pipeline] == list(range(100))
    assert all(numbers == list(range(100)) for numbers in seen.values())
    assert set(times.summary()) == {"decode", *STAGES}


def test_frames_in_flight_overtake_each_other_and_still_come_out_in_order() -> None:
    """Four frames meet in one stage, and the last of each four is done first."""
    barrier = threading.Barrier(4, timeout=TIMEOUT_S)
    done = [threading.Event() for _ in range(41)]
    done[40].set()

    def infer(job: Job) -> None:
        barrier.wait()
        if job.number % 4 < 3:
            assert done[job.number + 1].wait(20)
        done[job.number].set()

    frames = (Frame(IMAGE, number, Fraction(1)) for number in range(40))
    work = [Stage("infer", infer, threads=4), Stage("encode", nothing)]
    with Pipeline(frames, work, StageTimes(), 2) as pipeline:
        assert [job.number for job in pipeline] == list(range(40))


@pytest.mark.parametrize("error", [MediaError("bad"), ZeroDivisionError("bug")], ids=str)
def test_an_error_in_flight_comes_after_the_frames_before_it(error: Exception) -> None:
    failed = threading.Event()

    def infer(job: Job) -> None:
        if job.number == 7:
            failed.set()
            raise error
        if job.number == 6:
            assert failed.wait(20), "the error comes first"

    done: list[int] = []
    work = [Stage("infer", infer, threads=3), Stage("encode", nothing)]
    with pytest.raises(type(error)) as caught, Pipeline(endless(), work, StageTimes(), 2) as pipeline:
        collect(pipeline, done)
    assert caught.value is error
    assert done == list(range(7))


def test_stages_overlap() -> None:
    """The stages meet, each with another frame in hand; one after the other, they never would."""
    barrier = threading.Barrier(len(STAGES), timeout=TIMEOUT_S)
    met = dict.fromkeys(STAGES, 0)

    def meet(name: str) -> Callable[[Job], None]:
        ahead = STAGES[::-1].index(name)

        def work(job: Job) -> None:
            if ahead <= job.frame.pts < ahead + 5:
                barrier.wait()
                met[name] += 1

        return work

    frames = (Frame(IMAGE, number, Fraction(1)) for number in range(14))
    with Pipeline(frames, stages(**{name: meet(name) for name in STAGES}), StageTimes(), 1) as pipeline:
        assert len(list(pipeline)) == 14
    assert set(met.values()) == {5}


@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("error", [MediaError("bad"), OutputError("full"), ZeroDivisionError("bug")], ids=str)
def test_an_error_stops_everything_after_what_was_done_before_it(name: str, error: Exception) -> None:
    done: list[int] = []
    decoded = []

    def frames() -> Iterator[Frame]:
        for frame in endless():
            decoded.append(frame.pts)
            yield frame

    with (
        pytest.raises(type(error), match=str(error)) as caught,
        Pipeline(frames(), stages(**{name: failing_at(7, error)}), StageTimes(), 2) as pipeline,
    ):
        collect(pipeline, done)
    assert caught.value is error
    assert done == list(range(7))
    assert len(decoded) < 7 + 3 * 4, "the source was read on"


def test_a_source_that_breaks_off_gives_every_frame_before() -> None:
    def frames() -> Iterator[Frame]:
        for number in range(9):
            yield Frame(IMAGE, number, Fraction(1))
        raise MediaError("cut")

    encoded: list[int] = []
    with (
        pytest.raises(MediaError, match="cut"),
        Pipeline(frames(), stages(encode=lambda job: encoded.append(job.frame.pts)), StageTimes(), 4) as pipeline,
    ):
        collect(pipeline, [])
    assert encoded == list(range(9))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("caller")], ids=repr)
def test_the_caller_can_leave_at_any_time(error: BaseException) -> None:
    encoded: list[int] = []
    work = stages(encode=lambda job: encoded.append(job.frame.pts))
    with pytest.raises(type(error)), Pipeline(endless(), work, StageTimes(), 2) as pipeline:  # noqa: PT012
        for job in pipeline:
            if job.frame.pts == 5:
                raise error
    assert encoded == list(range(len(encoded))), "frames are missing in the middle"
    assert len(encoded) >= 6


def test_leaving_does_not_wait_for_frames_that_nobody_needs() -> None:
    started = threading.Event()
    release = threading.Event()

    def slow(job: Job) -> None:
        started.set()
        assert release.wait(10)

    with Pipeline(endless(), stages(infer=slow), StageTimes(), 4):
        assert started.wait(10)
        threading.Timer(0.05, release.set).start()
    assert release.is_set(), "the frame in hand is finished"


@pytest.mark.parametrize("first", [KeyboardInterrupt("first"), None], ids=repr)
def test_an_impatient_second_ctrl_c_leaves_no_thread_either(
    first: BaseException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    join = threading.Thread.join
    presses = iter([KeyboardInterrupt("second")])

    def interrupted_join(thread: threading.Thread, timeout: float | None = None) -> None:
        for press in presses:
            raise press
        join(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", interrupted_join)
    with pytest.raises(KeyboardInterrupt) as caught, Pipeline(endless(), stages(), StageTimes(), 2):  # noqa: PT012
        if first is not None:
            raise first
    assert str(caught.value) == ("second" if first is None else "first")


def test_an_empty_source() -> None:
    with Pipeline(iter(()), stages(), StageTimes(), 2) as pipeline:
        assert list(pipeline) == []
