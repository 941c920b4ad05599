"""Runs decode, infer, smooth, composite and encode at the same time, each on its own thread, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from skymask.contract import Alphas
from skymask.video.channel import Channel, EndOfChannel
from skymask.video.overlay import View
from skymask.video.report import StageTimes
from skymask.video.source import Frame, Image


class SegmentFrame(Protocol):
    """A model that is called with one frame; `skymask.Segmenter` is one."""

    def __call__(self, frame: Image, /) -> Alphas:
        """Maps uint8 [H, W, 3], RGB, to uint8 [H, W], 255 sky."""
        ...


@dataclass(slots=True)
class Job:
    """A frame on its way through the stages; each adds its result."""

    frame: Frame
    alpha: Alphas | None = None
    """uint8 [H, W], 255 sky, from infer, then from smooth."""
    picture: Image | None = None
    """uint8 [H, W or 2 W, 3], RGB, from composite."""
    view: View | None = None
    """Which view `picture` is."""
    work_ms: float = 0.0
    """Milliseconds spent on this frame so far, all stages together, without waiting in queues."""


@dataclass(frozen=True)
class Stage:
    """A named piece of work; it changes the job it is given."""

    name: str
    work: Callable[[Job], None]


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
            self._threads.append(
                threading.Thread(target=self._work, args=(stage, inbox, outbox), name=f"skymask-{stage.name}")
            )

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
        interruption: KeyboardInterrupt | None = None
        for thread in self._threads:
            while thread.is_alive():
                try:
                    thread.join()
                except KeyboardInterrupt as again:  # a thread must not outlive the file it writes to
                    interruption = again
        if interruption is not None and error is None:
            raise interruption

    def _decode(self, frames: Iterator[Frame]) -> None:
        outbox = self._channels[0]
        error: BaseException | None = None
        try:
            while True:
                start_s = time.perf_counter()
                frame = next(frames, None)
                if frame is None:
                    return
                job = Job(frame)
                job.work_ms += self._times.add("decode", start_s)
                if not outbox.put(job):
                    return
        except BaseException as caught:  # raised again in the caller's thread
            error = caught
        finally:
            outbox.finish(error)

    def _work(self, stage: Stage, inbox: Channel[Job], outbox: Channel[Job]) -> None:
        error: BaseException | None = None
        try:
            while True:
                job = inbox.get()
                start_s = time.perf_counter()
                stage.work(job)
                job.work_ms += self._times.add(stage.name, start_s)
                if not outbox.put(job):
                    return
        except EndOfChannel:
            pass
        except BaseException as caught:  # raised again in the caller's thread; also what came from the stage before
            error = caught
        finally:
            inbox.cancel()
            outbox.finish(error)
