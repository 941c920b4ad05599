"""That text is never in the encoding of the system, which on Windows is not UTF-8: what ruff's PLW1514 does not see."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(file for folder in ("src", "benchmarks") for file in (ROOT / folder).rglob("*.py"))
PLACE_OF_ENCODING = {"read_text": 0, "write_text": 1}  # of a method, where it is given without its name


def calls_without_encoding(source: str) -> Iterator[int]:
    """Lines that read or write text in the system's encoding, or refuse bytes of a process that are not in it."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        named = {keyword.arg for keyword in call.keywords}
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        place = PLACE_OF_ENCODING.get(method)
        is_file, is_process = place is not None and len(call.args) <= place, method == "run" and "text" in named
        if (is_file or is_process) and not named & {"encoding", "errors"}:
            yield call.lineno


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_text_is_read_and_written_in_a_stated_encoding(file: Path) -> None:
    assert not list(calls_without_encoding(file.read_text(encoding="utf-8")))
