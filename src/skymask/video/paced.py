"""Plays a file as if it were live, so that real time can be tried without a camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from skymask.video.live import LiveSource
from skymask.video.source import Frame, Source


class PacedSource(LiveSource[Frame]):
    """Wraps a source that is not live. Its frames arrive when their time has come, wanted or not.

    Where reading takes longer than playing, a frame arrives as soon as it is read. See `Source` for what the members
    promise.
    """

    def __init__(
        self,
        inner: Source,
        *,
        now: Callable[[], float] = time.perf_counter,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """Args:
        inner: Belongs to this source from now on.
        now: The clock, in seconds.
        wait: Waits so many seconds on that clock; None for a wait that `stop` cuts short.
        """
        self._stop = threading.Event()
        super().__init__(Player(inner, now, wait or self._stop.wait))

    def stop(self) -> None:
        """See `Source`."""
        self._stop.set()
        super().stop()


class Player:
    """Lets each frame of a source arrive at its time; the first one, when it is asked for."""

    def __init__(self, inner: Source, now: Callable[[], float], wait: Callable[[float], object]) -> None:
        self._inner = inner
        self._now = now
        self._wait = wait
        self.info = replace(inner.info, live=True)

    def decoded(self) -> Iterator[Frame]:
        zero_s: float | None = None
        for frame in self._inner.frames():
            if zero_s is None:
                zero_s = self._now() - float(frame.time_s)
            early_s = zero_s + float(frame.time_s) - self._now()
            if early_s > 0:
                self._wait(early_s)
            yield replace(frame, arrived_s=self._now())

    def convert(self, decoded: Frame) -> Frame:
        return decoded

    def stop(self) -> None:
        self._inner.stop()

    def close(self) -> None:
        self._inner.close()
