"""What people look at: pure functions from a frame and its alpha to a picture. Integers only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from skymask.contract import Alphas
from skymask.video.source import Image

View = Literal["side-by-side", "overlay", "mask", "cutout"]
VIEWS: tuple[View, ...] = get_args(View)
SKY_BLUE = (30, 110, 255)  # RGB; no sky has it, so that it is seen on blue, grey and red skies


def compose(image: Image, alpha: Alphas, view: View) -> Image:
    """Draws one view.

    Args:
        image: uint8 [H, W, 3], RGB.
        alpha: uint8 [H, W], 255 sky, 0 not.
        view: Which picture.

    Returns:
        uint8, RGB, C-contiguous, a new array: [H, 2 W, 3] for "side-by-side", else [H, W, 3].
    """
    return _DRAW[view](image, alpha)


def picture_size(view: View, size_hw: tuple[int, int]) -> tuple[int, int]:
    """Returns height and width of the picture that `compose` makes of a frame of `size_hw`."""
    height, width = size_hw
    return (height, 2 * width) if view == "side-by-side" else size_hw


def overlay(image: Image, alpha: Alphas) -> Image:
    """Tints the sky half-transparently blue, the more the surer; see `compose`."""
    strength = _weight(alpha) >> 1
    picture = image * (256 - strength)
    picture += strength * np.array(SKY_BLUE, np.uint16)
    picture >>= 8
    return picture.astype(np.uint8)


def mask(image: Image, alpha: Alphas) -> Image:
    """Shows the alpha itself as grey levels; see `compose`."""
    return np.repeat(alpha[..., np.newaxis], 3, axis=2)


def cutout(image: Image, alpha: Alphas) -> Image:
    """Takes the sky out: what remains stands before black; see `compose`."""
    picture = image * (256 - _weight(alpha))
    picture >>= 8
    return picture.astype(np.uint8)


def side_by_side(image: Image, alpha: Alphas) -> Image:
    """Puts the frame to the left and its overlay to the right; see `compose`."""
    return np.concatenate((image, overlay(image, alpha)), axis=1)


def _weight(alpha: Alphas) -> NDArray[np.uint16]:
    """0 ... 255 to 0 ... 256, uint16 [H, W, 1], so that dividing by 256 is exact at both ends: 0 keeps every value."""
    weight = alpha.astype(np.uint16)
    weight += weight >> 7
    return weight[..., np.newaxis]


_DRAW: dict[View, Callable[[Image, Alphas], Image]] = {
    "side-by-side": side_by_side,
    "overlay": overlay,
    "mask": mask,
    "cutout": cutout,
}
