"""The same work for many items, on several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from skymask.interruption import kept_from_children

Item = TypeVar("Item")
Result = TypeVar("Result")


def on_processes(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int | None, chunk: int
) -> Iterator[Result]:
    """Does the work for each item; once the iterator is closed, or an error ends it, no other is begun.

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
    pool = ProcessPoolExecutor(jobs, get_context("spawn"))
    try:
        with kept_from_children():
            results = pool.map(work, items, chunksize=chunk)
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)
