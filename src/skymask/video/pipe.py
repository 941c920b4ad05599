"""A named pipe as PyAV reads it."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAKE_S = 0.1  # how soon `stop` is noticed


class Pipe:
    """A file to give to `av.open`, whose reader can be stopped: FFmpeg itself would wait until the writer speaks."""

    def __init__(self, path: Path) -> None:
        """Waits until somebody opens the pipe for writing.

        Raises:
            PermissionError: It may not be read.
        """
        self.name = str(path.absolute())
        """Read by PyAV: its ending is a hint at the format."""
        self._descriptor = os.open(path, os.O_RDONLY)
        self._open = True
        self._stopped = False
        self._interruption: KeyboardInterrupt | None = None

    def read(self, size: int) -> bytes:
        """Waits for at most so many bytes; there are none at the end, and after `stop`."""
        try:
            while not self._stopped:
                if select.select([self._descriptor], [], [], WAKE_S)[0]:
                    return os.read(self._descriptor, size)
        except KeyboardInterrupt as interruption:  # PyAV would lose it
            self._interruption = interruption
            self._stopped = True
        return b""

    @contextmanager
    def opening(self) -> Iterator[None]:
        """For the thread that gets Ctrl-C: raises it after the block, and closes the pipe if anything was raised."""
        done = False
        try:
            yield
            done = self._interruption is None
        finally:
            if not done:
                self.close()
            if self._interruption is not None:
                raise self._interruption

    def stop(self) -> None:
        """Ends `read`, also one that waits on another thread."""
        self._stopped = True

    def close(self) -> None:
        """Closes the pipe, once nobody reads; closing twice does nothing."""
        if self._open:
            self._open = False
            os.close(self._descriptor)
