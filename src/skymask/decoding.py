"""What goes wrong when Pillow decodes a file; its decoders have no common exception of their own."""

from __future__ import annotations

import struct

from PIL import Image

DECODE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)
"""Raised on files that are missing, damaged, no image, or so large that they may be an attack."""
