"""The default network: EfficientNet-Lite0, context along rows and columns, a small decoder of dense convolutions.

It looks at a small, squashed copy of the frame and says for each of its pixels how the sky's logit depends on the
colour of the full-resolution frame there (see `skymask.models.guided`): the edges come from the frame itself.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from skymask.models.encoder import EfficientNetLite0

CONTEXT_CHANNELS = 128
DECODER_CHANNELS = (24, 40, 64, 96)  # at strides 2, 4, 8 and 16


def conv_bn_relu(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """A dense convolution that keeps the size, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class StripContext(nn.Module):
    """Tells every position what its whole row, its whole column and the whole picture hold.

    Sky is a matter of "above what": strip pooling (Hou et al. 2020, arXiv:2003.13328) sees that at the cost of three
    means and three 1x1 convolutions.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.local = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.row = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.column = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.whole = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)

    @property
    def branches(self) -> tuple[nn.Conv2d, ...]:
        """The convolutions whose sum is normalised; the first carries the bias once they are folded."""
        return self.local, self.row, self.column, self.whole

    def forward(self, x: Tensor) -> Tensor:
        rows = x.mean(dim=3, keepdim=True)
        columns = x.mean(dim=2, keepdim=True)
        whole = rows.mean(dim=2, keepdim=True)
        return F.relu(self.norm(self.local(x) + self.row(rows) + self.column(columns) + self.whole(whole)))


class DecoderStep(nn.Module):
    """Doubles the resolution: the deeper features, projected before they grow, plus the encoder's, then 3x3.

    The way down with lateral connections is that of feature pyramids (Lin et al. 2017, FPN, arXiv:1612.03144).
    """

    def __init__(self, deep: int, lateral: int, outputs: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(deep, outputs, 1, bias=False)
        self.lateral = nn.Conv2d(lateral, outputs, 1, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.mix = conv_bn_relu(outputs, outputs, 3)

    @property
    def branches(self) -> tuple[nn.Conv2d, ...]:
        """The convolutions whose sum is normalised; the first carries the bias once they are folded."""
        return self.lateral, self.project

    def forward(self, deep: Tensor, lateral: Tensor) -> Tensor:
        grown = F.interpolate(self.project(deep), scale_factor=2.0, mode="bilinear", align_corners=False)
        mixed: Tensor = self.mix(F.relu(self.norm(grown + self.lateral(lateral))))
        return mixed


class Fast(nn.Module):
    """The default network, 2.6 million parameters, 0.8 GMAC at 256x320."""

    def __init__(self, pretrained: bool = False) -> None:
        super().__init__()
        self.encoder = EfficientNetLite0()
        if pretrained:
            self.encoder.load_imagenet()
        s2, s4, s8, s16, s32 = self.encoder.channels
        d2, d4, d8, d16 = DECODER_CHANNELS
        self.context = StripContext(s32, CONTEXT_CHANNELS)
        self.up16 = DecoderStep(CONTEXT_CHANNELS, s16, d16)
        self.up8 = DecoderStep(d16, s8, d8)
        self.up4 = DecoderStep(d8, s4, d4)
        self.up2 = DecoderStep(d4, s2, d2)
        self.head = nn.Conv2d(d2, 4, 1)

    def forward(self, working: Tensor) -> Tensor:
        """Predicts guided coefficients.

        Args:
            working: float [N, 3, H, W], RGB, 0 to 255; H and W multiples of 32.

        Returns:
            float [N, 4, H / 2, W / 2]: the sky's logit, and its slope along R, G and B (see `skymask.models.guided`).
        """
        image = (working - 127) / 128
        f2, f4, f8, f16, f32 = self.encoder(image)
        x = self.up16(self.context(f32), f16)
        x = self.up8(x, f8)
        x = self.up4(x, f4)
        x = self.up2(x, f2)
        coefficients: Tensor = self.head(x)
        return coefficients
