"""Lists that people write by hand, in CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from skymask.errors import DataError


def numbered_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the rows of an existing CSV file with their line numbers.

    Raises:
        DataError: One of the columns is missing.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise DataError(f"{path} has no column '{missing[0]}'. It needs: {', '.join(columns)}.")
        yield from enumerate(reader, start=2)
