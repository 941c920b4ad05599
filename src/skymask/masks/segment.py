"""Makes the masks: decoding, inference and encoding overlap, and one broken photograph does not stop the others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TypeVar

from skymask.contract import Alphas, Frames
from skymask.errors import InputError, MediaError, SkymaskError
from skymask.files import followed, identity
from skymask.masks.before import look_at
from skymask.masks.layouts.layout import Layout
from skymask.masks.origin import Origin, Source
from skymask.masks.plan import Job
from skymask.photographs.read import Photograph, read_photograph
from skymask.runtime.stats import stats

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
    origin: Origin | None = None
    """What the mask says of itself: the one written, or the one that was there; None if it does not say."""
    again: bool = False
    """Whether it was written in the place of one that did not fit the photograph any more."""


@dataclass(frozen=True)
class _ToDo:
    job: Job
    again: bool


@dataclass(frozen=True)
class _Decoded:
    job: Job
    photograph: Photograph
    source: Source
    again: bool


@dataclass(frozen=True)
class _Segmented:
    decoded: _Decoded
    alpha: Alphas


def segment(
    jobs: Sequence[Job], sky: Callable[[Frames], Alphas], layout: Layout, model: str, overwrite: bool = False
) -> Iterator[Outcome]:
    """Makes the masks of photographs.

    What is in the places of the masks is looked at first, so that nothing in the way is found only after hours.

    Args:
        jobs: What to do, from `plan`.
        sky: Turns a frame into an alpha, as a `Segmenter` does; called from this thread.
        layout: The one that the jobs were planned with; `finish` is left to the caller.
        model: Name and version of what `sky` is, which masks are marked with.
        overwrite: Make masks again that are there already; otherwise only those that do not fit any more.

    Yields:
        One outcome a job: those whose masks are there come first, then the others, both in their order. A photograph
        that cannot be read or is too small is an outcome, not an exception.

    Raises:
        OccupiedError: What is in the place of a mask is another mask or none at all.
        InputError: A mask to be made is a link to the file of another mask.
        OutputError: The place of a mask cannot be reached, or a mask cannot be written; the next ones would fare no
            better.
    """
    pool = ThreadPoolExecutor(2 * _AHEAD, thread_name_prefix="skymask-masks")
    try:
        to_do = []
        for looked_at in pool.map(partial(_look, layout=layout, overwrite=overwrite), jobs):
            if isinstance(looked_at, Outcome):
                yield looked_at
            else:
                to_do.append(looked_at)
        _check_not_shared(to_do, jobs)
        decoded = _ahead(pool, partial(_decode, layout=layout, overwrite=overwrite), to_do)
        segmented = (_infer(item, sky) for item in decoded)
        yield from _ahead(pool, partial(_write, layout=layout, model=model), segmented)
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


def _look(job: Job, layout: Layout, overwrite: bool) -> _ToDo | Outcome:
    before = None if overwrite else look_at(job, layout)
    if before is None or not before.fits:
        return _ToDo(job, again=before is not None)
    layout.keep(job.mask)
    return Outcome(job, Status.SKIPPED, origin=before.origin)


def _check_not_shared(to_do: Iterable[_ToDo], jobs: Iterable[Job]) -> None:
    """Refuses to write through links into one file: all but the last mask would be lost."""
    by_file: dict[Path, list[Job]] = defaultdict(list)
    for job in jobs:
        by_file[identity(job.mask)].append(job)
    for item in to_do:
        one, *others = by_file[identity(item.job.mask)]
        if others:
            raise InputError(
                f"{one.mask} and {others[0].mask} are links to one file, {followed(one.mask)}, and would both be "
                "written there. Choose another folder with -o, or delete the links."
            )


def _decode(item: _ToDo, layout: Layout, overwrite: bool) -> _Decoded | Outcome:
    looked_at = item if item.again else _look(item.job, layout, overwrite)  # something may have come there since
    if isinstance(looked_at, Outcome):
        return looked_at
    job = looked_at.job
    try:
        photograph = read_photograph(job.photograph)
        return _Decoded(job, photograph, Source.of(job.photograph, job.mask), looked_at.again)
    except MediaError as error:
        return Outcome(job, Status.FAILED, error)
    except OSError as error:  # it was decoded, and is gone since
        gone = MediaError(f"{job.photograph} cannot be read any more: {error.strerror or error}.")
        return Outcome(job, Status.FAILED, gone)


def _infer(item: _Decoded | Outcome, sky: Callable[[Frames], Alphas]) -> _Segmented | Outcome:
    if isinstance(item, Outcome):
        return item
    try:
        return _Segmented(item, sky(item.photograph.rgb))
    except SkymaskError as error:
        return Outcome(item.job, Status.FAILED, MediaError(f"{item.job.photograph}: {error}"))


def _write(item: _Segmented | Outcome, layout: Layout, model: str) -> Outcome:
    if isinstance(item, Outcome):
        return item
    decoded = item.decoded
    origin = Origin(layout.name, model, decoded.source, stats(item.alpha))
    layout.write(item.alpha, decoded.photograph, decoded.job.mask, origin)
    return Outcome(decoded.job, Status.WRITTEN, origin=origin, again=decoded.again)
