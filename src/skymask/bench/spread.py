"""Medians over rounds, with how far rounds differ; and ratios, taken round by round."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """A number that was measured in several rounds."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Returns the spread of at least one value."""
        return cls(statistics.median(values), min(values), max(values))


def known(values: Sequence[float | None]) -> Spread | None:
    """Returns the spread of values that are there in every round; None where one is missing."""
    present = [value for value in values if value is not None]
    return Spread.of(present) if present and len(present) == len(values) else None


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Spread:
    """Divides round by round, so that a machine that was slow in one round was slow for both.

    Args:
        numerators: One value a round.
        denominators: As many, of the same rounds.

    Returns:
        The spread of the rounds' ratios: their median, not the ratio of two medians.
    """
    return Spread.of([above / below for above, below in zip(numerators, denominators, strict=True)])
