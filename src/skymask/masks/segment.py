"""Makes the masks: decoding, inference and encoding overlap, and one broken photograph does not stop the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TypeVar

from skymask.contract import Alphas, Frames
from skymask.errors import MediaError, SkymaskError
from skymask.masks.images import Photograph, read_photograph
from skymask.masks.layouts.layout import Layout
from skymask.masks.plan import Job

# Photographs decoded ahead, and masks still being written, at any time. Two keep the model busy; a photograph of 24
# megapixels is 72 MB, so more would cost memory for nothing.
_AHEAD = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


class Status(Enum):
    """What became of a photograph."""

    WRITTEN = "written"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one photograph."""

    job: Job
    status: Status
    error: SkymaskError | None = None
    """Why it failed; names the photograph."""


@dataclass(frozen=True)
class _Decoded:
    job: Job
    photograph: Photograph


@dataclass(frozen=True)
class _Segmented:
    job: Job
    alpha: Alphas
    photograph: Photograph


def segment(
    jobs: Iterable[Job], sky: Callable[[Frames], Alphas], layout: Layout, overwrite: bool = False
) -> Iterator[Outcome]:
    """Makes the masks of photographs.

    Args:
        jobs: What to do, from `plan`.
        sky: Turns a frame into an alpha, as a `Segmenter` does; called from this thread.
        layout: The one that the jobs were planned with; `finish` is left to the caller.
        overwrite: Make masks again that are there already.

    Yields:
        One outcome a job, in their order. A photograph that cannot be decoded or is too small is an outcome, not an
        exception.

    Raises:
        OutputError: A mask cannot be written, or what is in its place is not of this layout; the next ones would fare
            no better.
    """
    pool = ThreadPoolExecutor(2 * _AHEAD, thread_name_prefix="skymask-masks")
    try:
        decoded = _ahead(pool, partial(_decode, layout=layout, overwrite=overwrite), jobs)
        segmented = (_infer(item, sky) for item in decoded)
        yield from _ahead(pool, partial(_write, layout=layout), segmented)
    finally:
        pool.shutdown(cancel_futures=True)  # also on Ctrl-C and on an error: masks being written are finished


def _ahead(pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Maps in order with at most `_AHEAD` results waiting; `Executor.map` would take in all items at once."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _decode(job: Job, layout: Layout, overwrite: bool) -> _Decoded | Outcome:
    if not overwrite and layout.is_made(job.mask):
        return Outcome(job, Status.SKIPPED)
    try:
        return _Decoded(job, read_photograph(job.photograph))
    except MediaError as error:
        return Outcome(job, Status.FAILED, error)


def _infer(item: _Decoded | Outcome, sky: Callable[[Frames], Alphas]) -> _Segmented | Outcome:
    if isinstance(item, Outcome):
        return item
    try:
        return _Segmented(item.job, sky(item.photograph.rgb), item.photograph)
    except SkymaskError as error:
        return Outcome(item.job, Status.FAILED, MediaError(f"{item.job.photograph}: {error}"))


def _write(item: _Segmented | Outcome, layout: Layout) -> Outcome:
    if isinstance(item, Outcome):
        return item
    layout.write(item.alpha, item.photograph, item.job.mask)
    return Outcome(item.job, Status.WRITTEN)
