"""Far mountains that fill the picture down to its edge, as seen from a summit, an aircraft or through a long lens."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.layers import Layer, World, cover_below, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import Field, fractal, relief, ridge, smoothstep

_AIR_BLUES = (rgb(0.50, 0.66, 0.90), rgb(0.62, 0.74, 0.90), rgb(0.46, 0.56, 0.76), rgb(0.72, 0.78, 0.86))


@own_randomness
def add_far_ranges(world: World, skyline: float) -> None:
    """Adds one to six ranges, one before the other, each less blue than the one behind it.

    Args:
        world: Gets the ranges.
        skyline: Mean row of the crest of the farthest.
    """
    rng = world.rng
    height = world.size_hw[0]
    count = int(rng.integers(1, 7))
    air = _air(world)
    far_veil = float(rng.uniform(0.55, 0.93))
    near_veil = far_veil * float(rng.uniform(0.1, 0.85))
    swing = float(rng.uniform(0.02, 0.13)) * height
    rugged = float(rng.random())
    snow = float(rng.uniform(0.25, 0.9)) if rng.random() < 0.3 else None
    mist = float(rng.uniform(0.0, 0.55))
    gap = (1.04 * height - skyline) / count
    for index in range(count):
        near = index / max(count - 1, 1)
        line = _crest(world, skyline + gap * index * (0.75 + 0.25 * near), swing * (1 + 0.5 * near), rugged)
        if index == 0:
            # However deep its valleys are, the land behind everything reaches the lower edge of the frame.
            limit, soft = min(0.97 * height, height - 1.0), 0.02 * height
            line = np.asarray(limit - soft * np.logaddexp(0, (limit - line) / soft), np.float32)
        veil = far_veil + (near_veil - far_veil) * near
        white = snow if index <= count // 3 else None
        depth_px = max(gap, 0.1 * height) * (1.3 if index < count - 1 else 2.5)
        world.items.append(_face(world, line, swing, depth_px, white, (air, veil, mist * (1 - 0.6 * near))))


def _air(world: World) -> Colour:
    """Colour of the air between eye and mountains: from the haze at the horizon to a darker blue."""
    rng, light = world.rng, world.light
    blue = _AIR_BLUES[int(rng.integers(len(_AIR_BLUES)))]
    level = float(light.haze.mean() / blue.mean() * rng.uniform(0.6, 0.96))
    colourless = 0.3 if light.night < 0.9 and light.sun[0] < 0.3 else 1.0
    return mix(light.haze * np.float32(rng.uniform(0.84, 0.97)), blue * level, colourless * float(rng.random()) ** 0.6)


def _crest(world: World, top: float, swing: float, rugged: float) -> Field:
    """Row of a crest at four samples a pixel: rolling for `rugged` 0, full of peaks for 1."""
    rng = world.rng
    samples, long_px = world.size_hw[1] * 4, max(world.size_hw) * 4
    rolling = ridge(rng, samples, float(rng.uniform(0.3, 0.8)) * long_px, 8, 0.38)
    broad = 1 - 1.3 * np.abs(ridge(rng, samples, float(rng.uniform(0.3, 0.7)) * long_px, 3, 0.42))
    fine = np.abs(ridge(rng, samples, 0.09 * long_px, 6, 0.5))
    line = top - swing * ((0.7 - 0.3 * rugged) * rolling + rugged * (0.8 * broad - 0.16 * fine))
    return np.asarray(np.maximum(line, 0.06 * world.size_hw[0]), np.float32)


def _face(
    world: World,
    line: Field,
    swing: float,
    depth_px: float,
    snow: float | None,
    through: tuple[Colour, float, float],
) -> Layer:
    """One range with its spurs and gullies, behind `through`: the air's colour, its share, and the mist at the foot."""
    rng = world.rng
    height, width = world.size_hw
    air, veil, mist = through
    below = np.maximum(np.arange(height, dtype=np.float32)[:, None] - line.reshape(width, 4).mean(axis=1), 0)
    cell = max(30 * world.unit, swing * 1.3)
    folds = np.asarray(1 - np.abs(fractal(rng, world.size_hw, cell, 6, 0.58, 0.8)), np.float32)
    slope = relief(folds, (world.light.side(), -0.7), max(1, round(2 * world.unit)))
    facing = np.clip(float(rng.uniform(0.15, 0.6)) + 0.5 * slope, 0, 1)
    rock = mix(rgb(0.40, 0.37, 0.34), rgb(0.26, 0.31, 0.25), float(rng.random()))
    wood = mix(rgb(0.15, 0.23, 0.15), rgb(0.34, 0.32, 0.22), float(rng.random()))
    lower = smoothstep(0.2, 1.6, np.asarray(below / max(swing, 1) + 0.5 * folds, np.float32))
    surface = mix(np.broadcast_to(rock, (height, width, 3)), wood, lower)
    if snow is not None:
        depth = np.asarray(below / max(2.2 * swing, 1) + 0.16 * (1 - folds), np.float32)
        surface = mix(surface, rgb(0.93, 0.95, 0.99), smoothstep(snow + 0.12, snow - 0.12, depth))
    lit = world.light.shade(surface, facing)
    hazy = mix(lit, air, veil)
    pooled = mist * smoothstep(0, depth_px, np.asarray(below, np.float32))
    colour = mix(hazy, mix(air, world.light.haze, 0.6), pooled)
    return layer_of(colour, cover_below(line, height), rng, 8000.0)
