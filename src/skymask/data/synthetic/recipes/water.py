"""Lakes and the open sea."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.buildings import add_skyline
from skymask.data.synthetic.layers import World
from skymask.data.synthetic.light import rgb
from skymask.data.synthetic.plants import add_grass, add_hanging_branch, broadleaf, conifer, leaf_colour, plant_row
from skymask.data.synthetic.recipes.country import add_hills, meadow
from skymask.data.synthetic.sea import add_bank, add_boat, add_buoy, add_headland, add_sea_mist, add_swell
from skymask.data.synthetic.sky import add_sky
from skymask.data.synthetic.terrain import add_ground, add_hill, add_mountains
from skymask.data.synthetic.water import add_water


def lake_or_sea(world: World) -> None:
    """A lake before mountains or woods, or the open sea."""
    rng = world.rng
    height = world.size_hw[0]
    world.horizon = height * float(rng.uniform(0.38, 0.62))
    world.eye_m = float(rng.uniform(2, 6))
    add_sky(world, "water")
    if world.chance(0.38):
        add_water(world, world.horizon, float("inf"), float(rng.uniform(0.3, 1.0)))
        if world.chance(0.3):
            add_ground(world, rgb(0.84, 0.76, 0.60), rgb(0.74, 0.66, 0.52), top=height * float(rng.uniform(0.78, 0.92)))
        return
    if world.chance(0.75):
        add_mountains(world, float(rng.uniform(0.4, 0.8)) if world.chance(0.6) else None)
    add_hills(world, int(rng.integers(1, 4)))
    far_m = float(rng.uniform(150, 500))
    if world.chance(0.5):
        make = conifer if world.chance(0.6) else broadleaf
        plant_row(world, make, far_m, int(rng.integers(12, 40)), tall_m=12, clumping=float(rng.choice((0.0, 0.4))))
    if world.chance(0.25):
        add_skyline(world, far_m, (5, 22), 0.35, world.row_at(far_m))
    add_water(world, world.row_at(far_m), far_m, float(rng.choice((0.0, 0.05, 0.2, 0.5))))
    if world.chance(0.35):
        add_ground(world, *meadow(world), top=height * float(rng.uniform(0.82, 0.95)))
        add_grass(world, meadow(world)[0], float(rng.uniform(15, 50)) * world.unit)
    if world.chance(0.25):
        add_hanging_branch(world)


def sea_fog(world: World) -> None:
    """The open sea in mist or flat light: nearly the colour of the sky, and yet not sky."""
    rng = world.rng
    world.horizon = world.size_hw[0] * float(rng.uniform(0.25, 0.72))
    world.eye_m = float(rng.uniform(2, 14))
    add_sky(world, "fog" if world.chance(0.5) else "water")
    if world.chance(0.25):
        add_headland(world)
    rough = float(rng.uniform(0.0, 1.0))
    add_water(world, world.horizon, float("inf"), rough)
    add_swell(world, rough)
    add_sea_mist(world)
    if world.chance(0.3):
        add_boat(world)
    if world.chance(0.12):
        add_buoy(world)


def shore(world: World) -> None:
    """The sea, or a wide river, from a bank or a tower high above it."""
    rng = world.rng
    height = world.size_hw[0]
    world.horizon = height * float(rng.uniform(0.2, 0.55))
    world.eye_m = float(np.exp(rng.uniform(np.log(12), np.log(60))))
    add_sky(world, "water")
    far_m, silt = float("inf"), float(rng.uniform(0, 1)) if world.chance(0.5) else 0.0
    draw = rng.random()
    if draw < 0.3:
        add_headland(world)
    elif draw < 0.6:
        far_m = float(np.exp(rng.uniform(np.log(1200), np.log(8000))))
        add_hill(world, world.row_at(far_m), 0.2 * world.unit, far_m, leaf_colour(rng) * np.float32(0.75), wooded=True)
    rough = float(rng.uniform(0.1, 0.9))
    add_water(world, world.row_at(far_m), far_m, rough, silt)
    if world.chance(0.6):
        add_swell(world, 0.6 * rough)
    if world.chance(0.2):
        add_sea_mist(world)
    if world.chance(0.3):
        add_boat(world)
    if world.chance(0.45):
        add_ground(world, rgb(0.84, 0.76, 0.60), rgb(0.74, 0.66, 0.52), top=height * float(rng.uniform(0.62, 0.92)))
    if world.chance(0.25):
        add_skyline(world, 5 * world.eye_m, (5, 9), 0.4, world.row_at(5 * world.eye_m))
    if world.chance(0.65):
        add_bank(world)
