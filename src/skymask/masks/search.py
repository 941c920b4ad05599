"""Finds the photographs behind files, folders and globs, and whatever else lies there that its owner might miss."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from stat import S_ISREG

from skymask.errors import InputError
from skymask.files import identity, reaching
from skymask.masks.png_text import is_marked
from skymask.photographs.read import SUFFIXES

_RAW = (".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".raf", ".orf", ".rw2", ".rwl", ".pef", ".srw")
_RARER_RAW = (".3fr", ".dcr", ".erf", ".fff", ".gpr", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".x3f")
UNREADABLE = frozenset((".heic", ".heif", ".hif", ".jxl", ".exr", ".hdr", ".psd", ".psb", *_RAW, *_RARER_RAW))
"""Endings, in lower case, of pictures that skymask cannot read; they are counted and left out."""

_NAMED = 3  # folders or files named in a message


@dataclass
class LeftOut:
    """What was found and not taken, so that it can be told."""

    unreadable: dict[Path, None] = field(default_factory=dict)
    """Pictures of a kind that skymask cannot read."""
    linked: dict[Path, None] = field(default_factory=dict)
    """Links to folders, which are not followed: they may lead in a circle."""
    locked: dict[Path, None] = field(default_factory=dict)
    """Folders that could not be opened."""
    broken: dict[Path, None] = field(default_factory=dict)
    """Links to pictures that are not there."""
    results: dict[Path, None] = field(default_factory=dict)
    """Masks, cutouts and labels that say of themselves that skymask made them, as those of an earlier run do."""

    def __bool__(self) -> bool:
        return bool(self.unreadable or self.linked or self.locked or self.broken or self.results)

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
        if self.broken:
            parts.append(f"links to files that are not there ({_some(self.broken)})")
        if self.results:
            count = f"{len(self.results)} picture{'' if len(self.results) == 1 else 's'}"
            folders = dict.fromkeys(file.parent for file in self.results)
            parts.append(f"{count} that skymask made (in {_some(folders)})")
        return f"left out: {'; '.join(parts)}"


def search(given: str | Path, output: Path, left_out: LeftOut) -> list[tuple[Path, Path]]:
    """Finds photographs.

    Args:
        given: A file, folder or glob, see `plan`.
        output: The folder for the masks; what lies in there is no photograph. It may itself be given, as a shell's `*`
            does once it is there, as long as it holds nothing but results.
        left_out: Takes in what is not taken.

    Returns:
        Each photograph with its path relative to the folder that was given, sorted; none where a file was given that
        is left out, a folder that holds results alone, or `output`.

    Raises:
        InputError: It does not exist or cannot be reached, is another folder or a glob and holds no photograph, or is
            `output` and holds one.
    """
    path = Path(given)
    with reaching(given):
        is_folder, is_there = path.is_dir(), path.exists()
    if is_folder:
        if identity(path) == identity(output):
            picture = _picture_in(path)
            if picture is not None:
                raise InputError(
                    f"The masks of {path} cannot go to {path} itself: it holds {picture}, which does not say that "
                    "skymask made it. Choose another folder with -o."
                )
            return []
        root, pattern = path, Path("**/*")
    elif is_there:
        if path.suffix.lower() not in UNREADABLE:
            return [(path, Path(path.name))]
        left_out.unreadable[path] = None
        return []
    elif glob.has_magic(str(given)):
        root = _fixed_part(path)
        pattern = path.relative_to(root)
    else:
        raise InputError(f"There is no photograph or folder at {given}. Check the path.")
    found = _photographs(_matches(root, pattern.parts, identity(output), left_out), left_out)
    if not found and is_folder and any(file.is_relative_to(root) for file in left_out.results):
        return []
    if not found:
        kinds = ", ".join(sorted(SUFFIXES))
        also = f" What is there was {left_out}." if left_out else ""
        raise InputError(f"No photograph found in {given}; looked for files ending in {kinds}.{also}")
    return [(file, file.relative_to(root)) for file in found]


def _photographs(matches: Iterable[Path], left_out: LeftOut) -> list[Path]:
    """Sorts what was found, and sorts out what is no photograph."""
    found = []
    for file in sorted(set(filter(_is_picture, matches))):
        if not _is_file(file, left_out):
            continue
        if file.suffix.lower() in UNREADABLE:
            left_out.unreadable[file] = None
        elif is_marked(file):
            left_out.results[file] = None
        else:
            found.append(file)
    return found


def _picture_in(output: Path) -> Path | None:
    """Finds a picture in the folder for the masks that is none of skymask's own."""
    left_out = LeftOut()
    photographs = _photographs(_matches(output, ("**", "*"), None, left_out), left_out)
    return next(iter([*photographs, *left_out.unreadable]), None)


def _matches(folder: Path, pattern: Sequence[str], results: Path | None, left_out: LeftOut) -> Iterator[Path]:
    """Yields the files that a glob's parts stand for, without hidden ones, the results, and where links lead."""
    first, *rest = pattern
    if first == "**":
        yield from _matches(folder, rest or ["*"], results, left_out)
        for subfolder in _subfolders(folder, "*", results, left_out):
            yield from _matches(subfolder, pattern, results, left_out)
    elif rest:
        for subfolder in _subfolders(folder, first, results, left_out):
            yield from _matches(subfolder, rest, results, left_out)
    else:
        yield from (folder / entry.name for entry in _visible(folder, first, left_out) if not _is_folder(entry))


def _subfolders(folder: Path, pattern: str, results: Path | None, left_out: LeftOut) -> list[Path]:
    found = []
    for entry in _visible(folder, pattern, left_out):
        subfolder = folder / entry.name
        if not _is_folder(entry) or identity(subfolder) == results:
            continue
        if entry.is_symlink():
            left_out.linked[subfolder] = None
        else:
            found.append(subfolder)
    return found


def _visible(folder: Path, pattern: str, left_out: LeftOut) -> list[os.DirEntry[str]]:
    """Lists what is in a folder, by name, without hidden entries."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if fnmatch(entry.name, pattern) and not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        left_out.locked[folder] = None
        return []
    return sorted(found, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(file: Path, left_out: LeftOut) -> bool:
    """Whether a path that was found leads to a file; where it leads to nothing, that is noted."""
    try:
        return S_ISREG(file.stat().st_mode)
    except OSError:
        is_link = os.path.islink(file)  # noqa: PTH114 - Path.is_symlink raises in locked folders
        (left_out.broken if is_link else left_out.locked)[file if is_link else file.parent] = None
        return False


def _is_picture(file: Path) -> bool:
    suffix = file.suffix.lower()
    return suffix in SUFFIXES or suffix in UNREADABLE


def _fixed_part(pattern: Path) -> Path:
    """The folder before the first part with a wildcard: `trip` of `trip/**/*.jpg`."""
    return next(parent for parent in pattern.parents if not glob.has_magic(str(parent)))


def _some(paths: Iterable[Path]) -> str:
    names = [str(path) for path in paths]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
