"""Scores anything that turns a frame into an alpha against labelled images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skymask import __version__
from skymask.contract import THRESHOLD
from skymask.data.manifest import Sample, read_manifest
from skymask.errors import InputError
from skymask.evaluation.conditions import condition
from skymask.evaluation.groups import Record, summarise
from skymask.evaluation.metrics import alpha as alphas
from skymask.evaluation.metrics import boundary, calibration
from skymask.evaluation.metrics.panoptic import match_sky
from skymask.evaluation.metrics.pixels import Counts, count, defined, judged_by_labels, number_of
from skymask.weights import sha256

if TYPE_CHECKING:
    from skymask.evaluation.worst import Worst

FORMAT = 1

Segment = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""uint8 [H, W, 3] RGB -> uint8 [H, W], 255 sky. `skymask.load()` is one."""

Listed = tuple[int, Sample]
"""An image with the number of the manifest that lists it."""


def evaluate(
    segment: Segment,
    manifests: Sequence[Path],
    worst: Worst | None = None,
    track: Callable[[list[Listed]], Iterable[Listed]] = iter,
) -> dict[str, Any]:
    """Runs over labelled images at their own size.

    Args:
        segment: What to score.
        manifests: CSV files that list images with their masks.
        worst: Is offered every image, and keeps the worst.
        track: Passes on what it is given, one by one, and may show progress.

    Returns:
        All of `result.json` but the entry `model`: numbers pooled, per image, source, camera, light and share of sky.

    Raises:
        InputError: A manifest does not exist, or is given twice.
        DataError: A manifest is empty or wrong, or an image or mask that it lists is gone or damaged.
    """
    _require_different(manifests)
    samples = [read_manifest(path) for path in manifests]
    listed = [(index, sample) for index, of_manifest in enumerate(samples) for sample in of_manifest]
    pooled = _Pooled()
    records = []
    for index, sample in track(listed):
        frame, truth, valid = sample.load_image(), sample.load_mask(), sample.load_valid()
        alpha = segment(frame)
        record = _identify(sample, index, manifests[index].parent, frame) | _score(alpha, truth, valid)
        pooled.add(alpha, truth, valid)
        if worst is not None:
            worst.offer(record, frame, truth, valid, alpha)
        records.append(record)
    return {
        "format": FORMAT,
        "skymask": __version__,
        "manifests": [_describe(path, len(images)) for path, images in zip(manifests, samples, strict=True)],
        "threshold": THRESHOLD,
        **summarise(records),
        **pooled.summary(),
        "images": records,
    }


class _Pooled:
    """What is only reported for all images together."""

    def __init__(self) -> None:
        self.levels = np.zeros((2, 256), np.int64)
        self.trimap = np.zeros((len(boundary.TRIMAP_WIDTHS_PX), 4), np.int64)

    def add(self, alpha: NDArray[np.uint8], truth: NDArray[np.uint8], valid: NDArray[np.bool_]) -> None:
        self.levels += calibration.histogram(alpha, truth, valid)
        self.trimap += boundary.trimap_counts(alpha > THRESHOLD, truth > THRESHOLD, valid)

    def summary(self) -> dict[str, Any]:
        return {
            "curve": calibration.threshold_curve(self.levels),
            "trimap": {
                "widths_px": list(boundary.TRIMAP_WIDTHS_PX),
                "iou": [defined(Counts(*row).iou) for row in self.trimap.tolist()],
            },
            "calibration": calibration.reliability(self.levels),
        }


def _identify(sample: Sample, manifest: int, folder: Path, frame: NDArray[np.uint8]) -> Record:
    listed = sample.image.relative_to(folder) if sample.image.is_relative_to(folder) else sample.image
    return {
        "source": sample.source,
        "group": sample.group,
        "image": listed.as_posix(),
        "manifest": manifest,
        "width": frame.shape[1],
        "height": frame.shape[0],
        "condition": condition(frame),
    }


def _score(alpha: NDArray[np.uint8], truth: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Record:
    """Everything that an image adds to its groups, and some of its own numbers for readers."""
    counts = count(alpha, truth, valid)
    said, true = alpha > THRESHOLD, truth > THRESHOLD
    segments = match_sky(counts, number_of(said & ~valid))
    mae, mse = alphas.absolute_and_squared_error(alpha, truth, valid)
    return {
        "sky_share": defined(counts.sky_share),
        "counts": [counts.true_sky, counts.false_sky, counts.missed_sky, counts.true_rest],
        "boundary": list(boundary.boundary_counts(said, true, valid)),
        "panoptic": [segments.iou, segments.matched, segments.false, segments.missed],
        "boundary_f1": defined(boundary.boundary_f1(said, true, valid)),
        "misclassified": defined(counts.misclassified),
        "mae": defined(mae),
        "mse": defined(mse),
        "gradient_error": defined(alphas.gradient_error(alpha, truth, valid)),
        **{key: defined(value) for key, value in judged_by_labels({"iou": counts.iou}, counts).items()},
    }


def _describe(manifest: Path, images: int) -> dict[str, Any]:
    return {
        "path": manifest.as_posix(),
        "images": images,
        "sha256": sha256(manifest),
    }


def _require_different(manifests: Sequence[Path]) -> None:
    known = set()
    for path in manifests:
        if path.resolve() in known:
            raise InputError(f"The manifest {path} is given twice: its images would count double. Give it once.")
        known.add(path.resolve())
