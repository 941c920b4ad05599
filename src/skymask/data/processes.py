"""The same work for many items, on several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from skymask.interruption import kept_from_children

MOST_ON_WINDOWS = 61  # a pool there takes no more

Item = TypeVar("Item")
Result = TypeVar("Result")


def on_processes(work: Callable[[Item], Result], items: Sequence[Item], jobs: int, chunk: int) -> Iterator[Result]:
    """Does the work for each item; once the iterator is closed, or an error ends it, no other is begun.

    No process outlives this one, however it ends.

    Args:
        work: Can be pickled, as can the items and the results.
        items: What to do.
        jobs: Processes; 1 stays in this one. Each of several imports the script that runs here, which therefore has to
            do its work below `if __name__ == "__main__":`.
        chunk: Items that a process takes at a time.

    Yields:
        The results, in the order of the items.
    """
    if jobs == 1:
        yield from map(work, items)
        return
    # A forked process inherits locks that threads of this one hold, and waits for them for ever.
    count = min(jobs, MOST_ON_WINDOWS) if os.name == "nt" else jobs
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_end_with_parent)
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
