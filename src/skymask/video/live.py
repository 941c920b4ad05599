"""Keeps up with a live source: a thread reads all the time and only the newest frame is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from skymask.video.container import ContainerSource, DecodedFrame
from skymask.video.source import Frame

WAKE_S = 0.5  # waiting without a limit cannot be interrupted on Windows


class LiveSource:
    """Wraps a live `ContainerSource`. Frames that come in while the last one is still in work are dropped.

    Dropped frames are decoded, as later ones are built on them, but neither scaled nor converted. See `Source` for what
    the members promise.
    """

    def __init__(self, inner: ContainerSource) -> None:
        """Args: inner: Belongs to this source from now on."""
        self.info = inner.info
        self.dropped = 0
        self._inner = inner
        self._changed = threading.Condition()
        self._newest: DecodedFrame | None = None
        self._ended = False
        self._closing = False
        self._error: BaseException | None = None
        self._reader = threading.Thread(target=self._read, name=f"skymask-read-{self.info.name}")

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        self._reader.start()
        while (decoded := self._take()) is not None:
            yield self._inner.convert(decoded)

    def close(self) -> None:
        """See `Source`. Waits for the read under way, at most the time-out the source was opened with."""
        self._closing = True
        if self._reader.is_alive():
            self._reader.join()
        self._inner.close()

    def _read(self) -> None:
        error: BaseException | None = None
        try:
            for decoded in self._inner.decoded():
                if self._closing:
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

    def _take(self) -> DecodedFrame | None:
        with self._changed:
            while self._newest is None and not self._ended:
                self._changed.wait(WAKE_S)
            decoded, self._newest = self._newest, None
            if decoded is None and self._error is not None:
                raise self._error
            return decoded
