"""Which images of which cameras may be drawn: those that the audit leaves, or all where there has been none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from skymask.data.audit.overrule import apply_overrules, read_overrules
from skymask.data.audit.rules import BORDERLINE, Reason
from skymask.data.audit.table import Row, Verdict, read_table
from skymask.data.cameras import CameraMask, look_at_mask
from skymask.data.split.sides import Twins
from skymask.errors import DataError


@dataclass(frozen=True)
class Camera:
    """A camera and what may be drawn of it."""

    name: str
    images: list[str]
    """Paths relative to the data set's folder; none where it has no mask."""
    mask: CameraMask
    left_out: str
    """Why there are no images; empty where there are some."""


@dataclass(frozen=True)
class Candidates:
    """All that may be drawn."""

    cameras: list[Camera]
    audited: bool
    """Whether there is an audit, whose verdicts have been followed."""
    twins: Twins


def find_candidates(root: Path, images: Mapping[str, Sequence[str]]) -> Candidates:
    """Collects what may be drawn.

    Args:
        root: Folder of the data set.
        images: All images by camera, from `images_by_camera`.

    Raises:
        DataError: The audit is of other images than there are now, or audit/overrule.csv is malformed.
    """
    table = read_table(root)
    if table is None:
        cameras = [_camera(root, name, paths, "no images") for name, paths in images.items()]
        return Candidates(cameras, False, frozenset())
    rows = apply_overrules(table, read_overrules(root))
    _check_up_to_date(root, rows, [path for paths in images.values() for path in paths])
    usable: dict[str, list[str]] = {camera: [] for camera in images}
    for row in rows:
        if row.verdict != Verdict.DROP:
            usable[row.camera].append(row.path)
    why_none = _why_none(rows, images)
    cameras = [_camera(root, name, paths, why_none[name]) for name, paths in usable.items()]
    return Candidates(cameras, True, _twins(rows))


def _camera(root: Path, name: str, usable: Sequence[str], why_none: str) -> Camera:
    mask = look_at_mask(root, name)
    left_out = mask.problem or ("" if usable else why_none)
    return Camera(name, [] if left_out else sorted(usable), mask, left_out)


def _check_up_to_date(root: Path, rows: Sequence[Row], paths: Sequence[str]) -> None:
    audited, present = {row.path for row in rows}, set(paths)
    for these, what in ((audited - present, "gone since the audit"), (present - audited, "not in the audit")):
        if these:
            which = f"1 image is {what}" if len(these) == 1 else f"{len(these)} images are {what}"
            raise DataError(
                f"{which}, such as {min(these)}. Run 'skymask data audit {root}' again; it opens only what is new."
            )


def _why_none(rows: Iterable[Row], cameras: Iterable[str]) -> dict[str, str]:
    reasons = {camera: Counter[str]() for camera in cameras}
    for row in rows:
        reasons[row.camera][row.reason or "overruled"] += 1
    return {
        camera: f"all dropped by the audit, most as {found.most_common(1)[0][0]}" if found else "no images"
        for camera, found in reasons.items()
    }


def _twins(rows: Iterable[Row]) -> Twins:
    """Cameras that share a picture in which there is something to be seen, and which no person has dropped."""
    cameras_of: dict[str, set[str]] = {}
    for row in rows:
        dropped_by_person = row.verdict != row.by_rule and row.verdict == Verdict.DROP
        if row.reason in ("", Reason.DUPLICATE, Reason.FROZEN, *BORDERLINE) and not dropped_by_person:
            cameras_of.setdefault(row.picture_hash, set()).add(row.camera)
    return {pair for cameras in cameras_of.values() for pair in combinations(sorted(cameras), 2)}
