"""How a frame must be turned to stand upright: the display matrix of phones and of photographs' EXIF data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from skymask.video.source import Image


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways a rectangle can lie: exchange rows and columns first, then mirror."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Orientation:
        """Reads the display matrix of a decoded frame; a frame without one is upright.

        The matrix [a b; c d] maps a point to x' = a x + c y, y' = b x + d y (FFmpeg, libavutil/display.h). Angles
        between quarter turns are rounded to the nearest.
        """
        matrix: Any = frame.side_data.get("DISPLAYMATRIX")
        if matrix is None:
            return cls()
        a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
        if abs(a) >= abs(b):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    def turn_size(self, size_hw: tuple[int, int]) -> tuple[int, int]:
        """Returns height and width after (or, it being the same, before) turning."""
        return (size_hw[1], size_hw[0]) if self.transpose else size_hw

    def turn(self, image: Image) -> Image:
        """Returns the upright image.

        Args:
            image: uint8 [H, W, 3] as it was decoded.

        Returns:
            uint8 [H, W, 3] or [W, H, 3], C-contiguous; the argument itself if nothing has to be done.
        """
        if self.transpose:
            image = image.transpose(1, 0, 2)
        if self.mirror_x:
            image = image[:, ::-1]
        if self.mirror_y:
            image = image[::-1]
        return np.ascontiguousarray(image)
