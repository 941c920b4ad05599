"""A folder that nobody may enter, also where the tests run as root, who may enter any."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

both_pathlibs = pytest.mark.parametrize("quiet", [False, True], ids=["Python 3.11", "Python 3.14"])


def lock(monkeypatch: pytest.MonkeyPatch, folder: str, quiet: bool = False) -> None:
    """Refuses looks at what lies in a folder of this name, also through links.

    From Python 3.14 on, `Path.exists` and its like keep that to themselves and say False; so they do if `quiet`.
    """
    look = Path.stat

    def stat(self: Path, **options: Any) -> os.stat_result:
        place = Path(os.path.realpath(self)) if options.get("follow_symlinks", True) else self
        if folder in (*self.parts[:-1], *place.parts[:-1]):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return look(self, **options)

    monkeypatch.setattr(Path, "stat", stat)
    if quiet:
        for name in ("exists", "is_dir", "is_file", "is_fifo"):
            monkeypatch.setattr(Path, name, _quiet(getattr(Path, name)))


def _quiet(look: Callable[[Path], bool]) -> Callable[[Path], bool]:
    def look_quietly(path: Path) -> bool:
        try:
            return look(path)
        except OSError:
            return False

    return look_quietly
