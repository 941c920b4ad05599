"""Land: mountains, hills and the ground, in layers that fade with distance."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.layers import World, cover_below, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import PlaneNoise, fractal, relief, ridge, smoothstep


@own_randomness
def add_mountains(world: World, snow_line: float | None = None) -> None:
    """Adds one to four ranges, the far ones paler.

    Args:
        world: Gets the ranges.
        snow_line: Share of a range's height above which snow lies; None for bare rock.
    """
    rng = world.rng
    count = int(rng.integers(1, 5))
    tallest = float(rng.uniform(0.1, 0.36)) * world.horizon
    rock = mix(rgb(0.44, 0.40, 0.37), rgb(0.34, 0.37, 0.34), float(rng.random()))
    wood = mix(rgb(0.20, 0.30, 0.18), rgb(0.30, 0.30, 0.18), float(rng.random()))
    for index in range(count):
        share = 1 - index / count
        distance_km = float(2.0 + 26 * share**1.5 * rng.uniform(0.7, 1.1))
        albedo = mix(wood, rock, min(1.0, 0.15 + share))
        _range(world, tallest * (0.35 + 0.65 * share), distance_km, albedo, snow_line if share > 0.5 else None)


def _range(world: World, tall_px: float, distance_km: float, albedo: Colour, snow_line: float | None) -> None:
    rng = world.rng
    height, width = world.size_hw
    profile = ridge(rng, width * 4, float(rng.uniform(0.35, 0.8)) * max(world.size_hw) * 4, 8, 0.5)
    crests = 1 - np.abs(ridge(rng, width * 4, 150 * world.unit * 4, 7, 0.5))
    shape = 0.62 + 0.2 * profile + 0.16 * crests
    line = np.asarray(world.horizon - tall_px * np.clip(shape, 0.02, None), np.float32)
    cover = cover_below(line, height)
    folds = 1 - np.abs(fractal(rng, world.size_hw, max(40 * world.unit, tall_px * 0.4), 6, 0.6, 0.8))
    facing = np.clip(0.5 + 0.75 * relief(folds, (world.light.side(), -0.6), max(1, round(2 * world.unit))), 0, 1)
    rows = np.arange(height, dtype=np.float32)[:, None]
    climb = np.clip((world.horizon - rows) / max(tall_px, 1), 0, 1.2)
    surface = mix(
        np.broadcast_to(albedo, (height, width, 3)), albedo * np.float32(0.7), np.clip(0.5 - 0.4 * folds, 0, 1)
    )
    if snow_line is not None:
        white = smoothstep(snow_line - 0.06, snow_line + 0.08, np.asarray(climb + 0.14 * folds - 0.1, np.float32))
        surface = mix(surface, rgb(0.93, 0.95, 0.99), white)
    colour = world.light.shade(surface, facing, distance_km)
    mist = 0.45 * np.exp(-climb * 3.2) * min(1.0, distance_km / 12)
    colour = mix(colour, world.light.haze, np.broadcast_to(mist, (height, width)))
    world.items.append(layer_of(colour, cover, rng, distance_km * 1000))


@own_randomness
def add_hill(
    world: World,
    top: float,
    swing_px: float,
    distance_m: float,
    albedo: Colour,
    wooded: bool,
    second: Colour | None = None,
) -> None:
    """Adds one hill over the whole width.

    Args:
        world: Gets the hill.
        top: Mean row of its crest.
        swing_px: How far the crest rises and falls.
        distance_m: Its distance.
        albedo: Its colour.
        wooded: Whether tree tops make the crest rough.
        second: The colour of its patches; a drier one when None.
    """
    rng = world.rng
    height, width = world.size_hw
    line = top + swing_px * ridge(rng, width * 4, float(rng.uniform(0.3, 0.7)) * max(world.size_hw) * 4, 4, 0.35)
    tree_px = max(1.2 * world.unit, world.focal_px * 9 / distance_m)
    if wooded:
        crowns = np.abs(ridge(rng, width * 4, tree_px * 3.2, 4, 0.6))
        line = line - tree_px * (0.35 * crowns + 0.5 * np.abs(ridge(rng, width * 4, tree_px * 40, 3)))
        bumps = fractal(rng, world.size_hw, max(3.0, tree_px * 0.7), 4, 0.6, 1.1)
    else:
        bumps = fractal(rng, world.size_hw, 60 * world.unit, 6, 0.55, 3.0)
    facing = np.clip(0.5 + (0.30 if wooded else 0.12) * relief(bumps, (world.light.side(), -1.2), 1), 0, 1)
    patches = fractal(rng, world.size_hw, 90 * world.unit, 4, 0.5, 3.0)
    surface = mix(
        np.broadcast_to(albedo, (height, width, 3)),
        albedo * rgb(1.25, 1.12, 0.85) if second is None else second,
        np.clip(0.4 + 0.35 * patches, 0, 1),
    )
    if wooded:
        surface = np.asarray(surface * (0.78 + 0.16 * np.clip(bumps, -1.5, 1.5))[..., None], np.float32)
    colour = world.light.shade(surface, facing, distance_m / 1000)
    world.items.append(layer_of(colour, cover_below(np.asarray(line, np.float32), height), rng, distance_m))


@own_randomness
def add_ground(world: World, albedo: Colour, second: Colour, top: float | None = None, rough: float = 1.0) -> None:
    """Adds the level ground from the horizon to the lower edge.

    Args:
        world: Gets the ground.
        albedo: Its colour.
        second: The colour of its patches.
        top: Row where it starts; the horizon when None.
        rough: How strongly small structure shows.
    """
    rng = world.rng
    height, width = world.size_hw
    start = world.horizon if top is None else top
    line = np.full(width * 4, start, np.float32)
    line += 0.6 * world.unit * ridge(rng, width * 4, 400 * world.unit, 4)
    broad = PlaneNoise(rng, 3).sample(world.size_hw, world.horizon, 6.0)
    fine = PlaneNoise(rng, 5, 0.75).sample(world.size_hw, world.horizon, 0.55)
    grain = fractal(rng, world.size_hw, 5 * world.unit, 3, 0.8)
    rows = np.arange(height, dtype=np.float32)[:, None] + 0.5
    near = np.clip((rows - world.horizon) / max(height - world.horizon, 1), 0, 1)
    surface = mix(np.broadcast_to(albedo, (height, width, 3)), second, np.clip(0.5 + 0.4 * broad, 0, 1))
    tone = 1 + rough * (0.085 * fine + 0.07 * grain * near**0.5 - 0.12 * near)
    surface = np.asarray(surface * np.clip(tone, 0.2, 1.8)[..., None], np.float32)
    lit = world.light.shade(surface, np.clip(0.55 + 0.1 * broad, 0, 1))
    # Hills stand at the far end, so no ground is seen through more air than they are.
    distance_km = np.minimum(world.eye_m * world.focal_px / np.maximum(rows - world.horizon, 0.5) / 1000, 0.6)
    air = np.broadcast_to(1 - np.exp(-distance_km / world.light.visibility), (height, width))
    colour = mix(lit, world.light.haze, np.asarray(air, np.float32))
    world.items.append(layer_of(colour, cover_below(line, height), rng, ground=True))


@own_randomness
def add_dunes(world: World) -> None:
    """Adds ranges of sand dunes with sharp crests: a bright and a shaded face to each."""
    rng = world.rng
    height = world.size_hw[0]
    sand = mix(rgb(0.93, 0.74, 0.50), rgb(0.86, 0.58, 0.38), float(rng.random()))
    count = int(rng.integers(4, 8))
    for index in range(count):
        share = index / (count - 1)
        distance_m = 5000.0 * (1 - share) ** 2.2 + 25
        top = world.horizon + (height - world.horizon) * (-0.10 + 0.9 * share**1.5)
        swing = (0.035 + 0.10 * share) * height
        _dune(world, top, swing, distance_m, sand)


def _dune(world: World, top: float, swing: float, distance_m: float, sand: Colour) -> None:
    rng = world.rng
    height, width = world.size_hw
    samples = width * 4
    wave = ridge(rng, samples, float(rng.uniform(0.3, 0.6)) * max(world.size_hw) * 4, 2, 0.3)
    crest = 1.1 - 1.6 * np.abs(ridge(rng, samples, float(rng.uniform(0.3, 0.5)) * max(world.size_hw) * 4, 2, 0.25))
    line = np.asarray(top - swing * (0.5 * wave + 0.6 * crest), np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = np.maximum(rows - line[::4][None, :], 0)
    # The edge between light and shade leaves the crest slantwise and winds down the slope.
    slope = np.convolve(np.gradient(line[::4]), np.ones(9) / 9, mode="same")
    side = world.light.side()
    wind = 12 * world.unit * fractal(rng, world.size_hw, 110 * world.unit, 3)
    columns = np.arange(width)[None, :] - side * (0.9 * below) + wind * np.clip(below / swing, 0, 1)
    slope = slope[np.clip(columns, 0, width - 1).astype(np.int32)].astype(np.float32)
    lower = smoothstep(0.3 * swing, 2.2 * swing, np.asarray(below + wind, np.float32))
    facing = smoothstep(-0.16, 0.16, np.asarray(side * slope + 0.05, np.float32)) * (1 - 0.6 * lower) + 0.33 * lower
    ripples = fractal(rng, world.size_hw, 3.2 * world.unit, 2, 0.5, 9.0) * min(1.0, 60 / distance_m)
    soft = fractal(rng, world.size_hw, 120 * world.unit, 4, 0.5, 2.5)
    surface = np.asarray(sand * (0.86 + 0.04 * ripples + 0.04 * soft)[..., None], np.float32)
    colour = world.light.shade(surface, np.clip(0.85 * facing, 0, 1), distance_m / 1000)
    world.items.append(layer_of(colour, cover_below(line, height), rng, distance_m))


@own_randomness
def add_road(world: World, half_m: float, paved: bool) -> None:
    """Adds a road that winds toward the horizon.

    Args:
        world: Gets the road.
        half_m: Half of its width in metres.
        paved: Asphalt with lines, or a track with a green middle.
    """
    rng = world.rng
    height, width = world.size_hw
    rows = np.arange(height, dtype=np.float32) + 0.5
    metre = np.maximum(rows - world.horizon, 0.01) / world.eye_m  # pixels that a metre takes on the ground there
    depth = world.focal_px / metre
    wave = float(rng.uniform(60, 140))
    bend = float(rng.uniform(-4, 4)) * (np.sin(depth / wave + float(rng.uniform(0, 6))) + 0.01 * depth)
    middle = world.vanish_x + (float(rng.uniform(-2, 2)) + bend - bend[-1]) * metre
    offset = np.asarray(np.arange(width) + 0.5 - middle[:, None], np.float32)
    grain = PlaneNoise(rng, 4, 0.8).sample(world.size_hw, world.horizon, 0.3)
    ragged = half_m * metre[:, None] * (1 if paved else 1 + 0.05 * grain)
    cover = np.clip(ragged - np.abs(offset) + 0.5, 0, 1) * (rows > world.horizon + 0.5)[:, None]
    across = np.abs(offset) / metre[:, None]
    base = rgb(0.34, 0.34, 0.36) if paved else rgb(0.60, 0.51, 0.38)
    surface = np.asarray(base * (1 + 0.08 * grain)[..., None], np.float32)
    if paved:
        dashes = ((depth % 9) < 4.5)[:, None] * np.clip(0.5 + (0.09 - across) * metre[:, None], 0, 1)
        edges = np.clip(0.5 + (0.07 - np.abs(across - half_m + 0.3)) * metre[:, None], 0, 1)
        surface = mix(surface, rgb(0.80, 0.79, 0.75), np.maximum(dashes, edges) * 0.8)
    else:
        green = np.clip(1.6 - 4 * across + 0.5 * grain, 0, 1)
        surface = mix(surface, rgb(0.42, 0.46, 0.24), green * 0.85)
    air = np.broadcast_to(1 - np.exp(-depth / 1000 / world.light.visibility)[:, None], (height, width))
    colour = mix(world.light.shade(surface, 0.6), world.light.haze, np.asarray(air, np.float32))
    world.items.append(layer_of(colour, np.asarray(cover, np.float32), rng, ground=True))
