"""The page on which a person looks at what the rules found, and overrules them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from skymask.data.audit.overrule import OVERRULE
from skymask.data.audit.rules import BORDERLINE, FINAL, MEANING, REPEATS, Reason
from skymask.data.audit.summary import Count
from skymask.data.audit.table import CSV, Row, Verdict
from skymask.decoding import DECODE_ERRORS
from skymask.html.page import picture, write_page

PAGE = "audit/audit.html"
MAX_CARDS = 12
"""Pictures shown of one camera for one reason, evenly spread over all; more would make a page of gigabytes."""

_THUMBNAIL_PX = 240

_IN_ORDER = sorted(Reason, key=lambda reason: (reason in FINAL, reason not in BORDERLINE))
"""First what asks for a decision, last what leaves none."""


@dataclass(frozen=True)
class Card:
    """One picture on the page."""

    path: str
    name: str
    facts: str
    src: str | None
    """The picture; None where there is nothing to decide by looking at it, or it cannot be decoded."""
    earlier: str | None
    """The picture that it repeats, if it does."""


@dataclass(frozen=True)
class Group:
    """The pictures of one camera for one reason."""

    camera: str
    folder: str
    names: list[str]
    """All of them, also those that are not shown."""
    cards: list[Card]


@dataclass(frozen=True)
class Section:
    """One reason."""

    reason: Reason
    meaning: str
    verdict: Verdict
    choice: Verdict | None
    """What a person may say instead; None where nobody can."""
    groups: list[Group]

    @property
    def repeats(self) -> bool:
        """Whether its cards show two pictures each."""
        return self.reason in REPEATS

    @property
    def images(self) -> int:
        """How many pictures there are in it."""
        return sum(len(group.names) for group in self.groups)


def write_audit_page(
    root: Path, rows: Sequence[Row], counts: Sequence[Count], overrules: Mapping[str, Verdict]
) -> Path:
    """Writes audit/audit.html.

    Args:
        root: Folder of the data set.
        rows: Of the audit.
        counts: Of the same rows.
        overrules: What a person has decided so far, by path.

    Returns:
        The page.

    Raises:
        OutputError: It cannot be written.
    """
    path = root / PAGE
    write_page(
        path,
        "audit.html",
        root=str(root),
        table=CSV,
        overrule=OVERRULE,
        counts=counts,
        verdicts=list(Verdict),
        sections=[section for reason in _IN_ORDER if (section := _section(root, rows, reason)).images],
        overrules=dict(overrules),
    )
    return path


def _section(root: Path, rows: Sequence[Row], reason: Reason) -> Section:
    by_camera: dict[str, list[Row]] = {}
    for row in rows:
        if row.reason == reason:
            by_camera.setdefault(row.camera, []).append(row)
    verdict = Verdict.BORDERLINE if reason in BORDERLINE else Verdict.DROP
    choice = Verdict.DROP if verdict == Verdict.BORDERLINE else Verdict.KEEP
    return Section(
        reason,
        MEANING[reason],
        verdict,
        None if reason in FINAL else choice,
        [_group(root, camera, found) for camera, found in by_camera.items()],
    )


def _group(root: Path, camera: str, rows: list[Row]) -> Group:
    shown = np.unique(np.linspace(0, len(rows) - 1, MAX_CARDS).round().astype(int))
    names = [PurePosixPath(row.path).name for row in rows]
    return Group(camera, f"images/{camera}/", names, [_card(root, rows[index]) for index in shown])


def _card(root: Path, row: Row) -> Card:
    name = PurePosixPath(row.path).name
    if row.reason in FINAL:
        return Card(row.path, name, row.detail, None, None)
    if row.reason in REPEATS:
        facts = f"repeats {row.detail.removeprefix(f'images/{row.camera}/')}"
        return Card(row.path, name, facts, _thumbnail(root / row.path), _thumbnail(root / row.detail))
    measured = f"brightness {row.brightness:.0f}, range {row.darkest:.0f} to {row.brightest:.0f}"
    return Card(row.path, name, row.detail or measured, _thumbnail(root / row.path), None)


def _thumbnail(path: Path) -> str | None:
    try:
        with Image.open(path) as image:
            image.draft("RGB", (_THUMBNAIL_PX, _THUMBNAIL_PX))
            return picture(np.asarray(image.convert("RGB")), _THUMBNAIL_PX, 70)
    except DECODE_ERRORS:
        return None
