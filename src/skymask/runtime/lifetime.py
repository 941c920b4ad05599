"""How long the library of an engine may be called: in the process that loaded the model, until the interpreter ends.

A thread that comes back from C++ when the interpreter has ended is unwound, which C++ answers with an abort of the
whole process. (Python 3.14 and later stop such a thread where it stands.)

The threads of a library do not follow into a forked process. A model that has been loaded before waits for them there,
for ever, when it is called as when it is freed.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from skymask.errors import EngineError
from skymask.runtime.engine import Engine

_LOOK_AGAIN_S = 0.005
_GRACE_S = 2.0

# Neither takes a lock, which a fork would leave locked and an interrupted thread would never give back: who comes in
# signs in before looking whether the end has begun, and the end begins before it looks who is in.
_inside: set[int] = set()  # threads that are in a library
_ended_by: int | None = None  # the thread that ends the interpreter
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


@contextmanager
def library_call(process: int | None = None) -> Iterator[None]:
    """Keeps the interpreter from ending while a thread is in the library of an engine.

    Args:
        process: The process that loaded the model, where there is one.

    Raises:
        EngineError: This is another process, or the interpreter is ending and this is not the thread that ends it.
    """
    if process not in (None, os.getpid()):
        raise EngineError(
            "The model was loaded in another process and cannot be called in one forked from it: load it in this one, "
            "best of all in one that is started afresh (multiprocessing.get_context('spawn'))."
        )
    thread = threading.get_ident()
    _inside.add(thread)
    try:
        if _ended_by in (None, thread):
            yield
            return
    finally:
        _inside.discard(thread)
    while _inside:
        time.sleep(_LOOK_AGAIN_S)
    time.sleep(_GRACE_S)  # the end stops the thread here; only one that is waited for gets further
    raise EngineError(
        "The interpreter is ending, and its models can no longer be called from other threads. Stop those before."
    )


def keep_in_forks(engine: Engine) -> None:
    """Never frees an engine in processes forked from this one, where that would hang them."""
    _engines.add(engine)


@atexit.register
def _wait_for_calls() -> None:
    global _ended_by  # noqa: PLW0603 - there is one interpreter, and one end
    _ended_by = threading.get_ident()
    while _inside - {_ended_by}:
        time.sleep(_LOOK_AGAIN_S)


def _enter_fork() -> None:
    _inside.clear()
    for engine in _engines:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(engine))  # one reference that nobody gives back


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_enter_fork)
