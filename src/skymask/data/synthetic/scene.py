"""The one function that renders a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymask.contract import MIN_SIDE
from skymask.data.synthetic.layers import View, World
from skymask.data.synthetic.lens import lens_for
from skymask.data.synthetic.light import light_for
from skymask.data.synthetic.recipes import RECIPES, SHARES
from skymask.errors import InputError, suggest

SCENE_KINDS: tuple[str, ...] = tuple(RECIPES)


@dataclass(frozen=True)
class Scene:
    """A rendered picture and its exact sky."""

    image: NDArray[np.uint8]
    """uint8 [H, W, 3], RGB."""
    alpha: NDArray[np.uint8]
    """uint8 [H, W], 255 sky, 0 not, in between where a pixel is partly covered."""
    kind: str
    """One of `SCENE_KINDS`."""


def render(seed: int, size_hw: tuple[int, int] = (480, 640), kind: str | None = None) -> Scene:
    """Renders a scene; the same arguments give the same scene.

    Args:
        seed: Any integer from 0 up.
        size_hw: Height and width in pixels, at least 32 each.
        kind: One of `SCENE_KINDS`; drawn from the seed when None.

    Returns:
        The picture and its alpha.

    Raises:
        InputError: The kind is unknown, the size too small, or the seed negative.
    """
    rng, kind = start(seed, size_hw, kind)
    world = build(rng, size_hw, kind)
    lens = lens_for(rng, world.light.night)
    frame = world.look(View(size_hw))
    return Scene(lens.expose(frame.image, rng), to_alpha(frame.alpha), kind)


def start(seed: int, size_hw: tuple[int, int], kind: str | None) -> tuple[np.random.Generator, str]:
    """Checks the arguments of a rendering and settles its kind.

    Raises:
        InputError: As `render`.
    """
    if seed < 0:
        raise InputError(f"A seed must be 0 or greater; got {seed}.")
    if min(size_hw) < MIN_SIDE:
        raise InputError(f"A scene must be at least {MIN_SIDE} pixels high and wide; got {size_hw[1]}x{size_hw[0]}.")
    rng = np.random.default_rng(seed)
    drawn = SCENE_KINDS[int(rng.choice(len(SCENE_KINDS), p=SHARES))]
    if kind is None:
        return rng, drawn
    if kind not in RECIPES:
        raise InputError(f"There is no scene of the kind '{kind}'. {suggest(kind, SCENE_KINDS)}")
    return rng, kind


def build(rng: np.random.Generator, size_hw: tuple[int, int], kind: str) -> World:
    """Puts a world together; `World.look` then paints it."""
    height = size_hw[0]
    horizon = height * float(rng.uniform(0.42, 0.74))
    world = World(size_hw, horizon, light_for(kind, rng), rng, vanish_x=size_hw[1] * float(rng.uniform(0.38, 0.62)))
    RECIPES[kind](world)
    return world


def to_alpha(share: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns a share of sky, 0 to 1, as uint8 alpha."""
    return np.asarray(share * 255 + 0.5, np.uint8)
