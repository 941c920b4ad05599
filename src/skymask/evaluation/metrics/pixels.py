"""Pixels by truth and prediction: counts that add up over images, and the shares that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask.contract import THRESHOLD

FALSE_SKY_SHARE = 0.01
"""A picture without sky counts as falsely claimed when more than this share of it is called sky."""

OF_SKY = ("iou", "dice", "precision", "recall", "boundary_iou", "boundary_f1", "pq", "sq", "rq")
"""Numbers that say how well the sky of a group is found."""


@dataclass(frozen=True)
class Counts:
    """Pixels by truth and prediction; adding counts pools images, so that large ones count more.

    Shares are 0 to 1, and NaN where there is nothing to take a share of.
    """

    true_sky: float = 0
    """Sky called sky."""
    false_sky: float = 0
    """Not sky called sky."""
    missed_sky: float = 0
    """Sky called not sky."""
    true_rest: float = 0
    """Not sky called not sky."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_sky + other.true_sky,
            self.false_sky + other.false_sky,
            self.missed_sky + other.missed_sky,
            self.true_rest + other.true_rest,
        )

    @property
    def pixels(self) -> float:
        """All pixels with a label."""
        return self.true_sky + self.false_sky + self.missed_sky + self.true_rest

    @property
    def wrong(self) -> float:
        """Pixels called wrong."""
        return self.false_sky + self.missed_sky

    @property
    def iou(self) -> float:
        """Intersection over union (Jaccard index) of sky; NaN where neither truth nor prediction has any."""
        return share(self.true_sky, self.true_sky + self.wrong)

    @property
    def mean_iou(self) -> float:
        """Mean of the IoU of sky and that of the rest; of the one that is defined where the other is not."""
        rest = share(self.true_rest, self.true_rest + self.wrong)
        known = [value for value in (self.iou, rest) if not math.isnan(value)]
        return share(sum(known), len(known))

    @property
    def dice(self) -> float:
        """Dice coefficient (DSC, F1) of sky; NaN where neither truth nor prediction has any."""
        return share(2 * self.true_sky, 2 * self.true_sky + self.wrong)

    @property
    def accuracy(self) -> float:
        """Share of pixels called right."""
        return share(self.true_sky + self.true_rest, self.pixels)

    @property
    def misclassified(self) -> float:
        """Share of pixels called wrong; its mean over images is the SkyFinder papers' misclassification rate."""
        return share(self.wrong, self.pixels)

    @property
    def precision(self) -> float:
        """Share of what is called sky that is sky."""
        return share(self.true_sky, self.true_sky + self.false_sky)

    @property
    def recall(self) -> float:
        """Share of the sky that is called sky."""
        return share(self.true_sky, self.true_sky + self.missed_sky)

    @property
    def called_sky(self) -> float:
        """Share of pixels called sky."""
        return share(self.true_sky + self.false_sky, self.pixels)

    @property
    def sky_share(self) -> float:
        """Share of pixels that are sky."""
        return share(self.true_sky + self.missed_sky, self.pixels)

    @property
    def has_sky(self) -> bool:
        """Whether any labelled pixel is sky."""
        return self.true_sky + self.missed_sky > 0

    @property
    def has_rest(self) -> bool:
        """Whether any labelled pixel is not sky."""
        return self.false_sky + self.true_rest > 0


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
        true_sky=number_of(said & true & valid),
        false_sky=number_of(said & ~true & valid),
        missed_sky=number_of(~said & true & valid),
        true_rest=number_of(~said & ~true & valid),
    )


def number_of(where: NDArray[np.bool_]) -> int:
    """Counts what is true, as a Python number that JSON takes."""
    return int(np.count_nonzero(where))


def share(part: float, whole: float) -> float:
    """Returns part / whole; NaN where the whole is 0."""
    return part / whole if whole else math.nan


def judged_by_labels(scores: Mapping[str, float], counts: Counts) -> dict[str, float]:
    """Makes the labels alone decide which of a group's numbers are defined.

    By its formula, the IoU of a group without sky is 0 as soon as one pixel is called sky, and else undefined: a mean
    over groups would be one over other groups for every model.

    Args:
        scores: Some of a group's numbers.
        counts: Its pooled pixels.

    Returns:
        The same numbers; those of `OF_SKY` are NaN where the labels hold no sky, and `mean_iou` is that of the only
        class where they hold only one.
    """
    judged = dict(scores)
    if not counts.has_sky:
        judged |= {key: math.nan for key in OF_SKY if key in scores}
    if "mean_iou" in scores and not (counts.has_sky and counts.has_rest):
        judged["mean_iou"] = counts.accuracy  # which is the IoU of the only class
    return judged


class Tally:
    """Counts per source, and how often sky is claimed in pictures that have none: what training validates with."""

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

        None stands where a number is not defined: IoU and Dice of a source whose labels hold no sky, which their means
        leave out.
        """
        rows: dict[str, dict[str, Any]] = {}
        for source, counts in sorted(self.sources.items()):
            scores = {"iou": counts.iou, "dice": counts.dice, "accuracy": counts.accuracy}
            judged = judged_by_labels(scores, counts)
            rows[source] = {"images": self.images[source], **{key: defined(value) for key, value in judged.items()}}
        means = {key: mean_of_defined(row[key] for row in rows.values()) for key in ("iou", "dice", "accuracy")}
        return {"sources": rows, "mean": means, "without_sky": self.without_sky, "false_claims": self.false_claims}


def defined(value: float) -> float | None:
    """Returns a number as JSON can hold it: None for NaN."""
    return None if math.isnan(value) else float(value)


def mean_of_defined(values: Iterable[float | None]) -> float | None:
    """Returns the mean of what is not None; None where all is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
