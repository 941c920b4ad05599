"""The sky: gradient, sun, moon, stars, and clouds of several kinds. All of it has alpha 255."""

from __future__ import annotations

import math

import numpy as np

from skymask.data.synthetic.layers import Layer, World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import Field, PlaneNoise, Values, fractal, relief, smoothstep


@own_randomness
def add_sky(world: World, kind: str) -> None:
    """Puts the sky at the back of the world, with the clouds that suit the kind."""
    rng = world.rng
    world.items.append(layer_of(_gradient(world), np.ones(world.size_hw, np.float32), rng, veil=True))
    if kind == "fog":
        return
    night = world.light.night > 0.9
    if night:
        _stars(world)
        if 0 < world.light.sun_xy[0] < 1 and rng.random() < 0.5:
            _moon(world)
    if kind == "overcast" or (not night and world.light.sun[0] < 0.3):
        _deck(world)
        return
    for clouds in _CLOUDS[int(rng.choice(len(_CLOUDS), p=_CLOUD_SHARES))]:
        clouds(world)


def _gradient(world: World) -> Colour:
    """Colours by elevation, with the glow of the sun."""
    height, width = world.size_hw
    light = world.light
    rows = np.arange(height, dtype=np.float32) + 0.5
    reach = max(world.horizon, 0.55 * max(world.size_hw) * 0.9)
    elevation = np.clip((world.horizon - rows) / reach, 0, 1) ** 0.75
    positions = np.linspace(0, 1, len(light.stops))
    stops = np.stack(light.stops)
    column = np.stack([np.interp(elevation, positions, stops[:, c]) for c in range(3)], axis=-1)
    picture = np.repeat(column[:, None, :].astype(np.float32), width, axis=1)
    if light.night > 0.9 or light.sun[0] < 0.3:
        return picture
    distance = _distance_to_sun(world)
    low_sun = light.sun_xy[1] > 0.27
    glow_colour = light.stops[0] if low_sun else rgb(1.0, 0.98, 0.94)
    spread = 0.42 if low_sun else 0.30
    picture = mix(picture, glow_colour, 0.75 * np.exp(-((distance / spread) ** 1.1)))
    core = np.exp(-((distance / 0.07) ** 1.2)) + smoothstep(0.030, 0.022, distance)
    return mix(picture, rgb(1.0, 0.97, 0.88), np.clip(core, 0, 1))


def _distance_to_sun(world: World) -> Field:
    """Distance of each pixel to the sun in units of the longer side of the frame."""
    height, width = world.size_hw
    x, y = world.light.sun_xy
    rows = (np.arange(height, dtype=np.float32) + 0.5 - y * height)[:, None]
    columns = (np.arange(width, dtype=np.float32) + 0.5 - x * width)[None, :]
    return np.asarray(np.hypot(rows, columns) / max(world.size_hw), np.float32)


def _stars(world: World) -> None:
    height, width = world.size_hw
    rng = world.rng
    density = rng.uniform(0.0, 1.0) ** 2
    count = int(density * 0.004 * height * width / max(world.unit, 0.5) ** 2)
    glow = np.zeros((height, width), np.float32)
    rows, columns = rng.integers(0, height, count), rng.integers(0, width, count)
    np.maximum.at(glow, (rows, columns), (0.12 + 0.88 * rng.random(count) ** 5).astype(np.float32))
    fade = np.clip((world.horizon - np.arange(height)) / max(world.horizon, 1), 0, 1)[:, None]
    world.items.append(layer_of(rgb(0.93, 0.95, 1.0), np.asarray(glow * fade**0.5, np.float32), rng, veil=True))


def _moon(world: World) -> None:
    distance = _distance_to_sun(world)
    radius = float(world.rng.uniform(0.010, 0.026))
    soft = 0.7 / max(world.size_hw)
    disc = smoothstep(radius + soft, radius - soft, distance)
    spots = fractal(world.rng, world.size_hw, 8 * world.unit, 3)
    halo = 0.4 * np.exp(-distance / (3 * radius))
    colour = mix(rgb(0.62, 0.68, 0.80), rgb(0.98, 0.96, 0.88) * np.float32(0.97), disc)
    colour = np.asarray(colour * (1 - 0.06 * np.clip(spots, 0, 2) * disc)[..., None], np.float32)
    world.items.append(layer_of(colour, np.maximum(halo, disc), world.rng, veil=True))


def _cloud_colours(world: World) -> tuple[Colour, Colour]:
    """Colours of a cloud in shadow and in the light."""
    light = world.light
    if light.night > 0.9:
        return np.asarray(light.stops[0] * 0.55, np.float32), np.asarray(light.stops[0] * 1.15, np.float32)
    if light.sun_xy[1] > 0.27:
        lit = mix(light.stops[0], rgb(1.0, 0.86, 0.74), 0.25)
        return mix(light.stops[2], light.stops[-1], 0.35), np.asarray(lit * 1.04, np.float32)
    return mix(rgb(0.62, 0.67, 0.75), light.stops[1], 0.3), rgb(1.0, 0.99, 0.97)


def _toward_sun(world: World) -> tuple[float, float]:
    height, width = world.size_hw
    x, y = world.light.sun_xy
    return (x - 0.5) * width, (y - 0.4) * height - 0.2 * height


def _cloud_layer(world: World, density: Field, height_field: Field, opacity: float, drift: float) -> Layer:
    """Shades a cloud field: bright toward the sun, grey where it is thick and turned away."""
    shadow, lit = _cloud_colours(world)
    broad = relief(height_field, _toward_sun(world), max(1, round(16 * world.unit)))
    fine = relief(height_field, _toward_sun(world), max(1, round(5 * world.unit)))
    bright = np.clip(0.70 + 0.34 * broad + 0.16 * fine - 0.24 * np.clip(height_field, 0, 2), 0, 1)
    if world.light.night < 0.9:
        bright = np.clip(bright + 0.6 * np.exp(-_distance_to_sun(world) / 0.16) * (1 - 0.6 * density), 0, 1)
    colour = mix(shadow, lit, bright)
    return layer_of(colour, np.asarray(density * opacity, np.float32), world.rng, veil=True, drift_px_s=drift)


def _near_horizon(world: World, over: float) -> Field:
    """Share of haze in front of clouds by row, float32 [H, 1]: 0 at the horizon, 1 from `over` heights above it."""
    rows = np.arange(world.size_hw[0], dtype=np.float32)[:, None]
    return smoothstep(0, over, (world.horizon - rows) / world.size_hw[0])


def _fair_weather(world: World) -> None:
    """Heaps floating on one level, seen in perspective."""
    rng = world.rng
    plane = PlaneNoise(rng, octaves=5, gain=0.52)
    field = plane.sample(world.size_hw, _overhead_horizon(world), -float(rng.uniform(0.9, 1.9)))
    billows = fractal(rng, world.size_hw, 36 * world.unit, 5, 0.6, 1.3)
    field = np.asarray(field + 0.2 * billows, np.float32)
    threshold = float(rng.uniform(0.1, 1.0))
    density = smoothstep(threshold - 0.1, threshold + 0.85, field) * (0.25 + 0.75 * _near_horizon(world, 0.25))
    drift = float(rng.uniform(4, 10)) * world.unit
    world.items.append(_cloud_layer(world, density, field - threshold, 0.96, drift))


def _overhead_horizon(world: World) -> float:
    # A frame that looks up has its horizon far below; the plane's perspective should stay gentle there.
    return world.horizon + 0.04 * world.size_hw[0]


def _heaps(world: World) -> None:
    """Cumulus standing along the horizon: round tops, flat grey feet."""
    rng = world.rng
    height = world.size_hw[0]
    unit = world.unit
    for bank in range(int(rng.integers(1, 4))):
        cell = float(rng.uniform(70, 150)) * unit * (0.6 + 0.35 * bank)
        base = world.horizon - (0.03 + 0.12 * bank + 0.1 * float(rng.random())) * height
        big = fractal(rng, world.size_hw, cell, 2, 0.5, 1.6)
        lumps = fractal(rng, world.size_hw, cell * 0.45, 5, 0.58, 1.15)
        field = 0.75 * big + 0.65 * (np.abs(lumps) * 1.3 - 0.7)
        above = (base - np.arange(height, dtype=np.float32)[:, None]) / (cell * 1.25)
        field = field - 1.1 * np.abs(above - 0.35) ** 1.5 + 0.15
        field = np.asarray(field - 2.5 * smoothstep(0, -0.25, above), np.float32)
        density = smoothstep(0.0, 0.42, field)
        layer = _heap_layer(world, density, field, np.asarray(above, np.float32))
        world.items.append(layer)


def _heap_layer(world: World, density: Field, field: Values, above: Values) -> Layer:
    shadow, lit = _cloud_colours(world)
    broad = relief(field, _toward_sun(world), max(1, round(15 * world.unit)))
    fine = relief(field, _toward_sun(world), max(1, round(4 * world.unit)))
    bright = np.clip(0.42 + 0.26 * broad + 0.2 * fine + 0.5 * np.clip(above, -0.4, 1.0), 0, 1)
    colour = mix(mix(shadow, lit, bright), world.light.haze, 0.22)
    drift = float(world.rng.uniform(1, 4)) * world.unit
    return layer_of(colour, np.asarray(density * 0.97, np.float32), world.rng, veil=True, drift_px_s=drift)


def _wisps(world: World) -> None:
    """Cirrus: thin, drawn out, white."""
    rng = world.rng
    height, width = world.size_hw
    warp = fractal(rng, world.size_hw, 160 * world.unit, 2)
    slope = float(rng.uniform(-0.35, 0.35))
    shift = (slope * (np.arange(width) - width / 2))[None, :] + 9 * world.unit * warp
    spare = int(np.abs(shift).max()) + 2
    strands = fractal(rng, (height + 2 * spare, width), 26 * world.unit, 5, 0.62, float(rng.uniform(5, 9)))
    patches = fractal(rng, world.size_hw, 190 * world.unit, 2, 0.5, 2.0)
    rows = (np.arange(height)[:, None] + spare + shift).astype(np.int32)
    strands = strands[rows, np.arange(width)[None, :]]
    density = smoothstep(-0.3, 2.4, strands + 0.9 * patches) * _near_horizon(world, 0.3)
    _, lit = _cloud_colours(world)
    if world.light.night < 0.9:
        lit = mix(lit, rgb(1.0, 0.98, 0.92), np.exp(-_distance_to_sun(world) / 0.06))
    opacity = float(rng.uniform(0.45, 0.85))
    drift = float(rng.uniform(2, 5)) * world.unit
    world.items.append(layer_of(lit, np.asarray(density * opacity, np.float32), rng, veil=True, drift_px_s=drift))


def _flock(world: World) -> None:
    """Altocumulus: many small puffs in bands."""
    rng = world.rng
    size = float(rng.uniform(0.16, 0.32))
    puffs = PlaneNoise(rng, octaves=3, gain=0.5).sample(world.size_hw, _overhead_horizon(world), -size, stretch=1.6)
    bands = PlaneNoise(rng, octaves=2).sample(world.size_hw, _overhead_horizon(world), -1.6)
    field = np.asarray(0.75 * puffs + 0.75 * bands - 0.1, np.float32)
    density = smoothstep(-0.1, 1.0, field) * (0.2 + 0.8 * _near_horizon(world, 0.2))
    world.items.append(_cloud_layer(world, density, field, 0.88, 5 * world.unit))


def _bands(world: World) -> None:
    """Stratus: long bars above the horizon, as on many evenings."""
    rng = world.rng
    field = fractal(rng, world.size_hw, 34 * world.unit, 5, 0.5, float(rng.uniform(5, 10)))
    rows = np.arange(world.size_hw[0], dtype=np.float32)[:, None]
    lift = (world.horizon - rows) / world.size_hw[0]
    envelope = np.exp(-(((lift - float(rng.uniform(0.08, 0.3))) / 0.16) ** 2))
    density = smoothstep(0.1, 1.5, np.asarray(field + 0.9 * envelope - 0.4, np.float32)) * envelope
    world.items.append(_cloud_layer(world, np.asarray(density, np.float32), field, 0.9, 3 * world.unit))


def _deck(world: World) -> None:
    """A closed grey cover with soft folds."""
    rng = world.rng
    plane = PlaneNoise(rng, octaves=4, gain=0.5)
    folds = plane.sample(world.size_hw, _overhead_horizon(world), -float(rng.uniform(0.9, 2.2)), stretch=1.5)
    soft = fractal(rng, world.size_hw, 150 * world.unit, 4, 0.5, 2.4)
    strength = float(rng.uniform(0.03, 0.16))
    tone = (0.7 * folds * (0.15 + 0.85 * _near_horizon(world, 0.35)) + 0.5 * soft) * strength
    base = _gradient(world)
    colour = np.asarray(base * (1 + tone)[..., None], np.float32)
    everywhere = np.ones(world.size_hw, np.float32)
    world.items.append(layer_of(colour, everywhere, rng, veil=True, drift_px_s=3 * world.unit))


@own_randomness
def add_contrail(world: World) -> None:
    """Draws the track of an aircraft (the aircraft itself is out of the frame)."""
    rng = world.rng
    height, width = world.size_hw
    angle = float(rng.uniform(-0.5, 0.5))
    middle = float(rng.uniform(0.1, 0.6)) * world.horizon
    columns = np.arange(width, dtype=np.float32)[None, :] - width / 2
    rows = np.arange(height, dtype=np.float32)[:, None]
    across = (rows - middle - math.tan(angle) * columns) * math.cos(angle)
    spread = (1.2 + 3.5 * np.clip(0.5 + columns / width, 0, 1)) * world.unit
    ragged = 0.65 + 0.25 * fractal(rng, world.size_hw, 20 * world.unit, 3)
    track = np.exp(-((across / spread) ** 2)) * np.clip(ragged, 0, 1) * 0.7
    world.items.append(layer_of(_cloud_colours(world)[1], np.asarray(track, np.float32), rng, veil=True))


_CLOUDS = (
    (),
    (_wisps,),
    (_fair_weather,),
    (_wisps, _heaps),
    (_heaps,),
    (_flock,),
    (_bands,),
    (_wisps, _bands),
)
_CLOUD_SHARES = (0.14, 0.12, 0.2, 0.14, 0.12, 0.1, 0.09, 0.09)
