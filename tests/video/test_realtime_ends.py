"""Real time ends as the pipeline does: errors, interruption, and no thread left behind."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from skymask.errors import MediaError
from skymask.video.pipeline import Job
from skymask.video.source import Frame
from tests.support.tiny_model import reference
from tests.video.clips import picture
from tests.video.test_realtime import TENTH, OneByOne, SlowModel, all_frames, number_of, run, wait_until


@pytest.mark.parametrize("error", [MediaError("model"), KeyboardInterrupt(), ZeroDivisionError("bug")], ids=repr)
@pytest.mark.parametrize("at", [0, 6])
def test_what_the_model_raises_comes_after_the_frames_before_it(error: BaseException, at: int) -> None:
    source, done = OneByOne(all_frames()), []

    def model(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if number_of(image) == at:
            source.end()
            raise error
        return reference(image)

    def came_out(job: Job) -> None:
        done.append(job.number)
        source.came_out()

    with pytest.raises(type(error)) as caught:
        run(iter(source), model, came_out)
    assert caught.value is error
    assert done == list(range(at))


def test_a_model_that_fails_late_ends_the_run_all_the_same() -> None:
    def answer(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if number_of(image) > 0:
            raise ZeroDivisionError("bug")
        return reference(image)

    model, done = SlowModel(answer), []

    def came_out(job: Job) -> None:
        done.append(job.number)
        if job.number == 5:
            model.release.set()

    with pytest.raises(ZeroDivisionError, match="bug"):
        run(iter(all_frames(10)), model, came_out)
    assert done == list(range(len(done)))
    assert len(done) >= 6


def test_a_source_that_breaks_off_gives_every_frame_before() -> None:
    source, done = OneByOne(all_frames(4), MediaError("unplugged")), []

    def came_out(job: Job) -> None:
        done.append(job.number)
        source.came_out()

    with pytest.raises(MediaError, match="unplugged"):
        run(iter(source), reference, came_out)
    assert done == [0, 1, 2, 3]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("caller")], ids=repr)
def test_the_caller_can_leave_while_the_model_is_at_work(error: BaseException) -> None:
    model = SlowModel()

    def came_out(job: Job) -> None:
        if job.number == 3:
            wait_until(lambda: len(model.seen) == 2)
            threading.Timer(0.05, model.release.set).start()
            raise error

    endless = (Frame.of_rgb(picture((32, 48), number % 25), number, TENTH) for number in itertools.count())
    with pytest.raises(type(error)) as caught:
        run(endless, model, came_out)
    assert caught.value is error
    assert model.release.is_set(), "the frame in hand is finished"


def test_leaving_does_not_wait_for_a_mask_that_nobody_makes_any_longer() -> None:
    """The last frame waits for its own mask, and the model, at work on the one before, is told to stop after that."""
    model, waiting = SlowModel(), []

    def frames() -> Iterator[Frame]:
        first, stuck, last = all_frames(3)
        yield first
        wait_until(lambda: len(model.seen) == 1)
        yield stuck
        wait_until(lambda: len(model.seen) == 2)
        yield last
        waiting.append(last)

    def came_out(job: Job) -> None:
        if job.number == 1:
            wait_until(lambda: bool(waiting))
            threading.Timer(0.05, model.release.set).start()
            raise RuntimeError("caller")

    with pytest.raises(RuntimeError, match="caller"):
        run(frames(), model, came_out)
    assert len(model.seen) == 2
