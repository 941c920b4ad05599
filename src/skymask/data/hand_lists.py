"""Lists in CSV files, such as people write by hand or save from spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from skymask.errors import DataError
from skymask.files import reaching


def numbered_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the rows of an existing CSV file with the numbers of their lines; cells that a row lacks are empty.

    Raises:
        InputError: The file cannot be read.
        DataError: One of the columns is missing, or the file is not CSV in UTF-8.
    """
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restval="")
    try:
        reader.fieldnames = found = [name.strip() for name in reader.fieldnames or ()]
        missing = [column for column in columns if column not in found]
        if missing:
            raise DataError(
                f"{path} has no column '{missing[0]}'. Its first line must name {', '.join(columns)}, separated by "
                f"commas; it is: {','.join(found)}"
            )
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"{path}, after line {reader.line_num}: {error}. Look for a quotation mark that is never closed, there or "
            "above."
        ) from None


def _text(path: Path) -> str:
    with reaching(path):
        content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")  # spreadsheets put a byte order mark before UTF-8
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}, line {line}: this is not UTF-8. In a spreadsheet, save it as 'CSV UTF-8'.") from None
