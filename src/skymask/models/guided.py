"""From a network's prediction at working size to logits at the frame's own size, edges following the frame.

A network returns either plain logits (1 channel), which are upsampled bilinearly, or guided coefficients (4 channels):
the logit at each low-resolution pixel and its slope along R, G and B. Near a pixel the full-resolution logit is then

    logit(x) = l + s . (I(x) - mean(I)) / 128

with I the full-resolution frame in grey levels and mean(I) its average over the low-resolution pixel. That is the local
linear model of the guided filter (He et al. 2010; at low resolution first: He & Sun 2015, arXiv:1505.00996), but its
coefficients are predicted by the network and learned from labels at full resolution, as in Gharbi et al. 2017 (HDRNet,
arXiv:1707.02880), instead of being solved for in each window. Where the network is sure, |l| is large and the sigmoid
saturates: no texture of clouds or ground comes through.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GREY_RANGE = 128.0
"""Grey levels that a slope of 1 spans; keeps the network's outputs near unit size."""

MARGIN = 0.02
"""Alphas this close to 0 or 1 count as surely not sky or surely sky: a sigmoid never quite gets there."""


def shrink(frame: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Resizes to the working size, antialiased: twice the size bilinearly, then the mean of 2x2.

    Every pixel of the frame counts up to four times the working size; beyond, 16 of the pixels under each output pixel
    do. Unlike an antialiasing resize, the two operations exist in every engine, TensorRT included, and agree in all.

    Args:
        frame: float [N, C, H, W].
        size_hw: Height and width wanted.

    Returns:
        float [N, C, *size_hw].
    """
    double = F.interpolate(frame, size=(2 * size_hw[0], 2 * size_hw[1]), mode="bilinear", align_corners=False)
    return F.avg_pool2d(double, 2)


def fold(prediction: Tensor, working: Tensor) -> Tensor:
    """Turns a prediction into the affine coefficients that are upsampled.

    Args:
        prediction: float [N, 1 or 4, h, w] from the network.
        working: float [N, 3, H, W], 0 to 255: what the network saw; H and W are multiples of h and w.

    Returns:
        float [N, 1 or 4, h, w]: offset and, for guided predictions, slopes: logit(x) = offset + slopes . I(x).
    """
    if prediction.shape[1] == 1:
        return prediction
    means = F.avg_pool2d(working, working.shape[2] // prediction.shape[2])
    slopes = prediction[:, 1:] / GREY_RANGE
    offset = prediction[:, :1] - (slopes * means).sum(dim=1, keepdim=True)
    return torch.cat([offset, slopes], dim=1)


def unfold(coefficients: Tensor, working: Tensor) -> Tensor:
    """Undoes `fold` on another grid: the prediction for `working` that folds to these coefficients.

    Args:
        coefficients: float [N, 4, h, w] from `fold`, brought to the grid of the prediction wanted.
        working: float [N, 3, H, W], 0 to 255; H and W are multiples of h and w.

    Returns:
        float [N, 4, h, w]: the logit, and its slope along R, G and B.
    """
    means = F.avg_pool2d(working, working.shape[2] // coefficients.shape[2])
    slopes = coefficients[:, 1:]
    return torch.cat([coefficients[:, :1] + (slopes * means).sum(dim=1, keepdim=True), slopes * GREY_RANGE], dim=1)


def upsample(coefficients: Tensor, frame: Tensor) -> Tensor:
    """Computes logits at the frame's own size.

    Args:
        coefficients: float [N, 1 or 4, h, w] from `fold`.
        frame: float [N, 3, H, W], 0 to 255, the full-resolution frame.

    Returns:
        float [N, H, W], logits of sky.
    """
    grown = F.interpolate(coefficients, size=frame.shape[2:], mode="bilinear", align_corners=False)
    if coefficients.shape[1] == 1:
        return grown[:, 0]
    return grown[:, 0] + (grown[:, 1:] * frame).sum(dim=1)


class Segmentation(nn.Module):
    """A network with both resizes around it: the whole way of a frame, as trained and as exported."""

    def __init__(self, network: nn.Module, working_size: tuple[int, int]) -> None:
        super().__init__()
        self.network = network
        self.working_size = working_size
        """Height and width at which the network looks; may change between epochs."""

    def forward(self, frame: Tensor) -> Tensor:
        """Segments frames of one size.

        Args:
            frame: float [N, 3, H, W], RGB, 0 to 255.

        Returns:
            float32 [N, H, W], logits of sky at the frame's size.
        """
        working = shrink(frame, self.working_size)
        prediction = self.network(working)
        # The affine model multiplies grey levels: bfloat16 would lose the edges, so autocast ends here.
        with torch.autocast(frame.device.type, enabled=False):
            return upsample(fold(prediction.float(), working), frame)


def to_alpha(logits: Tensor, threshold: float = 0.5) -> Tensor:
    """Turns logits into alpha.

    Args:
        logits: float, any shape.
        threshold: Probability of sky from which a pixel counts as sky, between 0 and 1: it comes out as the middle of
            the grey levels, so that one rule (`skymask.contract.THRESHOLD`) reads the masks of every network.

    Returns:
        uint8, the same shape: the sigmoid, stretched by `MARGIN` at both ends, in grey levels.
    """
    shifted = logits - math.log(threshold / (1 - threshold)) if threshold != 0.5 else logits
    stretched = torch.sigmoid(shifted) * (255 * (1 + 2 * MARGIN)) - 255 * MARGIN
    return torch.clamp(stretched, 0, 255).round().to(torch.uint8)
