"""Built-in scenes that several tests look at."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import Image

from skymask.data.synthetic import Scene, render


@cache
def scene(seed: int, size_hw: tuple[int, int], kind: str) -> Scene:
    """What `render` gives, drawn once: drawing takes longer than most of what is tested on it. Read-only."""
    drawn = render(seed, size_hw, kind)
    drawn.image.flags.writeable = drawn.alpha.flags.writeable = False
    return drawn


def write_photographs(photos: Path, masks: Path, seeds: range = range(2)) -> None:
    """Writes small photographs, and their masks under the same names, into folders that are made."""
    for folder in (photos, masks):
        folder.mkdir(parents=True)
    for seed in seeds:
        drawn = scene(seed, (90, 120), "day")
        Image.fromarray(drawn.image).save(photos / f"{seed}.jpg")
        Image.fromarray(drawn.alpha).save(masks / f"{seed}.png")
