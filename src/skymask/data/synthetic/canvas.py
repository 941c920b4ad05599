"""Drawing with soft edges."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from skymask.data.synthetic.layers import Layer, Pixels
from skymask.data.synthetic.light import Colour

Points = list[tuple[float, float]]


class Canvas:
    """Draws opaque shapes at several times the resolution; averaging then gives their exact soft edges."""

    def __init__(self, size_hw: tuple[int, int], oversampling: int = 2) -> None:
        """Starts empty, of the given height and width in pixels."""
        self.size_hw = size_hw
        self.oversampling = oversampling
        size = (size_hw[1] * oversampling, size_hw[0] * oversampling)
        self.picture = Image.new("RGBA", size, (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.picture)

    def polygon(self, points: Points, colour: Colour) -> None:
        """Fills a polygon; points in pixels (x, y), colour display RGB 0 to 1."""
        k = self.oversampling
        self._draw.polygon([(x * k, y * k) for x, y in points], fill=_ink(colour))

    def line(self, points: Points, colour: Colour, width_px: float) -> None:
        """Draws a polyline at least one sample wide, so that a thin one becomes partly transparent."""
        k = self.oversampling
        width = max(1, round(width_px * k))
        self._draw.line([(x * k, y * k) for x, y in points], fill=_ink(colour), width=width)

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour) -> None:
        """Fills an ellipse around (x, y), in pixels."""
        k = self.oversampling
        box = ((x - radius_x) * k, (y - radius_y) * k, (x + radius_x) * k, (y + radius_y) * k)
        self._draw.ellipse(box, fill=_ink(colour))

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fills an upright rectangle with the given sides, in pixels."""
        k = self.oversampling
        box = (left * k, top * k, max(left, right) * k - 1, max(top, bottom) * k - 1)
        if box[2] >= box[0] and box[3] >= box[1]:
            self._draw.rectangle(box, fill=_ink(colour))

    def paste(self, sprite: Image.Image, x: float, y: float) -> None:
        """Puts an RGBA sprite, already at this canvas's oversampling, with its top left corner at (x, y) pixels."""
        k = self.oversampling
        self.picture.paste(sprite, (round(x * k), round(y * k)), sprite)

    def pixels(self) -> Pixels:
        """Returns the averaged drawing, uint8 [H, W, 4], premultiplied."""
        return np.asarray(self.picture.convert("RGBa").reduce(self.oversampling))

    def layer(self, distance_m: float) -> Layer:
        """Returns the drawing as a layer."""
        return Layer.trimmed(self.pixels(), distance_m)


def _ink(colour: Colour) -> tuple[int, int, int, int]:
    red, green, blue = (min(255, max(0, int(255 * part + 0.5))) for part in colour.tolist())
    return red, green, blue, 255
