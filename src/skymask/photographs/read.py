"""Reads any photograph as the frame a model takes: 8-bit RGB, upright."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from skymask.contract import Frames
from skymask.decoding import DECODE_ERRORS
from skymask.errors import MediaError
from skymask.photographs.orientation import TURNS, UPRIGHT, orientation_of
from skymask.photographs.tiff import check_tiff, sixteen_bit_grey, too_deep, why_not_read

SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".tif",
        ".tiff",
        ".webp",
        ".bmp",
        ".gif",
        ".jp2",
        ".j2k",
        ".jpx",
        ".jpf",
        ".avif",
        ".ppm",
        ".pgm",
        ".pnm",
        ".pbm",
        ".tga",
        ".mpo",
    )
)
"""Endings, in lower case, by which photographs in a folder are recognised; a file named outright may have any."""

_MOST_MEGAPIXELS = 2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6  # Pillow's own limit; it warns from half of it
_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
_SIXTEEN_BIT_FORMATS = ("PNG", "PPM")  # of these, Pillow gives 16 bits as 32-bit numbers (PNG: before Pillow 11)


def is_photograph(file: Path) -> bool:
    """Whether a path in a folder is a file with such an ending that is not hidden, as macOS's ._a.jpg is."""
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()


@dataclass(frozen=True)
class Photograph:
    """A photograph, decoded and upright."""

    rgb: Frames
    """uint8 [H, W, 3], RGB, upright."""
    orientation: int
    """EXIF orientation of the file, 1 to 8: how its stored pixels relate to `rgb`."""
    icc_profile: bytes | None = None
    """Colour profile of `rgb`; None stands for sRGB."""


def read_photograph(path: Path) -> Photograph:
    """Decodes a photograph of any common kind.

    Grey becomes RGB; a palette and CMYK are resolved; an alpha channel is dropped, as the tools that use the mask
    do; of 16 bits the upper 8 are kept; of an animation or a stack the first picture is taken.

    Args:
        path: The file.

    Raises:
        MediaError: It is missing, cannot be read or decoded, breaks off, has more pixels than Pillow deems safe, has
            32 bits per channel, for which no range is defined, or is a TIFF that begins with a thumbnail or has more
            than 8 bits in separate planes.
    """
    try:
        # Opened here, not by Pillow: given a name, it maps uncompressed TIFFs, and then garbles those that are turned.
        with path.open("rb") as file, Image.open(file) as image:
            if isinstance(image, TiffImageFile):
                check_tiff(image, path)
            orientation = orientation_of(image.getexif())
            image.load()
            still_to_turn = orientation_of(image.getexif())  # Pillow has turned a TIFF upright by now, and nothing else
            rgb = _to_rgb(image, path)
            profile: bytes | None = image.info.get("icc_profile")
    except Image.DecompressionBombError as error:
        raise MediaError(
            f"{path} is too large: the most that is read are {_MOST_MEGAPIXELS:.0f} megapixels. Scale it down, or cut "
            "it into parts, first."
        ) from error
    except FileNotFoundError as error:
        raise MediaError(f"{path} does not exist.") from error
    except UnidentifiedImageError as error:
        raise MediaError(_unidentified(path)) from error
    except DECODE_ERRORS as error:
        raise MediaError(f"{path} cannot be decoded: {str(error) or type(error).__name__}.") from error
    if still_to_turn != UPRIGHT:
        rgb = rgb.transpose(TURNS[still_to_turn][0])
    is_for_rgb = profile is not None and profile[16:20] == b"RGB "  # one for CMYK or grey does not fit any more
    return Photograph(np.asarray(rgb), orientation, profile if is_for_rgb else None)


def _unidentified(path: Path) -> str:
    """Says of a file that Pillow does not know what it is instead."""
    if path.stat().st_size == 0:
        return f"{path} is empty (0 bytes). Copy it again from where it came from."
    reason = why_not_read(path)
    if reason is not None:
        return reason
    known = ", ".join(sorted(SUFFIXES))
    return f"{path} is not an image of a known kind ({known}). Convert it to PNG or JPEG."


def _to_rgb(image: Image.Image, path: Path) -> Image.Image:
    if image.mode in _SIXTEEN_BIT_MODES or (image.mode == "I" and image.format in _SIXTEEN_BIT_FORMATS):
        deep = sixteen_bit_grey(image) if isinstance(image, TiffImageFile) else np.asarray(image)
        grey: NDArray[np.uint8] = (deep >> 8).astype(np.uint8)  # as Pillow does for 16-bit colour
        return Image.fromarray(grey).convert("RGB")
    if image.mode in ("I", "F"):
        raise MediaError(too_deep(path, 32))
    if image.mode == "P":  # the straight way to RGB warns about palettes with transparency
        return image.convert("RGBA").convert("RGB")
    return image.convert("RGB")
