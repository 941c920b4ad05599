"""A folder that nobody may enter, also where the tests run as root, who may enter any."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def lock(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """Refuses looks at what lies in a folder of this name, also through links."""
    look = Path.stat

    def stat(self: Path, **options: Any) -> os.stat_result:
        place = Path(os.path.realpath(self)) if options.get("follow_symlinks", True) else self
        if folder in (*self.parts[:-1], *place.parts[:-1]):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return look(self, **options)

    monkeypatch.setattr(Path, "stat", stat)
