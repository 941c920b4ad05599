"""Renders a page from a template; pictures are embedded, nothing is loaded from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray
from PIL import Image

from skymask.files import write_text


def write_page(path: Path, template: str, **values: object) -> None:
    """Writes one self-contained HTML file; it appears under its name only when it is whole.

    Args:
        path: The file to write; its folder is made.
        template: Name of a template in `skymask/html/templates`, such as "audit.html".
        values: What the template shows. Strings are escaped unless they are `markupsafe.Markup`.

    Raises:
        OutputError: The file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("skymask.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    write_text(path, environment.get_template(template).render(**values))


def picture(pixels: NDArray[np.uint8], longest_px: int, quality: int = 80) -> str:
    """Shrinks a picture and returns it as the `src` of an `img`.

    Args:
        pixels: uint8 [H, W, 3] RGB or [H, W] grey.
        longest_px: Longest side of the result; smaller pictures stay as they are.
        quality: Of the JPEG, 1 to 95.
    """
    image = Image.fromarray(pixels)
    image.thumbnail((longest_px, longest_px))
    buffer = BytesIO()
    image.save(buffer, "jpeg", quality=quality)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode('ascii')}"
