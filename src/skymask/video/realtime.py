"""Masks in real time: inference runs beside the pipeline, and its newest mask is carried to every frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType

from skymask.contract import Alphas
from skymask.runtime.carry import Carry
from skymask.runtime.temporal import TemporalFilter
from skymask.video.channel import WAKE_S, EndOfChannel
from skymask.video.pipeline import Job, SegmentFrame, Stage, join
from skymask.video.report import StageTimes
from skymask.video.source import Frame

MOST_UNDER_WAY = 4  # frames: one that has arrived, one that waits, one that is drawn, one that is shown


@dataclass(frozen=True, slots=True)
class _Mask:
    frame: Frame
    alpha: Alphas
    carry: Carry


class Inference:
    """Infers the newest frame whenever the model is free; to be used in a `with` statement around the pipeline.

    Frames pass through `arriving` on their way into the pipeline, through `stages` in it and through `leaving` on their
    way out; `stop` comes before the pipeline is left.

    A frame waits for its own mask until the next frame arrives; then it takes the newest mask there is, brought to it
    by `Carry`. So a fast model gives every frame its own mask, and a slow one holds no frame up for longer than the
    source takes for the next. Only the first frame waits for its mask in any case, as there is none to take instead,
    and so does the last one.

    Where even drawing is too slow for the source, the queues of the pipeline would fill up and every picture be late by
    all of them. So only a few frames are let in at a time, and the source drops the others.

    What the model raises is raised by the stages.
    """

    def __init__(self, segmenter: SegmentFrame, smooth: bool, times: StageTimes) -> None:
        """Args:
        segmenter: The model; called on a thread of its own.
        smooth: Take out flicker, over the frames that are inferred.
        times: Collects how long inference takes, for the frames that are inferred.
        """
        self._segmenter = segmenter
        self._steady = TemporalFilter() if smooth else None
        self._times = times
        self._changed = threading.Condition()
        self._arrived: deque[tuple[int, Frame]] = deque()  # not yet inferred
        self._newest_pts: int | None = None  # of what has arrived
        self._begun = False
        self._masks: deque[_Mask] = deque()  # oldest first
        self._error: BaseException | None = None
        self._under_way = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="skymask-infer")

    def arriving(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """Passes frames on as there is room for them, and offers each to the model in place of the one before."""
        for number, frame in enumerate(frames):
            with self._changed:
                if self._begun:  # until then the first frame stays, as it cannot do without a mask
                    self._arrived.clear()
                self._arrived.append((number, frame))
                self._newest_pts = frame.pts
                self._under_way += 1
                self._changed.notify_all()
            yield frame
            with self._changed:
                while self._under_way >= MOST_UNDER_WAY and not self._closing:
                    self._changed.wait(WAKE_S)

    def leaving(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Passes jobs on, and makes room for a frame after each."""
        for job in jobs:
            yield job
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def stages(self) -> list[Stage]:
        """Returns the stages that give each job its alpha."""
        return [Stage("wait", self._wait), Stage("carry", _carry)]

    def stop(self) -> None:
        """Ends everything that waits here: for room, for a frame to infer, for a mask."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def __enter__(self) -> Inference:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        join([self._thread], error)

    def _run(self) -> None:
        try:
            while (taken := self._take()) is not None:
                mask = self._infer(*taken)
                with self._changed:
                    self._masks.append(mask)
                    self._changed.notify_all()
        except BaseException as caught:  # raised again by the stage that waits
            with self._changed:
                self._error = caught
                self._changed.notify_all()

    def _take(self) -> tuple[int, Frame] | None:
        with self._changed:
            while not self._arrived and not self._closing:
                self._changed.wait(WAKE_S)
            if self._closing:
                return None
            if self._begun:
                taken = self._arrived.pop()
                self._arrived.clear()
            else:
                taken = self._arrived.popleft()
                self._begun = True
            return taken

    def _infer(self, number: int, frame: Frame) -> _Mask:
        start_s = perf_counter()
        alpha = self._segmenter(frame.image)
        self._times.add("infer", number, start_s)
        if self._steady is not None:
            start_s = perf_counter()
            alpha = self._steady(frame.luma, alpha)
            self._times.add("smooth", number, start_s)
        return _Mask(frame, alpha, Carry(frame.luma, alpha))

    def _wait(self, job: Job) -> None:
        """Gives a job its own mask, or the one to carry."""
        with self._changed:
            while not self._is_settled(job.frame):
                self._changed.wait(WAKE_S)
            if not self._is_past(job.frame) and (self._error is not None or self._closing):
                raise self._error or EndOfChannel
            while len(self._masks) > 1 and self._masks[1].frame.pts <= job.frame.pts:
                self._masks.popleft()
            mask = self._masks[0]
        if mask.frame is job.frame:
            job.alpha = mask.alpha
        else:
            job.carry = mask.carry
        job.mask_age_ms = float(job.frame.time_s - mask.frame.time_s) * 1000

    def _is_settled(self, frame: Frame) -> bool:
        """Whether there is nothing to wait for any longer."""
        next_is_there = self._newest_pts is not None and self._newest_pts > frame.pts
        ended = self._error is not None or self._closing
        return ended or self._is_past(frame) or (bool(self._masks) and next_is_there)

    def _is_past(self, frame: Frame) -> bool:
        """Whether inference is done with a frame: it has its mask, or was left out and a later one has."""
        return bool(self._masks) and self._masks[-1].frame.pts >= frame.pts


def _carry(job: Job) -> None:
    if job.carry is not None:
        job.alpha = job.carry.to(job.frame.luma)
