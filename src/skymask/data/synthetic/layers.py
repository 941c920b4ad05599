"""Layers with antialiased coverage, and how they are put on top of each other.

A frame starts as nothing but sky. Each layer hides a share of what lies behind it, in the image and in the alpha alike,
so the two agree at every edge, leaf and wire. A veil (cloud, mist, glow) tints the image and leaves the alpha alone.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask.data.synthetic.light import Light
from skymask.data.synthetic.noise import Field, Values, fork

Pixels = NDArray[np.uint8]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


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

    def cover(self, pixels: Pixels, top_left: tuple[int, int], veil: bool) -> None:
        """Puts premultiplied RGBA, uint8 [h, w, 4], on top, with its corner at the given row and column."""
        (top, left), (high, wide) = top_left, pixels.shape[:2]
        part = (slice(top, top + high), slice(left, left + wide))
        layer = pixels.astype(np.float32)
        layer *= np.float32(1 / 255)
        through = 1 - layer[..., 3]
        self.image[part] *= through[..., None]
        self.image[part] += layer[..., :3]
        if not veil:
            self.alpha[part] *= through


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
    vanish_x: float = 0.0
    """Column toward which roads run and the camera walks."""

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

    def chance(self, share: float) -> bool:
        """Draws whether something happens that happens in a share of all scenes, 0 to 1."""
        return bool(self.rng.random() < share)

    def look(self, view: View) -> Frame:
        """Paints all items from back to front."""
        height, width = view.size_hw
        frame = Frame(np.zeros((height, width, 3), np.float32), np.ones((height, width), np.float32))
        for item in self.items:
            item.paint(frame, self, view)
        return frame


def own_randomness(
    draw: Callable[Concatenate[World, Arguments], Result],
) -> Callable[Concatenate[World, Arguments], Result]:
    """Gives a function that draws into a world its own random numbers (see `fork`)."""

    @functools.wraps(draw)
    def drawing(world: World, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        outer = world.rng
        world.rng = fork(outer)
        result = draw(world, *args, **kwargs)
        world.rng = outer
        return result

    return drawing


@dataclass(frozen=True)
class Layer:
    """A picture at one distance, or lying on the ground; only the part that covers anything is kept."""

    pixels: Pixels
    """uint8 [h, w, 4], RGBA, premultiplied."""
    top_left: tuple[int, int]
    """Row and column of the part within the world."""
    distance_m: float = math.inf
    veil: bool = False
    ground: bool = False
    """Lies flat on the ground plane, and moves as such."""
    wall_m: float | None = None
    """Is a wall along the line of sight, this far to the right of the eye, and moves as such."""
    drift_px_s: float = 0.0
    """Own movement to the right, for clouds."""

    @classmethod
    def trimmed(cls, pixels: Pixels, distance_m: float) -> Layer:
        """Makes a layer from a picture of the whole world, uint8 [H, W, 4], RGBA, premultiplied."""
        top, left, bottom, right = _bounds(pixels[..., 3] > 0)
        return cls(np.ascontiguousarray(pixels[top:bottom, left:right]), (top, left), distance_m)

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Puts the layer on top of the frame, displaced as the view asks."""
        if self.pixels.size == 0:
            return
        if view == View(world.size_hw):
            frame.cover(self.pixels, self.top_left, self.veil)
        else:
            self._paint_displaced(frame, world, view)

    def _paint_displaced(self, frame: Frame, world: World, view: View) -> None:
        """Looks up, for the part of the frame that the layer can reach, where each pixel comes from."""
        height, width = view.size_hw
        centre = world.vanish_x
        start = (world.size_hw[1] - width) / 2 + view.turn_px - self.drift_px_s * view.time_s
        first_row, last_row, first, last = 0, height, 0, width
        flat = self.ground or self.wall_m is not None
        if self.ground:
            matrix = _ground_matrix(world, view, start)
            first_row = int(np.clip(self.top_left[0] - 1, 0, height))
        elif self.wall_m is not None:
            matrix = _wall_matrix(world, view, start, self.wall_m)
            side = (centre - start, width) if self.wall_m > 0 else (0, centre - start)
            first, last = _span(side[0], side[1], width)
        else:
            scale = 1 - view.forward / self.distance_m
            shift = centre + scale * (start - centre) + world.focal_px * view.sideways / self.distance_m
            lift = world.horizon * (1 - scale)
            matrix = np.array([[scale, 0, shift], [0, scale, lift], [0, 0, 1]])
            (top, left), (high, wide) = self.top_left, self.pixels.shape[:2]
            first_row, last_row = _span((top - lift) / scale, (top + high - lift) / scale, height)
            first, last = _span((left - shift) / scale, (left + wide - shift) / scale, width)
        if last_row <= first_row or last <= first:
            return
        # A clear border lets the interpolation fade the layer's own rim instead of cutting it.
        padded = np.pad(self.pixels, ((1, 1), (1, 1), (0, 0)))
        to_layer = np.array([[1, 0, 1 - self.top_left[1]], [0, 1, 1 - self.top_left[0]], [0, 0, 1]])
        from_part = np.array([[1, 0, first], [0, 1, first_row], [0, 0, 1]])
        full = to_layer @ matrix @ from_part
        picture = Image.frombytes("RGBX", (padded.shape[1], padded.shape[0]), padded.tobytes())
        moved = picture.transform(
            (last - first, last_row - first_row),
            Image.Transform.PERSPECTIVE if flat else Image.Transform.AFFINE,
            tuple((full / full[2, 2]).ravel().tolist()[: 8 if flat else 6]),
            Image.Resampling.BILINEAR,
        )
        frame.cover(np.asarray(moved), (first_row, first), self.veil)


def _ground_matrix(world: World, view: View, start: float) -> NDArray[np.float64]:
    """Maps a pixel of the frame to the world's picture of the ground, as a homography.

    Exact for a plane: depth = focal * eye / (row - horizon); move the camera, project again.
    """
    tilt = view.forward / (world.focal_px * world.eye_m)
    slide = view.sideways / world.eye_m
    row, centre = world.horizon, world.vanish_x
    return np.array(
        [
            [1, slide + tilt * centre, start - slide * row - tilt * centre * row],
            [0, 1 + tilt * row, -tilt * row * row],
            [0, tilt, 1 - tilt * row],
        ]
    )


def _wall_matrix(world: World, view: View, start: float, wall_m: float) -> NDArray[np.float64]:
    """As `_ground_matrix`, for an upright plane with depth = focal * wall / (column - vanishing point)."""
    before, now = world.focal_px * wall_m, world.focal_px * (wall_m - view.sideways)
    row, centre, ahead = world.horizon, world.vanish_x, view.forward
    x = start - centre  # the column, counted from the vanishing point, is the frame's column plus this
    return np.array(
        [
            [before + centre * ahead, 0, before * x + centre * (now + ahead * x)],
            [row * ahead, now, row * (now + ahead * x) - row * now],
            [ahead, 0, now + ahead * x],
        ]
    )


def _span(low: float, high: float, limit: int) -> tuple[int, int]:
    return int(np.clip(math.floor(low) - 1, 0, limit)), int(np.clip(math.ceil(high) + 1, 0, limit))


def layer_of(
    colour: Values,
    cover: Values,
    rng: np.random.Generator,
    distance_m: float = math.inf,
    veil: bool = False,
    ground: bool = False,
    drift_px_s: float = 0.0,
) -> Layer:
    """Makes a layer of colours, float32 [H, W, 3] or [3], 0 to 1, and coverage, float32 [H, W], 0 to 1."""
    top, left, bottom, right = _bounds(cover > 0)
    part = np.asarray(cover[top:bottom, left:right], np.float32)
    shown = colour if colour.ndim == 1 else colour[top:bottom, left:right]
    pixels = np.empty((*part.shape, 4), np.float32)
    np.clip(shown, 0, 1, out=pixels[..., :3])
    # Dither, or smooth skies would show bands; coverage is rounded exactly.
    pixels[..., :3] *= 255 * part[..., None]
    pixels[..., :3] += fork(rng).random((*part.shape, 1), np.float32) * (part[..., None] > 0)
    pixels[..., 3] = part * 255 + 0.5
    np.minimum(pixels, 255, out=pixels)
    return Layer(pixels.astype(np.uint8), (top, left), distance_m, veil, ground, drift_px_s=drift_px_s)


def _bounds(drawn: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Returns first row, first column, last row + 1 and last column + 1 of what is drawn; all 0 if nothing is."""
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if rows.size == 0:
        return 0, 0, 0, 0
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def cover_below(line: Values, height: int) -> Field:
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
