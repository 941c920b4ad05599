"""Errors of alpha, softness included: MAE, MSE and gradient error of one image.

Hard labels are alphas too, of 0 and 255 alone; against them a soft edge costs, even where it is right.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

GRADIENT_SIGMA_PX = 1.4
_CUT = 1e-2  # the kernel ends where the Gaussian falls below

Alpha = NDArray[np.uint8]


def absolute_and_squared_error(alpha: Alpha, truth: Alpha, valid: NDArray[np.bool_]) -> tuple[float, float]:
    """Computes the mean absolute and the mean squared difference of two alphas.

    Args:
        alpha: uint8 [H, W], predicted.
        truth: uint8 [H, W], labelled.
        valid: bool [H, W], where the label holds.

    Returns:
        MAE and MSE over the labelled pixels, alpha taken as 0 to 1; NaN where there are none.
    """
    steps = np.abs(alpha.astype(np.int32) - truth)[valid]
    if not steps.size:
        return math.nan, math.nan
    return float(steps.mean()) / 255, float((steps * steps).mean()) / 255**2


def gradient_error(alpha: Alpha, truth: Alpha, valid: NDArray[np.bool_]) -> float:
    """Computes the gradient error (Rhemann et al. 2009, "A perceptually motivated online benchmark for image matting").

    The squared difference of the gradients' magnitudes, by first derivatives of a Gaussian of sigma 1.4 normalised as
    in the benchmark's code, summed over the labelled pixels, in thousands as papers print it. There being no trimap,
    all labelled pixels count, but for those whose gradient would reach into unlabelled ones.

    Args:
        alpha: uint8 [H, W], predicted.
        truth: uint8 [H, W], labelled.
        valid: bool [H, W], where the label holds.

    Returns:
        0 for equal alphas; NaN where nothing is labelled. It grows with the length of the edges in pixels.
    """
    if not valid.any():
        return math.nan
    reach_px = len(_kernels()[0]) // 2
    # Where two alphas agree, so do their gradients: the box around all differences holds all of the error.
    box = _box((alpha != truth) & valid, 2 * reach_px)
    alpha, truth, valid = alpha[box], truth[box], valid[box]
    if not valid.any():
        return 0.0
    counted = ndimage.minimum_filter(valid, 2 * reach_px + 1, mode="constant", cval=True)
    difference = _magnitude(alpha) - _magnitude(truth)
    return float(np.square(difference, dtype=np.float64)[counted].sum()) / 1000


def _magnitude(alpha: Alpha) -> NDArray[np.float32]:
    smooth, slope = _kernels()
    unit = alpha.astype(np.float32) / 255
    along = [
        ndimage.correlate1d(ndimage.correlate1d(unit, slope, axis, mode="nearest"), smooth, 1 - axis, mode="nearest")
        for axis in (0, 1)
    ]
    return np.hypot(*along)


def _kernels() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Gaussian and its derivative, scaled so that their outer product has the L2 norm 1."""
    sigma = GRADIENT_SIGMA_PX
    reach = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * _CUT)))
    steps = np.arange(-reach, reach + 1)
    smooth = np.exp(-(steps**2) / (2 * sigma**2))
    slope = steps * smooth
    return smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)


def _box(where: NDArray[np.bool_], margin_px: int) -> tuple[slice, slice]:
    """The rows and columns that hold all that is true, with a margin; empty where nothing is."""
    rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return np.s_[:0, :0]
    return (
        slice(max(0, rows[0] - margin_px), rows[-1] + margin_px + 1),
        slice(max(0, columns[0] - margin_px), columns[-1] + margin_px + 1),
    )
