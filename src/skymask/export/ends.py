"""Both ends of an exported graph, from frame to working size and back, in operations that engines are quick at.

They compute what `skymask.models.guided` computes, to rounding. Bilinear resizing is linear along each axis, so it is
written as small matrices of weights multiplied with the few rows that each output row needs: engines have fast matrix
products, while their resize is scalar code that visits every plane of the whole frame. The frame stays as it came,
channels last, and its one copy in float32 is made by the first operation: TensorRT takes uint8 for nothing but a cast.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from skymask.models.guided import MARGIN

BLOCKS = 12
"""Groups of rows in which coefficients grow to the frame's height: each needs few of the coefficients' rows. Rows that
the last blocks have beyond the frame, 11 at the most, fit into the last band from 32 rows up."""
BANDS = 4
"""Parts in which the frame is finished one after the other: what a photograph takes of memory beyond its own pixels."""


def shrink(pixels: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Resizes to the working size as `skymask.models.guided.shrink` does.

    Args:
        pixels: float [N, H, W, C].
        size_hw: Height and width wanted.

    Returns:
        float [N, C, *size_hw].
    """
    (height, width), channels = size_hw, int(pixels.shape[3])
    rows = _weighted(_reshape(pixels, 0, 0, -1), height)
    columns = _reshape(rows, 0, height, -1, channels).permute(0, 2, 3, 1)
    shrunk = _weighted(_reshape(columns, 0, 0, channels * height), width)
    return _reshape(shrunk, 0, width, channels, height).permute(0, 2, 3, 1)


def _weighted(rows: Tensor, count: int) -> Tensor:
    """Shrinks float [N, rows, values] to [N, count, 1, values]: each the mean of two samples between two rows each."""
    size = _length(rows, 1)
    at = ((torch.arange(2 * count) + 0.5) * (size / (2 * count)) - 0.5).clamp(min=0)
    above = at.floor()
    taps = torch.stack([above, torch.minimum(above + 1, size - 1)], dim=1).reshape(count, 4).long()
    weights = torch.stack([above + 1 - at, at - above], dim=1).reshape(count, 1, 4) / 2
    return weights @ rows[:, taps]


def upsample(coefficients: Tensor, pixels: Tensor) -> Tensor:
    """Computes logits as `skymask.models.guided.upsample` does.

    Args:
        coefficients: float [N, 1 or 4, h, w] from `skymask.models.guided.fold`.
        pixels: float [N, H, W, 3], 0 to 255, the full-resolution frame.

    Returns:
        float [N, H, W], logits of sky.
    """
    height, width = coefficients.shape[2], pixels.shape[2]
    wide = F.interpolate(coefficients, size=(height, width), mode="bilinear", align_corners=False)
    offsets, slopes = wide[:, 0], _reshape(wide[:, 1:].permute(0, 2, 3, 1), 0, 0, -1)
    frame = _reshape(pixels, 0, 0, -1)
    blocks = _blocks(height, _length(pixels, 1))
    bands = []
    for weights, taps, rows in zip(*(torch.split(part, BLOCKS // BANDS) for part in blocks), strict=True):
        logits = weights @ offsets[:, taps]
        if coefficients.shape[1] == 4:
            products = weights @ slopes[:, taps] * frame[:, rows]
            logits = logits + _reshape(products, 0, 0, 0, -1, 3).sum(dim=4)
        bands.append(logits.reshape(pixels.shape[0], -1, width))
    beyond = blocks[2].numel() - pixels.shape[1]  # rows of the last blocks
    bands[-1] = bands[-1][:, : bands[-1].shape[1] - beyond]
    return torch.cat(bands, dim=1)


def _blocks(height: int, size: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Groups the rows of a frame of `size` rows in `BLOCKS` of one length.

    Returns:
        Weights, float [BLOCKS, length, taps]; the rows of the coefficients they belong to, int64 [BLOCKS, taps]; the
        frame's own rows, int64 [BLOCKS, length], the last one again and again where the blocks reach beyond the frame.
    """
    length = torch.ceil(size / BLOCKS)
    rows = torch.arange(length * BLOCKS).reshape(BLOCKS, -1)  # type: ignore[call-overload]  # traced as a variable
    at = ((rows + 0.5) * (height / size) - 0.5).clamp(0, height - 1)
    # A block's rows lie within height / BLOCKS rows of coefficients, its first and last between two of them.
    taps = min(math.ceil(height / BLOCKS) + 2, height)
    first = at[:, :1].floor().clamp(max=height - taps)
    index = first + torch.arange(taps)
    weights = torch.relu(1 - (at[:, :, None] - index[:, None, :]).abs())
    return weights, index.long(), torch.minimum(rows, size - 1).long()


def to_alpha(logits: Tensor) -> Tensor:
    """Turns logits into alpha as `skymask.models.guided.to_alpha` does for the threshold 0.5.

    Args:
        logits: float, any shape.

    Returns:
        uint8, the same shape.
    """
    half_level = 0.5 / 255  # a cast cuts off; with half a level more it rounds
    stretched: Tensor = _Line.apply(torch.sigmoid(logits), 1 + 2 * MARGIN, half_level - MARGIN)  # type: ignore[no-untyped-call, unused-ignore]
    return (stretched * 255).to(torch.uint8)


class _Line(torch.autograd.Function):
    """A straight line cut off at 0 and 1: one pass over memory in ONNX, three in torch's own operations."""

    @staticmethod
    def forward(context: Any, values: Tensor, slope: float, offset: float) -> Tensor:
        return (values * slope + offset).clamp(0, 1)

    @staticmethod
    def symbolic(graph: Any, values: Any, slope: float, offset: float) -> Any:
        return graph.op("HardSigmoid", values, alpha_f=slope, beta_f=offset)


class _Reshape(torch.autograd.Function):
    """ONNX's own reshape, in which 0 keeps a length: traced from torch's, each would compute its shape in ten nodes."""

    @staticmethod
    def forward(context: Any, values: Tensor, lengths: tuple[int, ...]) -> Tensor:
        kept = [int(length) for length in values.shape]
        return values.reshape([length or kept[axis] for axis, length in enumerate(lengths)])

    @staticmethod
    def symbolic(graph: Any, values: Any, lengths: tuple[int, ...]) -> Any:
        return graph.op("Reshape", values, graph.op("Constant", value_t=torch.tensor(lengths)))


def _reshape(values: Tensor, *lengths: int) -> Tensor:
    reshaped: Tensor = _Reshape.apply(values, lengths)  # type: ignore[no-untyped-call, unused-ignore]
    return reshaped


def _length(values: Tensor, axis: int) -> Tensor:
    """The length of an axis as a float tensor, so that it stays a variable of the traced graph."""
    return torch.as_tensor(values.shape[axis]).float()
