"""Share of sky, confidence and verdict of one alpha."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

import skymask
from skymask.errors import InputError


@pytest.mark.parametrize(
    ("sky_pixels", "verdict"), [(0, "none"), (99, "none"), (100, "some"), (9900, "some"), (9901, "all"), (10000, "all")]
)
def test_the_verdict_follows_the_share_of_sky(sky_pixels: int, verdict: str) -> None:
    alpha = np.zeros((100, 100), np.uint8)
    alpha.flat[:sky_pixels] = 255
    stats = skymask.stats(alpha)
    assert (stats.sky_share, stats.verdict, stats.confidence) == (sky_pixels / 10000, verdict, 1)


def test_the_numbers_are_floats() -> None:
    stats = skymask.stats(np.zeros((4, 4), np.uint8))
    assert (type(stats.sky_share), type(stats.confidence)) == (float, float)


def test_the_threshold_is_the_contracts() -> None:
    assert skymask.stats(np.full((4, 4), 127, np.uint8)).verdict == "none"
    assert skymask.stats(np.full((4, 4), 128, np.uint8)).verdict == "all"


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=20)))
def test_confidence_is_the_distance_from_the_threshold(alpha: NDArray[np.uint8]) -> None:
    stats = skymask.stats(alpha)
    assert stats.confidence == pytest.approx(np.abs(alpha - 127.5).mean() / 127.5, abs=1e-9)
    assert 0 <= stats.confidence <= 1


def test_an_alpha_that_is_a_probability_is_right_as_often_as_its_confidence_says() -> None:
    random = np.random.default_rng(2)
    alpha = random.integers(0, 256, (400, 400)).astype(np.uint8)
    sky = random.random(alpha.shape) < alpha / 255
    right = ((alpha > 127) == sky).mean()
    assert right == pytest.approx((1 + skymask.stats(alpha).confidence) / 2, abs=0.005)


@pytest.mark.parametrize("alpha", [np.zeros((2, 3, 4), np.uint8), np.zeros((3, 4)), np.zeros((0, 4), np.uint8), None])
def test_other_arrays_are_refused(alpha: object) -> None:
    with pytest.raises(InputError, match=r"uint8 array \[H, W\]"):
        skymask.stats(alpha)  # type: ignore[arg-type]


@given(st.integers(0, 255))
def test_the_alpha_is_left_alone(level: int) -> None:
    alpha = np.full((3, 3), level, np.uint8)
    alpha.setflags(write=False)
    skymask.stats(alpha)
    assert (alpha == level).all()
