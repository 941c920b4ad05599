"""The labelled pictures that the shipped models are held against, which are not part of the project.

They lie in the folder that the environment variable SKYMASK_DATA names, or else in `shared/data` beside the project's;
docs/evaluation.md says what is in it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "SKYMASK_DATA"
_BESIDE = Path(__file__).parents[3] / "shared" / "data"


def labelled(name: str) -> Path:
    """Returns the path of a file or folder among the labelled pictures, such as "val/manifest.csv".

    A test without them is skipped; where the variable names a folder that does not exist, it fails.
    """
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else _BESIDE
    if named and not folder.is_dir():
        pytest.fail(f"{VARIABLE} names {folder}, which is no folder.")
    if not (folder / name).exists():
        pytest.skip(f"there is no {folder / name}; {VARIABLE} names the folder of the labelled pictures")
    return folder / name
