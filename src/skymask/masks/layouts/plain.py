"""The plain layout: an 8-bit grey PNG a photograph, whose pixels are the alpha."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skymask.contract import Alphas
from skymask.masks.images import write_mask
from skymask.masks.layouts.layout import png_name
from skymask.masks.plan import Job


class Plain:
    """`out/day/a.png` for the photograph `day/a.jpg`."""

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name."""
        return png_name(name)

    def is_made(self, mask: Path) -> bool:
        """Takes any file of that name for the mask."""
        return mask.exists()

    def write(self, alpha: Alphas, mask: Path, orientation: int) -> None:
        """Writes the alpha as it is."""
        write_mask(alpha, mask, orientation)

    def finish(self, jobs: Sequence[Job], output: Path) -> None:
        """Does nothing: each mask stands for itself."""
