"""Where the platform keeps files that may be deleted at any time: models that an engine has compiled."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder(name: str) -> Path | None:
    """Returns skymask's cache folder of that name, made if need be; None where none can be written to.

    Linux: `$XDG_CACHE_HOME`, or `~/.cache`. macOS: `~/Library/Caches`. Windows: `%LOCALAPPDATA%`.
    """
    try:
        folder = _platform_folder() / "skymask" / name
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # a read-only home; no home at all
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _platform_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ".cache"  # the standard ignores relative ones
