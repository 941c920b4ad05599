"""Streets, squares and house fronts, by day and under lamps."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.buildings import add_canyon, add_skyline
from skymask.data.synthetic.layers import World
from skymask.data.synthetic.light import mix, rgb
from skymask.data.synthetic.plants import TREES, broadleaf, plant_row
from skymask.data.synthetic.recipes.country import add_hills, snow
from skymask.data.synthetic.shading import add_dapples, add_lamplight
from skymask.data.synthetic.sky import add_sky
from skymask.data.synthetic.street import add_crane, add_lamp_posts, add_wires
from skymask.data.synthetic.terrain import add_ground, add_road


def _pave(world: World) -> None:
    """Adds the ground of streets and squares, from asphalt to stone."""
    paving = mix(rgb(0.40, 0.40, 0.41), rgb(0.62, 0.58, 0.53), float(world.rng.random()))
    add_ground(world, paving, paving * np.float32(0.88), rough=0.4)


def city(world: World) -> None:
    """A skyline across a square, or a street between two rows of houses."""
    rng = world.rng
    world.eye_m = float(rng.uniform(1.7, 4))
    add_sky(world, "city")
    if world.chance(0.3):
        add_hills(world, 1)
    add_skyline(world, 900.0, (20, 120), 0.25, world.horizon + 2 * world.unit)
    if world.chance(0.4):
        add_crane(world, world.row_at(420.0), 420.0)
    add_skyline(world, 380.0, (12, 60), 0.3, world.row_at(380.0))
    _pave(world)
    if world.chance(0.75):
        add_road(world, float(rng.uniform(3, 4.5)), paved=True)
    if world.chance(0.55):
        add_canyon(world)
    else:
        if world.chance(0.3):
            add_crane(world, world.row_at(160.0), 160.0)
        add_skyline(world, 120.0, (6, 26), 0.4, world.row_at(120.0))
    if world.chance(0.4):
        plant_row(world, broadleaf, 45.0, int(rng.integers(1, 5)), tall_m=8, clumping=0.0)
    if world.chance(0.6):
        add_lamp_posts(world)
    if world.chance(0.5):
        add_wires(world)


def lamplight(world: World) -> None:
    """A street, a square or snow under lamps that outshine the sky."""
    if world.chance(0.7):
        city(world)
        if world.chance(0.5):
            plant_row(world, broadleaf, 22.0, int(world.rng.integers(1, 4)), tall_m=8, clumping=0.0)
    else:
        snow(world)
        if world.chance(0.6):
            add_lamp_posts(world)
    add_lamplight(world)


def facade(world: World) -> None:
    """House fronts so near that little or no sky is left above them, in uneven sun."""
    rng = world.rng
    world.eye_m = float(rng.uniform(1.5, 3))
    add_sky(world, "city")
    if world.chance(0.5):
        add_skyline(world, 90.0, (8, 20), 0.3, world.row_at(90.0))
    _pave(world)
    near_m = float(rng.uniform(9, 24))
    full = world.chance(0.5)
    tall_m = (26.0, 40.0) if full else (4.0, 14.0)
    add_skyline(world, near_m, tall_m, 0.0 if full or world.chance(0.5) else 0.3, world.row_at(near_m))
    if world.chance(0.35):
        plant_row(world, TREES[int(rng.integers(3))], near_m * 0.7, int(rng.integers(1, 3)), tall_m=7, clumping=0.0)
    if world.chance(0.3):
        add_lamp_posts(world)
    if world.chance(0.2):
        add_wires(world)
    add_dapples(world)
