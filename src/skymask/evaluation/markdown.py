"""Markdown tables whose source is as readable as what becomes of it, and the scores in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lays out a table in columns of even width, the first one to the left, the others to the right.

    Args:
        head: The columns' names.
        rows: As many cells each.

    Returns:
        The lines of the table, each with its line break.
    """
    body = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in (head, *body))) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (head, rule, *body):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def score_text(score: float | None, form: str = ".4f") -> str:
    """Writes a score in a form of Python's; "-" for None, where it is not defined."""
    return "-" if score is None else format(score, form)
