from __future__ import annotations

import pytest

from skymask.bench.spread import Spread, known, ratio


def test_median_and_range() -> None:
    assert Spread.of([3.0, 1.0, 2.0, 10.0]) == Spread(2.5, 1.0, 10.0)


def test_a_number_that_is_missing_in_a_round_has_no_spread() -> None:
    assert known([1.0, None]) is None
    assert known([]) is None
    assert known([1.0]) == Spread(1.0, 1.0, 1.0)


def test_ratios_are_taken_round_by_round() -> None:
    """In the second round the machine is ten times slower, and the ratio stays what it is."""
    assert ratio([4.0, 40.0, 6.0], [2.0, 20.0, 2.0]) == Spread(2.0, 2.0, 3.0)


def test_rounds_that_do_not_pair_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([1.0], [1.0, 2.0])
