"""Output files that appear under their names only when they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skymask.errors import OutputError


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Gives a name to write to, and moves the file into place once that has gone well.

    Args:
        path: The file to write; its folder is made.

    Yields:
        The temporary name, in the same folder; gone afterwards, however the block ends.

    Raises:
        OutputError: An `OSError` in the block, or on moving: the folder may not be written to, or the disk is full.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Check the folder's permissions and the space left, "
            "or choose another."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")
