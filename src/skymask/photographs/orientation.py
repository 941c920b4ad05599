"""EXIF orientation: pixels as a file stores them, and upright."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

UPRIGHT = 1
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_LEFT_RIGHT),
    3: (Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_180),
    4: (Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_TOP_BOTTOM),
    5: (Image.Transpose.TRANSPOSE, Image.Transpose.TRANSPOSE),
    6: (Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_90),
    7: (Image.Transpose.TRANSVERSE, Image.Transpose.TRANSVERSE),
    8: (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270),
}
"""Of each other orientation: how stored pixels are turned upright, and back."""


def orientation_of(exif: Image.Exif) -> int:
    """Returns the orientation that EXIF data tell, 1 to 8; 1 where they tell none, or one that does not exist."""
    orientation = exif.get(ExifTags.Base.Orientation)
    return orientation if orientation in TURNS else UPRIGHT


def turn_upright(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turns a picture, uint8 [H, W] or [H, W, 3], upright that a file of this orientation stores."""
    if orientation == UPRIGHT:
        return stored
    return np.asarray(Image.fromarray(stored).transpose(TURNS[orientation][0]))


def as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turns an upright picture, uint8 [H, W] or [H, W, C], to the layout that a file of this orientation stores."""
    if orientation == UPRIGHT:
        return upright
    return np.asarray(Image.fromarray(upright).transpose(TURNS[orientation][1]))
