"""What is in a scene of each kind, and the one function that renders it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymask.contract import MIN_SIDE
from skymask.data.synthetic.aerial import add_ground_from_above
from skymask.data.synthetic.buildings import add_canyon, add_skyline
from skymask.data.synthetic.forest import add_canopy_above, add_forest
from skymask.data.synthetic.layers import View, World, layer_of
from skymask.data.synthetic.lens import lens_for
from skymask.data.synthetic.light import Colour, light_for, mix, rgb
from skymask.data.synthetic.plants import (
    TREES,
    add_grass,
    add_hanging_branch,
    bare_tree,
    broadleaf,
    conifer,
    leaf_colour,
    plant_row,
)
from skymask.data.synthetic.rooms import add_room
from skymask.data.synthetic.sky import add_contrail, add_sky
from skymask.data.synthetic.street import add_crane, add_lamp_posts, add_mast, add_poles, add_wires
from skymask.data.synthetic.terrain import add_dunes, add_ground, add_hill, add_mountains
from skymask.data.synthetic.water import add_water
from skymask.errors import InputError, suggest


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
    drawn = SCENE_KINDS[int(rng.choice(len(SCENE_KINDS), p=_SHARES))]
    if kind is None:
        return rng, drawn
    if kind not in _RECIPES:
        raise InputError(f"There is no scene of the kind '{kind}'. {suggest(kind, SCENE_KINDS)}")
    return rng, kind


def build(rng: np.random.Generator, size_hw: tuple[int, int], kind: str) -> World:
    """Puts a world together; `World.look` then paints it."""
    height = size_hw[0]
    horizon = height * float(rng.uniform(0.42, 0.74))
    world = World(size_hw, horizon, light_for(kind, rng), rng)
    _RECIPES[kind](world)
    return world


def to_alpha(share: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns a share of sky, 0 to 1, as uint8 alpha."""
    return np.asarray(share * 255 + 0.5, np.uint8)


def _chance(world: World, share: float) -> bool:
    return bool(world.rng.random() < share)


def _meadow(world: World) -> tuple[Colour, Colour]:
    """Draws the two colours of a meadow, from lush to dry."""
    dry = float(world.rng.random()) ** 1.5
    first = mix(rgb(0.36, 0.50, 0.20), rgb(0.66, 0.58, 0.34), dry)
    return first, mix(first, rgb(0.55, 0.52, 0.26), 0.6)


def _hills(world: World, count: int) -> None:
    """Adds hills from far to near, meadows and woods in turn."""
    rng = world.rng
    for index in range(count):
        share = (index + 1) / count
        distance_m = 5500 * (1 - share) ** 1.6 + 260
        wooded = _chance(world, 0.6)
        albedo = leaf_colour(rng) * np.float32(0.75) if wooded else _meadow(world)[0]
        lift = 0.075 * world.size_hw[0] * (1 - share) + 0.01 * world.size_hw[0]
        add_hill(world, world.horizon - lift, 0.022 * world.size_hw[0], distance_m, albedo, wooded)


def _near_plants(world: World) -> None:
    """Adds trees on the meadow, from a far row to single ones near by."""
    rng = world.rng
    for distance_m, most in ((160.0, 14), (70.0, 5), (30.0, 2)):
        if _chance(world, 0.55):
            make = TREES[int(rng.choice(3, p=(0.55, 0.3, 0.15)))]
            plant_row(world, make, distance_m, int(rng.integers(1, most + 1)), tall_m=float(rng.uniform(8, 13)))


def _landscape(world: World, kind: str) -> None:
    rng = world.rng
    add_sky(world, kind)
    if world.light.night < 0.3 and kind == "day" and _chance(world, 0.15):
        add_contrail(world)
    if _chance(world, 0.6):
        add_mountains(world, float(rng.uniform(0.45, 0.8)) if _chance(world, 0.5) else None)
    _hills(world, int(rng.integers(1, 5)))
    if _chance(world, 0.25):
        shore = world.row_at(float(rng.uniform(120, 300)))
        add_water(world, shore, 250.0, float(rng.uniform(0, 0.5)))
        if _chance(world, 0.5):
            add_ground(world, *_meadow(world), top=world.row_at(float(rng.uniform(7, 25))))
    else:
        add_ground(world, *_meadow(world))
    if _chance(world, 0.25):
        add_skyline(world, 140.0, (4, 9), 0.7, world.row_at(140.0))
    if _chance(world, 0.25):
        add_mast(world, world.row_at(220.0), 220.0)
    _near_plants(world)
    if _chance(world, 0.3):
        add_poles(world)
    if _chance(world, 0.4):
        add_grass(world, _meadow(world)[0], float(rng.uniform(12, 45)) * world.unit)
    if _chance(world, 0.15):
        add_hanging_branch(world)


def _fog(world: World) -> None:
    """Everything fades into a bright grey; the ground is still ground, the hills still hills."""
    rng = world.rng
    add_sky(world, "fog")
    _hills(world, int(rng.integers(1, 4)))
    add_ground(world, *_meadow(world))
    for distance_m in (300.0, 130.0, 60.0, 28.0):
        if _chance(world, 0.65):
            plant_row(world, TREES[int(rng.integers(3))], distance_m, int(rng.integers(1, 9)), clumping=0.3)
    if _chance(world, 0.35):
        add_poles(world)
    if _chance(world, 0.3):
        add_skyline(world, 160.0, (5, 25), 0.5, world.row_at(160.0))
    if _chance(world, 0.4):
        add_grass(world, _meadow(world)[0], 20 * world.unit)


def _water(world: World) -> None:
    """A lake before mountains or woods, or the open sea."""
    rng = world.rng
    height = world.size_hw[0]
    world.horizon = height * float(rng.uniform(0.38, 0.62))
    world.eye_m = float(rng.uniform(2, 6))
    add_sky(world, "water")
    if _chance(world, 0.38):
        add_water(world, world.horizon, float("inf"), float(rng.uniform(0.3, 1.0)))
        if _chance(world, 0.3):
            add_ground(world, rgb(0.84, 0.76, 0.60), rgb(0.74, 0.66, 0.52), top=height * float(rng.uniform(0.78, 0.92)))
        return
    if _chance(world, 0.75):
        add_mountains(world, float(rng.uniform(0.4, 0.8)) if _chance(world, 0.6) else None)
    _hills(world, int(rng.integers(1, 4)))
    far_m = float(rng.uniform(150, 500))
    if _chance(world, 0.5):
        make = conifer if _chance(world, 0.6) else broadleaf
        plant_row(world, make, far_m, int(rng.integers(12, 40)), tall_m=12, clumping=float(rng.choice((0.0, 0.4))))
    if _chance(world, 0.25):
        add_skyline(world, far_m, (5, 22), 0.35, world.row_at(far_m))
    add_water(world, world.row_at(far_m), far_m, float(rng.choice((0.0, 0.05, 0.2, 0.5))))
    if _chance(world, 0.35):
        add_ground(world, *_meadow(world), top=height * float(rng.uniform(0.82, 0.95)))
        add_grass(world, _meadow(world)[0], float(rng.uniform(15, 50)) * world.unit)
    if _chance(world, 0.25):
        add_hanging_branch(world)


def _city(world: World) -> None:
    """A skyline across a square, or a street between two rows of houses."""
    rng = world.rng
    world.eye_m = float(rng.uniform(1.7, 4))
    add_sky(world, "city")
    if _chance(world, 0.3):
        _hills(world, 1)
    add_skyline(world, 900.0, (20, 120), 0.25, world.horizon + 2 * world.unit)
    if _chance(world, 0.4):
        add_crane(world, world.row_at(420.0), 420.0)
    add_skyline(world, 380.0, (12, 60), 0.3, world.row_at(380.0))
    asphalt = rgb(0.36, 0.36, 0.38) * np.float32(rng.uniform(0.7, 1.2))
    add_ground(world, asphalt, asphalt * np.float32(0.85), rough=0.5)
    if _chance(world, 0.55):
        add_canyon(world)
    else:
        if _chance(world, 0.3):
            add_crane(world, world.row_at(160.0), 160.0)
        add_skyline(world, 120.0, (6, 26), 0.4, world.row_at(120.0))
    if _chance(world, 0.4):
        plant_row(world, broadleaf, 45.0, int(rng.integers(1, 5)), tall_m=8, clumping=0.0)
    if _chance(world, 0.6):
        add_lamp_posts(world)
    if _chance(world, 0.5):
        add_wires(world)


def _forest(world: World) -> None:
    rng = world.rng
    if _chance(world, 0.35):
        world.horizon = world.size_hw[0] * 1.6
        add_sky(world, "forest")
        add_canopy_above(world)
        return
    add_sky(world, "forest")
    _hills(world, 1)
    add_ground(world, rgb(0.34, 0.32, 0.18), rgb(0.30, 0.38, 0.18), rough=1.5)
    add_forest(world)
    if _chance(world, 0.5):
        add_grass(world, leaf_colour(rng), float(rng.uniform(20, 60)) * world.unit)
    if _chance(world, 0.35):
        add_hanging_branch(world)


def _snow(world: World) -> None:
    rng = world.rng
    add_sky(world, "snow")
    add_mountains(world, float(rng.uniform(0.0, 0.4)))
    white, blue = rgb(0.95, 0.96, 0.98), rgb(0.84, 0.88, 0.95)
    add_hill(world, world.horizon - 0.03 * world.size_hw[0], 0.03 * world.size_hw[0], 900.0, white, False)
    add_ground(world, white, blue, rough=0.45)
    for distance_m, most in ((220.0, 30), (90.0, 10), (35.0, 3)):
        if _chance(world, 0.65):
            make = conifer if _chance(world, 0.75) else bare_tree
            plant_row(world, make, distance_m, int(rng.integers(1, most + 1)), clumping=0.3)
    if _chance(world, 0.25):
        add_poles(world)
    if _chance(world, 0.25):
        add_skyline(world, 130.0, (4, 8), 0.7, world.row_at(130.0))


def _desert(world: World) -> None:
    add_sky(world, "desert")
    if _chance(world, 0.3):
        add_mountains(world)
    add_dunes(world)


def _room(world: World) -> None:
    add_room(world)


def _aerial(world: World) -> None:
    add_ground_from_above(world)


def _sky(world: World) -> None:
    """Nothing but sky, looked at upwards."""
    world.horizon = world.size_hw[0] * float(world.rng.uniform(1.02, 1.8))
    add_sky(world, "sky")
    if _chance(world, 0.3):
        add_contrail(world)


_RECIPES: dict[str, Callable[[World], None]] = {
    "day": lambda world: _landscape(world, "day"),
    "dusk": lambda world: _landscape(world, "dusk"),
    "night": lambda world: _landscape(world, "night"),
    "overcast": lambda world: _landscape(world, "overcast"),
    "fog": _fog,
    "water": _water,
    "city": _city,
    "forest": _forest,
    "snow": _snow,
    "desert": _desert,
    "room": _room,
    "aerial": _aerial,
    "sky": _sky,
}
SCENE_KINDS: tuple[str, ...] = tuple(_RECIPES)
_SHARES = (0.11, 0.09, 0.08, 0.08, 0.06, 0.13, 0.14, 0.09, 0.05, 0.03, 0.05, 0.05, 0.04)
