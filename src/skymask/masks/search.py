"""Finds the photographs behind files, folders and globs, and whatever else lies there that its owner might miss."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from skymask.errors import InputError
from skymask.photographs.read import SUFFIXES

_RAW = (".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".rwl", ".pef", ".srw")
UNREADABLE = frozenset((".heic", ".heif", ".hif", ".jxl", ".exr", ".hdr", ".psd", ".psb", *_RAW))
"""Endings, in lower case, of pictures that skymask cannot read; in folders they are counted and left out."""

_NAMED = 3  # folders named in a message


@dataclass
class LeftOut:
    """What was found and not taken, so that it can be told."""

    unreadable: dict[Path, None] = field(default_factory=dict)
    """Pictures of a kind that skymask cannot read."""
    linked: dict[Path, None] = field(default_factory=dict)
    """Links to folders, which are not followed: they may lead in a circle."""
    locked: dict[Path, None] = field(default_factory=dict)
    """Folders that could not be opened."""

    def __bool__(self) -> bool:
        return bool(self.unreadable or self.linked or self.locked)

    def __str__(self) -> str:
        """One line, without a full stop."""
        parts = []
        if self.unreadable:
            kinds = Counter(file.suffix.lower() for file in self.unreadable).most_common()
            count = f"{len(self.unreadable)} file{'' if len(self.unreadable) == 1 else 's'}"
            listed = ", ".join(f"{kind} {number}" for kind, number in kinds)
            parts.append(f"{count} that skymask cannot read ({listed}), convert them first")
        if self.linked:
            parts.append(f"linked folders ({_some(self.linked)}), give them by name")
        if self.locked:
            parts.append(f"folders that cannot be opened ({_some(self.locked)})")
        return f"left out: {'; '.join(parts)}"


def search(given: str | Path, output: Path, left_out: LeftOut) -> list[tuple[Path, Path]]:
    """Finds photographs.

    Args:
        given: A file, folder or glob, see `plan`.
        output: The folder for the masks; what lies in there is no photograph.
        left_out: Takes in what is not taken.

    Returns:
        Each photograph with its path relative to the folder that was given, sorted.

    Raises:
        InputError: It does not exist or holds no photograph.
    """
    path = Path(given)
    if path.is_dir():
        if path.resolve() == output.resolve():
            raise InputError(f"The masks of {path} cannot go to {path} itself. Choose another folder with -o.")
        root = path
        candidates: Iterable[Path] = _walk(path, output.resolve(), left_out)
    elif path.exists():
        return [(path, Path(path.name))]
    elif glob.has_magic(str(given)):
        root = _fixed_part(path)
        results = _results_within(root, output)
        # Path.glob would refuse patterns that the shell takes, such as "**.jpg".
        matches = map(Path, glob.iglob(str(given), recursive=True))  # noqa: PTH207
        candidates = (file for file in matches if not _is_hidden(file, root) and not _lies_in(file, results))
    else:
        raise InputError(f"There is no photograph or folder at {given}. Check the path.")
    pictures = sorted(file for file in candidates if _is_picture(file) and file.is_file())
    found = [file for file in pictures if file.suffix.lower() in SUFFIXES]
    left_out.unreadable.update(dict.fromkeys(file for file in pictures if file.suffix.lower() in UNREADABLE))
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        also = f" What is there was {left_out}." if left_out else ""
        raise InputError(f"No photograph found in {given}; looked for files ending in {kinds}.{also}")
    return [(file, file.relative_to(root)) for file in found]


def _walk(root: Path, results: Path, left_out: LeftOut) -> Iterator[Path]:
    """Yields the files in a folder and its subfolders, without hidden ones, links to folders, and the results."""

    def locked(error: OSError) -> None:
        left_out.locked[Path(error.filename)] = None

    for here, subfolders, files in os.walk(root, onerror=locked):
        folder = Path(here)
        visible = [folder / name for name in subfolders if not name.startswith(".")]
        within = [subfolder for subfolder in visible if subfolder.resolve() != results]
        left_out.linked.update(dict.fromkeys(subfolder for subfolder in sorted(within) if subfolder.is_symlink()))
        subfolders[:] = [subfolder.name for subfolder in within]
        yield from (folder / name for name in files if not name.startswith("."))


def _is_picture(file: Path) -> bool:
    suffix = file.suffix.lower()
    return suffix in SUFFIXES or suffix in UNREADABLE


def _is_hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _results_within(root: Path, output: Path) -> Path | None:
    """The folder of results, where it lies below the one searched; what is in there are masks, not photographs."""
    root, output = root.resolve(), output.resolve()
    return output if output != root and output.is_relative_to(root) else None


def _lies_in(file: Path, folder: Path | None) -> bool:
    return folder is not None and file.resolve().is_relative_to(folder)


def _fixed_part(pattern: Path) -> Path:
    """The folder before the first part with a wildcard: `trip` of `trip/**/*.jpg`."""
    return next(parent for parent in pattern.parents if not glob.has_magic(str(parent)))


def _some(folders: Iterable[Path]) -> str:
    names = [str(folder) for folder in folders]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
