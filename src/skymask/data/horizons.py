"""Horizons drawn by hand, for pictures in which models are sure of their answer and wrong.

Water takes the colour of the sky. Where a model calls it sky it does so on every day, in the mirror image too, and no
agreement shows it. One line a picture does: below a horizon there is no sky.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymask.data.hand_lists import numbered_rows
from skymask.errors import DataError, InputError

COLUMNS = ("image", "x0", "y0", "x1", "y1", "slack", "open")
_UNSURE = 0.5


@dataclass(frozen=True)
class Horizon:
    """A straight line below which there is no sky, in the columns from its start to its end."""

    start_xy: tuple[float, float]
    end_xy: tuple[float, float]
    slack: float
    """Pixels by which it may be off."""
    open: bool
    """Nothing rises above it: everything above is sky."""


def amend(mean: NDArray[np.float32], horizons: Iterable[Horizon]) -> NDArray[np.float32]:
    """Returns mean alphas, float32 [H, W] from 0 to 1, as horizons correct them.

    Below a line they are 0, above an open one 1, and where that may be off one half, which is unsure.
    """
    rows, columns = np.indices(mean.shape, dtype=np.float32)
    amended = mean.copy()
    for line in horizons:
        (x0, y0), (x1, y1) = line.start_xy, line.end_xy
        below = rows - (y0 + (y1 - y0) * (columns - x0) / (x1 - x0))
        beside = (columns >= x0) & (columns <= x1)
        amended[beside & (below > line.slack)] = 0
        if line.open:
            amended[beside & (below < -line.slack)] = 1
            amended[beside & (np.abs(below) <= line.slack)] = _UNSURE
    return amended


def read_horizons(path: Path, images: Iterable[Path]) -> dict[str, list[Horizon]]:
    """Reads horizons, several for one image where they bend.

    Args:
        path: CSV file with the columns `COLUMNS`: name of the image's file, two points in pixels, and as in `Horizon`;
            `open` is 1 or 0.
        images: The images it is meant for; at least one has to be in it.

    Returns:
        Horizons by name of the image's file.

    Raises:
        InputError: There is no such file.
        DataError: A column is missing, a row cannot be understood, or no image has a horizon.
    """
    if not path.is_file():
        raise InputError(f"There are no horizons at {path}.")
    horizons = defaultdict(list)
    for line, row in numbered_rows(path, COLUMNS):
        try:
            numbers = x0, y0, x1, y1, slack = [float(row[column]) for column in COLUMNS[1:6]]
            horizon = Horizon((x0, y0), (x1, y1), slack, {"0": False, "1": True}[row["open"]])
        except (ValueError, TypeError, KeyError):
            raise DataError(f"{path}, line {line}: a horizon is five numbers and, for 'open', 0 or 1.") from None
        if not all(map(math.isfinite, numbers)) or slack < 0:
            raise DataError(f"{path}, line {line}: the five numbers are finite, and slack is 0 or more.")
        if not x0 < x1:
            raise DataError(f"{path}, line {line}: a horizon runs from left to right, x0 is less than x1.")
        horizons[row["image"]].append(horizon)
    names = {image.name for image in images}
    if not names & horizons.keys():
        raise DataError(f"None of the {len(names)} images is in {path}. Its column 'image' holds names of files.")
    return dict(horizons)
