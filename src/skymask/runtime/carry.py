"""Brings the alpha of one frame to later frames of its video, by how the picture has moved along the border of the sky.

A mask that comes late is wrong where the camera has moved on, and only along its border: a sky shifted against itself
is the same sky. So what is measured is the movement of the picture there, and it is taken for a shift, a turn and a
change of size, which is what cameras do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skymask.contract import Alphas
from skymask.errors import InputError
from skymask.runtime.cells import Cells, cell_side, max3x3, mean3x3, shrink

COARSE = 4  # cells each way that are taken together for the search
REACH = 6  # coarse cells each way that it looks: a tenth of the longer side of the frame
SHIFT_COST = 0.1  # grey levels a coarse cell: along a straight horizon any shift fits, and none is the likeliest
WORST_LEVELS = 40.0  # a larger difference is no worse: there, something else is seen
BORDER_LEVELS = 64  # of alpha, between cells next to each other
BORDER_CELLS = 4  # how far the surroundings of the border count
MOST_CELLS = 4096  # of them that are compared
ITERATIONS = 8  # Gauss-Newton steps at most ...
SETTLED = 0.02  # ... or until one is smaller than so many cells
RIDGE = 0.02  # of the mean curvature: what the picture does not tell stays as it was found by the search
OUTLIER_LEVELS = 10.0  # differences of which count half
BLOCK_PIXELS = 1 << 16  # what is moved at a time: larger, intermediate results fall out of the processor's cache
FRACTION_BITS = 12  # of the fixed-point places

Places = NDArray[np.complex128]


@dataclass(frozen=True)
class Motion:
    """Where the points of a frame have gone: place z, from its middle, to z + shift + turn * z.

    Places are complex: x to the right, y, the imaginary part, downwards.
    """

    shift: complex = 0j
    """Of the middle."""
    turn: complex = 0j
    """Real: growth; imaginary: radians, clockwise as seen; for the small ones that happen between frames."""

    def of(self, places: Places) -> Places:
        """Returns by how much each place has moved."""
        moved: Places = self.shift + self.turn * places
        return moved

    def times(self, factor: float) -> Motion:
        """Returns the motion in units that are `1 / factor` as large."""
        return Motion(self.shift * factor, self.turn)


class Carry:
    """One frame's alpha, ready to be brought to later frames.

    The movement is first searched for on a coarse grid, as a shift (block matching, with truncated absolute
    differences), and then refined to a similarity by a few Gauss-Newton steps (Lucas & Kanade 1981; the weights are
    Cauchy's). Both look only at cells near the border of the sky. Where that fits no better than no movement at all, as
    after a cut, the alpha stays as it is.

    Nothing is seen of what moves by itself, such as a crane before a still camera: it keeps its place in the mask.
    Safe to use from one thread at a time.
    """

    def __init__(self, luma: NDArray[np.uint8], alpha: Alphas) -> None:
        """Args:
            luma: uint8 [H, W], how bright the pixels of the frame are, H and W at least 32.
            alpha: uint8 [H, W], 255 sky: what is to be carried. Both are kept, not copied.

        Raises:
            InputError: The two are no such arrays of one size.
        """
        self._luma, self._alpha = luma, alpha
        _check(luma, alpha.shape)
        _check(alpha, luma.shape)
        self._cell_px = cell_side(alpha.shape)

    def to(self, luma: NDArray[np.uint8]) -> Alphas:
        """Returns the alpha as it belongs to a later frame.

        Args:
            luma: uint8 [H, W], of the size of the first.

        Returns:
            uint8 [H, W], 255 sky: a new array. What has come into view at an edge continues the edge.

        Raises:
            InputError: `luma` has another type or shape.
        """
        _check(luma, self._alpha.shape)
        return _move(self._alpha, self.motion(luma))

    def motion(self, luma: NDArray[np.uint8]) -> Motion:
        """Returns how the picture has moved from the first frame to a later one along the border, in pixels."""
        border = self._border
        if not border.any():
            return Motion()
        then, now = self._cells, mean3x3(shrink(luma, self._cell_px))
        found = _search(_coarsen(then), _coarsen(now), _coarsen(border) > 0).times(COARSE)
        return _refine(then, now, border > 0, found).times(self._cell_px)

    @cached_property
    def _cells(self) -> Cells:
        return mean3x3(shrink(self._luma, self._cell_px))

    @cached_property
    def _border(self) -> Cells:
        """1 near the border of the sky, else 0."""
        alpha = shrink(self._alpha, self._cell_px)
        border: Cells = (max3x3(alpha) + max3x3(-alpha) > BORDER_LEVELS).astype(np.float32)
        for _ in range(BORDER_CELLS - 1):
            border = max3x3(border)
        return border


def _check(plane: NDArray[np.uint8], size_hw: tuple[int, ...]) -> None:
    if not isinstance(plane, np.ndarray) or plane.dtype != np.uint8 or plane.ndim != 2 or plane.shape != size_hw:
        found = f"{plane.dtype} {list(plane.shape)}" if isinstance(plane, np.ndarray) else f"a {type(plane).__name__}"
        raise InputError(
            f"A mask is carried between the brightness planes of frames, uint8 [H, W] of one size, here "
            f"{list(size_hw)}; got {found}."
        )


def _coarsen(cells: Cells) -> Cells:
    rows, columns = (side // COARSE for side in cells.shape)
    blocks = cells[: rows * COARSE, : columns * COARSE].reshape(rows, COARSE, columns, COARSE)
    mean: Cells = blocks.mean(axis=(1, 3))
    return mean


def _search(then: Cells, now: Cells, border: NDArray[np.bool_]) -> Motion:
    """Finds the shift, in whole cells, at which the border's surroundings look most alike."""
    reach = min(REACH, min(then.shape) // 2)
    rows, columns = np.nonzero(border)
    if not rows.size:
        return Motion()
    steps = np.arange(-reach, reach + 1)
    ways = steps[:, np.newaxis] + reach
    seen = np.pad(now, reach, mode="edge")[(rows + ways)[:, np.newaxis], (columns + ways)[np.newaxis]]
    cost = np.minimum(np.abs(seen - then[rows, columns]), WORST_LEVELS).mean(axis=-1)
    cost += SHIFT_COST * np.hypot(steps[:, np.newaxis], steps)
    down, right = divmod(int(cost.argmin()), len(steps))
    return Motion(complex(right - reach, down - reach))


def _refine(then: Cells, now: Cells, border: NDArray[np.bool_], motion: Motion) -> Motion:
    """Improves a motion, in cells, until the border's surroundings fit; none if it fits no better than none."""
    rows, columns = np.nonzero(border)
    every = -(-rows.size // MOST_CELLS)
    rows, columns = rows[::every], columns[::every]
    middle = _middle(then.shape)
    reach = max(then.shape) / 2  # places are measured in it, so that turn and shift weigh alike
    at = columns + 1j * rows
    places = (at - middle) / reach
    looked = then[rows, columns]
    fields = np.stack([now, *np.gradient(now)], axis=-1)
    shift, turn = motion.shift, motion.turn * reach
    for _ in range(ITERATIONS):
        sample = _sample(fields, at + shift + turn * places)
        difference, slope_y, slope_x = sample[:, 0] - looked, sample[:, 1], sample[:, 2]
        x, y = places.real, places.imag
        by = np.stack([slope_x, slope_y, slope_x * x + slope_y * y, slope_y * x - slope_x * y])
        weighted = by / (1 + np.square(difference / OUTLIER_LEVELS))
        curvature = weighted @ by.T
        curvature += np.eye(4) * (RIDGE * np.trace(curvature) / 4 + 1e-6)
        step = np.linalg.solve(curvature, weighted @ difference)
        shift -= complex(step[0], step[1])
        turn -= complex(step[2], step[3])
        if np.abs(step).max() < SETTLED:
            break
    refined = Motion(shift, turn / reach)

    def misfit(tried: Motion) -> float:
        sample = _sample(now[..., np.newaxis], at + tried.of(at - middle))[:, 0]
        return float(np.minimum(np.abs(sample - looked), WORST_LEVELS).mean())

    return refined if misfit(refined) < misfit(Motion()) else Motion()


def _sample(fields: NDArray[np.float32], at: Places) -> NDArray[np.float32]:
    """Returns float32 [N, C], the values of fields [rows, columns, C] at N places, bilinear; the edge is repeated."""
    x = np.clip(at.real, 0, fields.shape[1] - 1.001).astype(np.float32)
    y = np.clip(at.imag, 0, fields.shape[0] - 1.001).astype(np.float32)
    column, row = x.astype(np.intp), y.astype(np.intp)
    right, down = ((place % 1)[:, np.newaxis] for place in (x, y))
    above = fields[row, column] * (1 - right) + fields[row, column + 1] * right
    below = fields[row + 1, column] * (1 - right) + fields[row + 1, column + 1] * right
    return np.asarray(above * (1 - down) + below * down, np.float32)


def _middle(size_hw: tuple[int, ...]) -> complex:
    return complex(size_hw[1] - 1, size_hw[0] - 1) / 2


def _move(alpha: Alphas, motion: Motion) -> Alphas:
    """Returns where an alpha has gone, to the nearest pixel, a block of rows at a time."""
    height, width = alpha.shape
    corners = np.array([0, width, 1j * height, width + 1j * height]) - _middle(alpha.shape)
    if float(np.abs(motion.of(corners)).max()) < 0.5:
        return alpha.copy()
    # Looked at from the result: each pixel takes the value of the place that has come to it.
    middle, back = _middle(alpha.shape), 1 / (1 + motion.turn)
    one = 1 << FRACTION_BITS
    of_column = back * np.arange(width)
    of_row = back * (1j * np.arange(height) - middle - motion.shift) + middle + (0.5 + 0.5j)
    column_x, column_y, row_x, row_y = (
        np.rint(part * one).astype(np.intp) for part in (of_column.real, of_column.imag, of_row.real, of_row.imag)
    )
    moved = np.empty_like(alpha)
    step_rows = max(1, BLOCK_PIXELS // width)
    for start in range(0, height, step_rows):
        rows = slice(start, start + step_rows)
        index = np.clip((row_y[rows, np.newaxis] + column_y) >> FRACTION_BITS, 0, height - 1)
        index *= width
        index += np.clip((row_x[rows, np.newaxis] + column_x) >> FRACTION_BITS, 0, width - 1)
        alpha.take(index, out=moved[rows], mode="clip")
    return moved
