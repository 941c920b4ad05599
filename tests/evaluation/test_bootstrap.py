from __future__ import annotations

import numpy as np
import pytest

from skymask.evaluation.bootstrap import interval, resample, units


def test_groups_are_drawn_whole_and_single_groups_by_image() -> None:
    rows = np.arange(12.0).reshape(6, 2)
    found = units(rows, ["b", "a", "b", "b", "a", "c"], ["1", "1", "2", "1", "1", ""])
    assert list(found) == ["a", "b", "c"]
    np.testing.assert_array_equal(found["a"], rows[[1, 4]])  # one group: its images
    np.testing.assert_array_equal(found["b"], [rows[0] + rows[3], rows[2]])  # groups 1 and 2
    np.testing.assert_array_equal(found["c"], rows[[5]])


def test_draws_are_the_same_every_time_and_keep_their_number() -> None:
    found = {"a": np.column_stack([np.ones(5), np.arange(5.0)]), "b": np.ones((1, 2))}
    first, second = resample(found), resample(found)
    for source in found:
        np.testing.assert_array_equal(first[source], second[source])
    assert (first["a"][:, 0] == 5).all()
    assert len(np.unique(first["a"][:, 1])) > 10
    assert (first["b"] == 1).all()


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Ratios of sums of 40 groups, drawn from a known distribution."""
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(100):
        whole = rng.integers(50, 150, 40).astype(float)
        part = whole * rng.beta(8, 2, 40)
        drawn = resample(units(np.column_stack([part, whole]), ["a"] * 40, [str(i) for i in range(40)]))["a"]
        low, high = interval(drawn[:, 0] / drawn[:, 1])
        hits += low <= 0.8 <= high
    assert 87 <= hits <= 100


def test_resampling_images_of_few_cameras_one_by_one_would_claim_too_much() -> None:
    rng = np.random.default_rng(1)
    camera = np.repeat(np.arange(8), 50)
    value = (rng.normal(0, 1, 8)[camera] + rng.normal(0, 0.1, 400))[:, None]
    by_group = resample(units(value, ["a"] * 400, camera.astype(str).tolist()))["a"]
    by_image = resample(units(value, ["a"] * 400, [""] * 400))["a"]
    assert np.std(by_group) > 4 * np.std(by_image)


def test_intervals_leave_out_what_is_not_defined() -> None:
    assert interval([float("nan")] * 3) is None
    assert interval([1.0, float("nan"), 1.0]) == [1, 1]
    assert interval(np.linspace(0, 1, 1001)) == pytest.approx([0.025, 0.975])
