"""Tables as plain text: the same in a terminal, a file and a pipe."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(head: Sequence[str], rows: Sequence[Sequence[str | int]], left: int = 1) -> str:
    """Lays out a table.

    Args:
        head: Names of the columns.
        rows: Cells; as many a row as there are columns.
        left: So many columns from the left, and the last one, are aligned to the left, the others to the right.

    Returns:
        Lines, each ended by a line break.
    """
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    last = len(widths) - 1
    return "".join(
        "  ".join(
            cell.ljust(width) if column < left or column == last else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in cells
    )
