"""Where the C++ programs are, and how the tests run them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[2]
BUILD = Path(os.environ.get("SKYMASK_CPP_BUILD", ROOT / "cpp" / "build" / "cpu"))


@dataclass(frozen=True)
class Done:
    """A program that has ended."""

    code: int
    out: str
    err: str


def program(name: str) -> Path:
    """Returns the path of a program; skips the test where it has not been built."""
    path = BUILD / "apps" / name
    if not path.exists():
        pytest.skip(f"{name} is not built in {BUILD}: cmake --preset cpu && cmake --build --preset cpu, in cpp/")
    return path


def environment(display: str | None = None) -> dict[str, str]:
    """Returns this process's environment with another display, or none, and without what opencv-python has added.

    Its wheel points Qt to its own plugins (QT_QPA_PLATFORM_PLUGIN_PATH), which the Qt of another OpenCV cannot load.
    """
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DISPLAY", "WAYLAND_DISPLAY", "QT_"))
    }
    return kept if display is None else {**kept, "DISPLAY": display}


def run(name: str, *arguments: object, cwd: Path | None = None, display: str | None = None) -> Done:
    """Runs a program to its end, without a display unless one is given."""
    command = [str(program(name)), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment(display), timeout=TIMEOUT_S, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)
