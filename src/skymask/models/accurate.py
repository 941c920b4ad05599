"""The network for photographs and archives: a larger one looks again, closer, and corrects what `fast` says.

What `fast` gets wrong it gets wrong on its training pictures too: it lacks capacity, not examples. So its answer stays,
and a wider network with a larger encoder learns the difference, as in boosting (Friedman 2001, "Greedy function
approximation"): it begins at nothing to correct and so at the quality of `fast`.
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skymask.models.encoder import LITE2
from skymask.models.fast import Fast, Widths
from skymask.models.guided import fold, shrink, unfold

SECOND = Widths(LITE2, 160, (32, 48, 80, 128))
FIRST_LOOK = (256, 320)
"""Height and width at which `fast` was trained; it looks no closer here, however large the working size."""


class Accurate(nn.Module):
    """Two looks whose coefficients are added: `fast`, frozen, and a network of twice its size that is trained."""

    stride = 32
    """Working height and width must be multiples of this."""

    def __init__(self, pretrained: bool = False) -> None:
        super().__init__()
        self.first = Fast().requires_grad_(False)
        self.second = Fast(pretrained, SECOND)
        nn.init.zeros_(self.second.head.weight)
        assert self.second.head.bias is not None
        nn.init.zeros_(self.second.head.bias)

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
        correction = self.second(working)
        smaller = _first_look(working)
        first = self.first(smaller)
        # Colours times slopes: as in `Segmentation`, not in bfloat16.
        with torch.autocast(working.device.type, enabled=False):
            grown = F.interpolate(
                fold(first.float(), smaller), size=correction.shape[2:], mode="bilinear", align_corners=False
            )
            coefficients: Tensor = correction.float() + unfold(grown, working)
        return coefficients


def _first_look(working: Tensor) -> Tensor:
    height, width = working.shape[2:]
    size_hw = min(height, FIRST_LOOK[0]), min(width, FIRST_LOOK[1])
    return working if size_hw == (height, width) else shrink(working, size_hw)
