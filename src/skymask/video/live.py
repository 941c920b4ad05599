"""Keeps up with a live source: a thread reads all the time and only the newest frame is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from skymask.video.source import Frame, SourceInfo

WAKE_S = 0.5  # waiting without a limit cannot be interrupted on Windows

D = TypeVar("D")


class Arrivals(Protocol[D]):
    """Where frames arrive at the world's pace; a live `ContainerSource` is one."""

    @property
    def info(self) -> SourceInfo:
        """See `Source`."""
        ...

    def decoded(self) -> Iterator[D]:
        """Yields each frame when it arrives, in a form that costs little where it is dropped."""
        ...

    def convert(self, decoded: D, /) -> Frame:
        """Makes a frame of what `decoded` yielded, on another thread."""
        ...

    def stop(self) -> None:
        """See `Source`."""
        ...

    def close(self) -> None:
        """See `Source`."""
        ...


class LiveSource(Generic[D]):
    """Wraps what arrives. Frames that come in while the last one is still in work are dropped.

    Dropped frames are decoded, as later ones are built on them, but neither scaled nor converted. See `Source` for what
    the members promise.
    """

    def __init__(self, inner: Arrivals[D]) -> None:
        """Args: inner: Belongs to this source from now on."""
        self.info = inner.info
        self.dropped = 0
        self._inner = inner
        self._changed = threading.Condition()
        self._newest: D | None = None
        self._ended = False
        self._closing = False
        self._error: BaseException | None = None
        self._taker = threading.current_thread()
        self._reader = threading.Thread(target=self._read, name=f"skymask-read-{self.info.name}")

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        self._taker = threading.current_thread()
        self._reader.start()
        try:
            while (decoded := self._take()) is not None:
                yield self._inner.convert(decoded)
        finally:  # also where the iteration is given up
            self.stop()

    def stop(self) -> None:
        """See `Source`."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._inner.stop()

    def close(self) -> None:
        """See `Source`. Waits for the read under way, at most the time-out the source was opened with."""
        self.stop()
        if self._reader.is_alive():
            self._reader.join()
        self._inner.close()

    def _read(self) -> None:
        error: BaseException | None = None
        try:
            for decoded in self._inner.decoded():
                if self._closing or self._is_forgotten():
                    return
                with self._changed:
                    self.dropped += self._newest is not None
                    self._newest = decoded
                    self._changed.notify()
        except BaseException as caught:  # raised again by `frames`, in the thread that asked for them
            error = caught
        finally:
            with self._changed:
                self._ended, self._error = True, error
                self._changed.notify()

    def _is_forgotten(self) -> bool:
        """Whether the program has ended without closing the source: it would wait for the reader for ever."""
        return not threading.main_thread().is_alive() and not self._taker.is_alive()

    def _take(self) -> D | None:
        self._taker = threading.current_thread()
        with self._changed:
            while self._newest is None and not self._ended and not self._closing:
                self._changed.wait(WAKE_S)
            if self._closing:
                return None
            decoded, self._newest = self._newest, None
            if decoded is None and self._error is not None:
                raise self._error
            return decoded
