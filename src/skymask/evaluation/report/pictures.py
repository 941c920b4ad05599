"""The worst images as four small pictures each: image, truth, prediction, error map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask.contract import THRESHOLD
from skymask.evaluation.worst import WorstImage
from skymask.html.page import picture

LONGEST_PX = 360
FALSE_SKY = (205, 32, 44)  # red, RGB
MISSED_SKY = (24, 90, 219)  # blue, RGB: told apart from red by every kind of eye
_HATCH_PX = 8


@dataclass(frozen=True)
class Pictures:
    """The four pictures of an image, each as the `src` of an `img`."""

    image: str
    truth: str
    prediction: str
    errors: str


def draw(worst: WorstImage) -> Pictures:
    """Draws the four pictures, their longest side at most `LONGEST_PX`."""
    size_wh = _small_size(worst.frame.shape[1], worst.frame.shape[0])
    frame = _shrink(worst.frame, size_wh)
    ignored = _shrink(_grey(~worst.valid), size_wh) > 127
    truth = np.repeat(_shrink(worst.truth, size_wh)[..., None], 3, axis=2)
    return Pictures(
        image=picture(frame, LONGEST_PX),
        truth=picture(_hatched(truth, ignored), LONGEST_PX),
        prediction=picture(_shrink(worst.alpha, size_wh), LONGEST_PX),
        errors=picture(_error_map(worst, frame, ignored), LONGEST_PX, quality=90),
    )


def _error_map(worst: WorstImage, frame: NDArray[np.uint8], ignored: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Paints mistakes over the pale image.

    Args:
        worst: The image at its own size.
        frame: uint8 [h, w, 3], the shrunk image.
        ignored: bool [h, w], without label.
    """
    size_wh = (frame.shape[1], frame.shape[0])
    said, true = worst.alpha > THRESHOLD, worst.truth > THRESHOLD
    light = 255 - 0.45 * (255 - frame @ np.array([0.299, 0.587, 0.114]))
    painted = np.repeat(light[..., None], 3, axis=2)
    for colour, wrong in ((FALSE_SKY, said & ~true), (MISSED_SKY, ~said & true)):
        share = _shrink(_grey(wrong & worst.valid), size_wh) / 255
        # A mistake one pixel wide covers little of a small picture's pixel: strengthened, it stays visible.
        opacity = np.minimum(4 * share, 1)[..., None]
        painted = painted * (1 - opacity) + np.array(colour) * opacity
    return _hatched(painted.round().astype(np.uint8), ignored)


def _hatched(pixels: NDArray[np.uint8], where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Puts grey diagonal stripes over a region: uint8 [h, w, 3], bool [h, w]."""
    rows, columns = np.indices(where.shape)
    stripe = (rows + columns) % _HATCH_PX < _HATCH_PX // 3
    pixels = pixels.copy()
    pixels[where] = 196
    pixels[where & stripe] = 110
    return pixels


def _grey(where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return where.astype(np.uint8) * np.uint8(255)


def _small_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1, LONGEST_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrink(pixels: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Averages over areas: uint8 [H, W] or [H, W, 3] to a width and height."""
    return np.asarray(Image.fromarray(pixels).resize(size_wh, Image.Resampling.BOX))
