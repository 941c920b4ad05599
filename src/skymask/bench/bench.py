"""The whole measurement: check, make the material, measure in rounds, sum up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from skymask.bench.interleave import LeftOutError, interleave
from skymask.bench.machine import machine, versions
from skymask.bench.material import Material, make_material
from skymask.bench.ratios import ratios
from skymask.bench.rows import Choice, Row, check, plan
from skymask.bench.spread import known
from skymask.bench.turn import Turn
from skymask.bench.worker import PREPARED, measure_row, prepare_row
from skymask.errors import EngineError
from skymask.revision import commit

FORMAT = 1
DIGITS = 5  # significant ones that are written; machines are not quieter than that


def bench(choice: Choice, on_turn: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Measures.

    Args:
        choice: What.
        on_turn: Called after each of the `len(plan(choice)) * choice.rounds` measurements.

    Returns:
        What `bench.json` holds: `format`, `commit`, `machine`, `versions`, `rounds`, `bout_s`; `rows`, each with what
        it is, its `name`, its `turns` (`Turn`, one a round) and `summary` (per number its median, min and max over
        rounds, where it was measured); `left_out`, each with `name` and `reason`; `ratios`, as from `ratios.ratios`.

    Raises:
        InputError: As `rows.check`.
        EngineError: No row of the choice can be measured here.
        SkymaskError: A measurement failed.
    """
    check(choice)
    rows = plan(choice)
    with tempfile.TemporaryDirectory(prefix="skymask-bench-") as name:
        folder = Path(name)
        for size_hw in dict.fromkeys(choice.sizes_hw):
            make_material(Material(folder), size_hw)
        unprepared = _prepare(rows, folder)

        def measure(row: Row) -> Turn:
            if row in unprepared:
                raise LeftOutError(unprepared[row])
            return measure_row(row, folder, choice.bout_s)

        turns, left_out = interleave(rows, choice.rounds, measure, on_turn)
    if not any(row.task == "infer" for row in turns):
        reasons = dict.fromkeys(reason for row, reason in left_out.items() if row.task == "infer")
        raise EngineError(f"Nothing can be measured here. {' '.join(reasons)}")
    return {
        "format": FORMAT,
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
        "rounds": choice.rounds,
        "bout_s": choice.bout_s,
        "rows": [_describe(row, found) for row, found in turns.items()],
        "left_out": [{"name": row.name, "reason": reason} for row, reason in left_out.items()],
        "ratios": [_rounded(entry) for entry in ratios(turns)],
    }


def _prepare(rows: Iterable[Row], folder: Path) -> dict[Row, str]:
    """Makes what baselines need; returns the rows for which that is not possible, and why."""
    unprepared = {}
    for row in rows:
        if row.task in PREPARED:
            try:
                prepare_row(row, folder)
            except LeftOutError as error:
                unprepared[row] = str(error)
                if row.task == "core":
                    unprepared[replace(row, task="dense", engine="numpy")] = str(error)
    return unprepared


def _describe(row: Row, turns: list[Turn]) -> dict[str, Any]:
    spreads = {field.name: known([getattr(turn, field.name) for turn in turns]) for field in fields(Turn)}
    described = asdict(row)
    del described["label"]  # "model" below
    return {
        **described,
        "model": None if row.model is None else row.model_name,
        "name": row.name,
        "summary": {name: _rounded(asdict(spread)) for name, spread in spreads.items() if spread is not None},
        "turns": [_rounded({key: value for key, value in asdict(turn).items() if value is not None}) for turn in turns],
    }


def _rounded(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value for key, value in entry.items()}
