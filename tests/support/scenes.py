"""Built-in scenes that several tests look at."""

from __future__ import annotations

from functools import cache

from skymask.data.synthetic import Scene, render


@cache
def scene(seed: int, size_hw: tuple[int, int], kind: str) -> Scene:
    """What `render` gives, drawn once: drawing takes longer than most of what is tested on it. Read-only."""
    drawn = render(seed, size_hw, kind)
    drawn.image.flags.writeable = drawn.alpha.flags.writeable = False
    return drawn
