"""What is in a scene of each kind, from back to front."""

from __future__ import annotations

from collections.abc import Callable

from skymask.data.synthetic.aerial import add_ground_from_above
from skymask.data.synthetic.layers import World
from skymask.data.synthetic.recipes.country import desert, fog, forest, landscape, ridge, snow
from skymask.data.synthetic.recipes.town import city, facade, lamplight
from skymask.data.synthetic.recipes.water import lake_or_sea, sea_fog, shore
from skymask.data.synthetic.rooms import add_room
from skymask.data.synthetic.sky import add_contrail, add_sky


def _nothing_but_sky(world: World) -> None:
    """Nothing but sky, looked at upwards."""
    world.horizon = world.size_hw[0] * float(world.rng.uniform(1.02, 1.8))
    add_sky(world, "sky")
    if world.chance(0.3):
        add_contrail(world)


RECIPES: dict[str, Callable[[World], None]] = {
    "day": lambda world: landscape(world, "day"),
    "dusk": lambda world: landscape(world, "dusk"),
    "night": lambda world: landscape(world, "night"),
    "overcast": lambda world: landscape(world, "overcast"),
    "fog": fog,
    "water": lake_or_sea,
    "city": city,
    "forest": forest,
    "snow": snow,
    "desert": desert,
    "room": add_room,
    "aerial": add_ground_from_above,
    "sky": _nothing_but_sky,
    "ridge": ridge,
    "sea_fog": sea_fog,
    "lamplight": lamplight,
    "facade": facade,
    "shore": shore,
}
# How often each kind is drawn, in the order above. New kinds take from the last ones: most seeds keep their scene.
SHARES = (
    *(0.095, 0.078, 0.069, 0.069, 0.052, 0.113, 0.122, 0.078, 0.043, 0.05, 0.043, 0.043, 0.035),
    *(0.04, 0.025, 0.025, 0.01, 0.01),
)
