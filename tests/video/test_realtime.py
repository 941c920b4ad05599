"""Real time: every frame that arrives comes out, with its own mask or the newest one carried along."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from skymask.data.synthetic import clip
from skymask.runtime.temporal import TemporalFilter
from skymask.video.pipeline import Job, Pipeline, SegmentFrame
from skymask.video.realtime import MOST_UNDER_WAY, Inference
from skymask.video.report import StageTimes
from skymask.video.source import Frame
from tests.support.tiny_model import reference
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import no_thread_left, picture

TENTH = Fraction(1, 10)
AN_AGE_MS = 100


def number_of(image: NDArray[np.uint8]) -> int:
    """Reads what `picture` wrote into the green channel."""
    return (int(image[0, 0, 1]) - 20) // 8


def all_frames(count: int = 25) -> list[Frame]:
    return [Frame.of_rgb(picture((32, 48), number), number, TENTH) for number in range(count)]


class OneByOne:
    """Frames each of which arrives once the one before has come out: the model is always fast enough."""

    def __init__(self, frames: list[Frame], error: Exception | None = None) -> None:
        self._frames, self._error = frames, error
        self._out = threading.Semaphore(1)
        self._over = False

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            assert self._out.acquire(timeout=TIMEOUT_S)
            if self._over:
                return
            yield frame
        if self._error:
            raise self._error

    def came_out(self) -> None:
        self._out.release()

    def end(self) -> None:
        """Gives no further frame, as the one before will never come out."""
        self._over = True
        self._out.release()


class SlowModel:
    """Answers at once for the first frame, and then not before it is released."""

    def __init__(self, answer: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = reference) -> None:
        self.release = threading.Event()
        self.seen: list[NDArray[np.uint8]] = []
        self._answer = answer

    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        self.seen.append(frame)
        if len(self.seen) > 1:
            assert self.release.wait(TIMEOUT_S)
        return self._answer(frame)


def run(
    frames: Iterator[Frame],
    model: SegmentFrame,
    came_out: Callable[[Job], object],
    times: StageTimes | None = None,
    smooth: bool = False,
) -> None:
    times = times or StageTimes()
    with (
        no_thread_left(),
        Inference(model, smooth, times) as inference,
        Pipeline(inference.arriving(frames), inference.stages(), times, 1) as pipeline,
    ):
        try:
            for job in inference.leaving(pipeline):
                came_out(job)
        finally:
            inference.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < end_s, "nothing happened"
        time.sleep(0.005)


def test_a_fast_model_gives_every_frame_its_own_mask() -> None:
    source, jobs, times = OneByOne(all_frames()), [], StageTimes()

    def came_out(job: Job) -> None:
        jobs.append(job)
        source.came_out()

    run(iter(source), lambda image: np.full(image.shape[:2], number_of(image), np.uint8), came_out, times)
    assert [int(job.alpha[5, 5]) for job in jobs if job.alpha is not None] == list(range(25))
    assert {job.mask_age_ms for job in jobs} == {0}
    assert times.count("infer") == 25


def test_a_slow_model_holds_no_frame_up_and_the_last_mask_ages() -> None:
    model, jobs = SlowModel(), []

    def came_out(job: Job) -> None:
        jobs.append(job)
        if job.number == 0:
            wait_until(lambda: len(model.seen) == 2)
        if job.number == 8:  # that the model, stuck since one of the frames 1 to 8, has not kept from coming out
            model.release.set()

    run(iter(all_frames(10)), model, came_out)
    assert [job.number for job in jobs] == list(range(10))
    assert [job.mask_age_ms for job in jobs] == [AN_AGE_MS * number for number in range(9)] + [0]
    first, stuck, last = (number_of(image) for image in model.seen)
    assert (first, last) == (0, 9)
    assert 0 < stuck < 9, "what it sees next is the newest, and the frames between are left out"


def test_the_mask_follows_the_picture() -> None:
    """On a moving clip the carried masks are much nearer to the truth than the mask they were made of."""
    scenes = list(clip(5, 9, (120, 200), "city"))
    frames = [Frame.of_rgb(scene.image, number, TENTH) for number, scene in enumerate(scenes)]
    truth = {scene.image.tobytes(): scene.alpha for scene in scenes}
    model = SlowModel(lambda image: truth[image.tobytes()])
    carried: dict[int, NDArray[np.uint8]] = {}

    def came_out(job: Job) -> None:
        assert job.alpha is not None
        carried[job.number] = job.alpha
        if job.number == 0:
            wait_until(lambda: len(model.seen) == 2)
        if job.number == 7:
            model.release.set()

    run(iter(frames), model, came_out)
    for number in range(2, 8):
        wrong, wrong_if_stale = (
            float(np.abs(alpha.astype(int) - scenes[number].alpha).mean())
            for alpha in (carried[number], scenes[0].alpha)
        )
        assert wrong < 0.4 * wrong_if_stale
    assert (carried[8] == scenes[8].alpha).all()


def test_the_first_frame_is_inferred_even_if_others_came_before_the_model_was_ready() -> None:
    seen: list[int] = []

    def model(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        seen.append(number_of(image))
        return reference(image)

    inference = Inference(model, False, StageTimes())
    jobs = [Job(frame, number) for number, frame in enumerate(inference.arriving(iter(all_frames(3))))]
    wait, _ = inference.stages()
    with no_thread_left(), inference:
        wait.work(jobs[0])
        wait.work(jobs[2])
    assert seen == [0, 2]
    assert (jobs[0].mask_age_ms, jobs[2].mask_age_ms) == (0, 0)


def test_a_frame_that_is_late_itself_gets_no_mask_of_a_later_one() -> None:
    inference = Inference(reference, False, StageTimes())
    jobs = [Job(frame, number) for number, frame in enumerate(inference.arriving(iter(all_frames(3))))]
    wait, carry = inference.stages()
    with no_thread_left(), inference:
        wait_until(lambda: len(inference._masks) == 2)  # of frames 0 and 2
        for job in jobs:
            wait.work(job)
            carry.work(job)
    assert [job.mask_age_ms for job in jobs] == [0, AN_AGE_MS, 0]
    assert all(job.alpha is not None for job in jobs)


def test_flicker_is_taken_out_over_the_frames_that_were_inferred() -> None:
    def flickering() -> SegmentFrame:
        answers = itertools.cycle([255, 0])
        return lambda image: np.full(image.shape[:2], next(answers), np.uint8)

    frames = [Frame.of_rgb(picture((32, 48)), number, TENTH) for number in range(12)]
    results: dict[bool, list[NDArray[np.uint8]]] = {True: [], False: []}
    for smooth, alphas in results.items():
        source = OneByOne(frames)

        def came_out(job: Job, alphas: list[NDArray[np.uint8]] = alphas, source: OneByOne = source) -> None:
            assert job.alpha is not None
            alphas.append(job.alpha)
            source.came_out()

        run(iter(source), flickering(), came_out, smooth=smooth)
    steady, model = TemporalFilter(), flickering()
    expected = [steady(frame.luma, model(frame.image)) for frame in frames]
    assert all((result == wanted).all() for result, wanted in zip(results[True], expected, strict=True))
    assert [int(alpha[0, 0]) for alpha in results[False]] == [255, 0] * 6


def test_where_showing_is_too_slow_only_a_few_frames_are_under_way() -> None:
    arrived: list[int] = []

    def frames() -> Iterator[Frame]:
        for frame in all_frames(12):
            arrived.append(frame.pts)
            yield frame

    def came_out(job: Job) -> None:
        wait_until(lambda: len(arrived) >= min(12, job.number + MOST_UNDER_WAY))
        time.sleep(0.02)  # for one more to come in, if it could
        assert len(arrived) <= job.number + MOST_UNDER_WAY

    run(frames(), reference, came_out)
    assert len(arrived) == 12


def test_an_empty_source() -> None:
    run(iter(()), reference, lambda job: pytest.fail("there is no frame"))
