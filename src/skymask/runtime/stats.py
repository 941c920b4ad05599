"""What one alpha says of its frame as a whole: how much sky, how sure, and whether there is any at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from skymask.contract import THRESHOLD, Alphas
from skymask.errors import InputError

NO_SKY_BELOW = 0.01
ALL_SKY_ABOVE = 0.99

Verdict = Literal["none", "some", "all"]


@dataclass(frozen=True)
class SkyStats:
    """How much sky a frame has, how sure that is, and a verdict."""

    sky_share: float
    """Share of pixels that are sky (alpha > 127), 0 to 1."""
    confidence: float
    """How far the alphas are from the threshold: the mean of |alpha - 127.5| / 127.5, 0 to 1. It is 1 where every pixel
    is 0 or 255. As far as alpha is a probability of sky, (1 + confidence) / 2 is the share of pixels to be expected
    right. Wide soft edges (leaves, haze) lower it too."""

    @property
    def verdict(self) -> Verdict:
        """Whether there is sky: "none" below 1 % of the frame, "all" above 99 %, "some" in between."""
        if self.sky_share < NO_SKY_BELOW:
            return "none"
        return "all" if self.sky_share > ALL_SKY_ABOVE else "some"


def stats(alpha: Alphas) -> SkyStats:
    """Sums up an alpha.

    Args:
        alpha: uint8 [H, W], 255 sky, as a `Segmenter` returns it for one frame.

    Returns:
        Share of sky, confidence and verdict.

    Raises:
        InputError: The array has another type or shape, or no pixels.
    """
    if not isinstance(alpha, np.ndarray) or alpha.dtype != np.uint8 or alpha.ndim != 2 or not alpha.size:
        found = f"{alpha.dtype} {list(alpha.shape)}" if isinstance(alpha, np.ndarray) else f"a {type(alpha).__name__}"
        raise InputError(
            f"An alpha must be a uint8 array [H, W] with at least one pixel; got {found}. Of a batch, give one by one."
        )
    doubt = np.minimum(alpha, ~alpha)  # distance from the nearer of 0 and 255
    return SkyStats(
        sky_share=float(np.count_nonzero(alpha > THRESHOLD) / alpha.size),
        confidence=1 - 2 * int(doubt.sum(dtype=np.int64)) / (255 * alpha.size),
    )
