"""What the head of an image file tells of its pixels, and the pixels as they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import TiffImageFile

from skymask.photographs.orientation import TURNS, orientation_of
from skymask.photographs.tiff import has_white_zero


def read_orientation(path: Path) -> int:
    """Returns the EXIF orientation of an image file, 1 to 8; decodes PNG alone, which may say it at its end.

    Raises:
        DECODE_ERRORS: It is missing, damaged or no image.
    """
    with path.open("rb") as file, Image.open(file) as image:
        return orientation_of(image.getexif())


def read_stored_size(path: Path) -> tuple[int, int]:
    """Returns the width and height of the pixels that an image file stores, from its header alone.

    Raises:
        DECODE_ERRORS: It is missing, damaged or no image.
    """
    with path.open("rb") as file, Image.open(file) as image:
        if isinstance(image, TiffImageFile):  # of these, Pillow says the upright size
            return image.tag_v2[ExifTags.Base.ImageWidth], image.tag_v2[ExifTags.Base.ImageLength]
        return image.size


@contextmanager
def opened_as_stored(path: Path) -> Iterator[Image.Image]:
    """Opens and decodes an image file, and gives its pixels as they are stored, whatever its orientation.

    Of 16 bits, 0 is black as it is of 8, also where a TIFF stores it as white.

    Raises:
        DECODE_ERRORS: It is missing, damaged or no image.
    """
    with path.open("rb") as file, Image.open(file) as image:  # as in `read_photograph`
        orientation = orientation_of(image.getexif())
        image.load()
        stored = image if orientation_of(image.getexif()) == orientation else image.transpose(TURNS[orientation][1])
        yield Image.fromarray(~np.asarray(stored)) if has_white_zero(image) else stored


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Returns the height and width, in pixels, that `read_photograph` gives an image; its head alone is read.

    Args:
        image: As Pillow opened it.

    Raises:
        Exception: One of `DECODE_ERRORS`: the head is damaged.
    """
    width, height = image.size
    orientation = orientation_of(
        Image.Image.getexif(image)
    )  # a PNG's own method decodes all pixels, to look behind them
    has_turned = isinstance(image, TiffImageFile) and ExifTags.Base.Orientation in image.tag_v2
    return (width, height) if orientation >= 5 and not has_turned else (height, width)
