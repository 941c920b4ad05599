"""When a webcam took an image, as its file name says."""

from __future__ import annotations

import re
from datetime import datetime

_STAMP = re.compile(r"(?<!\d)(\d{8})_?(\d{6})(?!\d)")


def taken_at(name: str) -> datetime | None:
    """Reads the time stamp `YYYYMMDD_HHMMSS` anywhere in a file's name.

    SkyFinder's stamps are UTC, not the camera's local time: they order and spread images, but a clock time does not
    tell day from night across cameras.

    Args:
        name: A file's name, such as `20120901_084151.jpg` or `623_20120901_084151.jpg`.

    Returns:
        The time without a zone, or None where the name holds none that a calendar knows.
    """
    for match in _STAMP.finditer(name):
        try:
            return datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S")
        except ValueError:
            continue
    return None
