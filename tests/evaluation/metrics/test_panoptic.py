from __future__ import annotations

import math

import numpy as np
import pytest

from skymask.evaluation.metrics import count
from skymask.evaluation.metrics.panoptic import Matching, match_sky


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


def slow_match(said: set[int], true: set[int], unlabelled: set[int]) -> tuple[float, int, int, int]:
    """Kirillov et al., "Panoptic Segmentation", 2019, sections 3.1 and 3.2, on the pixels of one category as sets."""
    iou = len(said & true) / len((said | true) - unlabelled) if (said | true) - unlabelled else 0.0
    if iou > 0.5:
        return iou, 1, 0, 0
    mostly_unlabelled = 2 * len(said & unlabelled) > len(said)
    return 0.0, 0, int(bool(said) and not mostly_unlabelled), int(bool(true))


def test_quality_against_the_definition() -> None:
    ours, slow = np.zeros(4), np.zeros(4)
    for alpha, truth, valid in images():
        match = match_sky(count(alpha, truth, valid), np.count_nonzero((alpha > 127) & ~valid))
        ours += [match.iou, match.matched, match.false, match.missed]
        slow += slow_match(*(set(np.flatnonzero(where)) for where in (alpha > 127, (truth > 127) & valid, ~valid)))
    assert min(ours) > 0
    assert ours == pytest.approx(slow)
    total, (iou, matched, false, missed) = Matching(*ours), slow
    assert total.pq == pytest.approx(iou / (matched + (false + missed) / 2))
    assert (total.sq, total.rq) == pytest.approx((iou / matched, 2 * matched / (2 * matched + false + missed)))


def test_quality_is_one_for_perfect_masks_and_undefined_without_any_sky() -> None:
    perfect = Matching(3.0, 3, 0, 0)
    assert (perfect.pq, perfect.sq, perfect.rq) == (1, 1, 1)
    assert math.isnan(Matching(0, 0, 0, 0).pq)
    missed = Matching(0, 0, 0, 2)
    assert (missed.pq, missed.rq) == (0, 0)
    assert math.isnan(missed.sq)
