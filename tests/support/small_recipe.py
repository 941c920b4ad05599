"""A recipe as it is shipped, at a scale of seconds: what takes hours or memory is small, everything else stays."""

from __future__ import annotations

import re
from pathlib import Path

SMALLER = {
    r"samples_per_epoch = \d+": "samples_per_epoch = 8",
    r"epochs = \d+": "epochs = 1",
    r"batch_size = \d+": "batch_size = 4",
    r"working_size = .*": "working_size = [64, 96]",
    r"frame_size = .*": "frame_size = [64, 96]",
}


def write_small_recipe(recipe: Path, folder: Path) -> None:
    """Writes a smaller copy of a configuration, under its own name, into a folder that is made if needed."""
    text = recipe.read_text(encoding="utf-8")
    for pattern, small in SMALLER.items():
        text, count = re.subn(pattern, small, text)
        assert count, f"{recipe.name} has no {pattern}"
    folder.mkdir(exist_ok=True)
    (folder / recipe.name).write_text(text, encoding="utf-8")
