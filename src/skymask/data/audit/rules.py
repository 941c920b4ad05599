"""The rules of the audit: what is dropped, what a person should look at, and why.

The limits come from 344 pictures of three SkyFinder cameras by day, dusk, night and infrared, all of them usable: no
rule that drops may touch one of them (docs/decisions/audit-rules.md has the numbers). Night and fog are conditions that
a model has to meet, so a dark or pale picture is dropped only when nothing is left to be seen in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

import numpy as np

from skymask.data.audit.inspection import Inspection
from skymask.data.audit.table import Row, Verdict
from skymask.data.cameras import CameraMask
from skymask.data.timestamps import taken_at

MAX_LOST_ROWS = 0.05
"""More rows of no-data grey than this from below: the transfer broke off. Usable pictures have none."""
BLACK = 16
"""If 95 % of the pixels are no brighter than video black, there is nothing but a clock or a lamp."""
DARK = 32
"""The darkest night of a lit harbour has 40 here; below this a skyline can hardly be made out."""
CLIPPED_OUT = 0.95
"""Share of clipped pixels. Usable pictures: 0.32 at most."""
PALE = 0.75
"""Share of clipped pixels beyond which more than a blown-out sky has been lost."""
FOGGED_OUT = 10
"""Grey levels between the 5th and the 95th percentile. Noise and a vignette alone reach about this."""
FLAT = 20
"""The flattest usable picture, a night, has 20; fog with something left to be seen in it has more."""
FROZEN_BITS, FROZEN_LEVELS = 2, 0.15
"""A picture stored again as JPEG of quality 50 to 92 differs by 2 of 256 bits (90 % of them) and 0.14 grey levels (all)
from itself; of two pictures half an hour apart, the closest pair differs by 2 bits and 0.3 levels."""
ALIKE_BITS, ALIKE_LEVELS = 6, 0.5
"""All pictures stored again are within this; so are a few quiet nights, hence a person is asked."""


class Reason(StrEnum):
    """Why a picture is not simply kept; the first that applies, in this order."""

    UNREADABLE = "unreadable"
    NO_MASK = "no-mask"
    WRONG_SIZE = "wrong-size"
    CUT_OFF = "cut-off"
    BLACK = "black"
    OVER_EXPOSED = "over-exposed"
    FOGGED_OUT = "fogged-out"
    DUPLICATE = "duplicate"
    FROZEN = "frozen"
    ALIKE = "alike"
    DARK = "dark"
    PALE = "pale"
    FLAT = "flat"


BORDERLINE = frozenset((Reason.ALIKE, Reason.DARK, Reason.PALE, Reason.FLAT))
"""Reasons that ask a person; with all others the picture is dropped."""

FINAL = frozenset((Reason.UNREADABLE, Reason.NO_MASK, Reason.WRONG_SIZE))
"""Reasons that nobody can overrule: training could not use the picture."""

REPEATS = frozenset((Reason.DUPLICATE, Reason.FROZEN, Reason.ALIKE))
"""Reasons whose detail is the path of an earlier picture."""

MEANING = {
    Reason.UNREADABLE: "The file cannot be read or decoded to its end: it breaks off, or is no image.",
    Reason.NO_MASK: "Its camera has no mask, or one that training could not use.",
    Reason.WRONG_SIZE: "It has another size than its camera's mask.",
    Reason.CUT_OFF: f"More than {MAX_LOST_ROWS:.0%} of its rows, from below, are the grey that stands for lost data.",
    Reason.BLACK: f"95 % of its pixels are no brighter than {BLACK} of 255.",
    Reason.OVER_EXPOSED: f"At least {CLIPPED_OUT:.0%} of its pixels are clipped (250 or more).",
    Reason.FOGGED_OUT: f"All but its extremes lie within {FOGGED_OUT} grey levels: no structure is left.",
    Reason.DUPLICATE: "The very same file occurs before it.",
    Reason.FROZEN: "An earlier picture of its camera is the same, stored again.",
    Reason.ALIKE: "An earlier picture of its camera is almost the same: frozen, or just a quiet night?",
    Reason.DARK: f"95 % of its pixels are no brighter than {DARK} of 255.",
    Reason.PALE: f"At least {PALE:.0%} of its pixels are clipped (250 or more).",
    Reason.FLAT: f"All but its extremes lie within {FLAT} grey levels.",
}
"""Each reason in a sentence, for the report."""

Finding = tuple[Reason, str]
"""A reason, and what exactly was found; often nothing more."""


def judge(inspections: Iterable[Inspection], masks: Mapping[str, CameraMask]) -> list[Row]:
    """Applies the rules.

    Args:
        inspections: Of all images; in the order of their cameras.
        masks: By camera.

    Returns:
        One row an image: cameras in the order given, in each first what has a time stamp, by time, then the rest.
    """
    cameras: dict[str, list[Inspection]] = {}
    for inspection in inspections:
        cameras.setdefault(PurePosixPath(inspection.path).parts[1], []).append(inspection)
    first_of: dict[str, str] = {}  # where each content is first met, over all cameras
    return [
        row
        for camera, pictures in cameras.items()
        for row in _judge_camera(camera, sorted(pictures, key=_by_time), masks[camera], first_of)
    ]


def _by_time(inspection: Inspection) -> tuple[datetime, str]:
    return taken_at(PurePosixPath(inspection.path).name) or datetime.max, inspection.path


def _judge_camera(camera: str, pictures: list[Inspection], mask: CameraMask, first_of: dict[str, str]) -> Iterator[Row]:
    seen = _Seen()
    for picture in pictures:
        finding = (
            _unusable(picture, mask) or _empty(picture) or _repeated(picture, seen, first_of) or _doubtful(picture)
        )
        if finding is None or finding[0] in BORDERLINE:
            seen.add(picture)
        yield _row(camera, picture, finding)


def _unusable(picture: Inspection, mask: CameraMask) -> Finding | None:
    """Training cannot read it, or has no label for it."""
    if picture.problem:
        return Reason.UNREADABLE, picture.problem
    if mask.problem:
        return Reason.NO_MASK, mask.problem
    if (picture.width, picture.height) != mask.size_wh:
        width, height = mask.size_wh
        return Reason.WRONG_SIZE, f"{picture.width}x{picture.height}, its mask is {width}x{height}"
    return None


def _empty(picture: Inspection) -> Finding | None:
    """There is nothing to be seen in it, or in a part of it."""
    if picture.lost_rows > MAX_LOST_ROWS:
        return Reason.CUT_OFF, f"{picture.lost_rows:.0%} of its rows"
    if picture.brightest <= BLACK:
        return Reason.BLACK, ""
    if picture.clipped >= CLIPPED_OUT:
        return Reason.OVER_EXPOSED, ""
    if picture.brightest - picture.darkest < FOGGED_OUT:
        return Reason.FOGGED_OUT, ""
    return None


def _doubtful(picture: Inspection) -> Finding | None:
    """There is little to be seen in it."""
    if picture.brightest <= DARK:
        return Reason.DARK, ""
    if picture.clipped >= PALE:
        return Reason.PALE, ""
    if picture.brightest - picture.darkest < FLAT:
        return Reason.FLAT, ""
    return None


class _Seen:
    """The pictures of a camera so far that are worth comparing with."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._hashes: list[int] = []
        self._levels: list[float] = []

    def add(self, picture: Inspection) -> None:
        self._paths.append(picture.path)
        self._hashes.append(int(picture.picture_hash, 16))
        self._levels.append(picture.brightness)

    def like(self, picture: Inspection, bits: int, levels: float) -> str | None:
        """Returns the path of the first picture within `bits` of the hash and `levels` of brightness."""
        own = int(picture.picture_hash, 16)
        near = np.flatnonzero(np.abs(np.asarray(self._levels) - picture.brightness) <= levels)
        for index in near:
            if (self._hashes[index] ^ own).bit_count() <= bits:
                return self._paths[index]
        return None


def _repeated(picture: Inspection, seen: _Seen, first_of: dict[str, str]) -> Finding | None:
    """It has been met before; the detail is the path of that picture."""
    first = first_of.setdefault(picture.sha256, picture.path)
    if first != picture.path:
        return Reason.DUPLICATE, first
    frozen = seen.like(picture, FROZEN_BITS, FROZEN_LEVELS)
    if frozen is not None:
        return Reason.FROZEN, frozen
    alike = seen.like(picture, ALIKE_BITS, ALIKE_LEVELS)
    return None if alike is None else (Reason.ALIKE, alike)


def _row(camera: str, picture: Inspection, finding: Finding | None) -> Row:
    reason, detail = finding or ("", "")
    verdict = Verdict.KEEP if not reason else Verdict.BORDERLINE if reason in BORDERLINE else Verdict.DROP
    return Row(
        path=picture.path,
        camera=camera,
        time=taken_at(PurePosixPath(picture.path).name),
        width=picture.width,
        height=picture.height,
        size_bytes=picture.size_bytes,
        brightness=picture.brightness,
        darkest=picture.darkest,
        brightest=picture.brightest,
        clipped=picture.clipped,
        picture_hash=picture.picture_hash,
        sha256=picture.sha256,
        by_rule=verdict,
        verdict=verdict,
        reason=reason,
        detail=detail,
    )
