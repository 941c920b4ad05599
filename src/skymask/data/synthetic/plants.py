"""Trees as sprites: broadleaf, conifer, bare; drawn a few times and planted often."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image

from skymask.data.synthetic.canvas import Canvas, Points
from skymask.data.synthetic.layers import World, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb

_OVERSAMPLING = 2
_SPREAD = 1.6  # width of a sprite with branches relative to its height
_LEAVES = (
    rgb(0.30, 0.42, 0.16),
    rgb(0.22, 0.36, 0.16),
    rgb(0.38, 0.44, 0.18),
    rgb(0.62, 0.42, 0.14),
    rgb(0.58, 0.28, 0.14),
)
_BARK = rgb(0.30, 0.24, 0.19)

Sprite = Image.Image


def leaf_colour(rng: np.random.Generator) -> Colour:
    """Draws a colour of foliage, mostly green, sometimes autumnal."""
    pick = int(rng.choice(len(_LEAVES), p=(0.34, 0.3, 0.22, 0.08, 0.06)))
    return np.asarray(_LEAVES[pick] * rng.uniform(0.85, 1.15), np.float32)


@own_randomness
def broadleaf(world: World, tall_px: float, distance_km: float, albedo: Colour) -> Sprite:
    """Draws a tree with leaves, an RGBA sprite at the canvas's oversampling."""
    rng = world.rng
    size = max(8, int(tall_px))
    canvas = Canvas((size, int(_SPREAD * size)), _OVERSAMPLING)
    dark = world.light.shade(_BARK, 0.25, distance_km)
    foot, wide = (_SPREAD * size / 2, float(size)), size * 0.045
    tips = _limb(canvas, rng, foot, -math.pi / 2, size * 0.25, wide, 5, dark, spread=float(rng.uniform(0.42, 0.6)))
    xs, ys = np.array(tips).T
    top, bottom = float(ys.min()) - 0.05 * size, float(ys.max()) + 0.05 * size
    sizes = size * rng.uniform(0.045, 0.10, len(tips))
    leaf = float(np.clip(size * 0.009, 0.55, 2.3 * world.unit))
    for index in np.argsort(ys - 0.3 * world.light.side() * xs)[::-1]:
        clump = (float(xs[index]), float(ys[index]), float(sizes[index]))
        _clump(world, canvas, clump, leaf, albedo, (top, bottom - top), distance_km)
    return canvas.picture


@own_randomness
def _clump(
    world: World,
    canvas: Canvas,
    clump: tuple[float, float, float],
    leaf: float,
    albedo: Colour,
    crown: tuple[float, float],
    distance_km: float,
) -> None:
    """Draws one bunch of leaves, dark ones first, those toward the light last."""
    rng = world.rng
    x, y, radius = clump
    count = int(np.clip(0.5 * (radius / leaf) ** 2, 6, 130))
    dx, dy = rng.standard_normal((2, count)) * radius * 0.5
    toward = (world.light.side() * dx - 1.3 * dy) / radius
    depth = 1 - (y - crown[0]) / crown[1]
    facing = np.clip(0.22 + 0.42 * toward + 0.45 * (depth - 0.4) + 0.1 * rng.standard_normal(count), 0, 1)
    shades = np.asarray(0.55 + 0.55 * facing, np.float32)
    colours = world.light.shade(
        np.asarray(albedo * shades[:, None], np.float32), facing.astype(np.float32), distance_km
    )
    lengths = leaf * rng.uniform(0.7, 1.5, count)
    for index in np.argsort(facing):
        length = float(lengths[index])
        canvas.ellipse(x + float(dx[index]), y + float(dy[index]), length, 0.7 * length, colours[index])


def _limb(
    canvas: Canvas,
    rng: np.random.Generator,
    start: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    depth: int,
    colour: Colour,
    spread: float,
) -> list[tuple[float, float]]:
    """Draws a branch and, from its end, its children; returns where the outermost ones end."""
    middle_angle = angle + float(rng.normal(0, 0.12))
    middle = (start[0] + 0.5 * length * math.cos(middle_angle), start[1] + 0.5 * length * math.sin(middle_angle))
    end = (middle[0] + 0.5 * length * math.cos(angle), middle[1] + 0.5 * length * math.sin(angle))
    canvas.line([start, middle], colour, width)
    canvas.line([middle, end], colour, width * 0.85)
    if depth == 0 or length < 1.5:
        return [end]
    tips = [end] if depth <= 2 else []
    for _ in range(2 + int(rng.random() < 0.45)):
        turn, shorter = angle + float(rng.normal(0, spread)), length * float(rng.uniform(0.62, 0.84))
        tips += _limb(canvas, rng, end, turn, shorter, width * 0.64, depth - 1, colour, spread)
    return tips


@own_randomness
def bare_tree(world: World, tall_px: float, distance_km: float, albedo: Colour) -> Sprite:
    """Draws a tree without leaves; `albedo` is not used, bark has its own colour."""
    rng = world.rng
    size = max(8, int(tall_px))
    canvas = Canvas((size, int(_SPREAD * size)), _OVERSAMPLING)
    colour = world.light.shade(_BARK * rng.uniform(0.6, 1.0), 0.3, distance_km)
    depth = 8 if size > 150 else 6
    _limb(canvas, rng, (_SPREAD * size / 2, size), -math.pi / 2, size * 0.24, size * 0.034, depth, colour, spread=0.42)
    return canvas.picture


@own_randomness
def conifer(world: World, tall_px: float, distance_km: float, albedo: Colour) -> Sprite:
    """Draws a spruce: tiers of hanging branches around a straight trunk."""
    rng = world.rng
    size = max(8, int(tall_px))
    canvas = Canvas((size, size), _OVERSAMPLING)
    needle = np.asarray(mix(albedo, rgb(0.14, 0.25, 0.18), 0.75), np.float32)
    centre = size / 2
    canvas.line([(centre, size), (centre, 0.01 * size)], world.light.shade(_BARK, 0.2, distance_km), size * 0.02)
    tiers = int(np.clip(size / 3, 12, 60))
    slim = float(rng.uniform(0.17, 0.27))
    stroke = max(1.3, size * 0.011)
    for tier in range(tiers, -1, -1):
        down = (tier / tiers) ** 0.95
        y = size * (0.015 + 0.90 * down)
        reach = size * slim * (0.03 + 1.05 * down) * float(rng.uniform(0.75, 1.1))
        count = 7 + int(14 * down)
        for dx in np.sort(rng.uniform(-1, 1, count)):
            facing = float(np.clip(0.35 + 0.45 * world.light.side() * dx + 0.2 * rng.standard_normal(), 0, 1))
            colour = world.light.shade(needle * np.float32(rng.uniform(0.7, 1.15)), facing, distance_km)
            tip = (centre + dx * reach, y + abs(dx) * reach * 0.42 + size * 0.02)
            canvas.line([(centre + 0.15 * dx * reach, y), tip], colour, stroke)
    return canvas.picture


TREES: tuple[Callable[[World, float, float, Colour], Sprite], ...] = (broadleaf, conifer, bare_tree)


@own_randomness
def plant_row(
    world: World,
    make: Callable[[World, float, float, Colour], Sprite],
    distance_m: float,
    count: int,
    feet: float | None = None,
    tall_m: float = 11.0,
    clumping: float = 0.5,
) -> None:
    """Adds a layer with trees at one distance.

    Args:
        world: Gets the layer.
        make: One of `TREES`.
        distance_m: Distance of the row.
        count: How many trees; they are drawn from at most four sprites, some of them mirrored.
        feet: Row of the ground; where level ground lies at that distance when None.
        tall_m: Height of a tree in metres.
        clumping: 0 evenly spread over the width, 1 in one group.
    """
    rng = world.rng
    height, width = world.size_hw
    tall_px = min(tall_m * world.focal_px / distance_m, 1.3 * height)
    albedo = leaf_colour(rng)
    sprites = [
        make(world, tall_px * float(rng.uniform(0.75, 1.15)), distance_m / 1000, albedo) for _ in range(min(4, count))
    ]
    canvas = Canvas(world.size_hw, _OVERSAMPLING)
    ground = world.row_at(distance_m) if feet is None else feet
    middle, reach = float(rng.uniform(0, width)), (1.0 - 0.75 * clumping) * width
    for _ in range(count):
        sprite = sprites[int(rng.integers(len(sprites)))]
        scale = float(rng.uniform(0.6, 1.0))
        size = (max(4, int(sprite.width * scale)), max(4, int(sprite.height * scale)))
        sprite = sprite.resize(size, Image.Resampling.BILINEAR)
        if rng.random() < 0.5:
            sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        x = middle + reach * float(rng.uniform(-0.5, 0.5)) if clumping > 0 else float(rng.uniform(0, width))
        wide, tall = size[0] / _OVERSAMPLING, size[1] / _OVERSAMPLING
        canvas.paste(sprite, x - wide / 2, ground - 0.99 * tall)
    world.items.append(canvas.layer(distance_m))


@own_randomness
def add_grass(world: World, albedo: Colour, tall_px: float) -> None:
    """Adds blades of grass along the lower edge."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, 3)
    count = int(np.clip(width / world.unit * 1.1, 60, 1400))
    for _ in range(count):
        x = float(rng.uniform(0, width))
        tall = tall_px * float(rng.gamma(4, 0.25))
        lean = tall * float(rng.normal(0.1, 0.35))
        facing = float(rng.random())
        colour = world.light.shade(albedo * np.float32(rng.uniform(0.45, 1.0)), facing)
        base = height + 2.0
        canvas.line([(x, base), (x + 0.4 * lean, base - 0.6 * tall), (x + lean, base - tall)], colour, 0.9 * world.unit)
    world.items.append(canvas.layer(4.0))


@own_randomness
def add_hanging_branch(world: World) -> None:
    """Adds a leafy branch that reaches into the frame from an upper corner."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, _OVERSAMPLING)
    side = -1.0 if rng.random() < 0.5 else 1.0
    start = (width * (0.5 + 0.53 * side), height * float(rng.uniform(-0.05, 0.25)))
    albedo = leaf_colour(rng)
    bark = world.light.shade(_BARK, 0.15)
    for _ in range(int(rng.integers(2, 5))):
        angle = (math.pi if side > 0 else 0.0) + side * float(rng.uniform(-0.75, 0.25))
        leafy_branch(canvas, world, start, angle, min(height, width) * float(rng.uniform(0.3, 0.6)), albedo, bark)
    world.items.append(canvas.layer(6.0))


def leafy_branch(
    canvas: Canvas,
    world: World,
    start: tuple[float, float],
    angle: float,
    length: float,
    albedo: Colour,
    bark: Colour,
    steps: int = 16,
) -> None:
    """Draws one branch of `steps` pieces with twigs and single leaves, near enough to see their shape."""
    rng = world.rng
    unit = world.unit
    x, y = start
    for step in range(steps):
        angle += float(rng.normal(0, 0.10)) + 0.012 * math.cos(angle)
        ahead = (x + length / steps * math.cos(angle), y + length / steps * math.sin(angle))
        canvas.line([(x, y), ahead], bark, (3.4 - 2.8 * step / steps) * unit)
        x, y = ahead
        for _ in range(int(rng.integers(4, 9))):
            turn = angle + float(rng.choice((-1, 1))) * float(rng.uniform(0.3, 1.5))
            reach = float(rng.uniform(4, 26)) * unit
            tip = (x + reach * math.cos(turn), y + reach * math.sin(turn) + 0.15 * reach)
            canvas.line([(x, y), tip], bark, 0.7 * unit)
            backlit = float(rng.uniform(0.0, 0.9))
            colour = world.light.shade(albedo * np.float32(rng.uniform(0.4, 1.05)), backlit)
            canvas.polygon(_leaf(tip, turn + float(rng.normal(0, 0.6)), float(rng.uniform(4.5, 9)) * unit), colour)


def _leaf(base: tuple[float, float], angle: float, length: float) -> Points:
    """Outline of a leaf that starts at `base`."""
    cos, sin = math.cos(angle), math.sin(angle)
    shape = ((0, 0), (0.3, 0.2), (0.6, 0.2), (1, 0), (0.6, -0.2), (0.3, -0.2))
    return [(base[0] + length * (cos * u - sin * v), base[1] + length * (sin * u + cos * v)) for u, v in shape]
