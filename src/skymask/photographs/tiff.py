"""What TIFFs hold that Pillow reads wrongly, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin
from PIL.TiffImagePlugin import TiffImageFile

from skymask.decoding import DECODE_ERRORS
from skymask.errors import MediaError

_REDUCED_COPY = 1  # a bit of NewSubfileType
_WHITE_IS_ZERO = 0
_SEPARATE_PLANES = 2
_FLOATING_POINT = 3


def check_tiff(image: TiffImageFile, path: Path) -> None:
    """Refuses what would be read without an error, and wrongly.

    Raises:
        MediaError: Its first picture is a small copy of another one, or has more than 8 bits in separate planes.
    """
    kind = image.tag_v2.get(ExifTags.Base.NewSubfileType)
    if isinstance(kind, int) and kind & _REDUCED_COPY:
        raise MediaError(
            f"{path} begins with a small copy of its picture, as raw files do. Develop it to a TIFF or JPEG of full "
            "size first."
        )
    is_deep = max(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))) > 8
    if is_deep and image.tag_v2.get(TiffImagePlugin.PLANAR_CONFIGURATION) == _SEPARATE_PLANES:
        raise MediaError(
            f"{path} stores the planes of its colours one after the other, with more than 8 bits. Save it interleaved "
            "(pixel by pixel)."
        )


def sixteen_bit_grey(image: TiffImageFile) -> NDArray[np.uint16]:
    """Returns the grey of a TIFF of 12 or 16 bits, uint16 [H, W], 65535 white, whichever way round it is stored."""
    is_twelve_bit = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE) == (12,)
    stored: NDArray[np.uint16] = np.asarray(image)
    full = stored * np.uint16(16) if is_twelve_bit else stored
    return ~full if has_white_zero(image) else full


def has_white_zero(image: Image.Image) -> bool:
    """Whether a picture is a TIFF of 16 bits whose 0 is white, as Pillow leaves it; of 8 bits it turns it round."""
    if not isinstance(image, TiffImageFile) or not image.mode.startswith("I;16"):
        return False
    return bool(image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO)


def why_not_read(path: Path) -> str | None:
    """Says of a file that Pillow does not open why it does not, if it is a TIFF; None of any other file."""
    try:
        with path.open("rb") as file:
            directory = TiffImagePlugin.ImageFileDirectory_v2(file.read(8))
            file.seek(directory.next)
            directory.load(file)
        channels = directory.get(TiffImagePlugin.SAMPLESPERPIXEL, 1)
        bits = int(max(directory.get(TiffImagePlugin.BITSPERSAMPLE, (1,))))
        is_float = _FLOATING_POINT in directory.get(TiffImagePlugin.SAMPLEFORMAT, ())
    except (*DECODE_ERRORS, LookupError, TypeError):
        return None
    if is_float or bits > 16:
        return too_deep(path, bits, ", in floating point" if is_float else "")
    return (
        f"{path} is a TIFF of a kind that cannot be read, with {channels} channel{'' if channels == 1 else 's'} of "
        f"{bits} bit{'' if bits == 1 else 's'}. Save it as RGB of 8 or 16 bits, without an alpha channel."
    )


def too_deep(path: Path, bits: int, kind: str = "") -> str:
    """Says that a picture has numbers that nothing is known of."""
    return (
        f"{path} has {bits} bits per channel{kind}, of which the range of brightness is not known. "
        "Convert it to 8 or 16 bits first."
    )
