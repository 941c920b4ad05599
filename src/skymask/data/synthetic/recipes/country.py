"""Meadows, woods, snow, deserts and mountains."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.aircraft import add_aircraft
from skymask.data.synthetic.buildings import add_skyline
from skymask.data.synthetic.desert import add_boulders, add_canyon_walls, add_figures, add_mesas
from skymask.data.synthetic.forest import add_canopy_above, add_forest
from skymask.data.synthetic.layers import World
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.plants import (
    TREES,
    add_grass,
    add_hanging_branch,
    bare_tree,
    conifer,
    leaf_colour,
    plant_row,
)
from skymask.data.synthetic.ranges import add_far_ranges
from skymask.data.synthetic.sky import add_contrail, add_sky
from skymask.data.synthetic.street import add_mast, add_poles
from skymask.data.synthetic.terrain import add_dunes, add_ground, add_hill, add_mountains, add_road
from skymask.data.synthetic.water import add_water


def meadow(world: World) -> tuple[Colour, Colour]:
    """Draws the two colours of a meadow, from lush to dry."""
    dry = float(world.rng.random()) ** 1.5
    first = mix(rgb(0.36, 0.50, 0.20), rgb(0.66, 0.58, 0.34), dry)
    return first, mix(first, rgb(0.55, 0.52, 0.26), 0.6)


def add_hills(world: World, count: int) -> None:
    """Adds hills from far to near, meadows and woods in turn."""
    rng = world.rng
    for index in range(count):
        share = (index + 1) / count
        wooded = world.chance(0.6)
        distance_m = 5500 * (1 - share) ** 1.6 + (750 if wooded else 300)
        albedo = leaf_colour(rng) * np.float32(0.75) if wooded else meadow(world)[0]
        lift = 0.075 * world.size_hw[0] * (1 - share) + 0.01 * world.size_hw[0]
        add_hill(world, world.horizon - lift, 0.022 * world.size_hw[0], distance_m, albedo, wooded)


def _lane(world: World) -> None:
    paved = world.chance(0.4)
    add_road(world, float(world.rng.uniform(2.4, 3.4) if paved else world.rng.uniform(1.1, 1.6)), paved)


def _farmland(world: World) -> None:
    """Adds what people put on a meadow, and trees."""
    if world.chance(0.4):
        _lane(world)
    if world.chance(0.25):
        add_mast(world, world.row_at(220.0), 220.0)
    if world.chance(0.25):
        add_skyline(world, 170.0, (4, 9), 0.7, world.row_at(170.0))
    _near_plants(world)
    if world.chance(0.3):
        add_poles(world)


def _near_plants(world: World, farthest_m: float = 200.0) -> None:
    """Adds trees on the meadow, from a far row to single ones near by."""
    rng = world.rng
    for distance_m, most in ((160.0, 14), (70.0, 5), (30.0, 2), (14.0, 1)):
        if distance_m < farthest_m and world.chance(0.55 if distance_m > 20 else 0.2):
            make = TREES[int(rng.choice(3, p=(0.55, 0.3, 0.15)))]
            plant_row(world, make, distance_m, int(rng.integers(1, most + 1)), tall_m=float(rng.uniform(8, 13)))


def landscape(world: World, kind: str) -> None:
    """Mountains, hills and water or farmland, in the light of the kind."""
    rng = world.rng
    add_sky(world, kind)
    if world.light.night < 0.3 and kind == "day" and world.chance(0.15):
        add_contrail(world)
    if world.chance(0.6):
        add_mountains(world, float(rng.uniform(0.45, 0.8)) if world.chance(0.5) else None)
    add_hills(world, int(rng.integers(1, 5)))
    if world.chance(0.25):
        add_water(world, world.row_at(float(rng.uniform(120, 300))), 250.0, float(rng.uniform(0, 0.5)))
        bank_m = float(rng.uniform(15, 45))
        add_ground(world, *meadow(world), top=world.row_at(bank_m))
        _near_plants(world, bank_m)
    else:
        add_ground(world, *meadow(world))
        _farmland(world)
    if world.chance(0.4):
        add_grass(world, meadow(world)[0], float(rng.uniform(12, 45)) * world.unit)
    if world.chance(0.15):
        add_hanging_branch(world)


def fog(world: World) -> None:
    """Everything fades into a bright grey; the ground is still ground, the hills still hills."""
    rng = world.rng
    add_sky(world, "fog")
    add_hills(world, int(rng.integers(1, 4)))
    add_ground(world, *meadow(world))
    if world.chance(0.5):
        _lane(world)
    if world.chance(0.3):
        add_skyline(world, 140.0, (5, 25), 0.5, world.row_at(140.0))
    for distance_m in (120.0, 60.0, 28.0):
        if world.chance(0.75):
            plant_row(world, TREES[int(rng.integers(3))], distance_m, int(rng.integers(1, 9)), clumping=0.3)
    if world.chance(0.35):
        add_poles(world)
    if world.chance(0.4):
        add_grass(world, meadow(world)[0], 20 * world.unit)


def forest(world: World) -> None:
    """The edge of a wood, or its canopy from below."""
    rng = world.rng
    if world.chance(0.35):
        world.horizon = world.size_hw[0] * 1.6
        add_sky(world, "forest")
        add_canopy_above(world)
        return
    add_sky(world, "forest")
    add_hills(world, 1)
    add_ground(world, rgb(0.34, 0.32, 0.18), rgb(0.30, 0.38, 0.18), rough=1.5)
    add_forest(world)
    if world.chance(0.5):
        add_grass(world, leaf_colour(rng), float(rng.uniform(20, 60)) * world.unit)
    if world.chance(0.35):
        add_hanging_branch(world)


def snow(world: World) -> None:
    """Snowfields before mountains, with conifers and a few houses."""
    rng = world.rng
    add_sky(world, "snow")
    add_mountains(world, float(rng.uniform(0.0, 0.4)))
    white, blue = rgb(0.95, 0.96, 0.98), rgb(0.84, 0.88, 0.95)
    add_hill(world, world.horizon - 0.03 * world.size_hw[0], 0.03 * world.size_hw[0], 900.0, white, False, blue)
    add_ground(world, white, blue, rough=0.45)
    if world.chance(0.25):
        add_skyline(world, 240.0, (4, 8), 0.7, world.row_at(240.0))
    for distance_m, most in ((220.0, 30), (90.0, 10), (35.0, 3)):
        if world.chance(0.65):
            make = conifer if world.chance(0.75) else bare_tree
            plant_row(world, make, distance_m, int(rng.integers(1, most + 1)), clumping=0.3)
    if world.chance(0.25):
        add_poles(world)


def desert(world: World) -> None:
    """Dunes or dry ground, now and then with mesas, canyon walls, boulders or figures."""
    add_sky(world, "desert")
    draw = world.rng.random()
    if draw < 0.3:
        add_mountains(world)
    elif draw < 0.5:
        add_mesas(world)
    if world.chance(0.8):
        add_dunes(world)
    else:
        add_ground(world, rgb(0.86, 0.70, 0.49), rgb(0.76, 0.60, 0.43), rough=0.4)
    if world.chance(0.15):
        add_canyon_walls(world)
    if world.chance(0.2):
        add_boulders(world)
    if world.chance(0.35):
        add_figures(world)


def ridge(world: World) -> None:
    """Far mountains down to the lower edge, as from a summit, an aircraft or through a long lens."""
    rng = world.rng
    height = world.size_hw[0]
    skyline = height * float(rng.uniform(0.35, 0.95))
    # A long lens shows a small part of the sky, whose colour hardly changes.
    world.horizon = skyline + height * float(rng.uniform(0.0, 0.5)) ** 2
    add_sky(world, "ridge")
    add_far_ranges(world, skyline)
    if world.chance(0.5):
        add_aircraft(world)
