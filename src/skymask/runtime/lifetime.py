"""How long the library of an engine may be called: until the interpreter ends.

A thread that comes back from C++ when the interpreter has ended is unwound, which C++ answers with an abort of the
whole process. (Python 3.14 and later stop such a thread where it stands.)
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from skymask.errors import EngineError

_LOOK_AGAIN_S = 0.005
_GRACE_S = 1.0

# Neither takes a lock, which a fork would leave locked and an interrupted thread would never give back: who comes in
# signs in before looking whether the end has begun, and the end begins before it looks who is in.
_inside: set[int] = set()  # threads that are in a library
_ended_by: int | None = None  # the thread that ends the interpreter


@contextmanager
def library_call() -> Iterator[None]:
    """Keeps the interpreter from ending while a thread is in the library of an engine.

    Raises:
        EngineError: The interpreter is ending, and this is not the thread that ends it.
    """
    thread = threading.get_ident()
    _inside.add(thread)
    try:
        if _ended_by in (None, thread):
            yield
            return
    finally:
        _inside.discard(thread)
    time.sleep(_GRACE_S)  # the end stops the thread here; only one that is waited for gets further
    raise EngineError(
        "The interpreter is ending, and its models can no longer be called from other threads. Stop those before."
    )


@atexit.register
def _wait_for_calls() -> None:
    global _ended_by  # noqa: PLW0603 - there is one interpreter, and one end
    _ended_by = threading.get_ident()
    while _inside - {_ended_by}:
        time.sleep(_LOOK_AGAIN_S)
