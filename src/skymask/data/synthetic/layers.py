"""Layers with antialiased coverage, and how they are put on top of each other.

A frame starts as nothing but sky. Each layer hides a share of what lies behind it, in the image and in the alpha alike,
so the two agree at every edge, leaf and wire. A veil (cloud, mist, glow) tints the image and leaves the alpha alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from skymask.data.synthetic.light import Colour, Light
from skymask.data.synthetic.noise import Field

Pixels = NDArray[np.uint8]
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class View:
    """Where the camera is, relative to the still picture; the default is the still picture itself."""

    size_hw: tuple[int, int]
    """Height and width of the frame; a world may be wider."""
    turn_px: float = 0.0
    """How far everything moves to the left because the camera turns, in pixels."""
    sideways: float = 0.0
    """How far the camera has moved to the right, in metres."""
    forward: float = 0.0
    """How far it has moved ahead, in metres."""
    time_s: float = 0.0
    """Moves clouds and ripples."""


@dataclass
class Frame:
    """A frame while it is being painted."""

    image: NDArray[np.float32]
    """float32 [H, W, 3], display RGB, 0 to 1."""
    alpha: Field
    """float32 [H, W], share of sky."""

    def cover(self, pixels: NDArray[np.float32], veil: bool = False) -> None:
        """Puts premultiplied RGBA, float32 [H, W, 4], on top."""
        through = 1 - pixels[..., 3]
        self.image *= through[..., None]
        self.image += pixels[..., :3]
        if not veil:
            self.alpha *= through


class Item(Protocol):
    """Anything that can be put into a world."""

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Puts itself on top of the frame as seen from the view."""
        ...


@dataclass
class World:
    """A scene before it is seen: its items from back to front."""

    size_hw: tuple[int, int]
    horizon: float
    """Row of the eye's level."""
    light: Light
    rng: np.random.Generator
    items: list[Item] = field(default_factory=list)
    eye_m: float = 2.0
    """Height of the eye above the ground in metres."""

    @property
    def unit(self) -> float:
        """Pixels that make 1/480 of the shorter side: sizes are given in these."""
        return min(self.size_hw) / 480

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return 0.9 * max(self.size_hw)

    def row_at(self, distance_m: float) -> float:
        """Returns the row where level ground lies at a distance."""
        return self.horizon + self.focal_px * self.eye_m / distance_m

    def look(self, view: View) -> Frame:
        """Paints all items from back to front."""
        height, width = view.size_hw
        frame = Frame(np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32))
        for item in self.items:
            item.paint(frame, self, view)
        return frame


@dataclass(frozen=True)
class Layer:
    """A picture at one distance, or lying on the ground."""

    pixels: Pixels
    """uint8 [H, W, 4], RGBA, premultiplied."""
    distance_m: float = math.inf
    veil: bool = False
    ground: bool = False
    """Lies flat on the ground plane, and moves as such."""
    drift_px_s: float = 0.0
    """Own movement to the right, for clouds."""

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Puts the layer on top of the frame, displaced as the view asks."""
        pixels = self.pixels
        if view != View(self.pixels.shape[:2]):
            pixels = self._displaced(world, view)
        frame.cover(pixels.astype(np.float32) * np.float32(1 / 255), self.veil)

    def _displaced(self, world: World, view: View) -> Pixels:
        height, width = view.size_hw
        start = (world.size_hw[1] - width) / 2 + view.turn_px - self.drift_px_s * view.time_s
        centre = world.size_hw[1] / 2
        picture = Image.fromarray(self.pixels, "RGBX")
        if self.ground:
            # Exact for a plane: depth = focal * eye / (row - horizon), then move the camera and project again.
            tilt = view.forward / (world.focal_px * world.eye_m)
            slide = view.sideways / world.eye_m
            row = world.horizon
            bottom = 1 - tilt * row
            data = (
                1 / bottom,
                (slide + tilt * centre) / bottom,
                (start - slide * row - tilt * centre * row) / bottom,
                0.0,
                (1 + tilt * row) / bottom,
                (-tilt * row * row) / bottom,
                0.0,
                tilt / bottom,
            )
            moved = picture.transform((width, height), Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR)
            return np.asarray(moved)
        scale = 1 - view.forward / self.distance_m
        shift = world.focal_px * view.sideways / self.distance_m
        affine = (
            scale,
            0.0,
            centre + scale * (start - centre) + shift,
            0.0,
            scale,
            world.horizon * (1 - scale),
        )
        moved = picture.transform((width, height), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
        return np.asarray(moved)


def layer_of(
    colour: Colour,
    cover: Field,
    rng: np.random.Generator,
    distance_m: float = math.inf,
    veil: bool = False,
    ground: bool = False,
    drift_px_s: float = 0.0,
) -> Layer:
    """Makes a layer of colours, float32 [H, W, 3] or [3], 0 to 1, and coverage, float32 [H, W], 0 to 1."""
    pixels = np.empty((*cover.shape, 4), np.float32)
    pixels[..., :3] = np.clip(colour, 0, 1) * cover[..., None] * 255
    pixels[..., 3] = cover * 255
    # Dither, or smooth skies would show bands; fully covered and fully clear pixels keep their exact alpha.
    pixels[..., :3] += rng.random((*cover.shape, 1), np.float32) * (cover[..., None] > 0)
    pixels[..., 3] += 0.5
    return Layer(np.minimum(pixels, 255).astype(np.uint8), distance_m, veil, ground, drift_px_s)


def cover_below(line: Field, height: int) -> Field:
    """Returns the coverage of everything below a line, float32 [height, W].

    Args:
        line: Row of the line at `W * k` columns (k samples for each pixel), float32.
        height: Rows of the result. The samples of a pixel are averaged, so steep edges are soft as they should be.
    """
    samples = 4
    rows = np.arange(1, height + 1, dtype=np.float32)[:, None]
    total = np.zeros((height, line.size // samples), np.float32)
    for k in range(samples):
        total += np.clip(rows - line[k::samples][None, :], 0, 1)
    return np.asarray(total / samples, np.float32)


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

    def layer(self, distance_m: float, ground: bool = False) -> Layer:
        """Returns the drawing as a layer."""
        return Layer(self.pixels(), distance_m, ground=ground)


def _ink(colour: Colour) -> tuple[int, int, int, int]:
    red, green, blue = (min(255, max(0, int(255 * part + 0.5))) for part in colour.tolist())
    return red, green, blue, 255
