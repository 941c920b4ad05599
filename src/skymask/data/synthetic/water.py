"""Water that mirrors whatever lies behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymask.data.synthetic.layers import Frame, View, World, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import Field, PlaneNoise, smoothstep


@dataclass(frozen=True)
class Water:
    """A level water surface from a shore line down to the lower edge of the frame."""

    shore: float
    """Row of the far shore, or of the horizon at open sea."""
    shore_m: float
    """Distance of the far shore in metres; infinite at open sea."""
    waves: PlaneNoise
    chop: PlaneNoise
    rough: float
    """0 a mirror, 1 a windy sea."""
    deep: Colour
    """Colour of the water itself."""

    def paint(self, frame: Frame, world: World, view: View) -> None:
        """Covers everything below the shore with its own reflection."""
        height = view.size_hw[0]
        grow = 1 / (1 - view.forward / self.shore_m)
        shore = world.horizon + (self.shore - world.horizon) * grow
        top = max(0, int(shore))
        if top >= height:
            return
        rows = np.arange(top, height, dtype=np.float32)[:, None] + 0.5
        waves, chop = self._surface(world, view, top, shore)
        below = rows - shore
        sway = (0.4 + below * (0.05 + 0.30 * self.rough)) * (0.7 * waves + 0.5 * chop)
        sources = np.minimum(2 * shore - rows + sway - below * 0.35 * self.rough, max(shore - 1, 0))
        mirrored = self._mirror(frame.image, np.asarray(sources, np.float32), below)
        colour = self._tint(mirrored, world, below, waves, chop, view)
        cover = np.clip(np.arange(top, height, dtype=np.float32)[:, None] + 1 - shore, 0, 1)
        frame.image[top:] = frame.image[top:] * (1 - cover[..., None]) + colour * cover[..., None]
        frame.alpha[top:] *= 1 - cover

    def _surface(self, world: World, view: View, top: int, shore: float) -> tuple[Field, Field]:
        size_hw = (view.size_hw[0] - top, view.size_hw[1])
        moved = view.turn_px / world.focal_px
        ahead = view.forward / world.eye_m
        time = view.time_s
        horizon = min(shore, world.horizon) - top
        waves = self.waves.sample(size_hw, horizon, 1.1, (moved + 0.12 * time, ahead + 0.3 * time), 2.2)
        chop = self.chop.sample(size_hw, horizon, 0.22, (moved - 0.15 * time, ahead - 0.22 * time), 1.6)
        return waves, chop

    def _mirror(self, image: Colour, sources: Field, below: Field) -> Colour:
        """Looks the reflection up at two nearby heights, which softens it away from the shore."""
        height, width = image.shape[:2]
        spread = below * (0.05 + 0.10 * self.rough)
        pixels = image.reshape(-1, 3)
        columns = np.arange(width, dtype=np.int32)[None, :]
        total = np.zeros((*sources.shape, 3), np.float32)
        for step, weight in ((-1.0, 0.3), (0.0, 0.4), (1.0, 0.3)):
            # What would be mirrored from above the frame is folded back into it.
            rows = np.minimum(np.abs(sources + step * spread), height - 1)
            low = np.minimum(rows.astype(np.int32), height - 2)
            part = rows - low.astype(np.float32)
            index = low * width + columns
            total += mix(pixels.take(index, axis=0), pixels.take(index + width, axis=0), part) * np.float32(weight)
        return total

    def _tint(self, mirrored: Colour, world: World, below: Field, waves: Field, chop: Field, view: View) -> Colour:
        """Darkens with steeper looking angle, adds the water's own colour and the glitter under the sun."""
        steep = np.clip(below / (0.8 * max(world.size_hw)), 0, 1)
        fresnel = 0.90 - 0.55 * steep**0.6 - 0.16 * self.rough * np.clip(0.5 + 0.5 * waves, 0, 1)
        light = world.light
        own = self.deep * (light.ambient + 0.5 * light.sun)
        colour = mix(np.broadcast_to(own, mirrored.shape), mirrored, np.clip(fresnel, 0.15, 0.95))
        x = light.sun_xy[0] * world.size_hw[1] - (world.size_hw[1] - view.size_hw[1]) / 2 - view.turn_px
        columns = np.arange(mirrored.shape[1], dtype=np.float32)[None, :]
        width = (0.02 + 0.05 * self.rough) * max(world.size_hw) + 0.22 * below
        path = np.exp(-(((columns - x) / width) ** 2))
        sparkle = smoothstep(1.3 - 0.5 * self.rough, 2.6, chop + 0.35 * waves)
        glitter = sparkle * path * float(light.sun.mean()) * (0.0 if light.sun_xy[1] < -0.4 else 1.0)
        return mix(colour, rgb(1.0, 0.95, 0.85), np.clip(glitter, 0, 0.7))


@own_randomness
def add_water(world: World, shore: float, shore_m: float, rough: float, silt: float = 0.0) -> None:
    """Adds water below the row `shore` that mirrors everything added before; `silt` is 0 for clear, 1 for muddy."""
    rng = world.rng
    deep = mix(rgb(0.05, 0.20, 0.27), rgb(0.16, 0.26, 0.20), float(rng.random()))
    deep = mix(deep, rgb(0.46, 0.40, 0.31), silt)
    waves, chop = PlaneNoise(rng, 3, 0.6), PlaneNoise(rng, 3, 0.85)
    world.items.append(Water(shore, shore_m, waves, chop, rough, deep))
