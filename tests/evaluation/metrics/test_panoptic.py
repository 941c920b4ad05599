from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torchmetrics.detection import PanopticQuality

from skymask.evaluation.metrics import count
from skymask.evaluation.metrics.panoptic import Matching, match_sky

SKY, REST, UNLABELLED = 1, 0, 9


def segments(sky: np.ndarray, valid: np.ndarray) -> torch.Tensor:
    """[1, H, W, 2]: category and instance, as torchmetrics takes them."""
    category = np.where(valid, np.where(sky, SKY, REST), UNLABELLED)
    return torch.tensor(np.stack([category, np.zeros_like(category)], axis=-1))[None]


def images() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Good, bad and hopeless predictions, images without sky, unlabelled parts: alpha, truth and valid each."""
    rng = np.random.default_rng(0)
    found = []
    for horizon, said, unlabelled in [
        (10, 11, 0), (10, 10, 4), (10, 3, 0), (10, 6, 3), (0, 4, 0), (0, 0, 0), (8, 0, 0), (0, 3, 6), (0, 5, 7),
        (20, 19, 5), (2, 5, 6), (12, 24, 2),
    ]:  # fmt: skip
        truth, alpha = np.zeros((2, 24, 24), np.uint8)
        truth[:horizon], alpha[:said] = 255, 255
        alpha[rng.random(alpha.shape) < 0.02] = 255 if said else 0
        valid = np.ones(truth.shape, np.bool_)
        valid[:unlabelled, : 4 * unlabelled] = False
        found.append((alpha, truth, valid))
    return found


def test_quality_agrees_with_torchmetrics() -> None:
    theirs = PanopticQuality(things=set(), stuffs={SKY, REST}, return_per_class=True, return_sq_and_rq=True)
    sums = np.zeros(4)
    for alpha, truth, valid in images():
        theirs.update(segments(alpha > 127, np.ones_like(valid)), segments(truth > 127, valid))
        match = match_sky(count(alpha, truth, valid), np.count_nonzero((alpha > 127) & ~valid))
        sums += [match.iou, match.matched, match.false, match.missed]
    total = Matching(*sums)
    assert min(sums) > 0
    index = sorted((SKY, REST)).index(SKY)
    assert [total.pq, total.sq, total.rq] == pytest.approx(theirs.compute()[index].tolist())


def test_quality_is_one_for_perfect_masks_and_undefined_without_any_sky() -> None:
    perfect = Matching(3.0, 3, 0, 0)
    assert (perfect.pq, perfect.sq, perfect.rq) == (1, 1, 1)
    assert math.isnan(Matching(0, 0, 0, 0).pq)
    missed = Matching(0, 0, 0, 2)
    assert (missed.pq, missed.rq) == (0, 0)
    assert math.isnan(missed.sq)
