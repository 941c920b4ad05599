"""How far a number would move with other cameras: the bootstrap, resampling groups of images that belong together.

The method is Efron's (1979, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7), with intervals
between percentiles.

Images of one camera or clip resemble each other; resampling them one by one would pretend to more evidence than there
is. So whole groups are drawn, with replacement, within each source: which sources there are, and how many groups each
brings, is a choice and not chance. A source with a single group has nothing to draw from but its images; its intervals
then say nothing about other cameras.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0
COVERAGE = 0.95

MIN_UNITS = 5
"""Groups from which an interval is given: fewer, and even all of their range misses the median too often (of five, in
6 of 100 cases; of two, in every other one)."""

Rows = NDArray[np.float64]


def units(rows: Rows, sources: Sequence[str], groups: Sequence[str]) -> dict[str, Rows]:
    """Adds up what is drawn together.

    Args:
        rows: float64 [N, K], what each image adds to `K` sums.
        sources: The source of each image.
        groups: The group of each image, within its source.

    Returns:
        Per source, in alphabetical order, float64 [U, K]: its groups' sums; its images where it has only one group.
    """
    where = np.array(sources)
    names = np.array(groups)
    found = {}
    for source in sorted(set(sources)):
        mine = rows[where == source]
        labels, index = np.unique(names[where == source], return_inverse=True)
        if len(labels) > 1:
            sums = np.zeros((len(labels), rows.shape[1]))
            np.add.at(sums, index, mine)
            mine = sums
        found[source] = mine
    return found


def resample(units_of: dict[str, Rows]) -> dict[str, Rows]:
    """Draws each source's units anew, with replacement, `RESAMPLES` times.

    Args:
        units_of: Per source, float64 [U, K], as from `units`.

    Returns:
        Per source, float64 [RESAMPLES, K]: the sums over what was drawn. The same units always give the same draws.
    """
    random = np.random.default_rng(SEED)
    drawn = {}
    for source, rows in units_of.items():
        evenly = np.full(len(rows), 1 / len(rows))
        drawn[source] = np.stack([random.multinomial(len(rows), evenly) @ rows for _ in range(RESAMPLES)])
    return drawn


def interval(values: Sequence[float] | NDArray[np.float64]) -> list[float] | None:
    """Returns the bounds that hold the middle 95 % of values, NaN left out; None where all are NaN."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not known.size:
        return None
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return [float(low), float(high)]
