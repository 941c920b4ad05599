"""Settles, before any work, which photographs are done and where the mask of each will go."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from skymask.errors import InputError
from skymask.files import check_folder, identity, own_identity, reaching
from skymask.masks.search import LeftOut, search


@dataclass(frozen=True)
class Job:
    """One photograph, and the mask to make of it."""

    photograph: Path
    mask: Path
    name: Path
    """The photograph's path below the folder that was given, or its file name alone."""


_Jobs = dict[tuple[Path, Path], Job]
"""By the identities of photograph and mask, see `skymask.files.identity`; a mask that is a link counts as itself."""


@dataclass(frozen=True)
class Plan:
    """What will be done, and what not."""

    jobs: list[Job]
    """In the order of the inputs, sorted by name within each; none twice."""
    left_out: LeftOut


def plan(inputs: Sequence[str | Path], output: Path, place: Callable[[Path], Path]) -> Plan:
    """Lists the photographs behind files, folders and globs, and the masks to make.

    A file goes by its name. Folders are searched with all their subfolders, and what is found goes by its path below
    the folder; so it is with the fixed part of a glob, such as `trip` in `trip/**/*.jpg`. Of both, hidden files, links
    to folders, what skymask made and whatever lies in `output` are left out.

    Args:
        inputs: Files, folders and globs. What exists under its literal name is no glob.
        output: The folder for the masks; need not exist.
        place: Names the mask of a photograph below that folder, as a `Layout` does.

    Raises:
        InputError: An input does not exist or holds no photograph, or a mask would overwrite a photograph or the mask
            of another photograph; `output` is a file, or it or an input cannot be reached.
    """
    check_folder(output)
    found: _Jobs = {}
    left_out = LeftOut()
    for given in inputs:
        for photograph, name in search(given, output, left_out):
            mask = output / place(name)
            found.setdefault((identity(photograph), own_identity(mask)), Job(photograph, mask, name))
    jobs = list(found.values())
    if not jobs:
        if not left_out:
            raise InputError(f"The masks of {output} cannot go to {output} itself. Give the photographs.")
        raise InputError(f"There is no photograph to make a mask of; what is there was {left_out}.")
    _check_nothing_is_overwritten(found)
    _check_masks_are_distinct(found)
    return Plan(jobs, left_out)


def check_report(report: Path, planned: Plan, index: Path | None, model: Path) -> None:
    """Refuses a report that could not be written in the end, or would overwrite what the run reads, finds or makes.

    Args:
        report: The file to write.
        planned: What the run will do.
        index: The file that the layout writes besides the masks, if any.
        model: The model's file.

    Raises:
        InputError: It is a folder, lies below a file, cannot be reached, or is one of these files.
    """
    with reaching(report):
        if report.is_dir():
            raise InputError(f"The report cannot be written to {report}, which is a folder. Name a file in it.")
        nearest = next(folder for folder in report.absolute().parents if folder.exists())
        if not nearest.is_dir():
            raise InputError(f"The report cannot be written to {report}: {nearest} is no folder. Choose another file.")
    place = identity(report)
    taken = [("photograph", job.photograph) for job in planned.jobs] + [("mask", job.mask) for job in planned.jobs]
    taken += [("picture", file) for file in (*planned.left_out.unreadable, *planned.left_out.results)]
    taken += [("model", model)]
    taken += [] if index is None else [("index", index)]
    for what, file in taken:
        if identity(file) == place:
            raise InputError(f"The report would overwrite the {what} {file}. Choose another file with --report.")


def _check_nothing_is_overwritten(jobs: _Jobs) -> None:
    photographs = {photograph: job.photograph for (photograph, _), job in jobs.items()}
    for job in jobs.values():
        overwritten = photographs.get(identity(job.mask))
        if overwritten is not None:
            raise InputError(
                f"The mask of {job.photograph} would overwrite the photograph {overwritten}. "
                "Choose another folder with -o."
            )


def _check_masks_are_distinct(jobs: _Jobs) -> None:
    by_mask: dict[Path, list[Job]] = {}
    for (_, mask), job in jobs.items():
        by_mask.setdefault(mask, []).append(job)
    clashes = [sharing for sharing in by_mask.values() if len(sharing) > 1]
    if not clashes:
        return
    one, other, *_ = clashes[0]
    many = f"{len(clashes)} masks would each be of more than one photograph; the first: " if len(clashes) > 1 else ""
    both = f"{one.photograph} and {other.photograph} would both get the mask {one.mask}."
    raise InputError(f"{many}{both} {_remedy(one, other, jobs.values())}")


def _remedy(one: Job, other: Job, jobs: Iterable[Job]) -> str:
    """What to do about two photographs that would get one mask."""
    if identity(one.photograph.parent) == identity(other.photograph.parent):
        patterns = _patterns(one, jobs)
        one_kind = f"Give one kind of file ({patterns}), or take" if patterns else "Take"
        return f"{one_kind} --layout colmap: its names keep the ending, its sky is black."
    paths = [one.photograph, other.photograph]
    if one.photograph.is_absolute() != other.photograph.is_absolute():
        paths = [path.absolute() for path in paths]
    try:
        above = Path(os.path.commonpath(paths))
    except ValueError:  # on two drives of Windows
        return "Run twice with different folders -o."
    return (
        f"Give the folder above both ({above}), which keeps subfolders apart, or run twice with different folders -o."
    )


def _patterns(one: Job, jobs: Iterable[Job]) -> str:
    """Globs for all photographs of the kind of one of them, in each spelling of their ending unless those clash too.

    Empty where the folder's own name would be taken for a glob.
    """
    root, kind = one.photograph.parents[len(one.name.parts) - 1], one.photograph.suffix.lower()
    if glob.has_magic(str(root)):
        return ""
    below = [job for job in jobs if job.photograph.is_relative_to(root) and job.photograph.suffix.lower() == kind]
    clash = len({own_identity(job.mask) for job in below}) < len(below)
    suffixes = {one.photograph.suffix} if clash else {job.photograph.suffix for job in below}
    spellings = sorted(suffixes, key=str.swapcase)
    return " ".join(f"'{root / '**' / f'*{suffix}'}'" for suffix in spellings)
