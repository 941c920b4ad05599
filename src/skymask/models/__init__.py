"""The networks, one a file. Each takes a working-size picture and predicts logits or guided coefficients of sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skymask.errors import ConfigError, suggest

if TYPE_CHECKING:
    from torch import nn

NAMES = ("fast", "accurate", "unet")


def build(name: str, pretrained: bool = False) -> nn.Module:
    """Builds a network by name.

    Args:
        name: One of `NAMES`.
        pretrained: Start the encoder from ImageNet weights, where the network has such an encoder.

    Returns:
        A module: float [N, 3, H, W] (RGB, 0 to 255, H and W multiples of 32) -> float [N, 1 or 4, h, w], see
        `skymask.models.guided`.

    Raises:
        ConfigError: The name is unknown, or weights were asked for that cannot be had.
    """
    if name == "fast":
        from skymask.models.fast import Fast

        return Fast(pretrained)
    if name == "accurate":
        from skymask.models.accurate import Accurate

        return Accurate(pretrained)
    if name == "unet":
        from skymask.models.unet import UNet

        if pretrained:
            raise ConfigError("The network 'unet' has no pretrained weights; set pretrained = false.")
        return UNet()
    raise ConfigError(f"There is no network '{name}'. {suggest(name, NAMES)}")
