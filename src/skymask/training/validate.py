"""Validation during training: the torch network on whole images at their own size."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skymask.data.manifest import Sample
from skymask.evaluation.metrics import Tally, count
from skymask.models.guided import Segmentation, to_alpha


def validate(model: Segmentation, samples: list[Sample], device: torch.device, threshold: float) -> dict[str, Any]:
    """Scores a model.

    Args:
        model: In evaluation mode, on `device`.
        samples: Labelled images of any sizes.
        device: Where to compute.
        threshold: Probability from which a pixel counts as sky.

    Returns:
        `Tally.summary` with one more entry, `score`, by which the best epoch is chosen: the mean IoU over the sources
        whose labels hold sky, less the share of pictures without sky in which sky is claimed.
    """
    tally = Tally()
    for sample in samples:
        alpha = segment(model, sample.load_image(), device, threshold)
        tally.add(sample.source, count(alpha, sample.load_mask(), sample.load_valid()))
    summary = tally.summary()
    false_share = summary["false_claims"] / max(summary["without_sky"], 1)
    return {**summary, "score": (summary["mean"]["iou"] or 0.0) - false_share}


@torch.no_grad()
def segment(model: Segmentation, frame: NDArray[np.uint8], device: torch.device, threshold: float) -> NDArray[np.uint8]:
    """Segments one frame.

    Args:
        model: In evaluation mode, on `device`.
        frame: uint8 [H, W, 3], RGB.
        device: Where to compute.
        threshold: Probability from which a pixel counts as sky.

    Returns:
        uint8 [H, W], 255 sky.
    """
    pixels = torch.from_numpy(frame.copy()).to(device)
    logits = model(pixels.permute(2, 0, 1)[None].float())
    alpha: NDArray[np.uint8] = to_alpha(logits[0], threshold).cpu().numpy()
    return alpha
