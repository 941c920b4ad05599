"""How well edges are cut: Boundary IoU, boundary F1 and IoU within bands around the true outline.

Pixels without a label are neither sky nor rest: what a mask or a prediction holds there changes nothing, and no edge
runs along their border.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from skymask.evaluation.metrics.pixels import number_of

BAND_SHARE = 0.02
"""Width of Boundary IoU's band, as a share of the image's diagonal."""

TOLERANCE_SHARE = 0.0075
"""How far apart two outlines may lie and still agree in boundary F1, as a share of the image's diagonal."""

TRIMAP_WIDTHS_PX = (1, 2, 4, 8, 16, 32)
"""Half widths of the bands of the trimap curve; 1 is the pixels on both sides of the true outline."""

Mask = NDArray[np.bool_]


def boundary_counts(said: Mask, true: Mask, valid: Mask) -> tuple[int, int]:
    """Counts for Boundary IoU (Cheng et al. 2021, arXiv:2103.16562); pooled, their sums give the number of a group.

    As in the authors' implementation, the band is what erosion by squares takes from a mask, 2 % of the diagonal wide,
    and the frame's border erodes too: the band of a sky that meets the border follows it.

    Args:
        said: bool [H, W], called sky.
        true: bool [H, W], sky.
        valid: bool [H, W], where the label holds.

    Returns:
        Pixels in both masks' bands, and in either.
    """
    width_px = max(1, round(BAND_SHARE * math.hypot(*valid.shape)))
    said_band, true_band = boundary_band(said, valid, width_px), boundary_band(true, valid, width_px)
    return number_of(said_band & true_band), number_of(said_band | true_band)


def boundary_band(mask: Mask, valid: Mask, width_px: int) -> Mask:
    """Finds a mask's pixels within `width_px` rows and columns of a labelled pixel outside it, or of the frame's end.

    Args:
        mask: bool [H, W].
        valid: bool [H, W], where the label holds.
        width_px: Width of the band.

    Returns:
        bool [H, W].
    """
    eroded: NDArray[np.uint8] = (mask | ~valid).astype(np.uint8)
    for axis in (0, 1):
        eroded = ndimage.minimum_filter1d(eroded, 2 * width_px + 1, axis, mode="constant", cval=0)
    band: Mask = mask & valid & (eroded == 0)
    return band


def boundary_f1(said: Mask, true: Mask, valid: Mask, tolerance_px: float | None = None) -> float:
    """Computes the F1 of the outlines.

    From Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?", with their tolerance.
    Precision is the share of the predicted outline that lies within the tolerance of the true one, recall the share of
    the true outline that lies within it of the predicted one. The frame's border is no outline. Points within the
    tolerance of an unlabelled pixel are looked for but not counted: their partner may lie where no label is.

    Args:
        said: bool [H, W], called sky.
        true: bool [H, W], sky.
        valid: bool [H, W], where the label holds.
        tolerance_px: Largest distance between partners; 0.75 % of the diagonal when left out.

    Returns:
        0 to 1; 0 where only one of the two has an outline, NaN where neither has.
    """
    if tolerance_px is None:
        tolerance_px = TOLERANCE_SHARE * math.hypot(*valid.shape)
    points = [np.argwhere(outline(mask, valid) & mask) for mask in (said, true)]
    matched = [_matched(points[0], points[1], tolerance_px), _matched(points[1], points[0], tolerance_px)]
    if not valid.all():
        to_unlabelled = cast(NDArray[np.float64], ndimage.distance_transform_edt(valid))
        for side in (0, 1):
            matched[side] = matched[side][to_unlabelled[tuple(points[side].T)] > tolerance_px]
    if not any(side.size for side in matched):
        return math.nan
    precision, recall = (float(side.mean()) if side.size else 1.0 for side in matched)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def trimap_counts(said: Mask, true: Mask, valid: Mask) -> NDArray[np.int64]:
    """Counts pixels within bands around the true outline (Kohli et al. 2009, "Robust higher order potentials ...").

    The outline is where labelled sky meets labelled rest; the frame's border is none. A pixel next to it is 1 away, and
    distance is the larger of rows and columns.

    Args:
        said: bool [H, W], called sky.
        true: bool [H, W], sky.
        valid: bool [H, W], where the label holds.

    Returns:
        int64 [len(TRIMAP_WIDTHS_PX), 4]: per band, pixels in the order of the fields of `Counts`.
    """
    widest = TRIMAP_WIDTHS_PX[-1]
    edge = outline(true, valid)
    if not edge.any():
        return np.zeros((len(TRIMAP_WIDTHS_PX), 4), np.int64)
    beyond = cast(NDArray[np.int32], ndimage.distance_transform_cdt(~edge, "chessboard"))
    near = (beyond < widest) & valid
    kinds = 2 * ~said[near] + ~true[near]  # 0 true sky, 1 false sky, 2 missed sky, 3 true rest
    counts = np.bincount(kinds * widest + beyond[near], minlength=4 * widest).reshape(4, widest)
    return counts.cumsum(axis=1)[:, [width - 1 for width in TRIMAP_WIDTHS_PX]].T


def outline(mask: Mask, valid: Mask) -> Mask:
    """Finds the labelled pixels, on both sides, that meet a labelled pixel of the other side above, below or beside.

    Args:
        mask: bool [H, W].
        valid: bool [H, W], where the label holds.

    Returns:
        bool [H, W].
    """
    found = np.zeros_like(mask)
    for first, second in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        meets = (mask[first] != mask[second]) & valid[first] & valid[second]
        found[first] |= meets
        found[second] |= meets
    return found


def _matched(points: NDArray[np.intp], others: NDArray[np.intp], tolerance_px: float) -> Mask:
    """For each of [N, 2] points, whether one of the others lies within the tolerance."""
    if not len(points) or not len(others):
        return np.zeros(len(points), np.bool_)
    distance_px, _ = cKDTree(others).query(points, distance_upper_bound=tolerance_px + 1e-6)
    return np.isfinite(distance_px)
