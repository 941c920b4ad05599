"""How steady the masks of a video are: metrics of two frames that follow each other. A clip's number is their mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skymask.contract import THRESHOLD, Alphas
from skymask.errors import InputError
from skymask.evaluation.metrics.pixels import count, number_of

AGREE_PX = 1.0
"""How far the flow there and back may end from where it began; beyond, the pixel counts as hidden."""

Flow = NDArray[np.float32]


def dtssd(alpha: Alphas, before: Alphas, truth: Alphas, truth_before: Alphas) -> float:
    """Computes dtSSD (Erofeev et al. 2015, "Perceptually motivated benchmark for video matting").

    The root mean square of the difference between the alpha's change over time and the true alpha's. As in later papers
    (Lin et al. 2021, arXiv:2108.11515), it is divided by the number of pixels and given in hundredths.

    Args:
        alpha: uint8 [H, W], predicted.
        before: uint8 [H, W], predicted for the frame before.
        truth: uint8 [H, W], true.
        truth_before: uint8 [H, W], true in the frame before.

    Returns:
        0 (it changes as the truth does) and up.
    """
    change = np.subtract(alpha, before, dtype=np.float32) - np.subtract(truth, truth_before, dtype=np.float32)
    mean_square = float(np.square(change, dtype=np.float64).mean())
    return 100 * math.sqrt(mean_square) / 255


def flips(alpha: Alphas, before: Alphas, still: NDArray[np.bool_] | None = None) -> float:
    """Computes the share of pixels that change class though nothing has changed.

    Args:
        alpha: uint8 [H, W], predicted; sky where > 127.
        before: uint8 [H, W], predicted for the frame before.
        still: bool [H, W], where the true class, or the picture, is the same in both frames. All of it when left out,
            as befits a camera that does not move.

    Returns:
        0 to 1; NaN where nothing is still.
    """
    flipped: NDArray[np.bool_] = (alpha > THRESHOLD) != (before > THRESHOLD)
    if still is None:
        return number_of(flipped) / flipped.size
    return number_of(flipped & still) / number_of(still) if still.any() else math.nan


def temporal_consistency(alpha: Alphas, before: Alphas, flow: Flow) -> float:
    """Computes the temporal consistency (Liu et al. 2020, arXiv:2002.11433).

    The mean IoU of sky and the rest between the mask and that of the frame before, moved along the flow.

    Args:
        alpha: uint8 [H, W], predicted; sky where > 127.
        before: uint8 [H, W], predicted for the frame before.
        flow: float32 [H, W, 2], as `dense_flow` returns it; pixels of NaN do not count.

    Returns:
        0 to 1; NaN where no pixel can be followed.
    """
    warped, seen = warp(before, flow)
    return count(alpha, warped, seen).mean_iou


def warp(before: Alphas, flow: Flow) -> tuple[Alphas, NDArray[np.bool_]]:
    """Moves an alpha along the flow, bilinearly.

    Args:
        before: uint8 [H, W].
        flow: float32 [H, W, 2], as `dense_flow` returns it.

    Returns:
        uint8 [H, W], what was seen where each pixel was before; and bool [H, W], where that was inside the frame and
        the flow is not NaN.
    """
    rows, columns = np.indices(before.shape, np.float32)
    y, x = rows + flow[..., 1], columns + flow[..., 0]
    seen = (y >= 0) & (x >= 0) & (y <= before.shape[0] - 1) & (x <= before.shape[1] - 1)  # NaN is none of these
    places = np.where(seen, np.stack([y, x]), 0)
    warped = ndimage.map_coordinates(before.astype(np.float32), places, order=1, mode="nearest")
    return np.asarray(warped + 0.5, np.uint8), seen


def dense_flow(frame: NDArray[np.uint8], before: NDArray[np.uint8]) -> Flow:
    """Estimates where each pixel was in the frame before (dense inverse search, Kroeger et al. 2016, arXiv:1603.03590).

    Args:
        frame: uint8 [H, W, 3], RGB.
        before: uint8 [H, W, 3], RGB.

    Returns:
        float32 [H, W, 2], pixels to the right and down to add to a place in `frame` to find it in `before`. NaN where
        the way there and back does not end where it began: hidden, or not found.

    Raises:
        InputError: OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise InputError("The optical flow of a real clip needs OpenCV: pip install 'skymask[display]'.") from None
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grey, grey_before = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (frame, before))
    back: Flow = search.calc(grey, grey_before, None)
    forth: Flow = search.calc(grey_before, grey, None)
    rows, columns = np.indices(grey.shape, np.float32)
    places = np.stack([rows + back[..., 1], columns + back[..., 0]])
    returned = [
        back[..., axis] + ndimage.map_coordinates(forth[..., axis], places, order=1, mode="nearest") for axis in (0, 1)
    ]
    back[np.hypot(*returned) > AGREE_PX] = np.nan
    return back
