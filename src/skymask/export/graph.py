"""The graph that an exported model holds: frame in, alpha out, all processing inside."""

from __future__ import annotations

from torch import Tensor, nn

from skymask.models.guided import Segmentation, to_alpha


class SkyGraph(nn.Module):
    """The model contract as a torch module (see `skymask.contract`)."""

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
