"""What `skymask masks` does once it has its plan: the masks, progress, the report, the closing line."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from skymask.cli.tell import tell
from skymask.errors import InputError, OccupiedError, OutputError, SkymaskError
from skymask.masks.layouts.layout import Layout
from skymask.masks.plan import Job
from skymask.masks.report import Report, Row
from skymask.masks.segment import Outcome, Status, segment
from skymask.runtime.segmenter import Segmenter

_LINE_SECONDS = 10.0


def run_masks(
    jobs: list[Job], sky: Segmenter, layout: Layout, output: Path, overwrite: bool, report: Path | None
) -> tuple[list[Outcome], Report]:
    """Makes the masks, and tells on stderr how far it is and what fails.

    Args:
        jobs: From `plan`.
        sky: The model.
        layout: The one that the jobs were planned with.
        output: The folder for the masks.
        overwrite: Make masks again that are there already.
        report: File for the report, which is written here only where the run ends early.

    Returns:
        What became of each photograph, and the report of it.

    Raises:
        SkymaskError: As `segment` raises.
    """
    console = Console(stderr=True)
    start_s = time.monotonic()
    outcomes: list[Outcome] = []
    places = {job: place for place, job in enumerate(jobs)}

    def so_far() -> Report:
        rows = [Row.of(outcome) for outcome in sorted(outcomes, key=lambda outcome: places[outcome.job])]
        seconds = round(time.monotonic() - start_s, 3)
        return Report(layout.name, sky.info.title, str(sky.engine), len(jobs), seconds, rows)

    try:
        with _progress(console, len(jobs)) as advance:
            for outcome in segment(jobs, sky, layout, sky.info.title, overwrite):
                if outcome.error is not None:
                    tell(console, f"skymask: {outcome.error}")
                outcomes.append(outcome)
                advance(outcome.status is not Status.SKIPPED)
    except (SkymaskError, KeyboardInterrupt, OSError, SystemExit) as error:  # the last two: nobody takes stderr
        _write_early(console, so_far(), report)
        if not isinstance(error, InputError | OccupiedError):  # there, the same command would stop again
            _tell_so_far(console, jobs, outcomes, output, overwrite)
        raise
    return outcomes, so_far()


def summary(outcomes: list[Outcome], output: Path, sky: Segmenter) -> str:
    """Returns the closing line: what was written, and what stayed as it was."""
    written = [outcome for outcome in outcomes if outcome.status is Status.WRITTEN]
    skipped = [outcome for outcome in outcomes if outcome.status is Status.SKIPPED]
    model = sky.info.title
    line = f"{_masks(len(written))} written to {output} ({model}, {sky.engine.engine} on {sky.engine.device})"
    again = sum(outcome.again for outcome in written)
    if again:
        line += f", {again} of them again, as they did not fit their photographs any more"
    if skipped:
        makers = Counter("an unknown model" if outcome.origin is None else outcome.origin.model for outcome in skipped)
        del makers[model]
        others = "".join(f", {number} of them by {maker}" for maker, number in makers.most_common())
        line += f", {len(skipped)} skipped that were there already{others} (--overwrite makes them again)"
    return f"{line}."


class ProgressLines:
    """Progress where there is no terminal: a line about every ten seconds."""

    def __init__(self, total: int, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Starts the clock.

        Args:
            total: Photographs in all.
            tell: Takes a line.
            clock: Gives the time in seconds.
        """
        self._total = total
        self._tell = tell
        self._clock = clock
        self._done = self._worked = 0
        self._start_s = self._told_s = clock()

    def advance(self, worked: bool) -> None:
        """Counts one more photograph; `worked` is False if it was skipped, which says nothing of the time left."""
        now_s = self._clock()
        self._done += 1
        self._worked += worked
        if not self._worked:
            self._start_s = now_s
        if now_s - self._told_s < _LINE_SECONDS or self._done == self._total:
            return
        self._told_s = now_s
        line = f"masks: {self._done:,} of {self._total:,}"
        if self._worked:
            left_s = (self._total - self._done) * (now_s - self._start_s) / self._worked
            line += f", about {_duration(left_s)} left"
        self._tell(line)


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[bool], None]]:
    """Gives a function to call after each photograph: a bar on a terminal, lines elsewhere."""
    if not console.is_terminal:
        yield ProgressLines(total, lambda line: tell(console, line)).advance
        return
    columns = (TextColumn("masks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("masks", total=total)
        yield lambda worked: progress.advance(task)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def _tell_so_far(console: Console, jobs: list[Job], outcomes: list[Outcome], output: Path, overwrite: bool) -> None:
    made = sum(outcome.status is Status.WRITTEN for outcome in outcomes)
    there = sum(os.path.exists(job.mask) for job in jobs)  # noqa: PTH110 - also those that were still being written
    if overwrite and made:
        tell(console, f"{made:,} of {len(jobs):,} masks in {output} are new.")
    elif there and not overwrite:
        tell(console, f"{_masks(there)} in {output}, of {len(jobs):,}; the same command goes on from there.")


def _write_early(console: Console, told: Report, report: Path | None) -> None:
    """Writes the report of a run that ends early; if that fails, what ended the run is still what counts."""
    if report is None:
        return
    try:
        told.write(report)
    except BrokenPipeError:
        return
    except OutputError as error:
        tell(console, f"skymask: {error}")


def _masks(count: int) -> str:
    return f"{count:,} mask{'' if count == 1 else 's'}"
