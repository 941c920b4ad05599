"""What stands in a desert: table mountains, the walls of a canyon, boulders, and figures far away on the sand."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.canvas import Canvas, Points
from skymask.data.synthetic.layers import World, cover_below, layer_of, own_randomness
from skymask.data.synthetic.light import mix, rgb
from skymask.data.synthetic.noise import Field, fractal, relief, ridge, smoothstep


@own_randomness
def add_mesas(world: World) -> None:
    """Adds table mountains along the horizon: steep sides, level tops, layers of rock."""
    rng = world.rng
    height, width = world.size_hw
    long_px = max(world.size_hw) * 4
    where = ridge(rng, width * 4, float(rng.uniform(0.15, 0.4)) * long_px, 4, 0.4)
    ledges = ridge(rng, width * 4, 0.05 * long_px, 5, 0.6)
    threshold = float(rng.uniform(-0.2, 0.9))
    shape = 0.3 * smoothstep(threshold - 0.9, threshold, where) + 0.7 * smoothstep(threshold, threshold + 0.12, where)
    tall = float(rng.uniform(0.05, 0.24)) * height
    line = np.asarray(world.horizon + 0.02 * height - tall * shape * (1 + 0.03 * ledges), np.float32)
    _rock_face(world, line, np.full_like(line, height), tall, float(rng.uniform(1, 12)))


@own_randomness
def add_canyon_walls(world: World) -> None:
    """Adds walls of rock on one side or both, up to the frame's upper edge or beyond, with the sky between them."""
    rng = world.rng
    height, width = world.size_hw
    x = (np.arange(width * 4, dtype=np.float32) + 0.5) / (width * 4)
    both = rng.random() < 0.5
    first = float(rng.choice((-1, 1)))
    for side in (first, -first) if both else (first,):
        reach = float(rng.uniform(0.18, 0.42))
        inward = x if side < 0 else 1 - x
        jag = 0.05 * ridge(rng, width * 4, 0.2 * max(world.size_hw) * 4, 7, 0.55)
        rise = smoothstep(reach, reach - float(rng.uniform(0.08, 0.3)), np.asarray(inward + jag, np.float32))
        tall = float(rng.uniform(0.7, 1.5)) * world.horizon
        # A wall comes nearer toward the side of the frame, and its foot with it.
        near = np.clip(1 - inward / reach, 0, 1) + 0.02 * ridge(rng, width * 4, 0.1 * max(world.size_hw) * 4, 5)
        foot = world.horizon + (height - world.horizon) * (0.08 + 1.1 * np.clip(near, 0, 1))
        line = np.where(rise > 0, foot - (foot - world.horizon + tall) * rise, height + 1.0)
        _rock_face(world, np.asarray(line, np.float32), np.asarray(foot, np.float32), tall, 0.15)


def _rock_face(world: World, line: Field, foot: Field, tall: float, distance_km: float) -> None:
    """Rock in level layers, broken by upright cracks, between a line and its foot."""
    rng = world.rng
    height = world.size_hw[0]
    red = mix(rgb(0.66, 0.38, 0.25), rgb(0.72, 0.58, 0.42), float(rng.random()))
    cell = max(8 * world.unit, 0.14 * tall)
    layers = fractal(rng, world.size_hw, cell, 5, 0.65, 14.0)
    cracks = 1 - np.abs(fractal(rng, world.size_hw, cell * 2.5, 5, 0.5, 0.5))
    bulges = fractal(rng, world.size_hw, cell * 2, 5, 0.55, 0.9)
    side = world.light.side()
    facing = 0.42 + 0.28 * relief(np.asarray(cracks + bulges), (side, -0.3), max(1, round(3 * world.unit)))
    facing = np.clip(facing, 0, 1)
    tone = np.clip(1 + 0.11 * layers + 0.03 * bulges, 0.4, 1.5)
    colour = world.light.shade(np.asarray(red * tone[..., None], np.float32), facing, distance_km)
    cover = np.clip(cover_below(line, height) - cover_below(np.maximum(foot, line), height), 0, 1)
    world.items.append(layer_of(colour, np.asarray(cover, np.float32), rng, distance_km * 1000))


@own_randomness
def add_boulders(world: World) -> None:
    """Adds heaps of rock on the sand, near ones larger."""
    rng = world.rng
    height, width = world.size_hw
    x = (np.arange(width * 4, dtype=np.float32) + 0.5) / (width * 4)
    for near in sorted(rng.uniform(0.1, 0.9, int(rng.integers(1, 5)))):
        foot = world.horizon + (height - world.horizon) * near
        high = float(rng.uniform(0.05, 0.25)) * height * (0.3 + near)
        wide = high / height * float(rng.uniform(0.5, 1.3))
        bump = 1 - ((x - float(rng.random())) / wide) ** 2
        rough = ridge(rng, width * 4, 0.07 * max(world.size_hw) * 4, 6, 0.5)
        body = np.clip(bump + 0.12 * rough, 0, None) ** 0.6
        line = np.asarray(foot - high * body, np.float32)
        base = np.asarray(foot + 0.14 * high * body, np.float32)
        clipped = cover_below(line, height) - cover_below(base, height)
        red = mix(rgb(0.60, 0.40, 0.29), rgb(0.48, 0.42, 0.36), float(rng.random()))
        folds = 1 - np.abs(fractal(rng, world.size_hw, max(6 * world.unit, 0.4 * high), 5, 0.6))
        facing = np.clip(0.4 + 0.6 * relief(folds, (world.light.side(), -0.8), max(1, round(2 * world.unit))), 0, 1)
        colour = world.light.shade(np.asarray(red * (0.85 + 0.1 * folds)[..., None], np.float32), facing, 0.05)
        world.items.append(layer_of(colour, np.asarray(np.clip(clipped, 0, 1), np.float32), rng, 40 / near))


@own_randomness
def add_figures(world: World) -> None:
    """Adds people or camels, small and dark, in a loose line on the sand."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, 4)
    tall = float(rng.uniform(0.02, 0.13)) * height
    foot = world.horizon + float(rng.uniform(0.1, 0.55)) * (height - world.horizon)
    camels = rng.random() < 0.35
    x = float(rng.uniform(0.1, 0.8)) * width
    for _ in range(int(rng.integers(1, 7))):
        cloth = mix(rgb(0.12, 0.12, 0.14), rgb(0.42, 0.34, 0.28), float(rng.random()) ** 2)
        ink = world.light.shade(rgb(0.42, 0.31, 0.20) if camels else cloth, 0.25, 0.1)
        size, y = tall * float(rng.uniform(0.85, 1.1)), foot + tall * float(rng.normal(0, 0.06))
        parts = _CAMEL if camels else _PERSON
        way = 1.0 if rng.random() < 0.8 else -1.0
        for part in parts:
            canvas.polygon([(x + way * u * size, y - v * size) for u, v in part], np.asarray(ink, np.float32))
        x += size * float(rng.uniform(0.5, 1.6)) * (1.6 if camels else 1.0)
    world.items.append(canvas.layer(90.0))


_PERSON: tuple[Points, ...] = (
    [(-0.12, 0.0), (-0.04, 0.0), (0.02, 0.5), (-0.1, 0.52)],
    [(0.06, 0.0), (0.14, 0.0), (0.1, 0.52), (-0.02, 0.5)],
    [(-0.12, 0.45), (-0.13, 0.8), (-0.04, 0.86), (0.06, 0.86), (0.13, 0.8), (0.12, 0.45)],
    [(-0.05, 0.84), (-0.07, 0.92), (-0.04, 0.99), (0.03, 1.0), (0.07, 0.94), (0.05, 0.84)],
)
_CAMEL: tuple[Points, ...] = (
    *([(u, 0.0), (u + 0.05, 0.0), (u + 0.09, 0.5), (u - 0.03, 0.5)] for u in (-0.45, -0.3, 0.22, 0.36)),
    [(-0.5, 0.45), (-0.5, 0.62), (-0.25, 0.72), (-0.02, 0.95), (0.18, 0.72), (0.45, 0.62), (0.44, 0.45), (0, 0.4)],
    [(0.36, 0.62), (0.42, 0.45), (0.6, 0.52), (0.7, 0.86), (0.86, 0.88), (0.84, 0.98), (0.66, 1.0), (0.56, 0.68)],
)
