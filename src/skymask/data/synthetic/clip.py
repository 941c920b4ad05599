"""A moving camera in a world that is built once."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from skymask.data.synthetic.layers import View
from skymask.data.synthetic.lens import lens_for
from skymask.data.synthetic.scene import Scene, build, start, to_alpha

_FRAMES_PER_SECOND = 30.0
_MARGIN = 1.5  # width of the world relative to the frame


def clip(
    seed: int,
    frame_count: int,
    size_hw: tuple[int, int] = (360, 640),
    kind: str | None = None,
    *,
    still: bool = False,
) -> Iterator[Scene]:
    """Renders a clip frame by frame, each when it is asked for; meant to be shown at 30 frames a second.

    The camera turns and walks ahead slowly, near things move more than far ones, clouds drift, water ripples.

    Args:
        seed: Any integer from 0 up; the same arguments give the same clip.
        frame_count: Number of frames.
        size_hw: Height and width in pixels, at least 32 each.
        kind: One of `SCENE_KINDS`; drawn from the seed when None.
        still: The camera stands still; clouds and water move all the same, and every frame has its own noise.

    Returns:
        The frames, each with its exact alpha.

    Raises:
        InputError: As `render`.
    """
    rng, kind = start(seed, size_hw, kind)
    return _frames(rng, seed, frame_count, size_hw, kind, still)


def _frames(
    rng: np.random.Generator, seed: int, frame_count: int, size_hw: tuple[int, int], kind: str, still: bool
) -> Iterator[Scene]:
    height, width = size_hw
    world = build(rng, (height, 2 * round(width * _MARGIN / 2)), kind)
    lens = lens_for(rng, world.light.night)
    spare_px = 0.42 * (world.size_hw[1] - width)
    way = float(rng.choice((-1, 1)))
    for index in range(frame_count):
        time_s = index / _FRAMES_PER_SECOND
        swing = math.sin(2 * math.pi * time_s / 16)
        moved = View(
            size_hw,
            turn_px=way * spare_px * swing,
            sideways=0.25 * way * math.sin(2 * math.pi * time_s / 11),
            forward=0.9 * (1 - math.cos(2 * math.pi * time_s / 20)),
            time_s=time_s,
        )
        view = View(size_hw, time_s=time_s) if still else moved
        frame = world.look(view)
        yield Scene(lens.expose(frame.image, np.random.default_rng((seed, index))), to_alpha(frame.alpha), kind)
