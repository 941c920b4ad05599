"""Scores anything that turns a frame into an alpha against labelled images."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask.data.manifest import Sample
from skymask.evaluation.metrics import Tally, count


def evaluate(segment: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], samples: Iterable[Sample]) -> dict[str, Any]:
    """Runs over labelled images at their own size.

    Args:
        segment: uint8 [H, W, 3] RGB -> uint8 [H, W], 255 sky. `skymask.load()` is one.
        samples: Labelled images.

    Returns:
        See `Tally.summary`: IoU, Dice and accuracy of sky per source (counts pooled within a source), their plain mean
        over sources, and in how many pictures without sky some is claimed.
    """
    tally = Tally()
    for sample in samples:
        tally.add(sample.source, count(segment(sample.load_image()), sample.load_mask(), sample.load_valid()))
    return tally.summary()


def table(summary: dict[str, Any]) -> str:
    """Formats a summary as a Markdown table, one row a source."""
    lines = ["| source | images | IoU of sky | Dice | pixel accuracy |", "|---|---|---|---|---|"]
    rows = [*summary["sources"].items(), ("mean over sources", {"images": "", **summary["mean"]})]
    for source, row in rows:
        numbers = " | ".join("-" if row[key] is None else f"{row[key]:.4f}" for key in ("iou", "dice", "accuracy"))
        lines.append(f"| {source} | {row['images']} | {numbers} |")
    lines.append("")
    lines.append(
        f"Pictures without sky with more than 1 % called sky: {summary['false_claims']} of {summary['without_sky']}."
    )
    return "\n".join(lines) + "\n"
