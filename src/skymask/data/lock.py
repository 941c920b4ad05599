"""One run at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from skymask.errors import InputError, OutputError

LOCK_FILE = ".skymask.lock"


@contextmanager
def only_run_in(folder: Path) -> Iterator[None]:
    """Holds a folder for this run; the lock ends with the process, however it ends.

    Args:
        folder: Made if needed.

    Raises:
        InputError: Another run holds the folder.
        OutputError: The folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE, timeout=0)
        lock.acquire()
    except Timeout:
        raise InputError(f"Another run of skymask is at work in {folder}. Wait for it, or stop it first.") from None
    except OSError as error:
        raise OutputError(f"{folder} cannot be worked in: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()
