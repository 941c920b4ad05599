"""Light from lamps: bright on the street, fading upwards, and none of it in the sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymask.data.synthetic.layers import Frame, View, World, own_randomness
from skymask.data.synthetic.noise import Field, fractal


@dataclass(frozen=True)
class Lamplight:
    """Dims what was painted so far by how much lamplight reaches it; the sky keeps its own light.

    It stays where it is when the camera moves: exact for a still picture and for a camera that turns.
    """

    reach: Field
    """float32 [H, W] of the world, 0 to about 1."""

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Dims the solid share of each pixel."""
        height, width = view.size_hw
        first = round((world.size_hw[1] - width) / 2 + view.turn_px)
        columns = np.clip(np.arange(first, first + width), 0, self.reach.shape[1] - 1)
        solid = 1 - frame.alpha
        frame.image *= (1 - solid * (1 - self.reach[:height, columns]))[..., None]


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
    world.items.append(Lamplight(np.asarray(floor + (1 - floor) * np.clip(fading * pools, 0, 1.1), np.float32)))
