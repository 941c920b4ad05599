from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import accuracy_score, f1_score, jaccard_score, precision_score, recall_score

from skymask.evaluation.metrics import Counts, Tally, count

masks = arrays.arrays(np.uint8, (6, 9))
some_valid = arrays.arrays(np.bool_, (6, 9))


@given(masks, masks, some_valid)
def test_counts_against_a_loop(alpha: np.ndarray, truth: np.ndarray, valid: np.ndarray) -> None:
    expected = dict.fromkeys([(True, True), (True, False), (False, True), (False, False)], 0)
    for said, true, known in zip(alpha.flat, truth.flat, valid.flat, strict=True):
        if known:
            expected[bool(said > 127), bool(true > 127)] += 1
    assert count(alpha, truth, valid) == Counts(
        expected[True, True], expected[True, False], expected[False, True], expected[False, False]
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("accuracy", accuracy_score),
        ("dice", f1_score),
        ("iou", jaccard_score),
        ("mean_iou", partial(jaccard_score, average="macro")),
        ("precision", precision_score),
        ("recall", recall_score),
    ],
)
def test_shares_agree_with_scikit_learn(ours: str, theirs: Callable[..., float]) -> None:
    rng = np.random.default_rng(3)
    pooled, said, true = Counts(), [], []
    for sky in (0.2, 0.5, 0.9):  # three images, pooled
        truth = np.where(rng.random((20, 30)) < sky, 255, 0).astype(np.uint8)
        alpha = np.where(rng.random((20, 30)) < 0.8, truth, 255 - truth).astype(np.uint8)
        valid = rng.random((20, 30)) < 0.9
        pooled += count(alpha, truth, valid)
        said.append(alpha[valid] > 127)
        true.append(truth[valid] > 127)
    assert getattr(pooled, ours) == pytest.approx(theirs(np.concatenate(true), np.concatenate(said)))


def test_numbers_by_hand() -> None:
    counts = Counts(true_sky=6, false_sky=2, missed_sky=4, true_rest=8)
    assert (counts.iou, counts.dice, counts.accuracy) == (0.5, pytest.approx(12 / 18), 0.7)
    assert (counts.precision, counts.recall) == (0.75, 0.6)
    assert counts.misclassified == pytest.approx(1 - counts.accuracy)
    assert counts.mean_iou == pytest.approx((6 / 12 + 8 / 14) / 2)
    assert (counts.called_sky, counts.sky_share) == (0.4, 0.5)


def test_what_cannot_be_told_is_nan_and_not_a_score() -> None:
    room = Counts(true_rest=5)
    assert all(math.isnan(value) for value in (room.iou, room.dice, room.precision, room.recall))
    assert (room.mean_iou, room.accuracy) == (1, 1)
    assert math.isnan(Counts().accuracy)


@given(st.tuples(*[st.integers(0, 1000)] * 4), st.tuples(*[st.integers(0, 1000)] * 4))
def test_dice_follows_from_iou_and_pooling_adds(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    counts = Counts(*first) + Counts(*second)
    assert counts.pixels == sum(first) + sum(second)
    if counts.true_sky + counts.wrong:
        assert counts.dice == pytest.approx(2 * counts.iou / (1 + counts.iou))


@settings(max_examples=30)
@given(masks, masks, some_valid)
def test_iou_is_symmetric_and_blind_where_no_label_is(first: np.ndarray, second: np.ndarray, valid: np.ndarray) -> None:
    counts = count(first, second, valid)
    assert count(second, first, valid).iou == pytest.approx(counts.iou, nan_ok=True)
    assert count(np.where(valid, first, 255 - first), np.where(valid, second, 7), valid) == counts
    assert count(first, first, valid).wrong == 0


def test_training_validates_without_scipy() -> None:
    code = "import sys, skymask.evaluation.metrics; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_sources_without_any_sky_have_no_iou_and_do_not_spoil_the_mean() -> None:
    tally = Tally()
    tally.add("rooms", Counts(true_rest=9))
    assert tally.summary()["mean"]["iou"] is None
    tally.add("fields", Counts(true_sky=1, missed_sky=1, true_rest=2))
    summary = tally.summary()
    assert summary["mean"] == {"iou": 0.5, "dice": pytest.approx(2 / 3), "accuracy": 0.875}
    json.dumps(summary, allow_nan=False)


def test_which_sources_are_averaged_follows_from_the_labels_and_not_from_a_model() -> None:
    street, room = Counts(900, 50, 50, 1000), Counts(true_rest=10**6)
    better_street, claimed_room = Counts(920, 40, 40, 1000), Counts(false_sky=1, true_rest=10**6 - 1)
    old, new = Tally(), Tally()
    for tally, of_sources in ((old, (street, room)), (new, (better_street, claimed_room))):
        for source, counts in zip(("street", "room"), of_sources, strict=True):
            tally.add(source, counts)
    assert new.summary()["mean"]["iou"] == better_street.iou > street.iou == old.summary()["mean"]["iou"]
    assert new.summary()["mean"]["dice"] == better_street.dice
    assert new.summary()["sources"]["room"] == {"images": 1, "iou": None, "dice": None, "accuracy": 1 - 1e-6}


def test_false_claims_are_counted_in_pictures_without_sky_alone() -> None:
    tally = Tally()
    tally.add("a", Counts(true_sky=50, false_sky=50))
    tally.add("a", Counts(false_sky=2, true_rest=98))
    tally.add("b", Counts(false_sky=1, true_rest=99))
    tally.add("b", Counts())  # nothing labelled: says nothing
    summary = tally.summary()
    assert (summary["without_sky"], summary["false_claims"]) == (2, 1)
    assert summary["sources"]["a"]["images"] == 2
