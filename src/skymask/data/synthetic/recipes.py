"""What is in a scene of each kind, from back to front."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skymask.data.synthetic.aerial import add_ground_from_above
from skymask.data.synthetic.aircraft import add_aircraft
from skymask.data.synthetic.buildings import add_canyon, add_skyline
from skymask.data.synthetic.desert import add_boulders, add_canyon_walls, add_figures, add_mesas
from skymask.data.synthetic.forest import add_canopy_above, add_forest
from skymask.data.synthetic.layers import World
from skymask.data.synthetic.light import Colour, mix, rgb
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
from skymask.data.synthetic.ranges import add_far_ranges
from skymask.data.synthetic.rooms import add_room
from skymask.data.synthetic.sea import add_boat, add_buoy, add_headland, add_sea_mist, add_swell
from skymask.data.synthetic.shading import add_dapples, add_lamplight
from skymask.data.synthetic.sky import add_contrail, add_sky
from skymask.data.synthetic.street import add_crane, add_lamp_posts, add_mast, add_poles, add_wires
from skymask.data.synthetic.terrain import add_dunes, add_ground, add_hill, add_mountains, add_road
from skymask.data.synthetic.water import add_water


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
        wooded = _chance(world, 0.6)
        distance_m = 5500 * (1 - share) ** 1.6 + (750 if wooded else 300)
        albedo = leaf_colour(rng) * np.float32(0.75) if wooded else _meadow(world)[0]
        lift = 0.075 * world.size_hw[0] * (1 - share) + 0.01 * world.size_hw[0]
        add_hill(world, world.horizon - lift, 0.022 * world.size_hw[0], distance_m, albedo, wooded)


def _lane(world: World) -> None:
    paved = _chance(world, 0.4)
    add_road(world, float(world.rng.uniform(2.4, 3.4) if paved else world.rng.uniform(1.1, 1.6)), paved)


def _farmland(world: World) -> None:
    """Adds what people put on a meadow, and trees."""
    if _chance(world, 0.4):
        _lane(world)
    if _chance(world, 0.25):
        add_mast(world, world.row_at(220.0), 220.0)
    if _chance(world, 0.25):
        add_skyline(world, 170.0, (4, 9), 0.7, world.row_at(170.0))
    _near_plants(world)
    if _chance(world, 0.3):
        add_poles(world)


def _near_plants(world: World, farthest_m: float = 200.0) -> None:
    """Adds trees on the meadow, from a far row to single ones near by."""
    rng = world.rng
    for distance_m, most in ((160.0, 14), (70.0, 5), (30.0, 2), (14.0, 1)):
        if distance_m < farthest_m and _chance(world, 0.55 if distance_m > 20 else 0.2):
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
        add_water(world, world.row_at(float(rng.uniform(120, 300))), 250.0, float(rng.uniform(0, 0.5)))
        bank_m = float(rng.uniform(15, 45))
        add_ground(world, *_meadow(world), top=world.row_at(bank_m))
        _near_plants(world, bank_m)
    else:
        add_ground(world, *_meadow(world))
        _farmland(world)
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
    if _chance(world, 0.5):
        _lane(world)
    if _chance(world, 0.3):
        add_skyline(world, 140.0, (5, 25), 0.5, world.row_at(140.0))
    for distance_m in (120.0, 60.0, 28.0):
        if _chance(world, 0.75):
            plant_row(world, TREES[int(rng.integers(3))], distance_m, int(rng.integers(1, 9)), clumping=0.3)
    if _chance(world, 0.35):
        add_poles(world)
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


def _pave(world: World) -> None:
    """Adds the ground of streets and squares, from asphalt to stone."""
    paving = mix(rgb(0.40, 0.40, 0.41), rgb(0.62, 0.58, 0.53), float(world.rng.random()))
    add_ground(world, paving, paving * np.float32(0.88), rough=0.4)


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
    _pave(world)
    if _chance(world, 0.75):
        add_road(world, float(rng.uniform(3, 4.5)), paved=True)
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
    add_hill(world, world.horizon - 0.03 * world.size_hw[0], 0.03 * world.size_hw[0], 900.0, white, False, blue)
    add_ground(world, white, blue, rough=0.45)
    if _chance(world, 0.25):
        add_skyline(world, 240.0, (4, 8), 0.7, world.row_at(240.0))
    for distance_m, most in ((220.0, 30), (90.0, 10), (35.0, 3)):
        if _chance(world, 0.65):
            make = conifer if _chance(world, 0.75) else bare_tree
            plant_row(world, make, distance_m, int(rng.integers(1, most + 1)), clumping=0.3)
    if _chance(world, 0.25):
        add_poles(world)


def _lamplight(world: World) -> None:
    """A street, a square or snow under lamps that outshine the sky."""
    if _chance(world, 0.7):
        _city(world)
        if _chance(world, 0.5):
            plant_row(world, broadleaf, 22.0, int(world.rng.integers(1, 4)), tall_m=8, clumping=0.0)
    else:
        _snow(world)
        if _chance(world, 0.6):
            add_lamp_posts(world)
    add_lamplight(world)


def _facade(world: World) -> None:
    """House fronts so near that little or no sky is left above them, in uneven sun."""
    rng = world.rng
    world.eye_m = float(rng.uniform(1.5, 3))
    add_sky(world, "city")
    if _chance(world, 0.5):
        add_skyline(world, 90.0, (8, 20), 0.3, world.row_at(90.0))
    _pave(world)
    near_m = float(rng.uniform(9, 24))
    full = _chance(world, 0.5)
    tall_m = (26.0, 40.0) if full else (4.0, 14.0)
    add_skyline(world, near_m, tall_m, 0.0 if full or _chance(world, 0.5) else 0.3, world.row_at(near_m))
    if _chance(world, 0.35):
        plant_row(world, TREES[int(rng.integers(3))], near_m * 0.7, int(rng.integers(1, 3)), tall_m=7, clumping=0.0)
    if _chance(world, 0.3):
        add_lamp_posts(world)
    if _chance(world, 0.2):
        add_wires(world)
    add_dapples(world)


def _desert(world: World) -> None:
    add_sky(world, "desert")
    draw = world.rng.random()
    if draw < 0.3:
        add_mountains(world)
    elif draw < 0.5:
        add_mesas(world)
    if _chance(world, 0.8):
        add_dunes(world)
    else:
        add_ground(world, rgb(0.86, 0.70, 0.49), rgb(0.76, 0.60, 0.43), rough=0.4)
    if _chance(world, 0.15):
        add_canyon_walls(world)
    if _chance(world, 0.2):
        add_boulders(world)
    if _chance(world, 0.35):
        add_figures(world)


def _ridge(world: World) -> None:
    """Far mountains down to the lower edge, as from a summit, an aircraft or through a long lens."""
    rng = world.rng
    height = world.size_hw[0]
    skyline = height * float(rng.uniform(0.35, 0.95))
    # A long lens shows a small part of the sky, whose colour hardly changes.
    world.horizon = skyline + height * float(rng.uniform(0.0, 0.5)) ** 2
    add_sky(world, "ridge")
    add_far_ranges(world, skyline)
    if _chance(world, 0.5):
        add_aircraft(world)


def _sea_fog(world: World) -> None:
    """The open sea in mist or flat light: nearly the colour of the sky, and yet not sky."""
    rng = world.rng
    world.horizon = world.size_hw[0] * float(rng.uniform(0.25, 0.72))
    world.eye_m = float(rng.uniform(2, 14))
    add_sky(world, "fog" if _chance(world, 0.5) else "water")
    if _chance(world, 0.25):
        add_headland(world)
    rough = float(rng.uniform(0.0, 1.0))
    add_water(world, world.horizon, float("inf"), rough)
    add_swell(world, rough)
    add_sea_mist(world)
    if _chance(world, 0.3):
        add_boat(world)
    if _chance(world, 0.12):
        add_buoy(world)


def _sky(world: World) -> None:
    """Nothing but sky, looked at upwards."""
    world.horizon = world.size_hw[0] * float(world.rng.uniform(1.02, 1.8))
    add_sky(world, "sky")
    if _chance(world, 0.3):
        add_contrail(world)


RECIPES: dict[str, Callable[[World], None]] = {
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
    "room": add_room,
    "aerial": add_ground_from_above,
    "sky": _sky,
    "ridge": _ridge,
    "sea_fog": _sea_fog,
    "lamplight": _lamplight,
    "facade": _facade,
}
# How often each kind is drawn, in the order above. New kinds take from the last ones: most seeds keep their scene.
SHARES = (
    *(0.095, 0.078, 0.069, 0.069, 0.052, 0.113, 0.122, 0.078, 0.043, 0.05, 0.043, 0.043, 0.035),
    *(0.04, 0.025, 0.025, 0.02),
)
