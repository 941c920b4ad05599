"""Signals that end a command: all of them do it like Ctrl-C, and none in the middle of closing a file."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

# Ended from elsewhere (timeout, docker stop, systemctl stop), and its terminal closed, which Windows does not signal.
_FATAL = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """A signal has asked the process to end; what KeyboardInterrupt leaves in order, this leaves in order too."""

    def __init__(self, number: int) -> None:
        """Args: number: Of the signal."""
        super().__init__(number)
        self.number = number


@contextmanager
def terminated_like_ctrl_c() -> Iterator[None]:
    """Makes SIGTERM and SIGHUP raise `Terminated` in the block, where they would have ended the process at once.

    So it is only in the main thread, which alone gets signals; and a signal that is ignored, as nohup does with SIGHUP,
    or that has a handler, is left alone.
    """
    process = os.getpid()

    def raise_it(number: int, frame: FrameType | None) -> None:
        if os.getpid() != process:  # a process that was forked in the block has nothing to leave in order
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        raise Terminated(number)

    taken = [number for number in _FATAL if _is_main() and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, raise_it)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def held_back() -> Iterator[None]:
    """Keeps Ctrl-C, and what ends a command like it, from interrupting the block.

    It comes afterwards instead, unless the block has failed, which ends the command anyway.
    """
    came: list[int] = []
    handlers = {
        number: handler
        for number in (signal.SIGINT, *_FATAL)
        if _is_main() and callable(handler := signal.getsignal(number))
    }
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])


@contextmanager
def kept_from_children() -> Iterator[None]:
    """Keeps Ctrl-C, which a terminal sends to all processes, from those that are started in the block: they inherit it.

    They are ended by this process, and would leave a traceback if Ctrl-C met them while they import.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # once started, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
