"""Metrics of masks, in NumPy: counts that add up over images, and the numbers that follow from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask.contract import THRESHOLD


@dataclass(frozen=True)
class Counts:
    """Pixels by truth and prediction; adding counts pools images, so that large ones count more."""

    true_sky: int = 0
    """Sky called sky."""
    false_sky: int = 0
    """Not sky called sky."""
    missed_sky: int = 0
    """Sky called not sky."""
    true_rest: int = 0
    """Not sky called not sky."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_sky + other.true_sky,
            self.false_sky + other.false_sky,
            self.missed_sky + other.missed_sky,
            self.true_rest + other.true_rest,
        )

    @property
    def pixels(self) -> int:
        """All pixels with a label."""
        return self.true_sky + self.false_sky + self.missed_sky + self.true_rest

    @property
    def iou(self) -> float:
        """Intersection over union of sky, 0 to 1; NaN where neither truth nor prediction has any."""
        return _share(self.true_sky, self.true_sky + self.false_sky + self.missed_sky)

    @property
    def dice(self) -> float:
        """Dice coefficient of sky, 0 to 1; NaN where neither truth nor prediction has any."""
        return _share(2 * self.true_sky, 2 * self.true_sky + self.false_sky + self.missed_sky)

    @property
    def accuracy(self) -> float:
        """Share of pixels called right, 0 to 1."""
        return _share(self.true_sky + self.true_rest, self.pixels)

    @property
    def called_sky(self) -> float:
        """Share of pixels called sky, 0 to 1."""
        return _share(self.true_sky + self.false_sky, self.pixels)

    @property
    def has_sky(self) -> bool:
        """Whether any labelled pixel is sky."""
        return self.true_sky + self.missed_sky > 0


def count(alpha: NDArray[np.uint8], truth: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Counts:
    """Counts one image's pixels.

    Args:
        alpha: uint8 [H, W], predicted; sky where > 127.
        truth: uint8 [H, W], labelled; sky where > 127.
        valid: bool [H, W], where the label holds.
    """
    assert alpha.shape == truth.shape == valid.shape, (alpha.shape, truth.shape, valid.shape)
    said, true = alpha > THRESHOLD, truth > THRESHOLD
    return Counts(
        true_sky=_pixels(said & true & valid),
        false_sky=_pixels(said & ~true & valid),
        missed_sky=_pixels(~said & true & valid),
        true_rest=_pixels(~said & ~true & valid),
    )


def _pixels(where: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(where))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


FALSE_SKY_SHARE = 0.01  # a picture without sky counts as falsely claimed above this share


class Tally:
    """Counts per source, and how often sky is claimed in pictures that have none."""

    def __init__(self) -> None:
        self.sources: dict[str, Counts] = {}
        self.images: dict[str, int] = {}
        self.without_sky = 0
        """Pictures whose labels hold no sky at all."""
        self.false_claims = 0
        """Of those, the ones with more than 1 % called sky."""

    def add(self, source: str, counts: Counts) -> None:
        """Takes in one image."""
        self.sources[source] = self.sources.get(source, Counts()) + counts
        self.images[source] = self.images.get(source, 0) + 1
        if not counts.has_sky and counts.pixels:
            self.without_sky += 1
            self.false_claims += counts.called_sky > FALSE_SKY_SHARE

    def summary(self) -> dict[str, Any]:
        """Returns images, IoU, Dice and accuracy per source and their plain means over sources, ready for JSON.

        None stands where a number is not defined: the IoU of a source in which neither truth nor prediction has sky.
        """
        rows = {
            source: {
                "images": self.images[source],
                "iou": _defined(counts.iou),
                "dice": _defined(counts.dice),
                "accuracy": _defined(counts.accuracy),
            }
            for source, counts in sorted(self.sources.items())
        }
        means = {key: _mean([row[key] for row in rows.values()]) for key in ("iou", "dice", "accuracy")}
        return {"sources": rows, "mean": means, "without_sky": self.without_sky, "false_claims": self.false_claims}


def _defined(value: float) -> float | None:
    return None if math.isnan(value) else value


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
