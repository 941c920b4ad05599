from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skymask.evaluation.evaluate import table
from skymask.evaluation.metrics import Counts, Tally, count

masks = arrays.arrays(np.uint8, (6, 9))


@given(masks, masks, arrays.arrays(np.bool_, (6, 9)))
def test_counts_against_a_loop(alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray) -> None:
    expected = dict.fromkeys([(True, True), (True, False), (False, True), (False, False)], 0)
    for said, true, known in zip(alpha.flat, truth.flat, valid.flat, strict=True):
        if known:
            expected[bool(said > 127), bool(true > 127)] += 1
    assert count(alpha, truth, valid) == Counts(
        expected[True, True], expected[True, False], expected[False, True], expected[False, False]
    )


def test_numbers_by_hand() -> None:
    counts = Counts(true_sky=6, false_sky=2, missed_sky=4, true_rest=8)
    assert counts.iou == 0.5
    assert counts.dice == pytest.approx(12 / 18)
    assert counts.accuracy == 0.7
    assert counts.called_sky == 0.4
    assert math.isnan(Counts(true_rest=5).iou)


@given(st.tuples(*[st.integers(0, 1000)] * 4), st.tuples(*[st.integers(0, 1000)] * 4))
def test_dice_follows_from_iou_and_pooling_adds(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    counts = Counts(*first) + Counts(*second)
    assert counts.pixels == sum(first) + sum(second)
    if counts.true_sky + counts.false_sky + counts.missed_sky:
        assert counts.dice == pytest.approx(2 * counts.iou / (1 + counts.iou))


def test_sources_without_any_sky_have_no_iou_and_do_not_spoil_the_mean() -> None:
    tally = Tally()
    tally.add("rooms", Counts(true_rest=9))
    assert tally.summary()["mean"]["iou"] is None
    tally.add("fields", Counts(true_sky=1, missed_sky=1, true_rest=2))
    summary = tally.summary()
    assert summary["mean"] == {"iou": 0.5, "dice": pytest.approx(2 / 3), "accuracy": 0.875}
    assert "| rooms | 1 | - | - | 1.0000 |" in table(summary)
    json.dumps(summary, allow_nan=False)


def test_false_claims_are_counted_in_pictures_without_sky_alone() -> None:
    tally = Tally()
    tally.add("a", Counts(true_sky=50, false_sky=50))
    tally.add("a", Counts(false_sky=2, true_rest=98))
    tally.add("b", Counts(false_sky=1, true_rest=99))
    tally.add("b", Counts())  # nothing labelled: says nothing
    summary = tally.summary()
    assert (summary["without_sky"], summary["false_claims"]) == (2, 1)
    assert summary["sources"]["a"]["images"] == 2
    assert "1 of 2" in table(summary)
    assert "| a | 2 | 0.4902 |" in table(summary)
