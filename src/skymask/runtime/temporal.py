"""Steadies the alphas of a video, frame after frame, without a look ahead.

A camera that stands still shows the same pixel again and again, and the mean of what the model said of it is steadier
and nearer to the truth than its last word. Where the picture has changed, only the last word counts.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skymask.contract import Alphas, check_frames
from skymask.errors import InputError
from skymask.runtime.cells import Cells, cell_side, max3x3, mean3x3, shrink

DEFAULT_MEMORY = 12
LONGEST_MEMORY = 32

STILL, MOVED = 3.0, 9.0  # grey levels: below, a cell counts as unchanged, above as changed, in between as partly so
USUAL_MOST = 4.0  # grey levels: how much of a cell's change, frame after frame, may be taken for ripples or noise
USUAL_FRAMES = 16  # over how many frames it is averaged
CUT_SHARE = 0.5  # of the frame: when so much of it has changed, nothing is kept
DRIFT_PX = 0.5  # a camera that has moved so far has no memory that fits
TEXTURE = 0.25  # (grey levels per cell)^2: frames flatter than this tell little of the camera's movement
SURE_AFTER = 4.0  # frames: from here on, a new alpha that is far from the memory is doubted ...
DOUBT_LEVELS = 96  # ... and pulls at it no harder than one so far away
BLOCK_PIXELS = 1 << 16  # what is blended at a time: larger, intermediate results fall out of the processor's cache
ONE = 64  # the memory holds alpha in 64ths, so that int16 is enough

Slopes = tuple[Cells, ...]


class TemporalFilter:
    """Smooths the alphas of one video where its frames stay the same.

    For each cell of a coarse grid it counts for how many frames the picture has looked alike, up to `memory`, and the
    result is the running mean of the alphas over about as many frames: a new alpha weighs 1 / count. The frames are
    remembered with the same weights, and a new frame is compared with what is remembered, so that slow changes add up
    until they are noticed. Where a cell changed, its count falls to 1 and the new alpha is the result. Counts also fall
    everywhere when the camera turns or drifts, and to 1 at a cut.

    Two things are told from a change. Where the picture always varies a little, as ripples and the noise of night
    frames do, it takes more than that. And where it has been still for long, an alpha far from the memory, such as a
    patch that is sky for a frame or two, pulls with bounded force (Huber 1964, "Robust estimation of a location
    parameter").

    The result of every pixel lies between its last result and its new alpha, so what is surely sky, or surely not,
    stays at exactly 255 or 0. A moving camera's mask lags by less than a frame, or by less than half a pixel.

    Use one filter per video and call it from one thread at a time.
    """

    def __init__(self, memory: int = DEFAULT_MEMORY) -> None:
        """Args:
            memory: Over how many frames the mean reaches at most, 1 (changes nothing) to 32.

        Raises:
            InputError: `memory` is out of range, or no whole number.
        """
        if not isinstance(memory, int | np.integer) or not 1 <= memory <= LONGEST_MEMORY:
            raise InputError(
                f"The memory of a temporal filter must be a whole number, 1 to {LONGEST_MEMORY} frames; got "
                f"{memory!r}. {DEFAULT_MEMORY} suits most videos."
            )
        self._memory = int(memory)
        self._state: _State | None = None

    def __call__(self, frame: NDArray[np.uint8], alpha: Alphas) -> Alphas:
        """Takes the next frame of the video.

        Args:
            frame: uint8 [H, W, 3], RGB, values 0 to 255, H and W at least 32; or its brightness alone, [H, W].
            alpha: uint8 [H, W], 255 sky: what the model says of this frame.

        Returns:
            uint8 [H, W], the steadied alpha: a new array that the caller owns. After a change of size, as for the first
            frame, it equals `alpha`.

        Raises:
            InputError: An array has another type or shape.
        """
        _check(frame, alpha)
        if self._state is None or self._state.size_hw != alpha.shape:
            self._state = _State(frame, alpha)
            return alpha.copy()
        return self._state.advance(frame, alpha, self._memory)

    def reset(self) -> None:
        """Forgets all frames, for instance after a jump in the file."""
        self._state = None


class _State:
    """What is remembered of a video: the picture on a coarse grid, and the alpha at full size."""

    def __init__(self, frame: NDArray[np.uint8], alpha: Alphas) -> None:
        height, width = self.size_hw = alpha.shape
        self._cell_px = cell_side((height, width))
        self._picture = shrink(frame, self._cell_px)
        self._count: Cells = np.ones_like(self._picture)
        self._usual: Cells = np.zeros_like(self._picture)
        rows, columns = self._picture.shape
        self._row_of = np.minimum(np.arange(height) // self._cell_px, rows - 1)
        self._column_of = np.minimum(np.arange(width) // self._cell_px, columns - 1)
        self._result = alpha.copy()
        self._level = np.left_shift(alpha, 6, dtype=np.int16) + np.int16(ONE // 2)

    def advance(self, frame: NDArray[np.uint8], alpha: Alphas, memory: int) -> Alphas:
        """Takes a frame in and returns its steadied alpha."""
        difference = shrink(frame, self._cell_px) - self._picture
        change = _change(difference)
        changed = _share_moved(change, np.minimum(self._usual, np.float32(USUAL_MOST)))
        # Cars and waves move without the camera, so that only what seems unchanged tells of it. What is usual, though,
        # is learned from a picture that is still altogether, within half the bound: ripples seem to shift a little.
        slopes: Slopes = tuple(np.gradient(self._picture))
        steady = self._stillness(slopes, difference, 1 - changed) * max(0.0, 1 - float(changed.mean()) / CUT_SHARE)
        kept = 1 - max3x3(changed)
        self._count = np.minimum(1 + self._count * kept, np.float32(1 + (memory - 1) * steady))
        self._usual += (np.minimum(change, np.float32(3 * USUAL_MOST)) - self._usual) / USUAL_FRAMES
        self._usual *= np.float32(min(1.0, 2 * self._stillness(slopes, difference, np.ones_like(changed))))
        self._picture += difference / self._count
        return self._blend(alpha)

    def _stillness(self, slopes: Slopes, difference: Cells, weight: Cells) -> float:
        drift_px = self._cell_px * _drift(slopes, difference, weight)
        return max(0.0, 1 - drift_px / DRIFT_PX)

    def _blend(self, alpha: Alphas) -> Alphas:
        """Moves the memory towards an alpha, in a few passes of int16, a block of rows at a time."""
        most = np.where(self._count < SURE_AFTER, 255, DOUBT_LEVELS).astype(np.int16).take(self._column_of, axis=1)
        share = np.rint(ONE / self._count).astype(np.int16).take(self._column_of, axis=1)
        height, width = self.size_hw
        step_rows = max(1, BLOCK_PIXELS // width)
        for start in range(0, height, step_rows):
            rows = slice(start, min(start + step_rows, height))
            spread = most.take(self._row_of[rows], axis=0)
            step = np.subtract(alpha[rows], self._result[rows], dtype=np.int16)
            np.minimum(step, spread, out=step)
            np.negative(spread, out=spread)
            np.maximum(step, spread, out=step)
            step *= share.take(self._row_of[rows], axis=0, out=spread, mode="clip")
            self._level[rows] += step
            np.right_shift(self._level[rows], 6, out=step)
            np.copyto(self._result[rows], step, casting="unsafe")  # 0 to 255, see the class
        return self._result.copy()


def _check(frame: NDArray[np.uint8], alpha: Alphas) -> None:
    if isinstance(frame, np.ndarray) and frame.ndim == 2:
        frame = np.broadcast_to(frame[..., np.newaxis], (*frame.shape, 3))
    check_frames(frame[np.newaxis] if isinstance(frame, np.ndarray) else frame)
    if not isinstance(alpha, np.ndarray) or alpha.dtype != np.uint8 or alpha.shape != frame.shape[:2]:
        found = f"{alpha.dtype} {list(alpha.shape)}" if isinstance(alpha, np.ndarray) else f"a {type(alpha).__name__}"
        raise InputError(
            f"The alpha of a frame must be a uint8 array of its height and width, {list(frame.shape[:2])}; got {found}."
        )


def _change(difference: Cells) -> Cells:
    """Returns by how many grey levels each cell has changed.

    The mean over 3x3 cells takes out most noise; a cell alone, which a wire or a leaf may fill, needs three times as
    much to be told from it.
    """
    change: Cells = np.maximum(np.abs(mean3x3(difference)), np.abs(difference) / np.float32(3))
    return change


def _share_moved(change: Cells, usual: Cells) -> Cells:
    """Returns 0 (as before) to 1 (another picture) for every cell, by its change and what is usual there."""
    still, moved = np.float32(STILL) + 2 * usual, np.float32(MOVED) + 4 * usual
    share: Cells = np.clip((change - still) / (moved - still), 0, 1)
    return share


def _drift(slopes: Slopes, difference: Cells, weight: Cells) -> float:
    """Estimates how far the picture as a whole has moved, in cells (Lucas & Kanade 1981, one step).

    Args:
        slopes: Of the picture, downwards and to the right.
        difference: By how much the new picture is brighter.
        weight: Of every cell.
    """
    y, x = (slope * weight for slope in slopes)
    flat = TEXTURE * difference.size
    yy, xx, xy = float(np.vdot(y, y)) + flat, float(np.vdot(x, x)) + flat, float(np.vdot(x, y))
    yd, xd = float(np.vdot(y, difference)), float(np.vdot(x, difference))
    determinant = yy * xx - xy * xy
    return math.hypot(xx * yd - xy * xd, yy * xd - xy * yd) / determinant
