"""What `colmap` and `nerfstudio` share: masks of what to use, black where there is sky.

Such tools leave out black (0) and use everything else, be it ever so dark: of a soft mask they would use the whole rim
of the sky. So it is cut at the threshold, and has 0 and 255 and nothing in between.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from skymask.contract import THRESHOLD, Alphas
from skymask.masks.layouts.layout import Standalone, is_grey
from skymask.masks.origin import Origin
from skymask.photographs.read import Photograph
from skymask.photographs.write import write_mask


class HardMask(Standalone):
    """An 8-bit grey PNG a photograph: 0 is sky, 255 everything else."""

    form = "a grey PNG of 0 and 255 alone"

    def has_form(self, picture: Image.Image) -> bool:
        """Whether there is nothing in between, which tools would use as if it were white."""
        return is_grey(picture) and not any(picture.convert("L").histogram()[1:255])

    def write(self, alpha: Alphas, photograph: Photograph, mask: Path, origin: Origin) -> None:
        """Writes what is not sky."""
        hard = np.where(alpha > THRESHOLD, np.uint8(0), np.uint8(255))
        write_mask(hard, mask, photograph.orientation, text=origin.to_text())
