"""Rounds: every row is measured once in each, so that a machine that slows down slows all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skymask.bench.rows import Row
from skymask.bench.turn import Turn


class LeftOutError(Exception):
    """A row cannot be measured on this machine; the message says why."""


def interleave(
    rows: Sequence[Row], rounds: int, measure: Callable[[Row], Turn], on_turn: Callable[[], None] = lambda: None
) -> tuple[dict[Row, list[Turn]], dict[Row, str]]:
    """Measures all rows, round by round.

    Every other round goes through the rows backwards: what comes right after a row that heats the processor, or fills
    its caches, does not always come after it.

    Args:
        rows: What to measure.
        rounds: How often, at least 1.
        measure: Measures a row once, in a process of its own; raises `LeftOutError` where that is not possible here.
        on_turn: Called after each measurement, made or left out.

    Returns:
        The turns of each row that was measured, in the order of the rounds; and of each other row, why it was not.
    """
    turns: dict[Row, list[Turn]] = {row: [] for row in rows}
    left_out: dict[Row, str] = {}
    for number in range(rounds):
        for row in rows if number % 2 == 0 else reversed(rows):
            if row not in left_out:
                try:
                    turns[row].append(measure(row))
                except LeftOutError as error:
                    left_out[row] = str(error)
            on_turn()
    return {row: found for row, found in turns.items() if row not in left_out}, left_out
