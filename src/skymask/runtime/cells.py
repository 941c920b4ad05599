"""The coarse grid on which frames are compared: a few ten thousand cells, whatever the size of the frame."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

GRID_SIDE = 240  # cells along the longer side of the grid ...
FEWEST_CELLS = 8  # ... and along the shorter one at least
LEAST_CELL_PX = 2  # so that every cell has four samples

Cells = NDArray[np.float32]


def cell_side(size_hw: tuple[int, int]) -> int:
    """Returns how many pixels of a frame of that height and width a cell has each way."""
    height, width = size_hw
    return max(LEAST_CELL_PX, min(math.ceil(max(height, width) / GRID_SIDE), min(height, width) // FEWEST_CELLS))


def shrink(frame: NDArray[np.uint8], cell_px: int) -> Cells:
    """Returns float32 [rows, columns], grey levels: four samples a cell, of green where there are colours."""
    rows, columns = frame.shape[0] // cell_px, frame.shape[1] // cell_px
    grey = frame if frame.ndim == 2 else frame[..., 1]
    grey = grey[: rows * cell_px, : columns * cell_px]
    half = cell_px // 2
    total = np.zeros((rows, columns), np.float32)
    for y in (0, half):
        for x in (0, half):
            total += grey[y::cell_px, x::cell_px]
    return np.asarray(total / 4, np.float32)


def mean3x3(cells: Cells) -> Cells:
    """Returns for every cell the mean of the nine around it; the edge is repeated."""
    padded = np.pad(cells, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Cells = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def max3x3(cells: Cells) -> Cells:
    """Returns for every cell the largest of the nine around it."""
    padded = np.pad(cells, 1, mode="edge")
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    most: Cells = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return most
