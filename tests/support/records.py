"""Results of evaluations, made without images: for what is computed from them."""

from __future__ import annotations

from typing import Any

from skymask.evaluation.evaluate import FORMAT
from skymask.evaluation.groups import summarise
from skymask.evaluation.metrics import Counts
from skymask.evaluation.metrics.panoptic import match_sky
from skymask.evaluation.metrics.pixels import defined


def make_record(source: str = "a", group: str = "1", image: str = "x.jpg", **changes: Any) -> dict[str, Any]:
    """An image of 1,000 labelled pixels, half of them sky and 10 of them wrong; `changes` replace entries.

    What follows from the counts does so here too.
    """
    values = changes.pop("counts", [495, 5, 5, 495])
    counts = Counts(*values)
    segments = match_sky(counts, 0)
    return {
        "source": source,
        "group": group,
        "image": image,
        "manifest": 0,
        "width": 40,
        "height": 25,
        "condition": "day",
        "sky_share": defined(counts.sky_share),
        "counts": values,
        "boundary": [80, 100],
        "panoptic": [segments.iou, segments.matched, segments.false, segments.missed],
        "boundary_f1": 0.9,
        "misclassified": defined(counts.misclassified),
        "mae": 0.02,
        "mse": 0.01,
        "gradient_error": 0.3,
        "iou": defined(counts.iou) if counts.has_sky else None,
        **changes,
    }


def make_result(records: list[dict[str, Any]], name: str = "tiny") -> dict[str, Any]:
    """What `skymask evaluate` writes, but for the entries that need pixels."""
    model = {"name": name, "version": "1.0", "file": f"{name}.onnx", "engine": "onnxruntime 1", "device": "cpu"}
    return {"format": FORMAT, "model": model, **summarise(records), "images": records}
