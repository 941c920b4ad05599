"""Keeps the images that went worst while all are scored, and no others, so that memory stays small."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class WorstImage:
    """An image to show with what went wrong in it; all arrays have the image's own size."""

    record: dict[str, Any]
    """Its entry in `result["images"]`."""
    frame: NDArray[np.uint8]
    """uint8 [H, W, 3], RGB."""
    truth: NDArray[np.uint8]
    """uint8 [H, W], labelled alpha, 255 sky."""
    valid: NDArray[np.bool_]
    """bool [H, W], where the label holds."""
    alpha: NDArray[np.uint8]
    """uint8 [H, W], predicted alpha, 255 sky."""


class Worst:
    """The images with the largest shares of wrong pixels; of equals, the earlier ones."""

    def __init__(self, count: int = 24) -> None:
        self._count = count
        self._offered = 0
        self._heap: list[tuple[float, int, WorstImage]] = []

    def offer(
        self,
        record: dict[str, Any],
        frame: NDArray[np.uint8],
        truth: NDArray[np.uint8],
        valid: NDArray[np.bool_],
        alpha: NDArray[np.uint8],
    ) -> None:
        """Takes an image in if it is among the worst so far; without a wrong pixel it never is.

        Args:
            record: The image's entry in a result.
            frame: uint8 [H, W, 3], RGB.
            truth: uint8 [H, W], labelled alpha.
            valid: bool [H, W], where the label holds.
            alpha: uint8 [H, W], predicted.
        """
        self._offered += 1
        if not record["misclassified"]:
            return
        entry = (record["misclassified"], -self._offered, WorstImage(record, frame, truth, valid, alpha))
        if len(self._heap) < self._count:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def images(self) -> list[WorstImage]:
        """Returns what was kept, the worst first."""
        return [image for _, _, image in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)]
