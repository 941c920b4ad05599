"""Thin things before the sky: wires, lamp posts, masts, pylons and cranes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, rgb
from skymask.data.synthetic.noise import Field, Values

_STEEL = rgb(0.26, 0.27, 0.29)
_WOOD = rgb(0.30, 0.24, 0.19)


def wire_cover(size_hw: tuple[int, int], curve: Field, thick_px: float) -> Field:
    """Returns the exact vertical coverage of a thin curve, float32 [H, W].

    Args:
        size_hw: Height and width in pixels.
        curve: Row of its middle at each column, float32 [W]; NaN where there is none.
        thick_px: Its thickness across; may be well below one pixel.
    """
    cover = np.zeros(size_hw, np.float32)
    slope = np.gradient(curve)
    steepest = float(np.nanmax(np.abs(slope), initial=0.0))
    # A steep wire passes several rows within a column: it is sampled at several places of the column.
    samples = int(np.clip(np.ceil(2 * steepest), 1, 16))
    for shift in (np.arange(samples) + 0.5) / samples - 0.5:
        _add_strip(cover, curve + shift * slope, 0.5 * thick_px * np.sqrt(1 + slope**2), 1 / samples)
    return cover


def _add_strip(cover: Field, curve: Values, half: Values, weight: float) -> None:
    """Adds to each column the rows between `curve - half` and `curve + half`, in part where covered in part."""
    height = cover.shape[0]
    present = np.flatnonzero(np.isfinite(curve + half))
    low, high = curve[present] - half[present], curve[present] + half[present]
    first = np.floor(low).astype(int)
    for step in range(int(np.ceil(2 * half[present].max(initial=0))) + 2):
        rows = first + step
        inside = (rows >= 0) & (rows < height)
        share = np.clip(np.minimum(high, rows + 1) - np.maximum(low, rows), 0, 1)
        cover[rows[inside], present[inside]] += weight * share[inside]


def _hang(width: int, start: tuple[float, float], end: tuple[float, float], sag_px: float) -> Field:
    """A wire between two points (as a parabola, which a tight catenary is), float32 [W], NaN beyond its ends."""
    x = np.arange(width, dtype=np.float32) + 0.5
    t = (x - start[0]) / max(end[0] - start[0], 1e-3)
    curve = start[1] + (end[1] - start[1]) * t + 4 * sag_px * t * (1 - t)
    curve[(t < 0) | (t > 1)] = np.nan
    return np.asarray(curve, np.float32)


@own_randomness
def add_wires(world: World) -> None:
    """Adds a few wires across the whole frame, from poles outside of it."""
    rng = world.rng
    height, width = world.size_hw
    clear = np.ones(world.size_hw, np.float32)
    left, right = float(rng.uniform(0.02, 0.5)) * height, float(rng.uniform(0.02, 0.5)) * height
    for _ in range(int(rng.integers(2, 7))):
        start = (-float(rng.uniform(0.05, 0.5)) * width, left + float(rng.uniform(-0.1, 0.1)) * height)
        end = (width * (1 + float(rng.uniform(0.05, 0.5))), right + float(rng.uniform(-0.1, 0.1)) * height)
        curve = _hang(width, start, end, float(rng.uniform(0.02, 0.12)) * height)
        clear *= 1 - wire_cover(world.size_hw, curve, float(rng.uniform(0.5, 2.0)) * world.unit)
    colour = world.light.shade(rgb(0.10, 0.10, 0.11), 0.3)
    world.items.append(layer_of(colour, np.asarray(1 - clear, np.float32), rng, 14.0))


@own_randomness
def add_poles(world: World) -> None:
    """Adds a line of wooden poles that runs into the distance, with wires in between."""
    rng = world.rng
    side = -1.0 if rng.random() < 0.5 else 1.0
    offset_m = side * float(rng.uniform(3, 9))
    slant_m = -side * float(rng.uniform(0.0, 0.18))
    tall_m = float(rng.uniform(7, 9))
    depths = [float(rng.uniform(9, 16)) + 32.0 * index for index in range(9)]
    canvas = Canvas(world.size_hw, 4)
    tips = []
    for depth in depths:
        metre = world.focal_px / depth
        x, feet = world.vanish_x + (offset_m + slant_m * depth) * metre, world.horizon + world.eye_m * metre
        top = feet - tall_m * metre
        colour = world.light.shade(_WOOD, 0.4, depth / 1000)
        canvas.polygon(
            [(x - 0.10 * metre, top), (x + 0.10 * metre, top), (x + 0.15 * metre, feet), (x - 0.15 * metre, feet)],
            colour,
        )
        canvas.rectangle(x - 1.1 * metre, top + 0.5 * metre, x + 1.1 * metre, top + 0.68 * metre, colour)
        tips.append([(x + arm * metre, top + 0.45 * metre) for arm in (-1.0, -0.4, 0.4, 1.0)])
    world.items.append(canvas.layer(depths[0]))
    _string(world, tips, depths)


def _string(world: World, tips: list[list[tuple[float, float]]], depths: list[float]) -> None:
    clear = np.ones(world.size_hw, np.float32)
    for index in range(len(tips) - 1):
        metre = world.focal_px / depths[index + 1]
        for near, far in zip(tips[index], tips[index + 1], strict=True):
            start, end = sorted((near, far))
            curve = _hang(world.size_hw[1], start, end, 0.5 * metre)
            clear *= 1 - wire_cover(world.size_hw, curve, float(np.clip(0.035 * metre, 0.15, 3)))
    colour = world.light.shade(rgb(0.09, 0.09, 0.10), 0.3)
    world.items.append(layer_of(colour, np.asarray(1 - clear, np.float32), world.rng, depths[0]))


@own_randomness
def add_lamp_posts(world: World) -> None:
    """Adds street lamps on both sides or one, lit at night."""
    rng = world.rng
    offset_m = float(rng.uniform(4, 7))
    tall_m = float(rng.uniform(6, 9))
    reach_m = float(rng.uniform(0.8, 1.8))
    lit = world.light.night > 0.25
    sides = (-1.0, 1.0) if rng.random() < 0.5 else (float(rng.choice((-1, 1))),)
    for depth in np.arange(8 + 6 * float(rng.random()), 110, 24)[::-1].tolist():
        metre = world.focal_px / depth
        canvas = Canvas(world.size_hw, 3)
        for side in sides:
            x, feet = world.vanish_x + side * offset_m * metre, world.horizon + world.eye_m * metre
            top = feet - tall_m * metre
            colour = world.light.shade(_STEEL, 0.5, depth / 1000)
            arm = x - side * reach_m * metre
            canvas.line([(x, feet), (x, top + 0.5 * metre)], colour, 0.15 * metre)
            canvas.line([(x, top + 0.6 * metre), (x - side * 0.3 * metre, top), (arm, top)], colour, 0.10 * metre)
            bulb = rgb(1.0, 0.92, 0.74) if lit else world.light.shade(rgb(0.7, 0.7, 0.68), 0.6)
            canvas.ellipse(arm, top + 0.10 * metre, 0.38 * metre, 0.14 * metre, colour)
            canvas.ellipse(arm, top + 0.17 * metre, 0.30 * metre, 0.09 * metre, bulb)
        world.items.append(canvas.layer(depth))


@own_randomness
def add_crane(world: World, feet: float, distance_m: float) -> None:
    """Adds a tower crane with its lattice."""
    rng = world.rng
    metre = world.focal_px / distance_m
    x = world.size_hw[1] * float(rng.uniform(0.1, 0.9))
    side = float(rng.choice((-1, 1)))
    tall, jib = float(rng.uniform(32, 60)) * metre, float(rng.uniform(28, 48)) * metre
    paint = world.light.shade(
        rgb(0.78, 0.58, 0.12) if rng.random() < 0.6 else rgb(0.62, 0.18, 0.14), 0.6, distance_m / 1000
    )
    canvas = Canvas(world.size_hw, 4)
    thin = 0.16 * metre
    top = feet - tall
    half = 0.9 * metre
    _lattice(canvas, (x - half, feet), (x - half, top), 2 * half, paint, thin)
    tip = top - 6 * metre
    _girder(canvas, (x, top), (x + side * jib, top), 1.6 * metre, paint, thin)
    _girder(canvas, (x, top), (x - side * 0.32 * jib, top), 1.2 * metre, paint, thin)
    canvas.polygon([(x - half, top), (x, tip), (x + half, top)], paint)
    canvas.line([(x, tip), (x + side * 0.7 * jib, top - 1.6 * metre)], paint, thin * 0.7)
    canvas.line([(x, tip), (x - side * 0.3 * jib, top - 1.2 * metre)], paint, thin * 0.7)
    weight = x - side * 0.28 * jib
    canvas.rectangle(weight - 1.5 * metre, top, weight + 1.5 * metre, top + 2.6 * metre, paint * np.float32(0.5))
    hook = x + side * jib * float(rng.uniform(0.3, 0.9))
    canvas.line([(hook, top), (hook, top + tall * float(rng.uniform(0.2, 0.6)))], paint * np.float32(0.4), thin * 0.5)
    world.items.append(canvas.layer(distance_m))


def _lattice(
    canvas: Canvas, foot: tuple[float, float], top: tuple[float, float], wide: float, colour: Colour, thin: float
) -> None:
    """An upright lattice mast between two heights."""
    x = foot[0]
    canvas.line([foot, top], colour, thin)
    canvas.line([(x + wide, foot[1]), (x + wide, top[1])], colour, thin)
    steps = max(2, int((foot[1] - top[1]) / max(wide, 1)))
    for y in np.linspace(foot[1], top[1], steps).tolist():
        rise = (foot[1] - top[1]) / steps
        canvas.line([(x, y), (x + wide, y - rise)], colour, thin * 0.6)
        canvas.line([(x + wide, y), (x, y - rise)], colour, thin * 0.6)


def _girder(
    canvas: Canvas, start: tuple[float, float], end: tuple[float, float], tall: float, colour: Colour, thin: float
) -> None:
    """A level lattice girder."""
    y = start[1]
    canvas.line([start, end], colour, thin)
    canvas.line([(start[0], y - tall), (end[0], y - tall * 0.6)], colour, thin)
    xs = np.linspace(start[0], end[0], max(3, int(abs(end[0] - start[0]) / max(tall, 1)))).tolist()
    for first, second in pairwise(xs):
        canvas.line([(first, y), ((first + second) / 2, y - tall * 0.8), (second, y)], colour, thin * 0.6)


@own_randomness
def add_mast(world: World, feet: float, distance_m: float) -> None:
    """Adds a guyed radio mast or a pylon with its cables."""
    rng = world.rng
    width = world.size_hw[1]
    metre = world.focal_px / distance_m
    x, tall = width * float(rng.uniform(0.08, 0.92)), float(rng.uniform(30, 60)) * metre
    colour = world.light.shade(_STEEL, 0.5, distance_m / 1000)
    canvas = Canvas(world.size_hw, 4)
    top = feet - tall
    if rng.random() < 0.5:
        _lattice(canvas, (x - 0.6 * metre, feet), (x - 0.6 * metre, top), 1.2 * metre, colour, 0.12 * metre)
        canvas.line([(x, top), (x, top - 5 * metre)], colour, 0.15 * metre)
        for reach in (0.35, 0.6):
            for side in (-1, 1):
                canvas.line([(x, feet - tall * (reach + 0.3)), (x + side * tall * reach, feet)], colour, 0.05 * metre)
        world.items.append(canvas.layer(distance_m))
        return
    spread = 3.2 * metre
    canvas.line([(x - spread, feet), (x - 0.4 * metre, top + 0.3 * tall), (x, top)], colour, 0.22 * metre)
    canvas.line([(x + spread, feet), (x + 0.4 * metre, top + 0.3 * tall), (x, top)], colour, 0.22 * metre)
    for share in np.linspace(0.05, 0.62, 7).tolist():
        y, half = feet - tall * share, spread * (1 - share / 0.72) + 0.4 * metre
        up = feet - tall * (share + 0.08)
        canvas.line([(x - half, y), (x + half * 0.85, up)], colour, 0.12 * metre)
        canvas.line([(x + half, y), (x - half * 0.85, up)], colour, 0.12 * metre)
    clear = np.ones(world.size_hw, np.float32)
    for share, arm_m in ((0.68, 7.0), (0.80, 9.0), (0.92, 6.0)):
        y = feet - tall * share
        canvas.polygon(
            [(x - arm_m * metre, y), (x, y - 1.6 * metre), (x + arm_m * metre, y), (x, y - 0.5 * metre)], colour
        )
        for tip in (x - arm_m * metre, x + arm_m * metre):
            for end_x in (-0.25 * width, 1.25 * width):
                start, end = sorted(((tip, y + 1.2 * metre), (end_x, y + float(rng.uniform(-2, 3)) * metre)))
                curve = _hang(width, start, end, 0.03 * abs(end_x - tip))
                clear *= 1 - wire_cover(world.size_hw, curve, max(0.12, 0.06 * metre))
    world.items.append(canvas.layer(distance_m))
    cable = world.light.shade(rgb(0.12, 0.12, 0.13), 0.3, distance_m / 1000)
    world.items.append(layer_of(cable, np.asarray(1 - clear, np.float32), rng, distance_m))
