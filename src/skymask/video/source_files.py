"""What the name of a source stands for, and which files it reads; needs no PyAV, which has to come after OpenCV."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from skymask.errors import InputError
from skymask.photographs.read import SUFFIXES, is_photograph

BUILT_IN = "demo"
NUMBER = re.compile(r"%0?(\d*)d")


def is_address(where: str) -> bool:
    """Whether it names a protocol, such as rtsp://."""
    return re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", where) is not None


def source_files(where: str) -> list[Path]:
    """Lists the files that are there to be read; cameras, addresses and the built-in scene have none.

    Args:
        where: As `open_source` takes it.

    Raises:
        InputError: It stands for images, and none is there.
    """
    if where == BUILT_IN or where.isdecimal() or is_address(where):
        return []
    images = find_images(where)
    if images is not None:
        return images
    return [Path(where)] if Path(where).exists() else []


def find_images(where: str) -> list[Path] | None:
    """Lists the images that a folder, a printf pattern ("frame_%04d.png") or a glob ("shots/*.jpg") stands for.

    Returns:
        The files in natural order (frame2 before frame10), hidden ones of a folder left out; None if `where` is none of
        the three.

    Raises:
        InputError: It is one of the three, and no image is there.
    """
    path = Path(where)
    if path.is_dir():
        found = [file for file in path.iterdir() if is_photograph(file)]
        what = f"The folder {where} holds no images ({', '.join(sorted(SUFFIXES))})"
    elif path.exists():
        return None
    elif NUMBER.search(path.name):
        found = files_with_numbers(path)
        what = f"No file fits the pattern {where}"
    elif glob.has_magic(where):
        found = [Path(file) for file in glob.glob(where, recursive=True) if Path(file).is_file()]  # noqa: PTH207 - takes absolute patterns too
        what = f"No file fits the pattern {where}"
    else:
        return None
    if not found:
        raise InputError(f"{what}. Give a video file, or a folder or pattern that has images.")
    return sorted(found, key=_natural_key)


def files_with_numbers(pattern: Path) -> list[Path]:
    """Lists the files whose names fit a printf pattern with a number in its name, in any order."""
    if not pattern.parent.is_dir():
        return []
    return [file for file in pattern.parent.iterdir() if fits(file.name, pattern)]


def fits(name: str, pattern: Path) -> bool:
    """Whether a file's name is that of a printf pattern with a number in its name, for some number."""
    before, digits, after = NUMBER.split(pattern.name, maxsplit=1)
    return re.fullmatch(rf"{re.escape(before)}\d{{{digits or 1},}}{re.escape(after)}", name) is not None


def _natural_key(file: Path) -> list[tuple[int, str]]:
    """Orders digits by their number: "frame2" before "frame10"."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", str(file))]
