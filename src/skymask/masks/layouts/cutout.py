"""The photograph with its sky transparent, as an 8-bit RGBA PNG: for tools that take no mask files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from skymask.contract import Alphas
from skymask.masks.layouts.layout import Standalone, png_name
from skymask.masks.origin import Origin
from skymask.photographs.read import Photograph
from skymask.photographs.write import write_mask


class Cutout(Standalone):
    """`out/day/a.png` for the photograph `day/a.jpg`: alpha is 255 minus sky, colours are kept also where it is 0."""

    name = "cutout"
    form = "a PNG of colours with an alpha channel"

    def has_form(self, picture: Image.Image) -> bool:
        """Whether it has both."""
        return picture.mode == "RGBA"

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name."""
        return png_name(name)

    def write(self, alpha: Alphas, photograph: Photograph, mask: Path, origin: Origin) -> None:
        """Writes the photograph with the soft alpha of what is not sky."""
        rgba = np.dstack([photograph.rgb, ~alpha])
        write_mask(rgba, mask, photograph.orientation, photograph.icc_profile, origin.to_text())
