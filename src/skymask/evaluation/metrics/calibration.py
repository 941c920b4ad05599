"""What alpha is worth as a probability of sky, and what other thresholds would give: from one histogram."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask.contract import THRESHOLD

BINS = 16
"""Bins of the reliability diagram, equally wide; no grey level but 0 falls on an edge."""


def histogram(alpha: NDArray[np.uint8], truth: NDArray[np.uint8], valid: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Counts an image's labelled pixels by truth and alpha; histograms add up over images.

    Args:
        alpha: uint8 [H, W], predicted.
        truth: uint8 [H, W], labelled; sky where > 127.
        valid: bool [H, W], where the label holds.

    Returns:
        int64 [2, 256]: pixels of the rest and of sky, by predicted grey level.
    """
    levels = alpha[valid] + 256 * (truth[valid] > THRESHOLD).astype(np.int64)
    return np.bincount(levels, minlength=512).reshape(2, 256)


def threshold_curve(levels: NDArray[np.int64]) -> dict[str, list[Any]]:
    """Computes precision, recall and IoU of sky at every threshold.

    Args:
        levels: int64 [2, 256], as from `histogram`.

    Returns:
        `thresholds`, 0 to 254: sky is where alpha is above. `precision`, `recall` and `iou`, each 0 to 1, or None where
        it is not defined.
    """
    above = levels[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]  # [2, 255]: pixels with alpha > 0, > 1, ... > 254
    false_sky, true_sky = above
    sky = levels[1].sum()
    return {
        "thresholds": list(range(255)),
        "precision": _shares(true_sky, true_sky + false_sky),
        "recall": _shares(true_sky, np.full_like(true_sky, sky)),
        "iou": _shares(true_sky, sky + false_sky),
    }


def reliability(levels: NDArray[np.int64]) -> dict[str, Any]:
    """Compares alpha with how often such pixels are sky, in equally wide bins.

    The expected calibration error is the mean gap between the two, weighted by pixels (Naeini et al. 2015; Guo et al.
    2017, arXiv:1706.04599).

    Args:
        levels: int64 [2, 256], as from `histogram`.

    Returns:
        `edges` of the bins in alpha of 0 to 1, `BINS` + 1 of them; per bin mean alpha `predicted` and share of sky
        `observed`, None in empty bins; `pixels`; and `ece`, None without any pixel.
    """
    bins = np.arange(256) * BINS // 255
    bins[-1] = BINS - 1  # alpha 1 belongs to the last bin, not behind it
    pixels, sky, alpha = (
        np.bincount(bins, weights, BINS) for weights in (levels.sum(0), levels[1], levels.sum(0) * np.arange(256) / 255)
    )
    total = pixels.sum()
    return {
        "edges": np.linspace(0, 1, BINS + 1).tolist(),
        "predicted": _shares(alpha, pixels),
        "observed": _shares(sky, pixels),
        "pixels": pixels.astype(np.int64).tolist(),
        "ece": float(np.abs(alpha - sky).sum() / total) if total else None,
    }


def _shares(parts: NDArray[Any], wholes: NDArray[Any]) -> list[float | None]:
    return [float(part / whole) if whole else None for part, whole in zip(parts, wholes, strict=True)]
