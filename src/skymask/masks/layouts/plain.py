"""The plain layout: an 8-bit grey PNG a photograph, whose pixels are the alpha."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from skymask.contract import Alphas
from skymask.masks.layouts.layout import Standalone, is_grey, png_name
from skymask.masks.origin import Origin
from skymask.photographs.read import Photograph
from skymask.photographs.write import write_mask


class Plain(Standalone):
    """`out/day/a.png` for the photograph `day/a.jpg`: sky is white."""

    name = "plain"
    form = "a grey PNG"

    def has_form(self, picture: Image.Image) -> bool:
        """Whether it is grey."""
        return is_grey(picture)

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name."""
        return png_name(name)

    def write(self, alpha: Alphas, photograph: Photograph, mask: Path, origin: Origin) -> None:
        """Writes the alpha as it is."""
        write_mask(alpha, mask, photograph.orientation, text=origin.to_text())
