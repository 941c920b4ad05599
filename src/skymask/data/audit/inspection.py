"""What the audit measures of one image file; its rules look at nothing else.

A JPEG is decoded at a quarter of its size or less, and in grey: libjpeg still has to read every byte, so a file that
breaks off is found just as well, in a third of the time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask.decoding import DECODE_ERRORS

MEASURES_VERSION = 1
"""To be raised when a measurement changes, so that what earlier runs noted is measured anew."""

HASH_SIZE = 16
"""Side of the perceptual hash. Of the usual 8 (64 bits), pictures hours apart of a fixed camera are often alike."""

_LOOK_WH = (160, 120)
_CLIPPED = 250
_NO_DATA_GREY = 128  # libjpeg fills with it what a broken-off file lacks


@dataclass(frozen=True)
class Inspection:
    """The measurements of one file. Brightness is luma, 0 to 255."""

    path: str
    """Relative to the data set's folder, with forward slashes."""
    size_bytes: int = 0
    """Size of the file."""
    mtime_ns: int = 0
    """When it was last changed; with the size, tells whether it has to be inspected anew."""
    problem: str = ""
    """Why it cannot be decoded; if so, what follows is unknown."""
    width: int = 0
    """In pixels."""
    height: int = 0
    """In pixels."""
    brightness: float = 0.0
    """Mean."""
    darkest: float = 0.0
    """5th percentile: a clock or logo in the picture does not move it."""
    brightest: float = 0.0
    """95th percentile, likewise."""
    clipped: float = 0.0
    """Share of pixels of 250 or more, 0 to 1."""
    lost_rows: float = 0.0
    """Share of rows, counted from below, that are the grey of a JPEG whose data broke off, 0 to 1."""
    picture_hash: str = ""
    """Perceptual hash (DCT, 256 bits) in hexadecimal digits."""
    sha256: str = ""
    """Of the file."""


def inspect(root: Path, path: str) -> Inspection:
    """Measures one file; that it is broken or unreadable is a result, not an error.

    Args:
        root: Folder of the data set.
        path: The image, relative to `root`.
    """
    try:
        status = (root / path).stat()
        content = (root / path).read_bytes()
    except OSError as error:
        return Inspection(path, problem=error.strerror or str(error))
    try:
        size_wh, luma = _look(content)
    except DECODE_ERRORS as error:
        return Inspection(path, status.st_size, status.st_mtime_ns, problem=_first_line(error))
    pixels = np.asarray(luma)
    darkest, brightest = np.percentile(pixels, (5, 95))
    return Inspection(
        path,
        status.st_size,
        status.st_mtime_ns,
        width=size_wh[0],
        height=size_wh[1],
        brightness=round(float(pixels.mean()), 3),
        darkest=round(float(darkest), 1),
        brightest=round(float(brightest), 1),
        clipped=round(float((pixels >= _CLIPPED).mean()), 4),
        lost_rows=round(_lost_rows(pixels), 4),
        picture_hash=str(imagehash.phash(luma, HASH_SIZE)),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _look(content: bytes) -> tuple[tuple[int, int], Image.Image]:
    """Returns the picture's full width and height, and its luma at about `_LOOK_WH`."""
    with Image.open(BytesIO(content)) as image:
        size_wh = image.size
        image.draft("L", _LOOK_WH)
        luma = image.convert("L")
    return size_wh, luma.reduce(max(1, min(luma.width // _LOOK_WH[0], luma.height // _LOOK_WH[1])))


def _lost_rows(pixels: NDArray[np.uint8]) -> float:
    """Share of rows, counted from below, that are all of the grey that stands for no data."""
    is_grey: NDArray[np.bool_] = np.ptp(pixels, axis=1) <= 2
    is_grey &= np.abs(pixels[:, 0].astype(np.int16) - _NO_DATA_GREY) <= 2
    return float(np.logical_and.accumulate(is_grey[::-1]).mean())


def _first_line(error: Exception) -> str:
    """Of the message; Pillow's name a place in memory where they name the file."""
    message = str(error).partition("\n")[0]
    return "not an image of a known kind" if "BytesIO" in message else message or type(error).__name__
