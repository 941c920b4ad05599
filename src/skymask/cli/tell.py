"""Lines beside a progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def tell(console: Console, text: str) -> None:
    """Prints a text as it is: no markup, no colours, no line breaks of its own."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
