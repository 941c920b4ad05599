"""Boundary metrics against slow loops that say the definitions once more, pixel by pixel."""

from __future__ import annotations

import itertools
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skymask.evaluation.metrics import boundary

SIZE = 24
Point = tuple[int, int]
bits = arrays.arrays(np.bool_, (SIZE, SIZE))
few_examples = settings(max_examples=12)


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    """Blocks of 4 with some noise: masks with insides, as skies have."""
    coarse = draw(arrays.arrays(np.bool_, (SIZE // 4, SIZE // 4)))
    noise = np.random.default_rng(draw(st.integers(0, 99))).random((SIZE, SIZE)) < draw(st.sampled_from([0, 0.03, 0.3]))
    return coarse.repeat(4, 0).repeat(4, 1) ^ noise


valids = st.one_of(st.just(np.ones((SIZE, SIZE), np.bool_)), masks())


def inside(y: int, x: int) -> bool:
    return 0 <= y < SIZE and 0 <= x < SIZE


def slow_band(mask: np.ndarray, valid: np.ndarray, width_px: int) -> set[Point]:
    band = set()
    steps = list(itertools.product(range(-width_px, width_px + 1), repeat=2))
    for y, x in np.argwhere(mask & valid):
        for dy, dx in steps:
            if not inside(y + dy, x + dx) or (valid[y + dy, x + dx] and not mask[y + dy, x + dx]):
                band.add((int(y), int(x)))
                break
    return band


def slow_outline(mask: np.ndarray, valid: np.ndarray) -> set[Point]:
    return {
        (y, x)
        for y, x in itertools.product(range(SIZE), repeat=2)
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))
        if inside(y + dy, x + dx) and valid[y, x] and valid[y + dy, x + dx] and mask[y, x] != mask[y + dy, x + dx]
    }


def slow_f1(said: np.ndarray, true: np.ndarray, valid: np.ndarray, tolerance_px: float) -> float:
    unlabelled = [tuple(point) for point in np.argwhere(~valid)]
    outlines = [[point for point in slow_outline(mask, valid) if mask[point]] for mask in (said, true)]
    shares = []
    for mine, others in (outlines, outlines[::-1]):
        counted = [point for point in mine if all(math.dist(point, other) > tolerance_px for other in unlabelled)]
        hits = [any(math.dist(point, other) <= tolerance_px for other in others) for point in counted]
        shares.append(sum(hits) / len(hits) if hits else None)
    if shares == [None, None]:
        return math.nan
    precision, recall = (1 if share is None else share for share in shares)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0


@few_examples
@given(masks(), valids, st.integers(1, 4))
def test_bands_against_a_loop(mask: np.ndarray, valid: np.ndarray, width_px: int) -> None:
    band = boundary.boundary_band(mask, valid, width_px)
    assert {tuple(point) for point in np.argwhere(band).tolist()} == slow_band(mask, valid, width_px)


@few_examples
@given(masks(), masks(), valids)
def test_boundary_counts_against_a_loop(said: np.ndarray, true: np.ndarray, valid: np.ndarray) -> None:
    first, second = (slow_band(mask, valid, 1) for mask in (said, true))  # 2 % of the diagonal: 0.7 px, at least 1
    assert boundary.boundary_counts(said, true, valid) == (len(first & second), len(first | second))


@few_examples
@given(masks(), st.integers(1, 5))
def test_bands_are_those_of_the_authors_code(mask: np.ndarray, width_px: int) -> None:
    """Cheng et al. erode by a 3x3 square, step by step, after a ring of zeros was put around the mask."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width_px)[1:-1, 1:-1]
    expected = mask & (eroded == 0)
    np.testing.assert_array_equal(boundary.boundary_band(mask, np.ones_like(mask), width_px), expected)


def test_the_band_is_two_per_cent_of_the_diagonal() -> None:
    whole = np.ones((300, 400), np.bool_)  # diagonal 500: 10 px
    assert boundary.boundary_counts(whole, whole, whole) == (300 * 400 - 280 * 380,) * 2


@few_examples
@given(masks(), masks(), valids, st.sampled_from([1.0, 1.5, 2.3, 4.0]))
def test_boundary_f1_against_a_loop(said: np.ndarray, true: np.ndarray, valid: np.ndarray, tolerance_px: float) -> None:
    expected = slow_f1(said, true, valid, tolerance_px)
    assert boundary.boundary_f1(said, true, valid, tolerance_px) == pytest.approx(expected, nan_ok=True)


def test_the_tolerance_is_three_quarters_of_a_per_cent() -> None:
    true = np.zeros((300, 400), np.bool_)  # diagonal 500: 3.75 px
    true[:100] = True
    valid = np.ones_like(true)
    assert boundary.boundary_f1(np.roll(true, 3, axis=0) | true, true, valid) == 1
    assert boundary.boundary_f1(np.roll(true, 4, axis=0) | true, true, valid) == 0


def test_an_outline_on_one_side_alone_is_worth_nothing_and_on_none_says_nothing() -> None:
    none, some, valid = np.zeros((9, 9), np.bool_), np.zeros((9, 9), np.bool_), np.ones((9, 9), np.bool_)
    some[:4] = True
    assert boundary.boundary_f1(some, none, valid) == boundary.boundary_f1(none, some, valid) == 0
    assert math.isnan(boundary.boundary_f1(none, none, valid))
    assert math.isnan(boundary.boundary_f1(valid, valid, valid))  # the frame's border is no outline


@few_examples
@given(masks(), masks(), valids)
def test_trimap_counts_against_a_loop(said: np.ndarray, true: np.ndarray, valid: np.ndarray) -> None:
    edge = slow_outline(true, valid)
    expected = np.zeros((len(boundary.TRIMAP_WIDTHS_PX), 4), int)
    for y, x in np.argwhere(valid).tolist():
        distance = min((max(abs(y - v), abs(x - u)) for v, u in edge), default=math.inf)
        kind = [(True, True), (True, False), (False, True), (False, False)].index((bool(said[y, x]), bool(true[y, x])))
        for row, width in enumerate(boundary.TRIMAP_WIDTHS_PX):
            expected[row, kind] += distance < width
    np.testing.assert_array_equal(boundary.trimap_counts(said, true, valid), expected)


@few_examples
@given(masks(), masks(), masks(), bits)
def test_what_stands_where_no_label_is_changes_nothing(
    said: np.ndarray, true: np.ndarray, valid: np.ndarray, other: np.ndarray
) -> None:
    said_too, true_too = np.where(valid, said, other), np.where(valid, true, ~other)
    for metric in (boundary.boundary_counts, boundary.boundary_f1, boundary.trimap_counts):
        np.testing.assert_array_equal(metric(said_too, true_too, valid), metric(said, true, valid))


@few_examples
@given(masks(), masks(), valids)
def test_perfect_and_symmetric(said: np.ndarray, true: np.ndarray, valid: np.ndarray) -> None:
    assert boundary.boundary_counts(said, true, valid) == boundary.boundary_counts(true, said, valid)
    both = boundary.boundary_f1(said, true, valid), boundary.boundary_f1(true, said, valid)
    assert both[0] == pytest.approx(both[1], nan_ok=True)
    shared, either = boundary.boundary_counts(true, true, valid)
    assert shared == either
    assert boundary.boundary_f1(true, true, valid) in (1, pytest.approx(math.nan, nan_ok=True))
    assert not boundary.trimap_counts(true, true, valid)[:, 1:3].any()
