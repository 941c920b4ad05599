"""Uneven light on what is solid, none of it in the sky: lamps of a street, shadows of trees on a wall in the sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymask.data.synthetic.layers import Frame, View, World, own_randomness
from skymask.data.synthetic.noise import Field, Values, fractal, smoothstep


@dataclass(frozen=True)
class Shading:
    """Scales the light on what was painted so far; the sky keeps its own.

    It stays where it is when the camera moves: exact for a still picture and for a camera that turns.
    """

    reach: Field
    """float32 [H, W] of the world: 0 dark, 1 as painted, above 1 overexposed."""

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Scales the solid share of each pixel."""
        height, width = view.size_hw
        first = round((world.size_hw[1] - width) / 2 + view.turn_px)
        columns = np.clip(np.arange(first, first + width), 0, self.reach.shape[1] - 1)
        solid = 1 - frame.alpha
        frame.image *= (1 + solid * (self.reach[:height, columns] - 1))[..., None]
        np.clip(frame.image, 0, 1, out=frame.image)


@own_randomness
def add_lamplight(world: World) -> None:
    """Dims the world as if lamps of a street lit it: in pools, less with every metre above the ground."""
    rng = world.rng
    height = world.size_hw[0]
    above = np.clip((world.horizon - np.arange(height, dtype=np.float32)) / height, 0, None)[:, None]
    # From lamps at the door to a floodlit front, in shares of the picture's height.
    fading = np.exp(-above / float(np.exp(rng.uniform(np.log(0.12), np.log(1.5)))))
    pools = 1 + 0.3 * fractal(rng, world.size_hw, 150 * world.unit, 2, 0.5, 1.5)
    floor = float(rng.uniform(0.03, 0.25))
    _shade(world, floor + (1 - floor) * np.clip(fading * pools, 0, 1.1))


@own_randomness
def add_dapples(world: World) -> None:
    """Lays shadows of trees, or of houses opposite, over the world; what is left in the sun may be burnt out."""
    rng = world.rng
    leaves = fractal(rng, world.size_hw, float(rng.uniform(40, 220)) * world.unit, 5, float(rng.uniform(0.3, 0.7)))
    edge = float(rng.uniform(-1.2, 1.2))
    sunny = smoothstep(edge - 0.15, edge + 0.15, leaves)
    shadow = float(rng.uniform(0.35, 0.8))
    _shade(world, (shadow + (1 - shadow) * sunny) * float(rng.uniform(0.9, 1.7)))


def _shade(world: World, reach: Values) -> None:
    world.items.append(Shading(np.asarray(reach, np.float32)))
