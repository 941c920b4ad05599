"""The commit of the source in use: numbers and model files say which one they come from."""

from __future__ import annotations

import subprocess
from pathlib import Path


def commit(folder: Path = Path(__file__).parent) -> str | None:
    """Returns the commit of the source in use, with "+changes" where files differ from it.

    Args:
        folder: Where the source is.

    Returns:
        None where the source is not in a git checkout. That it lies inside one is not enough: an environment with
        skymask installed may lie in a checkout of something else.
    """
    try:
        _git(folder, "ls-files", "--error-unmatch", ".")
        revision = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{revision}+changes" if changed else revision


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=True).stdout.strip()
