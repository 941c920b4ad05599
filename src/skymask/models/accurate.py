"""The network for photographs and archives: two of `fast`, one as it is and one that looks closer, give their mean.

The closer look is trained within the mean, so that it learns what the other lacks. Means of networks that err in
different places are better than each (Lakshminarayanan et al. 2017, "Simple and scalable predictive uncertainty
estimation using deep ensembles", arXiv:1612.01474); here they differ in the size at which they see the frame.
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skymask.models.fast import Fast
from skymask.models.guided import fold, shrink, unfold

FIRST_LOOK = (256, 320)
"""Height and width at which `fast` was trained; it looks no closer here, however large the working size."""

SECOND_SHARE = 0.35
"""Weight of the second look in the mean. With one half, white walls in the sun lost what `fast` alone had right."""


class Accurate(nn.Module):
    """Two looks, whose coefficients have a weighted mean: `fast`, frozen, and a second one at the working size."""

    def __init__(self, pretrained: bool = False) -> None:
        super().__init__()
        self.first = Fast(pretrained).requires_grad_(False)
        self.second = Fast(pretrained)

    @classmethod
    def from_fast(cls, fast: nn.Module) -> Self:
        """Begins with a model of `fast` for both looks."""
        network = cls()
        for look in (network.first, network.second):
            look.load_state_dict(fast.state_dict())
        return network

    def train(self, mode: bool = True) -> Self:
        """Leaves the first look as it is: its normalisations keep the statistics they have."""
        super().train(mode)
        self.first.eval()
        return self

    def forward(self, working: Tensor) -> Tensor:
        """Predicts guided coefficients.

        Args:
            working: float [N, 3, H, W], RGB, 0 to 255; H and W multiples of 32.

        Returns:
            float [N, 4, H / 2, W / 2]: the sky's logit, and its slope along R, G and B (see `skymask.models.guided`).
        """
        second = self.second(working)
        smaller = _first_look(working)
        first = self.first(smaller)
        # Colours times slopes: as in `Segmentation`, not in bfloat16.
        with torch.autocast(working.device.type, enabled=False):
            grown = F.interpolate(
                fold(first.float(), smaller), size=second.shape[2:], mode="bilinear", align_corners=False
            )
            mean: Tensor = (1 - SECOND_SHARE) * unfold(grown, working) + SECOND_SHARE * second.float()
        return mean


def _first_look(working: Tensor) -> Tensor:
    height, width = working.shape[2:]
    size_hw = min(height, FIRST_LOOK[0]), min(width, FIRST_LOOK[1])
    return working if size_hw == (height, width) else shrink(working, size_hw)
