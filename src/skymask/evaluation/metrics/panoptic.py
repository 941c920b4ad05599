"""Panoptic quality of sky (Kirillov et al. 2019, arXiv:1801.00868): sky is a stuff class, one segment an image.

All that is not sky is another stuff class; its own quality, near 1 in most images, is not averaged in.
"""

from __future__ import annotations

from dataclasses import dataclass

from skymask.evaluation.metrics.pixels import Counts, share


@dataclass(frozen=True)
class Matching:
    """Segments of sky, matched or not; sums over images give the numbers of a group."""

    iou: float
    """Sum of the IoU of the matched segments."""
    matched: float
    """True positives: images whose predicted and true sky overlap with an IoU over 0.5."""
    false: float
    """False positives: predicted segments without a match."""
    missed: float
    """False negatives: true segments without a match."""

    @property
    def pq(self) -> float:
        """Panoptic quality, 0 to 1: SQ times RQ; NaN where there is no segment at all."""
        return share(self.iou, self._segments)

    @property
    def sq(self) -> float:
        """Segmentation quality, 0 to 1: mean IoU of the matched segments; NaN where none is matched."""
        return share(self.iou, self.matched)

    @property
    def rq(self) -> float:
        """Recognition quality, 0 to 1: F1 of the segments; NaN where there is none at all."""
        return share(self.matched, self._segments)

    @property
    def _segments(self) -> float:
        return self.matched + self.false / 2 + self.missed / 2


def match_sky(counts: Counts, called_sky_unlabelled: int) -> Matching:
    """Matches the predicted and the true sky of one image.

    Unlabelled pixels are treated as in panopticapi: they are left out of the IoU, and a predicted segment that mostly
    covers them is not held to be false.

    Args:
        counts: Of the image's labelled pixels.
        called_sky_unlabelled: Unlabelled pixels called sky.
    """
    if counts.iou > 0.5:
        return Matching(counts.iou, 1, 0, 0)
    labelled = counts.true_sky + counts.false_sky
    return Matching(0.0, 0, int(labelled > 0 and labelled >= called_sky_unlabelled), int(counts.has_sky))
