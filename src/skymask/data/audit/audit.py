"""Looks at every image of a data set, and says which are no use for training, and why. It never deletes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skymask.data.audit.journal import inspect_all
from skymask.data.audit.overrule import apply_overrules, read_overrules
from skymask.data.audit.page import write_audit_page
from skymask.data.audit.rules import judge
from skymask.data.audit.summary import Count, count
from skymask.data.audit.table import CSV, Row, write_table
from skymask.data.cameras import CameraMask, images_by_camera, look_at_mask
from skymask.data.lock import only_run_in
from skymask.errors import InputError


@dataclass(frozen=True)
class Audit:
    """What came out of an audit."""

    rows: list[Row]
    """One an image."""
    counts: list[Count]
    """One a camera, and that of all together."""
    masks: dict[str, CameraMask]
    """By camera."""
    table: Path
    """audit/audit.csv; audit.parquet beside it has the same rows."""
    page: Path
    """audit/audit.html."""
    lost_overrules: list[str]
    """Paths in audit/overrule.csv that no image has."""


def audit(
    root: Path,
    jobs: int = 1,
    on_start: Callable[[int], None] | None = None,
    on_image: Callable[[int], None] | None = None,
) -> Audit:
    """Audits `images/<camera>/` against `masks/<camera>.png` and writes its findings to `audit/`.

    What has been inspected is noted at once, so an interrupted run is gone on with, and a later one opens only what is
    new or has changed in size or time. The findings do not depend on `jobs` or on earlier runs.

    Args:
        root: Folder of the data set.
        jobs: Processes, see `on_processes`: with several, a script needs `if __name__ == "__main__":`.
        on_start: Is called with the number of images.
        on_image: Is called with the number of images inspected so far.

    Raises:
        InputError: There are no images, another run is at work in the folder, or `jobs` is less than 1.
        DataError: audit/overrule.csv is malformed, or keeps an image that cannot be used.
        OutputError: A file cannot be written.
    """
    if jobs < 1:
        raise InputError(f"jobs must be at least 1; got {jobs}.")
    cameras = images_by_camera(root)
    with only_run_in(root):
        overrules = read_overrules(root)
        paths = [path for images in cameras.values() for path in images]
        if on_start is not None:
            on_start(len(paths))
        masks = {camera: look_at_mask(root, camera) for camera in cameras}
        rows = apply_overrules(judge(inspect_all(root, paths, jobs, on_image), masks), overrules)
        counts = count(rows, cameras)
        write_table(root, rows)
        page = write_audit_page(root, rows, counts, overrules)
    lost = sorted(set(overrules) - {row.path for row in rows})
    return Audit(rows, counts, masks, root / CSV, page, lost)
