"""Reads any photograph as the frame a model takes, and writes its mask.

A mask lies pixel on pixel over the photograph as it is stored in its file, and carries the same EXIF orientation.
Photogrammetry tools (COLMAP, nerfstudio, OpenCV's IMREAD_UNCHANGED) read stored pixels and ignore the orientation;
viewers and editors apply it: either way photograph and mask are treated alike. The model itself sees the photograph
upright, as it was trained to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import TiffImageFile

from skymask.contract import Frames
from skymask.decoding import DECODE_ERRORS
from skymask.errors import MediaError
from skymask.files import writing

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
        ".avif",
        ".ppm",
        ".pgm",
        ".pnm",
    )
)
"""Endings, in lower case, by which photographs in a folder are recognised; a file named outright may have any."""

_UPRIGHT = 1
# EXIF orientation: how stored pixels are turned upright, and back.
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_LEFT_RIGHT),
    3: (Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_180),
    4: (Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_TOP_BOTTOM),
    5: (Image.Transpose.TRANSPOSE, Image.Transpose.TRANSPOSE),
    6: (Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_90),
    7: (Image.Transpose.TRANSVERSE, Image.Transpose.TRANSVERSE),
    8: (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270),
}
_MOST_MEGAPIXELS = 2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6  # Pillow's own limit; it warns from half of it
# zlib levels. Masks are quick at any; a photograph takes six times as long at 6 as at 2, to be a seventh smaller.
_MASK_COMPRESSION = 6
_PICTURE_COMPRESSION = 2
_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
_SIXTEEN_BIT_FORMATS = ("PNG", "PPM")  # of these, Pillow gives 16 bits as 32-bit numbers (PNG: before Pillow 11)


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
        MediaError: It is missing, cannot be read or decoded, breaks off, has more pixels than Pillow deems safe, or
            has 32 bits per channel, for which no range is defined.
    """
    try:
        # Opened here, not by Pillow: given a name, it maps uncompressed TIFFs, and then garbles those that are turned.
        with path.open("rb") as file, Image.open(file) as image:
            orientation = _orientation(image.getexif())
            image.load()
            still_to_turn = _orientation(image.getexif())  # Pillow has turned a TIFF upright by now, and nothing else
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
    if still_to_turn != _UPRIGHT:
        rgb = rgb.transpose(_TURNS[still_to_turn][0])
    is_for_rgb = profile is not None and profile[16:20] == b"RGB "  # one for CMYK or grey does not fit any more
    return Photograph(np.asarray(rgb), orientation, profile if is_for_rgb else None)


def _unidentified(path: Path) -> str:
    """Says of a file that Pillow does not know what it is instead."""
    if path.stat().st_size == 0:
        return f"{path} is empty (0 bytes). Copy it again from where it came from."
    bits = _tiff_bits(path)
    if bits > 16:
        return _too_deep(path, bits)
    known = ", ".join(sorted(SUFFIXES))
    return f"{path} is not an image of a known kind ({known}). Convert it to PNG or JPEG."


def _tiff_bits(path: Path) -> int:
    """Bits per channel of a TIFF, also of one that Pillow does not open; 0 for any other file."""
    try:
        with path.open("rb") as file:
            directory = TiffImagePlugin.ImageFileDirectory_v2(file.read(8))
            file.seek(directory.next)
            directory.load(file)
        return int(max(directory.get(TiffImagePlugin.BITSPERSAMPLE, (1,))))
    except (*DECODE_ERRORS, LookupError, TypeError):
        return 0


def _too_deep(path: Path, bits: int) -> str:
    return (
        f"{path} has {bits} bits per channel, of which the range of brightness is not known. "
        "Convert it to 8 or 16 bits first."
    )


def read_orientation(path: Path) -> int:
    """Returns the EXIF orientation of an image file, 1 to 8; decodes PNG alone, which may say it at its end.

    Raises:
        DECODE_ERRORS: It is missing, damaged or no image.
    """
    with path.open("rb") as file, Image.open(file) as image:
        return _orientation(image.getexif())


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

    Raises:
        DECODE_ERRORS: It is missing, damaged or no image.
    """
    with path.open("rb") as file, Image.open(file) as image:  # as in `read_photograph`
        orientation = _orientation(image.getexif())
        image.load()
        yield image if _orientation(image.getexif()) == orientation else image.transpose(_TURNS[orientation][1])


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Returns the height and width, in pixels, that `read_photograph` gives an image; its head alone is read.

    Args:
        image: As Pillow opened it.

    Raises:
        Exception: One of `DECODE_ERRORS`: the head is damaged.
    """
    width, height = image.size
    orientation = _orientation(Image.Image.getexif(image))  # a PNG's own method decodes all pixels, to look behind them
    has_turned = isinstance(image, TiffImageFile) and ExifTags.Base.Orientation in image.tag_v2
    return (width, height) if orientation >= 5 and not has_turned else (height, width)


def _orientation(exif: Image.Exif) -> int:
    orientation = exif.get(ExifTags.Base.Orientation)
    return orientation if orientation in _TURNS else _UPRIGHT


def _to_rgb(image: Image.Image, path: Path) -> Image.Image:
    if image.mode in _SIXTEEN_BIT_MODES or (image.mode == "I" and image.format in _SIXTEEN_BIT_FORMATS):
        grey: NDArray[np.uint8] = (np.asarray(image) >> 8).astype(np.uint8)  # as Pillow does for 16-bit colour
        return Image.fromarray(grey).convert("RGB")
    if image.mode in ("I", "F"):
        raise MediaError(_too_deep(path, 32))
    if image.mode == "P":  # the straight way to RGB warns about palettes with transparency
        return image.convert("RGBA").convert("RGB")
    return image.convert("RGB")


def turn_upright(stored: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turns a picture, uint8 [H, W] or [H, W, 3], upright that a file of this orientation stores."""
    if orientation == _UPRIGHT:
        return stored
    return np.asarray(Image.fromarray(stored).transpose(_TURNS[orientation][0]))


def as_stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turns an upright picture, uint8 [H, W] or [H, W, C], to the layout that a file of this orientation stores."""
    if orientation == _UPRIGHT:
        return upright
    return np.asarray(Image.fromarray(upright).transpose(_TURNS[orientation][1]))


def write_mask(
    upright: NDArray[np.uint8],
    path: Path,
    orientation: int = _UPRIGHT,
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
    if orientation != _UPRIGHT:
        exif[ExifTags.Base.Orientation] = orientation
    mask = Image.fromarray(as_stored(upright, orientation))
    said = PngInfo()
    for keyword, value in (text or {}).items():
        said.add_text(keyword, value)
    level = _PICTURE_COMPRESSION if mask.mode == "RGBA" else _MASK_COMPRESSION
    with writing(path) as part:
        mask.save(part, format="PNG", exif=exif, icc_profile=icc_profile, compress_level=level, pnginfo=said)
