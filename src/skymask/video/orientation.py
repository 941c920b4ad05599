"""How a frame must be turned to stand upright: the display matrix of phones and of photographs' EXIF data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from skymask.video import yuv
from skymask.video.yuv import Image


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
            image: uint8 [H, W, ...] as it was decoded: RGB, or one plane.

        Returns:
            uint8 [H, W, ...] or [W, H, ...], C-contiguous; the argument itself if nothing has to be done.
        """
        if self.transpose:
            image = image.swapaxes(0, 1)
        if self.mirror_x:
            image = image[:, ::-1]
        if self.mirror_y:
            image = image[::-1]
        return np.ascontiguousarray(image)

    def turn_picture(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Returns the upright picture; see `skymask.video.yuv`. The argument itself if nothing has to be done."""
        if self == Orientation():
            return picture
        if picture.height % 2 or picture.width % 2:  # mirrored, its pixels would belong to other samples of colour
            colours = yuv.Colours(picture.colorspace, picture.color_primaries, picture.color_trc)
            return yuv.from_rgb(self.turn(yuv.to_exact_rgb(picture)), colours)
        upright = yuv.blank(self.turn_size((picture.height, picture.width)), picture)
        for source, target in zip(yuv.planes(picture), yuv.planes(upright), strict=True):
            target[...] = self.turn(source)
        return upright
