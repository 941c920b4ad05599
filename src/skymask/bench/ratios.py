"""What the rows say about each other: every number against a named baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from skymask.bench.rows import Row
from skymask.bench.spread import ratio
from skymask.bench.turn import Turn

Turns = dict[Row, list[Turn]]


def ratios(turns: Turns) -> list[dict[str, Any]]:
    """Compares rows, round by round.

    Args:
        turns: The rows that were measured, with one turn a round.

    Returns:
        One entry a comparison: `of` and `over` (names of rows), `quantity`, and `median`, `min`, `max` over rounds.
        Their quantities are `latency`, of the U-Net over skymask (how many times as fast it is) and of a larger size
        over the first; `frames/s`, of whole files over decoding and encoding alone, and of rows with a display over
        inference alone; and `operations/s`, of a model's core over the matrix product.
    """
    inferences = [row for row in turns if row.task == "infer"]
    found = []
    for row in inferences:
        found += [
            _compare(turns, unet, row, "latency", _latency)
            for unet in turns
            if unet.task.startswith("unet") and (unet.size_hw, unet.threads) == (row.size_hw, row.threads)
        ]
    for row in inferences:
        first = replace(row, size_hw=inferences[0].size_hw)
        if row != first and first in turns:
            found.append(_compare(turns, row, first, "latency", _latency))
    for row in turns:
        if row.task == "core" and (dense := replace(row, task="dense", engine="numpy")) in turns:
            found.append(_compare(turns, row, dense, "operations/s", _operations))
        if (baseline := _limit(row)) in turns:
            found.append(_compare(turns, row, baseline, "frames/s", _rate))
    return found


def _limit(row: Row) -> Row | None:
    """What a row would be if part of its work took no time."""
    if row.task == "file":
        return Row("recode", row.size_hw)
    return replace(row, task="infer") if row.task in ("show", "resize-show") else None


def _compare(turns: Turns, of: Row, over: Row, quantity: str, value: Callable[[Turn], float]) -> dict[str, Any]:
    spread = ratio([value(turn) for turn in turns[of]], [value(turn) for turn in turns[over]])
    return {"of": of.name, "over": over.name, "quantity": quantity, **asdict(spread)}


def _latency(turn: Turn) -> float:
    assert turn.p50_ms is not None, "one frame at a time has a latency"
    return turn.p50_ms


def _rate(turn: Turn) -> float:
    return turn.frames_per_s


def _operations(turn: Turn) -> float:
    assert turn.operations_per_s is not None, "cores and products count their operations"
    return turn.operations_per_s
