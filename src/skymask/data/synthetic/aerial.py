"""The ground seen straight from above: fields, roads, roofs, water. Everything here has alpha 0."""

from __future__ import annotations

import math

import numpy as np

from skymask.data.synthetic.canvas import Canvas, Points
from skymask.data.synthetic.layers import World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import Field, Values, fractal, smoothstep

_CROPS = (
    rgb(0.42, 0.50, 0.24),
    rgb(0.30, 0.42, 0.20),
    rgb(0.66, 0.60, 0.36),
    rgb(0.52, 0.40, 0.28),
    rgb(0.74, 0.70, 0.48),
    rgb(0.36, 0.46, 0.30),
    rgb(0.80, 0.76, 0.30),
)
_ROOFS = (rgb(0.58, 0.30, 0.22), rgb(0.45, 0.42, 0.42), rgb(0.70, 0.68, 0.66), rgb(0.50, 0.36, 0.28))


@own_randomness
def add_ground_from_above(world: World) -> None:
    """Fills the world with one of: farmland with a lake or river, a settlement, open water."""
    rng = world.rng
    draw = rng.random()
    if draw < 0.14:
        _open_water(world)
        return
    land = _farmland(world)
    wet: Values = np.zeros(world.size_hw)
    if draw < 0.72:
        land, wet = _water(world, land)
    tone = 1 + 0.07 * fractal(rng, world.size_hw, 24 * world.unit, 5, 0.75)
    lit = world.light.shade(np.asarray(land * tone[..., None], np.float32), 0.75, 0.4)
    shadow = smoothstep(0.7, 1.5, fractal(rng, world.size_hw, 220 * world.unit, 3))
    lit = np.asarray(lit * (1 - 0.3 * shadow * (rng.random() < 0.4))[..., None], np.float32)
    world.items.append(layer_of(lit, np.ones(world.size_hw, np.float32), rng, 300.0))
    canvas = Canvas(world.size_hw, 2)
    metre = float(rng.uniform(1.2, 3.5)) * world.unit
    houses = int(rng.integers(0, 12)) if draw < 0.6 else int(rng.integers(40, 110))
    _roofs(canvas, world, houses, metre, wet)
    _trees(canvas, world, int(rng.integers(40, 260)), metre, wet)
    world.items.append(canvas.layer(300.0))


def _turned(world: World) -> tuple[Field, Field]:
    """Coordinates in pixels along and across the direction in which the land is laid out."""
    height, width = world.size_hw
    angle = float(world.rng.uniform(0, math.pi))
    rows = np.arange(height, dtype=np.float32)[:, None] - height / 2
    columns = np.arange(width, dtype=np.float32)[None, :] - width / 2
    along = columns * math.cos(angle) + rows * math.sin(angle)
    across = rows * math.cos(angle) - columns * math.sin(angle)
    return np.asarray(along, np.float32), np.asarray(across, np.float32)


def _farmland(world: World) -> Colour:
    """Strips of fields, each with furrows, parted by tracks."""
    rng = world.rng
    unit = world.unit
    along, across = _turned(world)
    bend = 18 * unit * fractal(rng, world.size_hw, 300 * unit, 2)
    strip_px = float(rng.uniform(70, 170)) * unit
    strip = np.floor((across + bend) / strip_px).astype(int)
    shift = rng.uniform(0, 1, 64).astype(np.float32)[strip % 64]
    length_px = float(rng.uniform(120, 320)) * unit
    field = np.floor(along / length_px + shift).astype(int)
    pick = (strip * 7919 + field * 104729) % 997
    crops = np.stack([_CROPS[int(rng.integers(len(_CROPS)))] * rng.uniform(0.8, 1.15) for _ in range(997)])
    land = crops[pick].astype(np.float32)
    furrow_px = np.float32(rng.uniform(3.5, 8) * unit)
    furrows = np.sin(2 * np.pi * np.where(pick % 2 == 0, along, across + bend) / furrow_px)
    land *= (1 + 0.055 * furrows * (pick % 3 != 0))[..., None]
    to_edge = np.minimum(
        np.abs(np.modf((across + bend) / strip_px + 1000.5)[0] - 0.5) * strip_px,
        np.abs(np.modf(along / length_px + shift + 1000.5)[0] - 0.5) * length_px,
    )
    track = smoothstep(2.6 * unit, 1.4 * unit, np.asarray(to_edge, np.float32))
    return mix(land, rgb(0.66, 0.60, 0.50), track * 0.85)


def _water(world: World, land: Colour) -> tuple[Colour, Values]:
    """Lays a river or lakes over the land, with a pale shore; also returns where it is wet, [H, W], 1 in water."""
    rng = world.rng
    if rng.random() < 0.55:
        _, across = _turned(world)
        bends = fractal(rng, world.size_hw, 260 * world.unit, 3, 0.45)
        distance: Values = np.abs(across + 70 * world.unit * bends) - float(rng.uniform(10, 40)) * world.unit
    else:
        distance = (0.7 - fractal(rng, world.size_hw, 240 * world.unit, 4, 0.4)) * 60 * world.unit
    land = mix(land, rgb(0.62, 0.58, 0.46), smoothstep(7 * world.unit, 0, distance) * 0.8)
    blue = mix(rgb(0.20, 0.36, 0.46), rgb(0.40, 0.56, 0.68), float(rng.random()))
    wet = smoothstep(0.8, -0.8, distance)
    return mix(land, blue, wet), np.maximum(wet, smoothstep(16 * world.unit, 8 * world.unit, distance))


def _open_water(world: World) -> None:
    """The sea from above: blue, smooth, with small waves and perhaps a beach: easily taken for sky."""
    rng = world.rng
    waves = fractal(rng, world.size_hw, 9 * world.unit, 4, 0.7, float(rng.uniform(1, 3)))
    broad = fractal(rng, world.size_hw, 260 * world.unit, 4)
    blue = mix(rgb(0.10, 0.32, 0.46), rgb(0.34, 0.58, 0.70), float(rng.random()))
    sea = mix(np.broadcast_to(blue, (*world.size_hw, 3)), rgb(0.36, 0.66, 0.66), np.clip(0.3 + 0.3 * broad, 0, 1))
    sea = np.asarray(sea * (1 + float(rng.uniform(0.01, 0.06)) * waves)[..., None], np.float32)
    if rng.random() < 0.6:
        _, across = _turned(world)
        wobble = 26 * world.unit * fractal(rng, world.size_hw, 200 * world.unit, 5, 0.45)
        distance = np.asarray(across + wobble - float(rng.uniform(20, 160)) * world.unit, np.float32)
        foam = np.exp(-((distance / (5 * world.unit)) ** 2)) * np.clip(0.6 + 0.5 * waves, 0, 1)
        sea = mix(sea, rgb(0.90, 0.83, 0.68), smoothstep(-2 * world.unit, 8 * world.unit, distance))
        sea = mix(sea, rgb(0.97, 0.98, 0.98), np.asarray(foam, np.float32))
    colour = world.light.shade(sea, 0.75)
    world.items.append(layer_of(colour, np.ones(world.size_hw, np.float32), rng, 300.0))


def _roofs(canvas: Canvas, world: World, count: int, metre: float, wet: Values) -> None:
    """Gabled roofs: one half in the light, one in shade, and a shadow on the ground."""
    rng = world.rng
    height, width = world.size_hw
    grid = float(rng.uniform(0, math.pi / 2))
    for _ in range(count):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        if wet[int(y), int(x)] > 0:
            continue
        long, wide = float(rng.uniform(5, 11)) * metre, float(rng.uniform(3.5, 5)) * metre
        angle = grid + (math.pi / 2 if rng.random() < 0.4 else 0.0) + float(rng.normal(0, 0.03))
        albedo = _ROOFS[int(rng.integers(len(_ROOFS)))] * np.float32(rng.uniform(0.8, 1.1))
        shadow = world.light.shade(rgb(0.16, 0.18, 0.16), 0.1)
        canvas.polygon(_box(x + 2.2 * metre, y + 1.6 * metre, long, -wide, wide, angle), shadow)
        canvas.polygon(_box(x, y, long, -wide, 0, angle), world.light.shade(albedo, 0.9))
        canvas.polygon(_box(x, y, long, 0, wide, angle), world.light.shade(albedo, 0.35))


def _box(x: float, y: float, long: float, low: float, high: float, angle: float) -> Points:
    cos, sin = math.cos(angle), math.sin(angle)
    corners = ((-long, low), (long, low), (long, high), (-long, high))
    return [(x + cos * u - sin * v, y + sin * u + cos * v) for u, v in corners]


def _trees(canvas: Canvas, world: World, count: int, metre: float, wet: Values) -> None:
    """Round crowns with a light and a dark side, in loose groups."""
    rng = world.rng
    height, width = world.size_hw
    centres = rng.uniform(0, 1, (8, 2)) * (width, height)
    for _ in range(count):
        group = centres[int(rng.integers(8))]
        spread = 0.08 * max(height, width)
        x, y = (float(part) for part in group + rng.normal(0, spread, 2))
        if wet[int(np.clip(y, 0, height - 1)), int(np.clip(x, 0, width - 1))] > 0:
            continue
        radius = float(rng.uniform(1.2, 3.2)) * metre
        green = rgb(0.20, 0.32, 0.14) * np.float32(rng.uniform(0.7, 1.2))
        canvas.ellipse(
            x + 0.7 * radius, y + 0.5 * radius, radius, radius, world.light.shade(rgb(0.12, 0.15, 0.10), 0.1)
        )
        canvas.ellipse(x, y, radius, radius, world.light.shade(green, 0.35))
        canvas.ellipse(x - 0.22 * radius, y - 0.2 * radius, 0.66 * radius, 0.66 * radius, world.light.shade(green, 0.9))
