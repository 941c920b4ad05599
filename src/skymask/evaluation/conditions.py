"""Kinds of images that are scored apart: by light and by share of sky.

Brightness decides about the light, not the clock. SkyFinder's time stamps are UTC and its cameras have no stated place,
so 3 o'clock is night in one and noon in another; other sources have no stamps at all. The mean luma of the frame is a
crude witness: an infrared camera makes nights bright, and a dark street by day can pass for dusk.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NIGHT_BELOW = 45.0
DUSK_BELOW = 70.0
"""Mean luma, in grey levels of 0 to 255. SkyFinder's nights in colour lie at 20 to 45, overcast days from 70 up."""

CONDITIONS = ("day", "dusk", "night")

SKY_BANDS = {"none": 0.0, "up to 5 %": 0.05, "5 to 25 %": 0.25, "25 to 50 %": 0.5, "over 50 %": 1.0}
"""Names of the bands by share of sky among the labelled pixels, and the largest share in each."""

_LUMA = (0.299, 0.587, 0.114)  # Rec. 601


def condition(frame: NDArray[np.uint8]) -> str:
    """Tells day, dusk and night apart by the frame's mean luma.

    Args:
        frame: uint8 [H, W, 3], RGB.

    Returns:
        One of `CONDITIONS`.
    """
    luma = float(frame.mean(axis=(0, 1)) @ _LUMA)
    if luma < NIGHT_BELOW:
        return "night"
    return "dusk" if luma < DUSK_BELOW else "day"


def sky_band(sky_share: float) -> str:
    """Names the band of `SKY_BANDS` for a share of sky, 0 to 1."""
    return next(name for name, largest in SKY_BANDS.items() if sky_share <= largest)
