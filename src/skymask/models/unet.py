"""The original U-Net, the baseline that skymask grew from.

Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015 (arXiv:1505.04597).
As is usual since, convolutions are padded (the output has the input's size, nothing is cropped) and followed by batch
normalisation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = (64, 128, 256, 512, 1024)


def double_conv(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions, each with batch normalisation and ReLU."""
    layers: list[nn.Module] = []
    for source in (inputs, outputs):
        layers += [nn.Conv2d(source, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """Contracting path, expanding path, skip connections: 31 million parameters at full width."""

    def __init__(self, channels: tuple[int, ...] = CHANNELS) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            double_conv(inputs, outputs) for inputs, outputs in zip((3, *channels[:-1]), channels, strict=True)
        )
        pairs = list(zip(channels[:0:-1], channels[-2::-1], strict=True))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(deep, shallow, 2, stride=2) for deep, shallow in pairs)
        self.up = nn.ModuleList(double_conv(deep, shallow) for deep, shallow in pairs)
        self.head = nn.Conv2d(channels[0], 1, 1)

    def forward(self, working: Tensor) -> Tensor:
        """Predicts plain logits.

        Args:
            working: float [N, 3, H, W], RGB, 0 to 255; H and W multiples of 16.

        Returns:
            float [N, 1, H, W], logits of sky.
        """
        x = working / 255
        skips = []
        for index, block in enumerate(self.down):
            x = block(x if index == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for grow, block in zip(self.grow, self.up, strict=True):
            x = block(torch.cat([skips.pop(), grow(x)], dim=1))
        logits: Tensor = self.head(x)
        return logits
