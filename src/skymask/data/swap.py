"""Puts the sky of one photograph behind the foreground of another: every landscape under every weather.

What a network remembers of single photographs, such as that orange rock stands under blue sky, is no longer true. The
light of the foreground follows the new sky half of the way, so that the two do not fall apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

SURELY_SKY = 250
SMALLEST_PATCH = 0.12  # of the donor's height; less is a sliver that would be stretched into streaks
LIGHT_RANGE = (0.55, 1.5)

_WINDOWS = ((0.0, 1.0), (0.0, 0.6), (0.2, 0.8), (0.4, 1.0), (0.0, 0.35), (0.32, 0.68), (0.65, 1.0))


def sky_patch(image: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Cuts out a rectangle of nothing but sky, from the upper edge of a photograph downwards.

    Args:
        image: uint8 [H, W, 3], RGB.
        alpha: uint8 [H, W], 255 sky.

    Returns:
        uint8 [h, w, 3], the largest of a few candidates, or None where there is too little sky.
    """
    height, width = alpha.shape
    ground = alpha < SURELY_SKY
    depth = np.where(ground.any(axis=0), ground.argmax(axis=0), height)  # rows of sky from the top, per column
    best, best_area = None, 0
    for start, stop in _WINDOWS:
        left, right = int(start * width), int(stop * width)
        rows = int(depth[left:right].min(initial=height))
        if rows >= SMALLEST_PATCH * height and rows * (right - left) > best_area:
            best, best_area = image[:rows, left:right], rows * (right - left)
    return best


def swap_sky(image: NDArray[np.uint8], alpha: NDArray[np.uint8], patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replaces the sky of a photograph.

    Args:
        image: uint8 [H, W, 3], RGB.
        alpha: uint8 [H, W], 255 sky; softened by a pixel, since the old sky shines through at the very border.
        patch: uint8 [h, w, 3], nothing but sky; stretched over the whole sky of the image.

    Returns:
        uint8 [H, W, 3]; without any sky in `alpha`, the image as it is.
    """
    sky = alpha > 127
    if not sky.any():
        return image
    lowest = int(np.flatnonzero(sky.any(axis=1))[-1]) + 2
    rows = min(lowest, alpha.shape[0])
    new = np.asarray(Image.fromarray(patch).resize((alpha.shape[1], rows), Image.Resampling.BILINEAR))
    ratio = float(new.mean() + 8) / float(image[sky].mean() + 8)
    light = float(np.clip(ratio**0.5, *LIGHT_RANGE))
    soft = np.asarray(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(1.0)), dtype=np.float32)[..., None] / 255
    result = np.minimum(image * np.float32(light), 255)
    result[:rows] += soft[:rows] * (new - result[:rows])
    swapped: NDArray[np.uint8] = result.astype(np.uint8)
    return swapped
