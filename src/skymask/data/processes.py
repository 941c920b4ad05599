"""The same work for many items, on several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from skymask.interruption import kept_from_children

Item = TypeVar("Item")
Result = TypeVar("Result")


def on_processes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int | None, chunk: int
) -> Iterator[Result]:
    """Does the work for each item; once the iterator is closed, or an error ends it, no other is begun.

    No process outlives this one, however it ends.

    Args:
        work: Can be pickled, as can the items and the results.
        items: What to do.
        jobs: Processes; None takes one for each processor, 1 stays in this one.
        chunk: Items that a process takes at a time.

    Yields:
        The results, in the order of the items.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    # A forked process inherits locks that threads of this one hold, and waits for them for ever.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_end_with_parent)
    try:
        with kept_from_children():
            results = pool.map(work, items, chunksize=chunk)
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Ends this process as soon as its parent is gone: killed, that cannot say so, and Ctrl-C does not come here."""
    parent = parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    Thread(target=follow, name="skymask-parent", daemon=True).start()
