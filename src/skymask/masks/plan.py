"""Finds the photographs that were asked for and settles, before any work, where the mask of each will go."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skymask.errors import InputError, OutputError
from skymask.masks.images import SUFFIXES

if TYPE_CHECKING:
    from skymask.masks.layouts.layout import Layout


@dataclass(frozen=True)
class Job:
    """One photograph, and the mask to make of it."""

    photograph: Path
    mask: Path
    name: Path
    """The photograph's path below the folder that was given, or its file name alone."""


def plan(inputs: Sequence[str | Path], output: Path, layout: Layout) -> list[Job]:
    """Lists the photographs behind files, folders and globs, and the masks to make.

    A file goes by its name. Folders are searched with all their subfolders, and what is found goes by its path below
    the folder; so it is with the fixed part of a glob, such as `trip` in `trip/**/*.jpg`. Hidden files and whatever
    lies in `output` are left out of folders and globs.

    Args:
        inputs: Files, folders and globs. What exists under its literal name is no glob.
        output: The folder for the masks; need not exist.
        layout: Says where in it the mask of each photograph goes.

    Returns:
        The jobs in the order of the inputs, sorted by name within each; none twice.

    Raises:
        InputError: An input does not exist or holds no photograph, or a mask would overwrite a photograph or the mask
            of another photograph.
        OutputError: `output` is a file.
    """
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file; the masks need a folder. Choose another with -o.")
    jobs: dict[Job, None] = {}
    for given in inputs:
        found = [Job(photo, output / layout.place(name), name) for photo, name in _photographs(given, output)]
        jobs.update(dict.fromkeys(found))
    _check_masks_are_distinct(jobs)
    return list(jobs)


def _photographs(given: str | Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Yields each photograph with its path relative to the folder that was given."""
    path = Path(given)
    if path.is_dir():
        if path.resolve() == output.resolve():
            raise InputError(f"The masks of {path} cannot go to {path} itself. Choose another folder with -o.")
        root = path
        candidates: Iterable[Path] = path.rglob("*")
    elif path.exists():
        yield path, Path(path.name)
        return
    elif glob.has_magic(str(given)):
        root = _fixed_part(path)
        # Path.glob would refuse patterns that the shell takes, such as "**.jpg".
        candidates = map(Path, glob.iglob(str(given), recursive=True))  # noqa: PTH207
    else:
        raise InputError(f"There is no photograph or folder at {given}. Check the path.")
    results = _results_within(root, output)
    found = sorted(file for file in candidates if _is_photograph(file, root) and not _lies_in(file, results))
    if not found:
        raise InputError(f"No photograph found in {given}; looked for files ending in {', '.join(sorted(SUFFIXES))}.")
    yield from ((file, file.relative_to(root)) for file in found)


def _is_photograph(file: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
    return file.suffix.lower() in SUFFIXES and not hidden and file.is_file()


def _results_within(root: Path, output: Path) -> Path | None:
    """The folder of results, where it lies below the one searched; what is in there are masks, not photographs."""
    root, output = root.resolve(), output.resolve()
    return output if output != root and output.is_relative_to(root) else None


def _lies_in(file: Path, folder: Path | None) -> bool:
    return folder is not None and file.resolve().is_relative_to(folder)


def _fixed_part(pattern: Path) -> Path:
    """The folder before the first part with a wildcard: `trip` of `trip/**/*.jpg`."""
    return next(parent for parent in pattern.parents if not glob.has_magic(str(parent)))


def _check_masks_are_distinct(jobs: Iterable[Job]) -> None:
    photographs = {job.photograph.resolve(): job.photograph for job in jobs}
    by_mask: dict[Path, Path] = {}
    for job in jobs:
        overwritten = photographs.get(job.mask.resolve())
        if overwritten is not None:
            raise InputError(
                f"The mask of {job.photograph} would overwrite the photograph {overwritten}. "
                "Choose another folder with -o."
            )
        other = by_mask.setdefault(job.mask, job.photograph)
        if other != job.photograph:
            raise InputError(
                f"{other} and {job.photograph} would both get the mask {job.mask}. "
                "Rename one, or give them in two runs with different folders after -o."
            )
