"""Smooth random fields: everything irregular in a scene (clouds, ridges, grass, ripples) is made of these.

Fractal value noise: random grids of ever finer cells, enlarged bicubically and summed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]
Values = NDArray[np.floating[Any]]
_PLANE_CELLS = 320  # side of a plane's random grid; it repeats beyond


def fork(rng: np.random.Generator) -> np.random.Generator:
    """Returns a generator of its own for one thing, so that how much it draws does not change what follows.

    This is what keeps a scene's composition the same at every size.
    """
    return np.random.default_rng(int(rng.integers(2**62)))


def fractal(
    rng: np.random.Generator,
    size_hw: tuple[int, int],
    cell_px: float,
    octaves: int = 5,
    gain: float = 0.5,
    stretch: float = 1.0,
) -> Field:
    """Returns noise float32 [H, W] with mean near 0 and deviation near 1.

    Args:
        rng: Source of randomness.
        size_hw: Height and width of the field in pixels.
        cell_px: Size of the largest features in pixels.
        octaves: How many halvings of the cell are added; cells under 1.5 pixels are left out.
        gain: Weight of each octave relative to the one before.
        stretch: Features are this much wider than high.
    """
    rng = fork(rng)
    height, width = size_hw
    total = np.zeros(size_hw, np.float32)
    weight, power, cell = 1.0, 0.0, max(cell_px, 1.5)
    for _ in range(octaves):
        if cell < 1.5:
            break
        total += weight * _enlarged(rng, (height, width), cell, stretch)
        power += weight**2
        weight *= gain
        cell /= 2
    return np.asarray(total / (0.21 * math.sqrt(power)), np.float32)


def _enlarged(rng: np.random.Generator, size_hw: tuple[int, int], cell: float, stretch: float) -> Field:
    high, wide = size_hw[0] / cell, size_hw[1] / (cell * stretch)
    grid = rng.random((math.ceil(high) + 3, math.ceil(wide) + 3), np.float32) - np.float32(0.5)
    left, top = (rng.random(2) + 0.5).tolist()
    box = (left, top, left + wide, top + high)
    picture = Image.fromarray(grid).resize((size_hw[1], size_hw[0]), Image.Resampling.BICUBIC, box=box)
    return np.asarray(picture)


def ridge(rng: np.random.Generator, count: int, cell_px: float, octaves: int = 6, gain: float = 0.5) -> Field:
    """Returns a one-dimensional fractal, float32 [count], mean near 0 and deviation near 1."""
    return np.asarray(fractal(rng, (2, count), cell_px, octaves, gain)[0])


class PlaneNoise:
    """Fractal noise painted on a level plane (the ground, a lake, a cloud deck) and seen in perspective."""

    def __init__(self, rng: np.random.Generator, octaves: int = 4, gain: float = 0.55) -> None:
        """Draws the random grids; `sample` may then be called with any offset, as for a moving camera."""
        side, rng = _PLANE_CELLS, fork(rng)
        self._grids = [rng.random((side, side), np.float32) - np.float32(0.5) for _ in range(octaves)]
        self._gain = gain

    def sample(
        self,
        size_hw: tuple[int, int],
        horizon: float,
        cell: float,
        offset: tuple[float, float] = (0.0, 0.0),
        stretch: float = 1.0,
    ) -> Field:
        """Returns the plane as seen, float32 [H, W]; rows on the horizon's far side are 0.

        Args:
            size_hw: Height and width of the view in pixels.
            horizon: Row of the horizon. The plane lies below it; a horizon below the view's centre with a negative
                `cell` means the plane overhead.
            cell: Size of the largest features, in units of the distance between eye and plane.
            offset: Movement over the plane (sideways, forwards) in the same unit.
            stretch: Features are this much wider than deep.
        """
        sign = 1.0 if cell > 0 else -1.0
        rows = sign * (np.arange(size_hw[0], dtype=np.float32) + 0.5 - horizon)
        total = np.zeros(size_hw, np.float32)
        weight, power, size = 1.0, 0.0, abs(cell)
        focal = 0.9 * max(size_hw)
        for grid in self._grids:
            # Fades out where a cell covers less than two pixels in depth: there it would only sparkle.
            fade = np.clip(rows * np.abs(rows) * size / (2.5 * focal) - 0.3, 0, 1)[:, None]
            seen = _project(grid, size_hw, horizon, sign, focal, size, offset, stretch)
            total += weight * fade * seen
            power += weight**2
            weight *= self._gain
            size /= 2.1
        return np.asarray(total / (0.21 * math.sqrt(power)), np.float32)


def _project(
    grid: Field,
    size_hw: tuple[int, int],
    horizon: float,
    sign: float,
    focal: float,
    size: float,
    offset: tuple[float, float],
    stretch: float,
) -> Field:
    """Bilinear look-up of the grid at the point of the plane that each pixel sees, wrapping around."""
    height, width = size_hw
    rows = np.maximum(sign * (np.arange(height, dtype=np.float32) + 0.5 - horizon), 0.5)
    depth = focal / rows  # distance along the ground, in eye heights
    v = (depth + offset[1]) / size
    columns = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / focal
    u = (columns[None, :] * depth[:, None] + offset[0]) / (size * stretch) + 97.0
    side = _PLANE_CELLS
    row_low, u_low = np.floor(v), np.floor(u)
    row_part, part = _eased(v - row_low)[:, None], _eased(u - u_low)
    stride = side + 1
    cells = np.pad(grid, (0, 1), mode="wrap").ravel()  # so that a cell's neighbours are never on the other side
    first = (row_low.astype(np.int32) % side * stride)[:, None] + u_low.astype(np.int32) % side
    top = _between(cells.take(first), cells.take(first + 1), part)
    first += stride
    bottom = _between(cells.take(first), cells.take(first + 1), part)
    return _between(top, bottom, row_part)


def _eased(part: Field) -> Field:
    return part * part * (3 - 2 * part)


def _between(low: Field, high: Field, part: Field) -> Field:
    """Returns `low` where `part` is 0, `high` where it is 1; overwrites `high`."""
    high -= low
    high *= part
    high += low
    return high


def smoothstep(low: float, high: float, value: Values) -> Field:
    """Returns 0 below `low`, 1 above `high`, and a smooth rise in between; same shape as `value`."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(_eased(t), np.float32)


def relief(height: Values, toward_xy: tuple[float, float], step_px: int) -> Field:
    """Returns how much each point of a height field faces a light, float32 [H, W], about -1 to 1.

    Args:
        height: float32 [H, W].
        toward_xy: Direction of the light in the picture, x to the right and y down.
        step_px: Distance over which the slope is taken.
    """
    norm = math.hypot(*toward_xy) or 1.0
    dx, dy = (round(step_px * part / norm) for part in toward_xy)
    padded = np.pad(height, ((abs(dy), abs(dy)), (abs(dx), abs(dx))), mode="edge")
    rows, columns = height.shape
    ahead = padded[abs(dy) + dy : abs(dy) + dy + rows, abs(dx) + dx : abs(dx) + dx + columns]
    return np.asarray(height - ahead, np.float32)
