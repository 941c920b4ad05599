"""The loss: where the border is it counts more, and the overlap counts as a whole."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def boundary_band(alpha: Tensor, valid: Tensor, width: int) -> Tensor:
    """Marks the pixels near the border between sky and the rest.

    Args:
        alpha: float [N, H, W], 0 to 1.
        valid: bool [N, H, W]; between pixels with and without a label there is no border.
        width: Width of the band in pixels, odd.

    Returns:
        float [N, H, W], 1 in the band, 0 outside, partial along soft borders.
    """
    highest = _highest(torch.where(valid, alpha, 0.0), width)
    lowest = 1 - _highest(torch.where(valid, 1 - alpha, 0.0), width)
    return (highest - lowest).clamp(min=0)


def _highest(values: Tensor, width: int) -> Tensor:
    # A square maximum is the maximum over columns of the maximum over rows: 2 x width comparisons, not width squared.
    rows = F.max_pool2d(values[:, None], (1, width), stride=1, padding=(0, width // 2))
    return F.max_pool2d(rows, (width, 1), stride=1, padding=(width // 2, 0))[:, 0]


def sky_loss(
    logits: Tensor, alpha: Tensor, valid: Tensor, boundary_weight: float, boundary_width: int, dice_weight: float
) -> Tensor:
    """Binary cross-entropy with a heavier border, plus soft Dice over the batch.

    Dice as a loss is that of Milletari et al. 2016 (V-Net, arXiv:1606.04797).

    Args:
        logits: float [N, H, W].
        alpha: float [N, H, W], 0 to 1; soft values are aimed at as they are.
        valid: bool [N, H, W]; pixels outside have no label and no influence.
        boundary_weight: Added to the weight 1 of pixels in the border's band.
        boundary_width: Width of that band in pixels, odd.
        dice_weight: Share of the Dice term.

    Returns:
        float [], the loss.
    """
    known = valid.to(logits.dtype)
    weight = known * (1 + boundary_weight * boundary_band(alpha, valid, boundary_width))
    entropy = F.binary_cross_entropy_with_logits(logits, alpha, reduction="none")
    cross_entropy = (entropy * weight).sum() / weight.sum().clamp(min=1)
    sky = torch.sigmoid(logits) * known
    truth = alpha * known
    dice = (2 * (sky * truth).sum() + 1) / ((sky + truth).sum() + 1)
    return cross_entropy + dice_weight * (1 - dice)
