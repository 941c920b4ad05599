"""The loss: the border counts more, the overlap counts as a whole, and away from the border alpha is flat."""

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


def total_variation(values: Tensor, weight: Tensor) -> Tensor:
    """Mean over pixels of how much they differ from the next ones to the right and below (Rudin, Osher & Fatemi 1992).

    Args:
        values: float [N, H, W].
        weight: float [N, H, W], 0 to 1; a step counts as much as the lesser of the two pixels it lies between.

    Returns:
        float [], 0 where nothing counts.
    """
    right = (values[:, :, 1:] - values[:, :, :-1]).abs() * torch.minimum(weight[:, :, 1:], weight[:, :, :-1])
    below = (values[:, 1:] - values[:, :-1]).abs() * torch.minimum(weight[:, 1:], weight[:, :-1])
    return (right.sum() + below.sum()) / weight.sum().clamp(min=1)


def sky_loss(
    logits: Tensor,
    alpha: Tensor,
    valid: Tensor,
    boundary_weight: float,
    boundary_width: int,
    dice_weight: float,
    texture_weight: float = 0.0,
) -> Tensor:
    """Binary cross-entropy with a heavier border, plus soft Dice over the batch, plus the texture of alpha.

    Dice as a loss is that of Milletari et al. 2016 (V-Net, arXiv:1606.04797).

    Args:
        logits: float [N, H, W].
        alpha: float [N, H, W], 0 to 1; soft values are aimed at as they are.
        valid: bool [N, H, W]; pixels outside have no label and no influence.
        boundary_weight: Added to the weight 1 of pixels in the border's band.
        boundary_width: Width of that band in pixels, odd.
        dice_weight: Share of the Dice term.
        texture_weight: Share of the total variation of alpha outside the border's band, where labels have none: clouds
            and leaves on the ground must not show in the mask.

    Returns:
        float [], the loss.
    """
    known = valid.to(logits.dtype)
    band = boundary_band(alpha, valid, boundary_width)
    weight = known * (1 + boundary_weight * band)
    entropy = F.binary_cross_entropy_with_logits(logits, alpha, reduction="none")
    cross_entropy = (entropy * weight).sum() / weight.sum().clamp(min=1)
    prediction = torch.sigmoid(logits)
    sky = prediction * known
    truth = alpha * known
    dice = (2 * (sky * truth).sum() + 1) / ((sky + truth).sum() + 1)
    texture = total_variation(prediction, known * (1 - band)) if texture_weight else 0.0
    return cross_entropy + dice_weight * (1 - dice) + texture_weight * texture
