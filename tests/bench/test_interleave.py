from __future__ import annotations

from skymask.bench.interleave import LeftOutError, interleave
from skymask.bench.rows import Row
from skymask.bench.turn import Turn

A, B, C = (Row("infer", (32, 32), model) for model in "abc")
TURN = Turn(1, 1.0, 1.0)


def test_rounds_go_through_all_rows_and_every_other_one_backwards() -> None:
    calls = []

    def measure(row: Row) -> Turn:
        calls.append(row)
        return TURN

    turns, left_out = interleave([A, B, C], 3, measure)
    assert calls == [A, B, C, C, B, A, A, B, C]
    assert {row: len(found) for row, found in turns.items()} == {A: 3, B: 3, C: 3}
    assert left_out == {}


def test_a_row_that_cannot_be_measured_is_left_out_with_its_reason() -> None:
    tries, ticks = [], []

    def measure(row: Row) -> Turn:
        tries.append(row)
        if row == B:
            raise LeftOutError("no window")
        return TURN

    turns, left_out = interleave([A, B], 2, measure, lambda: ticks.append(1))
    assert list(turns) == [A]
    assert left_out == {B: "no window"}
    assert tries.count(B) == 1
    assert len(ticks) == 4, "the progress reaches its end"


def test_a_row_that_fails_later_does_not_keep_half_its_rounds() -> None:
    answers = iter([TURN])

    def measure(row: Row) -> Turn:
        for turn in answers:
            return turn
        raise LeftOutError("the display has gone")

    assert interleave([A], 2, measure) == ({}, {A: "the display has gone"})
