"""What belongs to the open sea in mist: a headland, a boat, a buoy, and the mist that lets sea and sky run together."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, cover_below, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import PlaneNoise, fractal, relief, ridge, smoothstep
from skymask.data.synthetic.plants import leaf_colour


@own_randomness
def add_headland(world: World) -> None:
    """Adds faint land that reaches into the sea from one side."""
    rng = world.rng
    height, width = world.size_hw
    x = (np.arange(width * 4, dtype=np.float32) + 0.5) / (width * 4)
    end = float(rng.uniform(0.2, 0.7))
    slope = smoothstep(end, end - float(rng.uniform(0.2, 0.6)), x if rng.random() < 0.5 else x[::-1])
    rough = 1 + 0.25 * ridge(rng, width * 4, 0.3 * max(world.size_hw) * 4, 7, 0.5)
    tall = float(rng.uniform(0.02, 0.14)) * height
    line = np.asarray(np.where(slope > 0, world.horizon + 0.5 - tall * slope * rough, height), np.float32)
    albedo = mix(rgb(0.22, 0.26, 0.20), rgb(0.36, 0.33, 0.29), float(rng.random()))
    tone = 1 + 0.12 * fractal(rng, world.size_hw, 20 * world.unit, 5)
    lit = world.light.shade(np.asarray(albedo * tone[..., None], np.float32), 0.35)
    colour = mix(lit, world.light.haze, float(rng.uniform(0.35, 0.85)))
    # It ends at the water line: the water would mirror what lies below.
    shore = np.clip(world.horizon + 1 - np.arange(height, dtype=np.float32), 0, 1)[:, None]
    world.items.append(layer_of(colour, np.asarray(cover_below(line, height) * shore, np.float32), rng, 6000.0))


@own_randomness
def add_bank(world: World) -> None:
    """Adds a wooded slope near by, which rises from the lower edge to one side, now and then above the horizon."""
    rng = world.rng
    height, width = world.size_hw
    x = (np.arange(width * 4, dtype=np.float32) + 0.5) / (width * 4)
    foot, top = float(rng.uniform(0.2, 0.85)), float(rng.uniform(-0.25, 0.9))
    rise = smoothstep(foot, foot - float(rng.uniform(0.25, 0.9)), x if rng.random() < 0.5 else x[::-1])
    crest = world.horizon + (height - world.horizon) * (1.08 - (1.08 - top) * rise)
    crowns = np.abs(ridge(rng, width * 4, float(rng.uniform(25, 80)) * world.unit * 4, 5, 0.6))
    line = np.asarray(crest - (6 + 22 * rise) * world.unit * crowns, np.float32)
    bumps = fractal(rng, world.size_hw, float(rng.uniform(10, 34)) * world.unit, 5, 0.65, 1.1)
    facing = np.clip(0.45 + 0.35 * relief(bumps, (world.light.side(), -1.2), 1), 0, 1)
    surface = leaf_colour(rng) * (0.66 + 0.2 * np.clip(bumps, -1.5, 1.5))[..., None]
    colour = world.light.shade(np.asarray(surface, np.float32), facing, 0.06)
    world.items.append(layer_of(colour, cover_below(line, height), rng, 60.0))


@own_randomness
def add_swell(world: World, rough: float) -> None:
    """Adds the dark and bright sides of waves, and white crests on a rough (1, not 0) sea."""
    rng = world.rng
    height, width = world.size_hw
    size = float(rng.uniform(0.3, 1.2))
    waves = PlaneNoise(rng, 5, 0.75).sample(world.size_hw, world.horizon, size, stretch=float(rng.uniform(2, 4)))
    light = world.light
    dark = mix(light.stops[0], rgb(0.10, 0.16, 0.19) * light.ambient, 0.75)
    shade = mix(np.broadcast_to(dark, (height, width, 3)), light.stops[-1], smoothstep(-0.1, 0.1, waves))
    white = smoothstep(2.9 - 0.9 * rough, 3.4 - 0.9 * rough, waves) * 0.8
    crests = mix(shade, np.asarray(light.ambient + light.sun * 0.4, np.float32), white)
    cover = np.maximum(np.clip(np.abs(waves) * (0.05 + 0.3 * rough), 0, 0.6), white)
    below = np.arange(height)[:, None] >= world.horizon
    world.items.append(layer_of(crests, np.asarray(cover * below, np.float32), rng, veil=True))


@own_randomness
def add_sea_mist(world: World) -> None:
    """Fades the sea into the sky; a difference is left at the horizon, and the alpha knows where that is."""
    rng = world.rng
    height, width = world.size_hw
    below = np.arange(height, dtype=np.float32)[:, None] + 0.5 - world.horizon
    reach = float(rng.uniform(0.04, 0.5)) * height
    share = float(rng.uniform(0.4, 0.84)) * np.exp(-np.maximum(below, 0) / reach)
    over = 0.25 * np.exp(-np.maximum(-below, 0) / (float(rng.uniform(0.01, 0.06)) * height))
    veil = np.where(below > 0, share, over)
    patches = 1 + 0.06 * np.clip(fractal(rng, world.size_hw, 120 * world.unit, 4, 0.5, 4.0), -2, 2)
    colour = world.light.stops[0] * np.float32(rng.uniform(0.9, 0.97))
    cover = np.clip(np.broadcast_to(veil, (height, width)) * patches, 0, 0.93)
    world.items.append(layer_of(colour, np.asarray(cover, np.float32), rng, veil=True))


def _ink(world: World, albedo: Colour, facing: float, air: float) -> Colour:
    return mix(world.light.shade(albedo, facing), world.light.haze, air)


@own_randomness
def add_boat(world: World) -> None:
    """Adds a sailing boat, a fishing boat or a freighter, with its dark mirror image below."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, 3)
    long = float(rng.uniform(0.03, 0.16)) * width
    x, air = float(rng.uniform(0.1, 0.9)) * width, float(rng.uniform(0.1, 0.6))
    y = world.horizon + float(rng.uniform(0.004, 0.05)) * height
    way = float(rng.choice((-1, 1)))
    kind = int(rng.integers(3))
    paint = (rgb(0.85, 0.85, 0.84), rgb(0.20, 0.25, 0.36), rgb(0.40, 0.16, 0.13))[int(rng.integers(3))]
    hull, pale = _ink(world, paint, 0.3, air), _ink(world, rgb(0.88, 0.87, 0.84), 0.5, air)
    dark = _ink(world, rgb(0.14, 0.15, 0.16), 0.2, air)
    tall = (0.13, 0.16, 0.1)[kind] * long

    def at(u: float, v: float) -> tuple[float, float]:
        return x + way * u * long, y - v * long

    canvas.polygon([at(-0.46, 0), at(0.46, 0), at(0.40, -0.04), at(-0.42, -0.04)], mix(dark, world.light.haze, 0.6))
    canvas.polygon([at(-0.48, tall / long), at(0.52, 1.25 * tall / long), at(0.44, 0), at(-0.45, 0)], hull)
    if kind == 0:
        mast = float(rng.uniform(0.9, 1.4))
        canvas.polygon([at(0.02, 0.18), at(0.03, mast), at(-0.42, 0.2)], pale)
        canvas.polygon([at(0.07, 0.2), at(0.05, 0.85 * mast), at(0.46, 0.17)], pale * np.float32(0.92))
        canvas.line([at(0.03, 0.1), at(0.03, mast)], dark, 0.02 * long)
    elif kind == 1:
        canvas.polygon([at(0.05, 0.15), at(0.05, 0.4), at(0.28, 0.4), at(0.32, 0.17)], pale)
        canvas.polygon([at(0.2, 0.3), at(0.2, 0.37), at(0.28, 0.37), at(0.29, 0.3)], dark)
        canvas.line([at(-0.1, 0.12), at(-0.1, 0.62)], dark, 0.02 * long)
        canvas.line([at(-0.1, 0.55), at(-0.4, 0.3)], dark, 0.012 * long)
    else:
        canvas.polygon([at(-0.44, 0.09), at(-0.44, 0.26), at(-0.3, 0.26), at(-0.3, 0.09)], pale)
        for k in range(int(rng.integers(0, 8))):
            stack = 0.04 * float(rng.integers(1, 4))
            crate = _ink(world, mix(rgb(0.5, 0.2, 0.15), rgb(0.2, 0.35, 0.5), float(rng.random())), 0.4, air)
            u = -0.26 + 0.085 * k
            canvas.polygon([at(u, 0.1), at(u, 0.1 + stack), at(u + 0.08, 0.1 + stack), at(u + 0.08, 0.1)], crate)
    world.items.append(canvas.layer(900.0))


@own_randomness
def add_buoy(world: World) -> None:
    """Adds a tilted buoy with its topmark."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, 4)
    tall = float(rng.uniform(0.03, 0.2)) * height
    x, y = float(rng.uniform(0.1, 0.9)) * width, world.horizon + 0.3 * tall + 0.02 * height
    lean = float(rng.normal(0, 0.12))
    air = float(rng.uniform(0.0, 0.4))
    paint = (rgb(0.70, 0.14, 0.10), rgb(0.10, 0.40, 0.22), rgb(0.86, 0.68, 0.10))[int(rng.integers(3))]
    body, shade = _ink(world, paint, 0.5, air), _ink(world, paint * np.float32(0.5), 0.1, air)

    def at(u: float, v: float) -> tuple[float, float]:
        return x + (u + lean * v) * tall, y - v * tall

    canvas.polygon([at(-0.24, -0.02), at(-0.2, 0.14), at(0.2, 0.14), at(0.24, -0.02)], shade)
    canvas.polygon([at(-0.15, 0.14), at(-0.06, 0.7), at(0.06, 0.7), at(0.15, 0.14)], body)
    canvas.polygon([at(0.03, 0.14), at(0.02, 0.7), at(0.06, 0.7), at(0.15, 0.14)], shade)
    canvas.line([at(0, 0.7), at(0, 0.8)], shade, 0.04 * tall)
    canvas.polygon([at(-0.07, 0.78), at(0, 0.98), at(0.07, 0.78)], body)
    world.items.append(canvas.layer(200.0))
