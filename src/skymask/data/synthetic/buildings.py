"""Houses and towers: frontal skylines, street canyons in perspective, glass that mirrors the sky."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import Values, fractal

_WALLS = (
    rgb(0.72, 0.66, 0.58),
    rgb(0.60, 0.42, 0.34),
    rgb(0.80, 0.77, 0.72),
    rgb(0.50, 0.50, 0.52),
    rgb(0.76, 0.62, 0.44),
    rgb(0.40, 0.42, 0.46),
    rgb(0.66, 0.70, 0.72),
    rgb(0.88, 0.86, 0.82),
)
_ROOFS = (rgb(0.52, 0.27, 0.20), rgb(0.34, 0.31, 0.31), rgb(0.44, 0.36, 0.30))
_OVERLAP_PX = 1.0
_LAMP = rgb(1.0, 0.82, 0.52)


def facade(world: World, size_hw: tuple[int, int], storey_px: float, facing: float, distance_km: float) -> Colour:
    """Paints a wall with windows, float32 [H, W, 3].

    Args:
        world: Gives the light and the randomness.
        size_hw: Height and width in pixels.
        storey_px: Height of a storey.
        facing: How much the wall faces the sun, 0 to 1.
        distance_km: How much air is in between.
    """
    rng = world.rng
    height, width = size_hw
    wall = np.asarray(_WALLS[int(rng.integers(len(_WALLS)))] * rng.uniform(0.8, 1.1), np.float32)
    glass = rng.random() < 0.3
    stains = fractal(rng, size_hw, 60 * world.unit, 4)
    surface = np.asarray(wall * (1 + 0.04 * stains)[..., None], np.float32)
    picture = world.light.shade(surface, facing)
    pane_px = storey_px * float(rng.uniform(0.55, 1.1))
    rows, columns = max(1, round(height / storey_px)), max(1, round(width / pane_px))
    row_part, row_index = np.modf((np.arange(height) + 0.5) * rows / height)
    column_part, column_index = np.modf((np.arange(width) + 0.5) * columns / width)
    margin = 0.06 if glass else float(rng.uniform(0.18, 0.28))
    sill = 0.08 if glass else float(rng.uniform(0.2, 0.3))
    inside = _soft_box(row_part, sill, storey_px)[:, None] * _soft_box(column_part, margin, pane_px)[None, :]
    panes = _panes(world, (rows, columns), glass)
    seen = panes[row_index.astype(int)][:, column_index.astype(int)]
    if glass:
        seen = mix(seen, _sky_glance(world, size_hw), 0.72 * (1 - 0.8 * world.light.night))
    picture = mix(picture, seen, np.asarray(inside, np.float32))
    return world.light.through_air(picture, distance_km)


def _soft_box(part: Values, margin: float, cell_px: float) -> Values:
    """Returns 1 inside a window and 0 outside, with an edge about one pixel wide."""
    return np.asarray(np.clip((0.5 - margin - np.abs(part - 0.5)) * cell_px + 0.5, 0, 1))


def _panes(world: World, grid: tuple[int, int], glass: bool) -> Colour:
    """Colours of the windows, float32 [rows, columns, 3]: dark, mirroring a little, or lit."""
    rng = world.rng
    light = world.light
    dark = mix(rgb(0.10, 0.12, 0.15), light.stops[1], 0.25) * (light.ambient.mean() + 0.35)
    panes = np.broadcast_to(dark, (*grid, 3)) * rng.uniform(0.55, 1.25, (*grid, 1))
    lit = rng.random(grid) < (0.03 + 0.37 * light.night * rng.uniform(0.3, 1.2))
    warmth = rng.uniform(0, 1, (*grid, 1)).astype(np.float32)
    lamp = (_LAMP * (1 - warmth) + rgb(0.88, 0.90, 0.92) * warmth) * rng.uniform(0.45, 1.0, (*grid, 1))
    share = np.where(lit, 0.95 if light.night > 0.3 else 0.35, 0.0)[..., None]
    return np.asarray(panes * (1 - share) + lamp * share, np.float32)


def _sky_glance(world: World, size_hw: tuple[int, int]) -> Colour:
    """What a glass front mirrors: sky, clouds, distorted from pane to pane."""
    rng = world.rng
    height, width = size_hw
    clouds = fractal(rng, size_hw, 90 * world.unit, 5, 0.55, 1.4)
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None] * np.ones((1, width), np.float32)
    sky = mix(world.light.stops[0], world.light.stops[2], up)
    white = mix(world.light.stops[0], rgb(1.0, 1.0, 1.0), 0.5 * (1 - world.light.night))
    return np.asarray(mix(sky, white, np.clip(0.6 * clouds - 0.2, 0, 0.85)) * np.float32(0.88), np.float32)


@own_randomness
def add_skyline(world: World, distance_m: float, tall_m: tuple[float, float], gap: float, feet: float) -> None:
    """Adds a row of frontal buildings.

    Args:
        world: Gets the layer.
        distance_m: Distance of the row.
        tall_m: Least and greatest height in metres.
        gap: Share of the width left open.
        feet: Row of the ground in front of them.
    """
    rng = world.rng
    height, width = world.size_hw
    metre = world.focal_px / distance_m
    picture = np.zeros((height, width, 3), np.float32)
    canvas = Canvas(world.size_hw, 3)
    x = -float(rng.uniform(0, 15)) * metre
    while x < width:
        wide = float(rng.uniform(10, 32)) * metre
        tall = float(np.exp(rng.uniform(np.log(tall_m[0]), np.log(tall_m[1])))) * metre
        if rng.random() >= gap:
            _front(world, canvas, picture, (x, feet - tall, x + wide, feet), metre, distance_m / 1000)
        x += wide * float(rng.uniform(0.9, 1.25) if gap else 1.0)
    drawn = canvas.pixels()
    cover = drawn[..., 3].astype(np.float32) / 255
    painted = picture.sum(axis=2) > 0
    flat = drawn[..., :3].astype(np.float32) / 255 / np.maximum(cover, 1 / 255)[..., None]
    colour = np.where(painted[..., None], picture, flat)
    world.items.append(layer_of(np.asarray(colour, np.float32), cover, rng, distance_m))


@own_randomness
def _front(
    world: World,
    canvas: Canvas,
    picture: Colour,
    box: tuple[float, float, float, float],
    metre: float,
    distance_km: float,
) -> None:
    """Draws one building: wall with windows, and what stands on its roof."""
    rng = world.rng
    left, top, right, bottom = box
    facing = float(rng.uniform(0.15, 0.85))
    plain = world.light.shade(_WALLS[int(rng.integers(len(_WALLS)))], facing, distance_km)
    canvas.rectangle(left, top, right, bottom + 1, plain)
    _roof(world, canvas, box, metre, distance_km)
    height, width = world.size_hw
    first_row, last_row = int(np.clip(np.ceil(top), 0, height)), int(np.clip(bottom + 1, 0, height))
    first, last = int(np.clip(np.ceil(left), 0, width)), int(np.clip(right, 0, width))
    if last - first < 2 or last_row - first_row < 2:
        return
    size_hw = (last_row - first_row, last - first)
    picture[first_row:last_row, first:last] = facade(world, size_hw, 3.2 * metre, facing, distance_km)


def _roof(
    world: World, canvas: Canvas, box: tuple[float, float, float, float], metre: float, distance_km: float
) -> None:
    rng = world.rng
    left, top, right, _ = box
    dark = world.light.shade(rgb(0.22, 0.22, 0.24), 0.3, distance_km)
    if rng.random() < 0.25 and right - left < 24 * metre:
        tile = world.light.shade(_ROOFS[int(rng.integers(3))], float(rng.uniform(0.3, 0.8)), distance_km)
        over = 0.5 * metre
        middle = (left + right) / 2
        peak = top - float(rng.uniform(0.25, 0.45)) * (right - left)
        canvas.polygon([(left - over, top), (middle, peak), (right + over, top)], tile)
        chimney = left + (right - left) * float(rng.uniform(0.6, 0.8))
        canvas.rectangle(chimney, peak + 0.1 * (top - peak), chimney + 1.1 * metre, top, dark)
        return
    for _ in range(int(rng.integers(0, 4))):
        x = left + (right - left) * float(rng.uniform(0.05, 0.85))
        wide, tall = float(rng.uniform(1.5, 5)) * metre, float(rng.uniform(1, 3.5)) * metre
        canvas.rectangle(x, top - tall, min(x + wide, right), top + 1, dark)
    for _ in range(int(rng.integers(0, 4))):
        x = left + (right - left) * float(rng.uniform(0.1, 0.9))
        tall = float(rng.uniform(2, 9)) * metre
        canvas.line([(x, top + 1), (x, top - tall)], dark, 0.14 * metre)
        if tall > 4 * metre:
            for bar in range(4):
                y, half = top - tall + bar * 0.5 * metre, (0.5 + 0.2 * bar) * metre
                canvas.line([(x - half, y), (x + half, y)], dark, 0.08 * metre)


@own_randomness
def add_canyon(world: World) -> None:
    """Adds the two sides of a street that run to a vanishing point on the horizon."""
    rng = world.rng
    vanish = (world.vanish_x, world.horizon)
    for side in (-1.0, 1.0):
        wall_m = float(rng.uniform(7, 13))
        depth = float(rng.uniform(90, 160))
        houses = []
        while depth > 2.5:
            near = max(depth - float(rng.uniform(10, 26)), 2.0)
            houses.append((depth, near, float(rng.uniform(9, 30))))
            depth = near
        for far, near, tall_m in houses:
            _side_house(world, vanish, side * wall_m, (far, near), tall_m)


@own_randomness
def _side_house(
    world: World, vanish: tuple[float, float], wall_m: float, depths: tuple[float, float], tall_m: float
) -> None:
    """Projects one facade of the street: a texture seen through a homography."""
    height, width = world.size_hw
    far, near = depths
    focal, eye = world.focal_px, world.eye_m
    # Reaches a pixel over its farther neighbour: two edges that only meet would each let half of the sky through.
    far *= 1 + _OVERLAP_PX * far / (focal * abs(wall_m))
    xs = [vanish[0] + focal * wall_m / depth for depth in (far, near)]
    tops = [vanish[1] - focal * (tall_m - eye) / depth for depth in (far, near)]
    feet = [vanish[1] + focal * eye / depth for depth in (far, near)]
    if (xs[1] < 0 and xs[0] < 0) or (xs[1] > width and xs[0] > width):
        return
    _end_wall(world, (xs[1], tops[1], feet[1]), near, 1 if wall_m > 0 else -1)
    storeys = max(2, round(tall_m / 3.2))
    texel = min(3.2 * focal / max(near, 8) * 0.7, 64 * max(1.0, world.unit))
    size_hw = (max(8, int(storeys * texel)), max(8, int((far - near) / 3.2 * texel)))
    facing = 0.75 if (wall_m > 0) == (world.light.side() < 0) else 0.12
    texture = facade(world, size_hw, texel, facing, 0.0)
    quad = [(xs[0], tops[0]), (xs[1], tops[1]), (xs[1], feet[1]), (xs[0], feet[0])]
    corners = [(0.0, 0.0), (float(size_hw[1]), 0.0), (float(size_hw[1]), float(size_hw[0])), (0.0, float(size_hw[0]))]
    source = Image.fromarray((np.clip(texture, 0, 1) * 255).astype(np.uint8))
    left, right = (int(np.clip(x, 0, width)) for x in (min(xs) - 1, max(xs) + 2))
    top, bottom = (int(np.clip(y, 0, height)) for y in (min(tops) - 1, max(feet) + 2))
    if right <= left or bottom <= top:
        return
    size_hw, inside = (bottom - top, right - left), [(x - left, y - top) for x, y in quad]
    seen = source.transform(
        (size_hw[1], size_hw[0]), Image.Transform.PERSPECTIVE, _homography(inside, corners), Image.Resampling.BILINEAR
    )
    canvas = Canvas(size_hw, 3)
    canvas.polygon(inside, rgb(1.0, 1.0, 1.0))
    colour = np.asarray(seen, np.float32) / 255
    # Just outside the quad the texture is black: the wall's mean there keeps edges in its colour.
    colour[colour.sum(axis=2) == 0] = texture.mean(axis=(0, 1))
    seen_through_air = world.light.through_air(colour, (far + near) / 2000)
    part = layer_of(seen_through_air, canvas.pixels()[..., 3].astype(np.float32) / 255, world.rng, (far + near) / 2)
    world.items.append(replace(part, top_left=(part.top_left[0] + top, part.top_left[1] + left), wall_m=wall_m))


def _end_wall(world: World, edge: tuple[float, float, float], depth: float, side: int) -> None:
    """Adds the blind wall of a house that shows over a lower neighbour nearer by."""
    x, top, feet = edge
    width = world.size_hw[1]
    outward = 14 * world.focal_px / depth * side
    wall = _WALLS[int(world.rng.integers(len(_WALLS)))] * np.float32(0.9)
    left, right = sorted((x - _OVERLAP_PX * side, x + outward))
    rows, columns = np.arange(world.size_hw[0]), np.arange(width)
    down = np.clip(np.minimum(rows + 1, feet) - np.maximum(rows, top), 0, 1)
    across = np.clip(np.minimum(columns + 1, right) - np.maximum(columns, left), 0, 1)
    cover = np.asarray(down[:, None] * across[None, :], np.float32)
    world.items.append(layer_of(world.light.shade(wall, 0.5, depth / 1000), cover, world.rng, depth))


def _homography(target: list[tuple[float, float]], source: list[tuple[float, float]]) -> tuple[float, ...]:
    """Returns the eight coefficients with which Pillow maps each target point to its source point."""
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)).tolist())
