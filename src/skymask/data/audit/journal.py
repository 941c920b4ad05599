"""Inspects many files on all processors, and notes every result at once, so that a later run can go on from there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from skymask.data.audit.inspection import MEASURES_VERSION, Inspection, inspect
from skymask.data.processes import on_processes
from skymask.errors import OutputError
from skymask.files import write_text

JOURNAL = "audit/inspected.jsonl"


def inspect_all(
    root: Path, paths: Sequence[str], jobs: int, on_image: Callable[[int], None] | None = None
) -> list[Inspection]:
    """Inspects images; those that an earlier run has noted and that have not changed since are not opened.

    Args:
        root: Folder of the data set.
        paths: Images, relative to `root`.
        jobs: Processes, see `on_processes`. The result is the same for any number.
        on_image: Is called with the number of images inspected so far.

    Returns:
        One inspection an image, in the order of `paths`.

    Raises:
        OutputError: The journal cannot be written.
    """
    noted = _read(root / JOURNAL)
    known = {path: noted[path] for path in paths if path in noted and _unchanged(root, noted[path])}
    to_do = [path for path in paths if path not in known]
    with _noting(root / JOURNAL, known.values()) as note:
        for inspection in on_processes(partial(inspect, root), to_do, jobs, chunk=16):
            note(inspection)
            known[inspection.path] = inspection
            if on_image is not None:
                on_image(len(known))
    return [known[path] for path in paths]


def _unchanged(root: Path, noted: Inspection) -> bool:
    try:
        status = (root / noted.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (noted.size_bytes, noted.mtime_ns)


def _read(path: Path) -> dict[str, Inspection]:
    """Reads what was noted; nothing, where the measurements have changed since."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0] != _head():
        return {}
    noted = {}
    for line in lines[1:]:
        try:
            inspection = Inspection(**json.loads(line))
        except (ValueError, TypeError):
            continue  # a run that was killed left half a line
        noted[inspection.path] = inspection
    return noted


@contextmanager
def _noting(path: Path, known: Iterable[Inspection]) -> Iterator[Callable[[Inspection], None]]:
    """Starts the journal anew with what is known, and gives the function that adds to it."""
    write_text(path, "".join(f"{line}\n" for line in (_head(), *map(_line, known))))
    try:
        with path.open("a", encoding="utf-8") as file:

            def note(inspection: Inspection) -> None:
                file.write(f"{_line(inspection)}\n")
                file.flush()

            yield note
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Make room; what was inspected is kept."
        ) from error


def _head() -> str:
    return json.dumps({"measures": MEASURES_VERSION})


def _line(inspection: Inspection) -> str:
    return json.dumps(vars(inspection))
