from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from skymask.evaluation.metrics import count
from skymask.evaluation.metrics.calibration import BINS, histogram, reliability, threshold_curve


def example() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    alpha = rng.integers(0, 256, (60, 80)).astype(np.uint8)
    truth = np.where(rng.random(alpha.shape) < (alpha / 255) ** 2, 255, 0).astype(np.uint8)
    return alpha, truth, rng.random(alpha.shape) < 0.8


def test_every_threshold_is_as_if_counted_at_it() -> None:
    alpha, truth, valid = example()
    curve = threshold_curve(histogram(alpha, truth, valid))
    for threshold in (0, 63, 127, 200, 254):
        counts = count(np.where(alpha > threshold, 255, 0).astype(np.uint8), truth, valid)
        at = curve["thresholds"].index(threshold)
        shares = [curve[key][at] for key in ("precision", "recall", "iou")]
        assert shares == pytest.approx([counts.precision, counts.recall, counts.iou])


def test_reliability_agrees_with_scikit_learn() -> None:
    alpha, truth, valid = example()
    # scikit-learn puts what lies on an edge between two bins into the lower one.
    valid &= (alpha.astype(int) * BINS % 255 != 0) | (alpha == 0) | (alpha == 255)
    observed, predicted = calibration_curve(truth[valid] > 127, alpha[valid] / 255, n_bins=BINS)
    ours = reliability(histogram(alpha, truth, valid))
    assert ours["observed"] == pytest.approx(observed.tolist())
    assert ours["predicted"] == pytest.approx(predicted.tolist())
    weights = np.array(ours["pixels"]) / valid.sum()
    assert ours["ece"] == pytest.approx(float(weights @ np.abs(observed - predicted)))


def test_bins_by_hand() -> None:
    alpha = np.array([[0, 0, 0, 255, 255, 255, 100, 101]], np.uint8)
    truth = np.array([[0, 0, 255, 255, 255, 255, 0, 255]], np.uint8)
    bins = reliability(histogram(alpha, truth, np.ones(alpha.shape, np.bool_)))
    middle = int(100 / 255 * BINS)
    assert len(bins["edges"]) == BINS + 1
    assert [bins["pixels"][at] for at in (0, middle, BINS - 1)] == [3, 2, 3]
    assert [bins["observed"][at] for at in (0, middle, BINS - 1)] == [pytest.approx(1 / 3), 0.5, 1]
    assert bins["predicted"][middle] == pytest.approx(100.5 / 255)
    assert bins["predicted"][1] is None
    assert bins["ece"] == pytest.approx((1 + abs(1 - 201 / 255) + 0) / 8)


def test_pixels_without_label_do_not_count_and_none_at_all_say_nothing() -> None:
    alpha, truth, valid = example()
    assert histogram(alpha, truth, valid).sum() == valid.sum()
    nothing = histogram(alpha, truth, np.zeros_like(valid))
    assert reliability(nothing)["ece"] is None
    assert set(threshold_curve(nothing)["iou"]) == {None}
