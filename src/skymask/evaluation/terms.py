"""What the metrics are called, which way is better, what they mean, and how their numbers are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DASH = "–"  # stands where a number is not defined


@dataclass(frozen=True)
class Metric:
    """One number of a group of images, as readers see it."""

    key: str
    """Its name in `result.json`."""
    label: str
    """Its name on the page."""
    better: Literal["higher", "lower"]
    unit: Literal["share", "percent", "fine", "plain"]
    """How it is written: 0.954, 4.60 %, 0.0123, or 12.30."""
    meaning: str
    """One line for people who meet it for the first time."""

    def text(self, value: float | None) -> str:
        """Writes a value; a dash for None."""
        return DASH if value is None else f"{self._digits(value)}{self._suffix}"

    def interval_text(self, interval: Sequence[float] | None) -> str:
        """Writes an interval, such as "0.941–0.966"; nothing where it is not known.

        Nor where both ends are the same number: resampling what is the same throughout, such as no false sky in any
        image, finds no variation, which is no proof that there is none.
        """
        if not interval or interval[0] == interval[1]:
            return ""
        low, high = interval
        return f"{self._digits(low)}–{self._digits(high)}{self._suffix}"

    def _digits(self, value: float) -> str:
        match self.unit:
            case "share":
                return f"{value:.3f}"
            case "percent":
                return f"{100 * value:.2f}"
            case "fine":
                return f"{value:.4f}"
            case "plain":
                return f"{value:.2f}"

    @property
    def _suffix(self) -> str:
        return " %" if self.unit == "percent" else ""


METRICS = (
    Metric("iou", "IoU of sky", "higher", "share", "Overlap of predicted and true sky, divided by their union."),
    Metric(
        "boundary_iou",
        "Boundary IoU",
        "higher",
        "share",
        "The same, counted only near the outlines (within 2 % of the diagonal): how well edges are cut.",
    ),
    Metric(
        "boundary_f1",
        "Boundary F1",
        "higher",
        "share",
        "Share of the two outlines that lie within 0.75 % of the diagonal of each other.",
    ),
    Metric("precision", "Precision", "higher", "share", "Of what is called sky, the share that is sky."),
    Metric("recall", "Recall", "higher", "share", "Of what is sky, the share that is called sky."),
    Metric(
        "misclassification",
        "Wrong pixels",
        "lower",
        "percent",
        "Share of labelled pixels called wrong in an image, then the mean over images.",
    ),
    Metric(
        "false_sky_area",
        "False-sky area",
        "lower",
        "percent",
        "In images without sky: the share of the image that is called sky, mean over images.",
    ),
    Metric(
        "false_sky_rate",
        "False-sky rate",
        "lower",
        "percent",
        "Of the images without sky, the share in which more than 1 % is called sky.",
    ),
    Metric("dice", "Dice", "higher", "share", "Overlap divided by the mean of the two areas; always kinder than IoU."),
    Metric("mean_iou", "Mean IoU", "higher", "share", "Mean of the IoU of sky and the IoU of everything else."),
    Metric(
        "accuracy", "Pixel accuracy", "higher", "share", "Share of labelled pixels called right, all images pooled."
    ),
    Metric("mae", "MAE of alpha", "lower", "fine", "Mean absolute difference of the alphas (0 to 1): softness counts."),
    Metric("mse", "MSE of alpha", "lower", "fine", "Mean squared difference of the alphas: large mistakes count most."),
    Metric(
        "gradient_error",
        "Gradient error",
        "lower",
        "plain",
        "Squared difference of the alphas' slopes, summed, in thousands: edges too soft, too hard, or elsewhere. "
        "Large images and long edges have more of it.",
    ),
    Metric("pq", "PQ", "higher", "share", "Panoptic quality, sky as one segment an image: SQ times RQ."),
    Metric("sq", "SQ", "higher", "share", "Segmentation quality: mean IoU of sky where it was found (IoU over 0.5)."),
    Metric("rq", "RQ", "higher", "share", "Recognition quality: how often sky is found where it is, and only there."),
)
"""All metrics of a group, the most telling first."""

BY_KEY = {metric.key: metric for metric in METRICS}
MAIN = METRICS[:8]
"""The columns of the tables."""
MORE = METRICS[8:]
"""The columns of the tables that are folded away."""
HEADLINES = tuple(
    BY_KEY[key] for key in ("iou", "boundary_iou", "precision", "recall", "misclassification", "false_sky_rate")
)
"""The numbers at the top of the page."""
