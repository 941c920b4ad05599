"""Reads the images and masks of data sets, other people's too, and says what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from skymask.contract import METADATA_PREFIX
from skymask.decoding import DECODE_ERRORS
from skymask.errors import DataError
from skymask.photographs.head import opened_as_stored

_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
_DEEP_MODES = (*_SIXTEEN_BIT_MODES, "I", "F")
_LAYOUT, _WHITE_SKY = METADATA_PREFIX + "layout", "plain"  # as `skymask masks` marks its masks
_COLOUR_MODES = ("RGB", "RGBA", "P", "PA", "LA")


@dataclass(frozen=True)
class Alpha:
    """A mask as skymask reads it."""

    pixels: NDArray[np.uint8]
    """uint8 [H, W]: 255 sky, 0 not."""
    conversion: str | None
    """What had to be done to the file's own pixels; None: it is an 8-bit grey image of alpha as it stands."""

    @property
    def looks_like_numbers(self) -> bool:
        """True where some pixels are set, but none above half: perhaps numbers of classes, not alpha."""
        return bool(self.pixels.any()) and int(self.pixels.max()) <= 127


def read_size(path: Path) -> tuple[int, int]:
    """Decodes a colour image and returns its height and width as stored.

    Raises:
        DataError: It is missing, cannot be decoded, breaks off, or has more than 8 bits a channel.
    """
    with _opened(path) as image:
        if image.mode in _DEEP_MODES:
            raise DataError(f"{path} has more than 8 bits a channel. Training reads 8-bit images: convert it first.")
        return image.height, image.width


def read_alpha(path: Path) -> Alpha:
    """Decodes a mask of any common kind; its pixels come as they are stored, whatever its orientation.

    Raises:
        DataError: It is missing, cannot be decoded, breaks off, or is refused by `alpha_of`.
    """
    with _opened(path) as image:
        return alpha_of(image, path)


def alpha_of(image: Image.Image, path: Path) -> Alpha:
    """Reads the pixels of a decoded mask of any common kind.

    Grey and black-and-white images are taken as they are, colour images and palettes where all colours are grey; of 16
    bits the upper 8 are kept; a mask whose largest value is 1 holds 0 and 1, which become 0 and 255.

    Args:
        image: As `opened_as_stored` gives it.
        path: Where it lies, for messages.

    Raises:
        DataError: It has 32 bits a pixel, colours, or transparency, or says that it is a mask of skymask's in which sky
            is not white.
    """
    _check_sky_is_white(image, path)
    if image.mode == "L":
        pixels, conversion = np.asarray(image), None
    elif image.mode == "1":
        pixels, conversion = np.asarray(image.convert("L")), "1 bit to 8"
    elif image.mode in _SIXTEEN_BIT_MODES:
        pixels, conversion = _from_sixteen_bits(image)
    elif image.mode in _COLOUR_MODES:
        pixels, conversion = _from_colours(image, path), f"{image.mode} to grey"
    else:
        raise DataError(f"{path} is an image of the kind {image.mode}. A mask must be 8-bit grey: 255 sky, 0 not.")
    if pixels.max() == 1:
        return Alpha(pixels * np.uint8(255), "0 and 1 to 0 and 255")
    return Alpha(pixels, conversion)


def _check_sky_is_white(image: Image.Image, path: Path) -> None:
    layout = image.info.get(_LAYOUT, _WHITE_SKY)
    if layout != _WHITE_SKY:
        raise DataError(
            f"{path} is a mask of skymask's layout {layout}, in which sky is not white. Make the masks again with "
            f"--layout {_WHITE_SKY}."
        )


def _from_sixteen_bits(image: Image.Image) -> tuple[NDArray[np.uint8], str]:
    deep = np.asarray(image)
    if deep.max() <= 255:
        return deep.astype(np.uint8), "8 bits stored as 16 to 8"
    return (deep >> 8).astype(np.uint8), "16 bits to 8"


def _from_colours(image: Image.Image, path: Path) -> NDArray[np.uint8]:
    rgba = np.asarray(image.convert("RGBA"))
    if rgba[..., 3].min() < 255:
        raise DataError(
            f"{path} has transparent parts, and it is not clear whether they or the colours mean sky. Save the mask as "
            "8-bit grey: 255 sky, 0 not."
        )
    red = rgba[..., 0]
    if (rgba[..., 1:3] != red[..., None]).any():
        raise DataError(f"{path} has colours, of which it is not clear which is sky. Save it as 8-bit grey: 255 sky.")
    return red


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Opens and decodes an image as it is stored; what goes wrong on the way is a `DataError`."""
    try:
        with opened_as_stored(path) as image:
            yield image
    except DECODE_ERRORS as error:
        raise DataError(f"{path} cannot be decoded: {reason(error)}.") from error


def reason(error: BaseException) -> str:
    """Says in a few words, without a full stop, why a file cannot be decoded."""
    if isinstance(error, UnidentifiedImageError):  # Pillow names an object
        return "it is not an image of a known kind"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).rstrip(".")
