"""Reads the images and masks of data sets, other people's too, and says what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
_SPECKS = 0.01  # share of a mask's pixels below which they may be the faintest alpha of a picture without sky


@dataclass(frozen=True)
class Numbers:
    """What the numbers in the masks of one set stand for, which a single mask may not show."""

    one_is_sky: bool
    """No mask holds more than 1: these are 0 and 1, which stand for 0 and 255."""
    sixteen_hold_eight: bool
    """No mask of 16 bits holds more than 255: it stores 8 bits."""


@dataclass(frozen=True)
class Alpha:
    """A mask as skymask reads it."""

    pixels: NDArray[np.uint8]
    """uint8 [H, W]: 255 sky, 0 not."""
    conversion: str | None
    """What had to be done to the file's own pixels; None: it is an 8-bit grey image of alpha as it stands."""
    is_said: bool = False
    """The file says itself that it is alpha, as the plain masks of `skymask masks` do."""

    @property
    def looks_like_numbers(self) -> bool:
        """True where some pixels are set, but none above half: perhaps numbers of classes, not alpha."""
        return not self.is_said and bool(self.pixels.any()) and int(self.pixels.max()) <= 127


def read_size(path: Path) -> tuple[int, int]:
    """Decodes a colour image and returns its height and width as stored.

    Raises:
        DataError: It is missing, cannot be decoded, breaks off, or has more than 8 bits a channel.
    """
    with _opened(path) as image:
        if image.mode in _DEEP_MODES:
            raise DataError(f"{path} has more than 8 bits a channel. Training reads 8-bit images: convert it first.")
        return image.height, image.width


def has_sixteen_bits(path: Path) -> bool:
    """Whether a mask is grey of 16 bits, by its head alone; False where that cannot be read."""
    try:
        with path.open("rb") as file, Image.open(file) as image:
            return image.mode in _SIXTEEN_BIT_MODES
    except DECODE_ERRORS:
        return False


def largest_number(path: Path) -> int:
    """Decodes a mask and returns the largest number that it stores; 0 for one that `read_alpha` refuses."""
    try:
        with _opened(path) as image:
            return int(_numbers_of(image, path).max())
    except DataError:
        return 0


def read_alpha(path: Path, numbers: Numbers | None = None) -> Alpha:
    """Decodes a mask of any common kind; its pixels come as they are stored, whatever its orientation.

    Args:
        path: The file.
        numbers: As for `alpha_of`.

    Raises:
        DataError: It is missing, cannot be decoded, breaks off, or is refused by `alpha_of`.
    """
    with _opened(path) as image:
        return alpha_of(image, path, numbers)


def alpha_of(image: Image.Image, path: Path, numbers: Numbers | None = None) -> Alpha:
    """Reads the pixels of a decoded mask of any common kind.

    Grey is taken as it is, black-and-white as 0 and 255, colour images and palettes where all colours are grey; of 16
    bits the upper 8 are kept. What `numbers` says goes before that, and what the file says of itself before both.

    Args:
        image: As `opened_as_stored` gives it.
        path: Where it lies, for messages.
        numbers: What those in its set stand for; None: no set was looked through.

    Raises:
        DataError: It has 32 bits a pixel, colours, or transparency; it says that it is a mask of skymask's in which sky
            is not white; or it holds numbers that are no alpha, and `numbers` does not say what they are.
    """
    stored = _numbers_of(image, path)
    if image.mode == "1":
        return Alpha(np.asarray(image.convert("L")), "1 bit to 8")
    is_said = _LAYOUT in image.info
    numbers = None if is_said else numbers
    if numbers is not None and numbers.one_is_sky and stored.max() == 1:
        return Alpha((stored * 255).astype(np.uint8), "0 and 1 to 0 and 255")
    if not is_said:
        _check_is_alpha(stored, path, numbers)
    if image.mode in _SIXTEEN_BIT_MODES:
        if numbers is not None and numbers.sixteen_hold_eight:
            return Alpha(stored.astype(np.uint8), "8 bits stored as 16 to 8")
        return Alpha((stored >> 8).astype(np.uint8), "16 bits to 8", is_said)
    conversion = None if image.mode == "L" else f"{image.mode} to grey"
    return Alpha(stored.astype(np.uint8, copy=False), conversion, is_said)


def _numbers_of(image: Image.Image, path: Path) -> NDArray[np.unsignedinteger[Any]]:
    """The numbers that a decoded mask stores, uint8 or uint16 [H, W]."""
    _check_sky_is_white(image, path)
    if image.mode == "L" or image.mode in _SIXTEEN_BIT_MODES:
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    if image.mode in _COLOUR_MODES:
        return _from_colours(image, path)
    raise DataError(f"{path} is an image of the kind {image.mode}. A mask must be 8-bit grey: 255 sky, 0 not.")


def _check_sky_is_white(image: Image.Image, path: Path) -> None:
    layout = image.info.get(_LAYOUT, _WHITE_SKY)
    if layout != _WHITE_SKY:
        raise DataError(
            f"{path} is a mask of skymask's layout {layout}, in which sky is not white. Make the masks again with "
            f"--layout {_WHITE_SKY}."
        )


def _check_is_alpha(stored: NDArray[np.unsignedinteger[Any]], path: Path, numbers: Numbers | None) -> None:
    largest = int(stored.max())
    if largest == 1:
        found = "holds the numbers 0 and 1, which as alpha are no sky"
    elif stored.itemsize == 2 and largest <= 255 and numbers is None:
        found = f"has 16 bits but no number above {largest}, which as alpha is no sky"
    else:
        return
    if np.count_nonzero(stored) >= _SPECKS * stored.size:
        raise DataError(
            f"{path} {found}. Import it with `skymask data import`, apart from masks of other numbers, or save it as "
            "8-bit grey: 255 sky, 0 not."
        )


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
