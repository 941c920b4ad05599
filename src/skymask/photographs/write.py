"""Writes masks, stored as their photographs are.

A mask lies pixel on pixel over the photograph as it is stored in its file, and carries the same EXIF orientation.
Photogrammetry tools (COLMAP, nerfstudio, OpenCV's IMREAD_UNCHANGED) read stored pixels and ignore the orientation;
viewers and editors apply it: either way photograph and mask are treated alike. The model itself sees the photograph
upright, as it was trained to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from skymask.files import writing
from skymask.photographs.orientation import UPRIGHT, as_stored

# zlib levels. Masks are quick at any; a photograph takes six times as long at 6 as at 2, to be a seventh smaller.
_MASK_COMPRESSION = 6
_PICTURE_COMPRESSION = 2


def write_mask(
    upright: NDArray[np.uint8],
    path: Path,
    orientation: int = UPRIGHT,
    icc_profile: bytes | None = None,
    text: Mapping[str, str] | None = None,
) -> None:
    """Writes a mask as 8-bit PNG.

    The file appears under its name only when it is whole.

    Args:
        upright: uint8, upright: [H, W] becomes grey, [H, W, 3] RGB, [H, W, 4] RGB with alpha.
        path: The file to write; its folder is made.
        orientation: EXIF orientation of the photograph, 1 to 8; the mask gets the same, and the same stored layout.
        icc_profile: Colour profile of an RGB picture, if it has one.
        text: What the file says of itself, by keyword.

    Raises:
        OutputError: The file cannot be written.
    """
    exif = Image.Exif()
    if orientation != UPRIGHT:
        exif[ExifTags.Base.Orientation] = orientation
    mask = Image.fromarray(as_stored(upright, orientation))
    said = PngInfo()
    for keyword, value in (text or {}).items():
        said.add_text(keyword, value)
    level = _PICTURE_COMPRESSION if mask.mode == "RGBA" else _MASK_COMPRESSION
    with writing(path) as part:
        mask.save(part, format="PNG", exif=exif, icc_profile=icc_profile, compress_level=level, pnginfo=said)
