"""Masks by COLMAP's names: the photograph's whole name, and `.png` after it.

Source: "Mask image regions" in COLMAP's FAQ (`doc/faq.rst`): no features are taken where the mask is 0. Its
`stereo_fusion` looks for the same names.
"""

from __future__ import annotations

from pathlib import Path

from skymask.masks.layouts.hard import HardMask


class Colmap(HardMask):
    """`out/day/a.jpg.png` for the photograph `day/a.jpg`: sky is black."""

    name = "colmap"

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name, ending included."""
        return name.with_name(f"{name.name}.png")
