"""What a person decides against the rules: audit/overrule.csv, lines of `path,verdict`.

    path,verdict
    images/204/20120901_084151.jpg,keep
    images/204/20120901_091154.jpg,drop

The file belongs to the person: the audit reads it and never writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from skymask.data.audit.rules import FINAL
from skymask.data.audit.table import Row, Verdict
from skymask.data.hand_lists import numbered_rows
from skymask.errors import DataError, suggest

OVERRULE = "audit/overrule.csv"
_COLUMNS = ("path", "verdict")
_VERDICTS = (Verdict.KEEP, Verdict.DROP)


def read_overrules(root: Path) -> dict[str, Verdict]:
    """Reads audit/overrule.csv.

    Returns:
        Verdict by path; nothing where there is no such file.

    Raises:
        DataError: It is not CSV in UTF-8, a column is missing, a verdict is neither keep nor drop, or a path has both.
    """
    path = root / OVERRULE
    if not path.exists():
        return {}
    verdicts: dict[str, Verdict] = {}
    for line, row in numbered_rows(path, _COLUMNS):
        cells = [cell for column in _COLUMNS if (cell := row[column].strip())]
        if cells:
            _take(cells, verdicts, f"{path}, line {line}")
    return verdicts


def _take(cells: list[str], verdicts: dict[str, Verdict], where: str) -> None:
    if len(cells) != len(_COLUMNS):
        raise DataError(f"{where}: expected a path and a verdict, found {len(cells)} cells: {','.join(cells)}.")
    image, verdict = cells
    if verdict not in _VERDICTS:
        raise DataError(f"{where}: '{verdict}' is no verdict. {suggest(verdict, _VERDICTS)}")
    if verdicts.setdefault(image, Verdict(verdict)) != verdict:
        raise DataError(f"{where}: {image} is to be kept by one line and dropped by another. Remove one of them.")


def apply_overrules(rows: Sequence[Row], overrules: Mapping[str, Verdict]) -> list[Row]:
    """Puts a person's verdicts in the place of the rules'.

    Args:
        rows: Of the audit.
        overrules: Verdict by path; paths that no row has are passed over.

    Returns:
        The rows in the same order, `verdict` set anew from `by_rule` and the overrules.

    Raises:
        DataError: A picture is to be kept that training could not use.
    """
    for row in rows:
        if overrules.get(row.path) == Verdict.KEEP and row.reason in FINAL:
            what = f"{row.reason} ({row.detail})" if row.detail else row.reason
            raise DataError(
                f"{OVERRULE} keeps {row.path}, which cannot be used: {what}. Repair the file or its mask, or remove "
                "the line."
            )
    return [replace(row, verdict=overrules.get(row.path, row.by_rule)) for row in rows]
