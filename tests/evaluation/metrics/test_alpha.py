from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, mean_squared_error

from skymask.evaluation.metrics.alpha import absolute_and_squared_error, gradient_error

ALL = np.ones((40, 50), np.bool_)


def smooth_alpha(seed: int) -> np.ndarray:
    """A soft edge somewhere: 0 and 255 with a ramp in between."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(10, 30) + rng.uniform(-0.3, 0.3) * np.arange(50)
    ramp = (height[None, :] - np.arange(40)[:, None]) / rng.uniform(0.5, 6)
    return np.clip(128 + 128 * ramp, 0, 255).astype(np.uint8)


def slow_gradient_error(alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray) -> float:
    """Rhemann et al. with the whole two-dimensional kernel, written out."""
    sigma, reach = 1.4, 4
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    for y in range(-reach, reach + 1):
        for x in range(-reach, reach + 1):
            gauss, along = (math.exp(-(v**2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi)) for v in (y, x))
            kernel[y + reach, x + reach] = gauss * -x * along / sigma**2
    kernel /= math.sqrt((kernel**2).sum())
    total = 0.0
    padded = [np.pad(image / 255, reach, mode="edge") for image in (alpha, truth)]
    reaches = np.pad(valid, reach, constant_values=True)
    for y, x in np.argwhere(valid):
        window = np.s_[y : y + 2 * reach + 1, x : x + 2 * reach + 1]
        if reaches[window].all():
            said, true = (np.hypot((kernel * p[window]).sum(), (kernel.T * p[window]).sum()) for p in padded)
            total += (said - true) ** 2
    return total / 1000


@given(st.integers(0, 999))
@settings(max_examples=10)
def test_mean_errors_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alpha, truth = rng.integers(0, 256, (2, 40, 50)).astype(np.uint8)
    valid = rng.random((40, 50)) < 0.7
    ours = absolute_and_squared_error(alpha, truth, valid)
    theirs = [error(truth[valid] / 255, alpha[valid] / 255) for error in (mean_absolute_error, mean_squared_error)]
    assert ours == pytest.approx(theirs, abs=1e-6)


@given(st.integers(0, 99), st.integers(0, 99), st.booleans())
@settings(max_examples=5)
def test_gradient_error_against_a_loop(first: int, second: int, all_labelled: bool) -> None:
    alpha, truth, valid = smooth_alpha(first), smooth_alpha(second), ALL.copy()
    if not all_labelled:
        valid[first % 40 : first % 40 + 6, :15] = False
    expected = slow_gradient_error(alpha, truth, valid)
    assert gradient_error(alpha, truth, valid) == pytest.approx(expected, rel=1e-4, abs=1e-8)


def test_equal_alphas_have_no_error_and_unlabelled_images_no_number() -> None:
    alpha = smooth_alpha(1)
    assert absolute_and_squared_error(alpha, alpha, ALL) == (0, 0)
    assert gradient_error(alpha, alpha, ALL) == 0
    assert all(math.isnan(value) for value in absolute_and_squared_error(alpha, alpha, ~ALL))
    assert math.isnan(gradient_error(alpha, alpha, ~ALL))


@given(st.integers(0, 99), st.integers(0, 99))
@settings(max_examples=10)
def test_symmetric_and_blind_where_no_label_is(first: int, second: int) -> None:
    rng = np.random.default_rng(first)
    alpha, truth = smooth_alpha(first), smooth_alpha(second)
    valid = ALL.copy()
    valid[10:20, 10 : 10 + second % 20] = False
    other = rng.integers(0, 256, alpha.shape).astype(np.uint8)
    for metric in (absolute_and_squared_error, gradient_error):
        score = metric(alpha, truth, valid)
        assert metric(truth, alpha, valid) == pytest.approx(score)
        assert metric(np.where(valid, alpha, other), np.where(valid, truth, 255 - other), valid) == pytest.approx(score)


def test_a_blurred_edge_costs_gradient_where_the_mask_is_right() -> None:
    hard = np.zeros((40, 50), np.uint8)
    hard[:20] = 255
    soft = np.clip(128 + 12 * (19.5 - np.arange(40)), 0, 255).astype(np.uint8)[:, None].repeat(50, 1)
    assert ((soft > 127) == (hard > 127)).all()
    assert gradient_error(soft, hard, ALL) > 0.01
