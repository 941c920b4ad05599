"""The graph that an exported model holds: frame in, alpha out, all processing inside."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from skymask.export import ends
from skymask.models.guided import Segmentation, fold, to_alpha


class SkyGraph(nn.Module):
    """The model contract as a torch module (see `skymask.contract`): what was trained, step by step."""

    def __init__(self, network: nn.Module, working_size: tuple[int, int], threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold
        self.segmentation = Segmentation(network, working_size)

    def forward(self, frame: Tensor) -> Tensor:
        """Segments frames.

        Args:
            frame: uint8 [N, H, W, 3], RGB.

        Returns:
            uint8 [N, H, W], alpha of sky: 255 surely sky, 0 surely not.
        """
        logits = self.segmentation(frame.permute(0, 3, 1, 2).float())
        return to_alpha(logits, self.threshold)


class EngineGraph(nn.Module):
    """What is written into the file: the numbers of `SkyGraph`, in operations that engines are quick at."""

    def __init__(self, network: nn.Module, working_size: tuple[int, int], threshold: float = 0.5) -> None:
        super().__init__()
        self.network = network
        self.working_size = working_size
        self.shift = math.log(threshold / (1 - threshold))

    def forward(self, frame: Tensor) -> Tensor:
        """Segments frames, as `SkyGraph` does."""
        pixels = frame.float()
        working = ends.shrink(pixels, self.working_size)
        coefficients = fold(self.network(working), working)
        if self.shift:  # the middle of the grey levels is the threshold; shifting small maps is cheap
            coefficients = torch.cat([coefficients[:, :1] - self.shift, coefficients[:, 1:]], dim=1)
        return ends.to_alpha(ends.upsample(coefficients, pixels))
