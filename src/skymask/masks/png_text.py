"""What a PNG says of itself in text, wherever in the file that stands."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_AND_TEXT = (b"IHDR", b"tEXt", b"zTXt", b"iTXt")
_END = bytes(4) + b"IEND\xaeB`\x82"


def read_png_text(path: Path) -> dict[Any, Any]:
    """Returns the text of a PNG by keyword; none of any other file.

    Tools such as ImageMagick write it behind the pixels, where Pillow finds it only once it has decoded them. Here
    they are stepped over: thousands of files are looked at in a second.

    Raises:
        DECODE_ERRORS: It is missing, or damaged before its pixels.
    """
    with path.open("rb") as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            return {}
        with Image.open(_without_pixels(file)) as image:
            return dict(image.info)


def _without_pixels(file: BinaryIO) -> BytesIO:
    """Copies header and text of a PNG, from behind its signature, as a file of their own."""
    copied = BytesIO()
    copied.write(_SIGNATURE)
    while len(start := file.read(8)) == 8:
        length, kind = int.from_bytes(start[:4], "big") + 4, start[4:]  # with its checksum
        if kind in _HEADER_AND_TEXT:
            copied.write(start + file.read(length))
        else:
            file.seek(length, os.SEEK_CUR)
    copied.write(_END)
    copied.seek(0)
    return copied
