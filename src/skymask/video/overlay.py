"""What people look at: from a frame and its alpha to a picture, drawn on the planes of the video. Integers only.

Tinting and cutting out mix every pixel with one colour. That can be done in YUV as well as in RGB, since one is an
affine map of the other; there, colour has a quarter of the pixels, each weighted with the mean alpha of the four it
belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import av
import numpy as np
from numpy.typing import NDArray

from skymask.contract import Alphas
from skymask.video import yuv
from skymask.video.yuv import Image, Planes

View = Literal["side-by-side", "overlay", "mask", "cutout"]
VIEWS: tuple[View, ...] = get_args(View)
SKY_BLUE = (30, 110, 255)  # RGB; no sky has it, so that it is seen on blue, grey and red skies
BLACK = (0, 0, 0)
GREY = 128
BLOCK_PIXELS = 1 << 16  # what is in work at a time: larger, the intermediate results fall out of the processor's cache

Weights = NDArray[np.uint16]


def compose(frame: av.VideoFrame, alpha: Alphas, view: View) -> av.VideoFrame:
    """Draws one view.

    Args:
        frame: yuv420p of limited range, tagged, as `Frame.picture` is; is left as it is.
        alpha: uint8 [H, W] of its size, 255 sky, 0 not.
        view: Which picture.

    Returns:
        A new picture of `picture_size`, of the same colours. Where a side of the frame is odd, the last row or column
        is repeated.
    """
    height, width = alpha.shape
    even_hw = _even((height, width))
    picture = yuv.blank(picture_size(view, (height, width)), frame)
    source, target = yuv.planes(frame), yuv.planes(picture)
    if even_hw != (height, width):
        padding = ((0, even_hw[0] - height), (0, even_hw[1] - width))
        alpha = np.pad(alpha, padding, mode="edge")
        source = Planes(np.pad(source.y, padding, mode="edge"), source.u, source.v)
    if view == "mask":
        _draw_mask(alpha, target)
    elif view == "cutout":
        _fade(source, alpha, yuv.to_limited(BLACK, frame.colorspace), 0, target)
    else:
        right = Planes(*(plane[:, -part.shape[1] :] for plane, part in zip(target, source, strict=True)))
        _fade(source, alpha, yuv.to_limited(SKY_BLUE, frame.colorspace), 1, right)
    if view == "side-by-side":
        for plane, part in zip(target, source, strict=True):
            plane[:, : part.shape[1]] = part
    return picture


def picture_size(view: View, size_hw: tuple[int, int]) -> tuple[int, int]:
    """Returns height and width of the picture that `compose` makes of a frame of `size_hw`: both even."""
    height, width = _even(size_hw)
    return (height, 2 * width) if view == "side-by-side" else (height, width)


def _even(size_hw: tuple[int, int]) -> tuple[int, int]:
    return size_hw[0] + size_hw[0] % 2, size_hw[1] + size_hw[1] % 2


def _draw_mask(alpha: Alphas, target: Planes) -> None:
    """Shows the alpha itself as grey levels."""
    for rows in _blocks(alpha.shape):
        light = np.multiply(alpha[rows], 220, dtype=np.uint16)
        light >>= 8
        light += 16
        target.y[rows] = light
    target.u[...] = target.v[...] = GREY


def _fade(source: Planes, alpha: Alphas, colour: tuple[int, int, int], halvings: int, target: Planes) -> None:
    """Mixes a colour into a frame: alpha 255 is the colour alone, or with `halvings` 1 half of it."""
    for rows in _blocks(alpha.shape):
        _mix(source.y[rows], _weight(alpha[rows].astype(np.uint16), halvings), colour[0], target.y[rows])
        of_colour = slice(rows.start // 2, rows.stop // 2)
        weight = _weight(_mean2x2(alpha[rows]), halvings)
        _mix(source.u[of_colour], weight, colour[1], target.u[of_colour])
        _mix(source.v[of_colour], weight, colour[2], target.v[of_colour])


def _blocks(size_hw: tuple[int, ...]) -> Iterator[slice]:
    height, width = size_hw
    step = max(2, BLOCK_PIXELS // width // 2 * 2)
    for start in range(0, height, step):
        yield slice(start, min(start + step, height))


def _mix(source: Image, weight: Weights, level: int, target: Image) -> None:
    """Mixes one level into a plane, in 256ths, rounded; at the weights 0 and 256 the result is exact."""
    mixed = source * (256 - weight)
    mixed += weight * level
    mixed += 128
    mixed >>= 8
    target[...] = mixed


def _weight(alpha: Weights, halvings: int) -> Weights:
    """0 ... 255 to 0 ... 256, so that dividing by 256 is exact at both ends, then halved; changes its argument."""
    alpha += alpha >> 7
    alpha >>= halvings
    return alpha


def _mean2x2(alpha: Alphas) -> Weights:
    """Returns uint16 [H / 2, W / 2]. Two pixels are read as one number: every second byte alone would be slow."""
    pairs = np.ascontiguousarray(alpha).view(np.uint16)
    sums = pairs & 255
    sums += pairs >> 8
    total: Weights = sums[::2] + sums[1::2]
    total += 2
    total >>= 2
    return total
