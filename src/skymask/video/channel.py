"""A bounded queue between two threads that can end from either side."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

WAKE_S = 0.5  # waiting without a limit cannot be interrupted on Windows


class EndOfChannel(Exception):  # noqa: N818 - it is a signal, as StopIteration is
    """The writer has finished and everything was read, or the channel was cancelled."""


class Channel(Generic[T]):
    """Passes items from one writer to one reader, in order. Safe to use from several threads."""

    def __init__(self, depth: int) -> None:
        """Args: depth: How many items may wait; the writer waits when there are more."""
        self._depth = depth
        self._items: deque[T] = deque()
        self._finished = False
        self._cancelled = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def put(self, item: T) -> bool:
        """Adds an item, waiting for room. Returns whether it was taken: a reader is there, and nothing is finished."""
        with self._changed:
            while len(self._items) >= self._depth and not self._cancelled:
                self._changed.wait(WAKE_S)
            wanted = not self._cancelled and not self._finished
            if wanted:
                self._items.append(item)
                self._changed.notify_all()
            return wanted

    def get(self) -> T:
        """Takes the next item, waiting for it.

        Raises:
            EndOfChannel: There will be none.
            BaseException: What the writer gave to `finish`, once everything before it has been read.
        """
        with self._changed:
            while not self._items and not self._finished and not self._cancelled:
                self._changed.wait(WAKE_S)
            if self._items and not self._cancelled:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            raise EndOfChannel

    def finish(self, error: BaseException | None = None) -> None:
        """The writer's last word: no more items, and why, if that is an error. What waits can still be read.

        Where several threads write by turns, the first to say so is heard, and items after that are dropped.
        """
        with self._changed:
            if not self._finished:
                self._finished, self._error = True, error
                self._changed.notify_all()

    def cancel(self) -> None:
        """The reader's last word, or that of a third party: what waits is thrown away, nobody waits any longer."""
        with self._changed:
            self._cancelled = True
            self._items.clear()
            self._changed.notify_all()
