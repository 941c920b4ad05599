"""Counts what an audit found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skymask.data.audit.rules import Reason
from skymask.data.audit.table import Row, Verdict


@dataclass(frozen=True)
class Count:
    """How many pictures of a camera got which verdict, and why."""

    camera: str
    """Name of the camera, or "all"."""
    images: int
    """All pictures."""
    verdicts: Counter[Verdict]
    """Pictures by final verdict."""
    reasons: Counter[str]
    """Pictures by what the rules found; those without a finding are not counted."""
    without_time: int
    """Pictures whose name has no time stamp; they are kept all the same."""

    @property
    def findings(self) -> str:
        """The reasons in a line, such as "black 60, duplicate 37"."""
        found = [f"{reason} {self.reasons[reason]}" for reason in Reason if self.reasons[reason]]
        return ", ".join(found + ([f"(no time stamp {self.without_time})"] if self.without_time else []))


def count(rows: Sequence[Row], cameras: Iterable[str]) -> list[Count]:
    """Counts by camera.

    Args:
        rows: Of the audit.
        cameras: All cameras, also those without images.

    Returns:
        One count a camera, in the order given, and that of all together.
    """
    of: dict[str, list[Row]] = {camera: [] for camera in cameras}
    for row in rows:
        of[row.camera].append(row)
    return [_count(camera, pictures) for camera, pictures in (*of.items(), ("all", rows))]


def _count(camera: str, rows: Sequence[Row]) -> Count:
    return Count(
        camera,
        len(rows),
        Counter(row.verdict for row in rows),
        Counter(row.reason for row in rows if row.reason),
        sum(row.time is None for row in rows),
    )
