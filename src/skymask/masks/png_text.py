"""What a PNG says of itself in text, wherever in the file that stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from skymask.contract import METADATA_PREFIX
from skymask.decoding import DECODE_ERRORS

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_AND_TEXT = (b"IHDR", b"tEXt", b"zTXt", b"iTXt")
_PIXELS = b"IDAT"
_END = bytes(4) + b"IEND\xaeB`\x82"


@dataclass(frozen=True)
class PngText:
    """What a PNG says, and whether it is to be trusted that this is all."""

    by_keyword: dict[Any, Any]
    """Empty where the file is no PNG."""
    is_whole: bool
    """Whether the PNG has its end; False where it was cut off, or read only up to its pixels."""


def read_png_text(path: Path, before_pixels: bool = False) -> PngText:
    """Reads the text of a PNG.

    Tools such as ImageMagick write it behind the pixels, where Pillow finds it only once it has decoded them. Here
    they are stepped over: thousands of files are looked at in a second.

    Args:
        path: The file.
        before_pixels: Only what stands before the pixels, as what skymask writes does. Some programs cut the pixels
            into thousands of pieces, and stepping over them reads the whole file.

    Raises:
        DECODE_ERRORS: It is missing, or damaged before its pixels.
    """
    with path.open("rb") as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            return PngText({}, is_whole=True)
        copied, is_whole = _without_pixels(file, before_pixels)
        with Image.open(copied) as image:
            return PngText(dict(image.info), is_whole)


def is_marked(path: Path) -> bool:
    """Whether a file is a PNG that says of itself that skymask made it."""
    try:
        said = read_png_text(path, before_pixels=True)
        return any(str(keyword).startswith(METADATA_PREFIX) for keyword in said.by_keyword)
    except DECODE_ERRORS:
        return False


def _without_pixels(file: BinaryIO, before_them: bool) -> tuple[BytesIO, bool]:
    """Copies header and text of a PNG, from behind its signature, as a file of their own; tells if its end was seen."""
    copied = BytesIO()
    copied.write(_SIGNATURE)
    is_whole = False
    while not is_whole and len(start := file.read(8)) == 8:
        length, kind = int.from_bytes(start[:4], "big") + 4, start[4:]  # with its checksum
        if before_them and kind == _PIXELS:
            break
        if kind in _HEADER_AND_TEXT:
            copied.write(start + file.read(length))
        else:
            file.seek(length, os.SEEK_CUR)
        is_whole = kind == _END[4:8]
    copied.write(_END)
    copied.seek(0)
    return copied, is_whole
