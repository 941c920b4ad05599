"""The table of an audit: one row an image, as Parquet for programs and CSV for people."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from skymask.errors import DataError
from skymask.files import writing

PARQUET = "audit/audit.parquet"
CSV = "audit/audit.csv"


class Verdict(StrEnum):
    """What becomes of a picture. One that is borderline is used like one that is kept, until a person drops it."""

    KEEP = "keep"
    BORDERLINE = "borderline"
    DROP = "drop"


@dataclass(frozen=True)
class Row:
    """One image. Brightness is luma, 0 to 255."""

    path: str
    """Relative to the data set's folder, with forward slashes."""
    camera: str
    """Name of its folder."""
    time: datetime | None
    """As the file's name has it; None where it has none."""
    width: int
    """In pixels; 0 if the file cannot be decoded, and so for all that is measured."""
    height: int
    """In pixels."""
    size_bytes: int
    """Of the file."""
    brightness: float
    """Mean."""
    darkest: float
    """5th percentile."""
    brightest: float
    """95th percentile."""
    clipped: float
    """Share of pixels of 250 or more, 0 to 1."""
    picture_hash: str
    """Perceptual hash, 256 bits in hexadecimal digits."""
    sha256: str
    """Of the file."""
    by_rule: Verdict
    """The verdict of the rules."""
    verdict: Verdict
    """The same, or what a person has put in its place."""
    reason: str
    """Why the rules do not simply keep it; empty if they do."""
    detail: str
    """What exactly was found; often empty."""


def write_table(root: Path, rows: list[Row]) -> None:
    """Writes audit/audit.parquet and audit/audit.csv.

    Raises:
        OutputError: A file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [field.name for field in fields(Row)]
    numbers = {
        "time": pa.timestamp("s"),
        **dict.fromkeys(("width", "height"), pa.int32()),
        "size_bytes": pa.int64(),
        **dict.fromkeys(("brightness", "darkest", "brightest", "clipped"), pa.float64()),
    }
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in names])
    with writing(root / PARQUET) as part:
        pq.write_table(pa.Table.from_pylist([vars(row) for row in rows], schema), part)
    with writing(root / CSV) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            time = row.time.isoformat() if row.time else ""
            writer.writerow(time if name == "time" else getattr(row, name) for name in names)


def read_table(root: Path) -> list[Row] | None:
    """Reads audit/audit.parquet back.

    Returns:
        The rows in their order, or None where there has been no audit.

    Raises:
        DataError: The file is damaged, or of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = root / PARQUET
    if not path.is_file():
        return None
    try:
        entries = pq.read_table(path).to_pylist()
        return [
            Row(**{**entry, "by_rule": Verdict(entry["by_rule"]), "verdict": Verdict(entry["verdict"])})
            for entry in entries
        ]
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path} is not a table of this version of the audit ({error}). Run 'skymask data audit {root}' again."
        ) from None
