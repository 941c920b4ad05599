"""Masks as nerfstudio and Brush take them: the photograph's name with the ending `.png`.

Sources: "Masks" in nerfstudio's data conventions (one channel, black is ignored; any other value is used) and
`find_mask_path` in Brush's `brush-dataset` (the folder must be called `masks`; its subfolders are those of the images).
"""

from __future__ import annotations

from pathlib import Path

from skymask.masks.layouts.hard import HardMask
from skymask.masks.layouts.layout import png_name


class Nerfstudio(HardMask):
    """`out/day/a.png` for the photograph `day/a.jpg`: sky is black."""

    name = "nerfstudio"

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name."""
        return png_name(name)
