"""Inside the forest: trunks before the sky, and the view straight up between the crowns."""

from __future__ import annotations

import math

import numpy as np

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, rgb
from skymask.data.synthetic.noise import fractal, smoothstep
from skymask.data.synthetic.plants import TREES, leaf_colour, leafy_branch, plant_row

_BARKS = (rgb(0.33, 0.27, 0.21), rgb(0.42, 0.38, 0.33), rgb(0.24, 0.20, 0.17))


@own_randomness
def add_forest(world: World) -> None:
    """Adds rows of trees from far to near."""
    rng = world.rng
    make = TREES[int(rng.choice(3, p=(0.45, 0.3, 0.25)))]
    far = float(rng.uniform(120, 260))
    for distance_m in (far, far * 0.5, far * 0.22):
        count = int(rng.integers(10, 24)) if distance_m > 60 else int(rng.integers(3, 9))
        plant_row(world, make, distance_m, count, tall_m=float(rng.uniform(10, 17)), clumping=0.0)
    if rng.random() < 0.4:
        plant_row(world, TREES[int(rng.integers(3))], 14.0, int(rng.integers(1, 4)), tall_m=13.0, clumping=0.0)


@own_randomness
def add_canopy_above(world: World) -> None:
    """Adds trunks that run together toward the zenith, and leaves around a hole of sky."""
    rng = world.rng
    height, width = world.size_hw
    centre = (width * float(rng.uniform(0.35, 0.65)), height * float(rng.uniform(0.35, 0.65)))
    bare = rng.random() < 0.3
    if not bare:
        _far_foliage(world, centre)
    canvas = Canvas(world.size_hw, 2)
    albedo = leaf_colour(rng)
    bark = _BARKS[int(rng.integers(3))]
    reach = math.hypot(width, height) / 2
    for angle in np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(5, 11)))):
        _trunk_above(world, canvas, centre, float(angle), reach, (albedo, bark), bare)
    world.items.append(canvas.layer(12.0))


@own_randomness
def _trunk_above(
    world: World,
    canvas: Canvas,
    centre: tuple[float, float],
    angle: float,
    reach: float,
    colours: tuple[Colour, Colour],
    bare: bool,
) -> None:
    rng = world.rng
    albedo, bark = colours
    cos, sin = math.cos(angle), math.sin(angle)
    inner, outer = float(rng.uniform(0.12, 0.45)) * reach, 1.25 * reach
    root = float(rng.uniform(10, 26)) * world.unit
    shaded = world.light.shade(bark, 0.12)
    steps = 14
    for step in range(steps):
        near, far = 1 - step / steps, 1 - (step + 1) / steps
        first, second = inner + (outer - inner) * near, inner + (outer - inner) * far
        one, two = root * near**1.3 + 0.4 * world.unit, root * far**1.3 + 0.4 * world.unit
        canvas.polygon(
            [
                (centre[0] + first * cos - one * sin, centre[1] + first * sin + one * cos),
                (centre[0] + first * cos + one * sin, centre[1] + first * sin - one * cos),
                (centre[0] + second * cos + two * sin, centre[1] + second * sin - two * cos),
                (centre[0] + second * cos - two * sin, centre[1] + second * sin + two * cos),
            ],
            shaded * np.float32(rng.uniform(0.85, 1.1)),
        )
        if step < 4:
            continue
        start = (centre[0] + second * cos, centre[1] + second * sin)
        for _ in range(1 if bare else 2):
            turn = angle + math.pi + float(rng.choice((-1, 1))) * float(rng.uniform(0.4, 1.4))
            length = reach * float(rng.uniform(0.10, 0.26))
            if bare:
                _twigs(canvas, world, start, turn, length, 4, shaded)
            else:
                leafy_branch(canvas, world, start, turn, length, albedo, shaded, steps=9)


def _twigs(
    canvas: Canvas,
    world: World,
    start: tuple[float, float],
    angle: float,
    length: float,
    depth: int,
    colour: Colour,
) -> None:
    rng = world.rng
    end = (start[0] + length * math.cos(angle), start[1] + length * math.sin(angle))
    canvas.line([start, end], colour, (0.5 + 0.45 * depth) * world.unit)
    if depth:
        for _ in range(3):
            _twigs(canvas, world, end, angle + float(rng.normal(0, 0.5)), length * 0.68, depth - 1, colour)


def _far_foliage(world: World, centre: tuple[float, float]) -> None:
    """Crowns high above, as thresholded noise, opening toward the centre."""
    rng = world.rng
    height, width = world.size_hw
    rows = (np.arange(height, dtype=np.float32)[:, None] - centre[1]) / height
    columns = (np.arange(width, dtype=np.float32)[None, :] - centre[0]) / width
    radius = np.hypot(rows, columns)
    leaves = fractal(rng, world.size_hw, 46 * world.unit, 6, 0.72)
    field = np.asarray(leaves + 5.5 * (radius - float(rng.uniform(0.22, 0.42))), np.float32)
    cover = smoothstep(0.0, 0.35, field)
    glow = np.clip(0.55 + 0.25 * fractal(rng, world.size_hw, 12 * world.unit, 3) - 0.25 * field, 0.05, 1)
    albedo = np.asarray(leaf_colour(rng) * (0.5 + 0.7 * glow[..., None]), np.float32)
    world.items.append(layer_of(world.light.shade(albedo, np.asarray(glow, np.float32)), cover, rng, 25.0))
