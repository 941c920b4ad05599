"""Runs decode, infer, smooth, composite and encode at the same time, each on threads of its own, in order."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from skymask.contract import Alphas
from skymask.runtime.carry import Carry
from skymask.video.channel import WAKE_S, Channel, EndOfChannel
from skymask.video.overlay import View
from skymask.video.report import StageTimes
from skymask.video.sink import Picture
from skymask.video.source import Frame
from skymask.video.yuv import Image


class SegmentFrame(Protocol):
    """A model that is called with one frame; `skymask.Segmenter` is one."""

    def __call__(self, frame: Image, /) -> Alphas:
        """Maps uint8 [H, W, 3], RGB, to uint8 [H, W], 255 sky."""
        ...


@dataclass(slots=True)
class Job:
    """A frame on its way through the stages; each adds its result."""

    frame: Frame
    number: int = 0
    """Counted from 0, in order."""
    alpha: Alphas | None = None
    """uint8 [H, W], 255 sky, from infer, then from smooth; in real time from wait or from carry."""
    carry: Carry | None = None
    """In real time, from wait: the newest mask, where it belongs to an earlier frame."""
    mask_age_ms: float | None = None
    """In real time, from wait: by how much that frame is earlier, by the time stamps; 0 where the mask is its own."""
    picture: Picture | None = None
    """From composite, as the sink takes it; without one, as `skymask.video.overlay.compose` makes it."""
    view: View | None = None
    """Which view `picture` is."""
    work_ms: float = 0.0
    """Milliseconds spent on this frame so far, all stages together, without waiting in queues."""


@dataclass(frozen=True)
class Stage:
    """A named piece of work; it changes the job it is given."""

    name: str
    work: Callable[[Job], None]
    threads: int = 1
    """How many frames are in work at a time."""

    @property
    def names(self) -> list[str]:
        """A name for each thread: the stage's, numbered from 0 where there are several."""
        return [self.name] if self.threads == 1 else [f"{self.name}-{number}" for number in range(self.threads)]


class _Turns:
    """Lets several threads take jobs from one channel and hand them on in the order they were taken."""

    def __init__(self, inbox: Channel[Job], outbox: Channel[Job]) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._taking = threading.Lock()
        self._taken = 0
        self._given = 0
        self._turn = threading.Condition()

    def take(self) -> tuple[int, Job | BaseException]:
        """Returns the next job, or what the channel raised instead, and its number for `give`."""
        with self._taking:
            number = self._taken
            self._taken += 1
            try:
                return number, self._inbox.get()
            except BaseException as error:
                return number, error

    def give(self, number: int, result: Job | BaseException) -> bool:
        """Hands on the job of a number, or what was raised, after those before it. Returns whether to go on."""
        with self._turn:
            while self._given != number:
                self._turn.wait(WAKE_S)
        if isinstance(result, BaseException):
            self._inbox.cancel()
            self._outbox.finish(None if isinstance(result, EndOfChannel) else result)
        goes_on = not isinstance(result, BaseException) and self._outbox.put(result)
        with self._turn:
            self._given += 1
            self._turn.notify_all()
        return goes_on


class Pipeline:
    """Iterate over it in a `with` statement: it yields the jobs that have been through all stages, in order.

    What a stage raises is raised by the iteration, of the same type, after the jobs ahead of it have come out; the
    stages before it stop at once. Leaving the `with` statement, for whatever reason (KeyboardInterrupt too), stops all
    of them after the job each has in hand and waits for their threads.
    """

    def __init__(self, frames: Iterator[Frame], stages: Sequence[Stage], times: StageTimes, depth: int) -> None:
        """Args:
        frames: Where frames come from; read on a thread of its own, as stage "decode".
        stages: The work after that, in order.
        times: Collects how long each stage takes.
        depth: How many frames may wait before each stage. More evens out, fewer keep a live picture fresh.
        """
        self._times = times
        self._channels: list[Channel[Job]] = [Channel(depth) for _ in range(len(stages) + 1)]
        self._threads = [threading.Thread(target=self._decode, args=(frames,), name="skymask-decode")]
        for stage, inbox, outbox in zip(stages, self._channels, self._channels[1:], strict=False):
            turns = _Turns(inbox, outbox)
            self._threads += [
                threading.Thread(target=self._work, args=(stage, turns), name=f"skymask-{name}") for name in stage.names
            ]

    def __enter__(self) -> Pipeline:
        for thread in self._threads:
            thread.start()
        return self

    def __iter__(self) -> Iterator[Job]:
        while True:
            try:
                job = self._channels[-1].get()
            except EndOfChannel:
                return
            yield job

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for channel in self._channels:
            channel.cancel()
        join(self._threads, error)

    def _decode(self, frames: Iterator[Frame]) -> None:
        outbox = self._channels[0]
        error: BaseException | None = None
        try:
            for number in itertools.count():
                start_s = time.perf_counter()
                frame = next(frames, None)
                if frame is None:
                    return
                job = Job(frame, number)
                job.work_ms += self._times.add("decode", number, start_s)
                if not outbox.put(job):
                    return
        except BaseException as caught:  # raised again in the caller's thread
            error = caught
        finally:
            outbox.finish(error)

    def _work(self, stage: Stage, turns: _Turns) -> None:
        goes_on = True
        while goes_on:
            number, result = turns.take()
            if isinstance(result, Job):
                try:
                    start_s = time.perf_counter()
                    stage.work(result)
                    result.work_ms += self._times.add(stage.name, result.number, start_s)
                except BaseException as error:  # raised again in the caller's thread, as is that of the stage before
                    result = error
            goes_on = turns.give(number, result)


def join(threads: Sequence[threading.Thread], error: BaseException | None) -> None:
    """Waits for threads to end, whatever happens: they must not outlive the model they call or the file they write to.

    Raises:
        KeyboardInterrupt: It came meanwhile, and `error`, which is raised anyway, is None.
    """
    interruption: KeyboardInterrupt | None = None
    for thread in threads:
        while thread.is_alive():
            try:
                thread.join()
            except KeyboardInterrupt as again:
                interruption = again
    if interruption is not None and error is None:
        raise interruption
