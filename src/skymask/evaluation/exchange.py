"""The cases of a permutation test: in which units, such as cameras or rounds, two outcomes are exchanged."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

SEED = 0


def exchanges(units: int, exact_up_to: int, drawn: int) -> NDArray[np.int64]:
    """Lists all cases where there are few units, and draws some at random where there are many.

    Args:
        units: How many there are, at least one.
        exact_up_to: Units up to which all cases are listed.
        drawn: How many are drawn beyond that, by the toss of a coin for each unit.

    Returns:
        int64 [N, units], 1 where outcomes are exchanged; in the first case, that which was observed, nowhere. Of all
        cases, those that exchange the first unit are left out: each makes the same difference as the exchange of all
        other units instead, with the other sign. The same numbers always give the same cases.
    """
    if units <= exact_up_to:
        return np.array([(0, *others) for others in product((0, 1), repeat=units - 1)], np.int64)
    cases = np.random.default_rng(SEED).integers(0, 2, (1 + drawn, units))
    cases[0] = 0
    return cases
