"""Rooms without any sky: pale ceilings, bright lamps, blue pictures, closed blinds. Everything here has alpha 0."""

from __future__ import annotations

import numpy as np

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, layer_of, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb
from skymask.data.synthetic.noise import fractal

Corners = tuple[float, float, float, float]
_PAINTS = (
    rgb(0.86, 0.84, 0.79),
    rgb(0.70, 0.78, 0.85),
    rgb(0.91, 0.90, 0.88),
    rgb(0.78, 0.80, 0.70),
    rgb(0.84, 0.72, 0.62),
    rgb(0.55, 0.62, 0.68),
)
_FLOORS = (rgb(0.55, 0.40, 0.27), rgb(0.42, 0.30, 0.21), rgb(0.62, 0.60, 0.57), rgb(0.50, 0.46, 0.44))


@own_randomness
def add_room(world: World) -> None:
    """Fills the world with the inside of a room."""
    rng = world.rng
    height, width = world.size_hw
    centre_x, centre_y = width * float(rng.uniform(0.35, 0.65)), height * float(rng.uniform(0.38, 0.56))
    half_w, half_h = width * float(rng.uniform(0.2, 0.34)), height * float(rng.uniform(0.18, 0.3))
    back = (centre_x - half_w, centre_y - half_h, centre_x + half_w, centre_y + half_h)
    level = float(rng.uniform(0.55, 1.15))
    tone = mix(rgb(1.0, 0.88, 0.70), rgb(0.94, 0.98, 1.04), float(rng.random()))
    _shell(world, back, np.asarray(tone * level, np.float32))
    canvas = Canvas(world.size_hw, 3)
    for _ in range(int(rng.integers(0, 4))):
        _picture(canvas, world, back, tone * np.float32(level))
    if rng.random() < 0.5:
        _blinds(canvas, world, back, tone * np.float32(level))
    _furniture(canvas, world, back, tone * np.float32(level))
    world.items.append(canvas.layer(5.0))
    _lamps(world, back, tone)


def _shell(world: World, back: Corners, tone: Colour) -> None:
    """Walls, ceiling and floor, each with its own falling off of the light."""
    rng = world.rng
    height, width = world.size_hw
    left, top, right, bottom = back
    paint = _PAINTS[int(rng.integers(len(_PAINTS)))]
    floor = _FLOORS[int(rng.integers(len(_FLOORS)))]
    ceiling = mix(rgb(0.94, 0.94, 0.92), paint, 0.25 * float(rng.random()))
    canvas = Canvas(world.size_hw, 3)
    far_left, far_right = left - 2 * width, right + 2 * width
    rise = 2 * width * float(rng.uniform(0.45, 0.75))
    canvas.polygon([(left, top), (right, top), (far_right, top - rise), (far_left, top - rise)], ceiling)
    canvas.polygon([(left, bottom), (right, bottom), (far_right, bottom + rise), (far_left, bottom + rise)], floor)
    canvas.polygon(
        [(left, top), (left, bottom), (far_left, bottom + rise), (far_left, top - rise)], paint * np.float32(0.86)
    )
    canvas.polygon(
        [(right, top), (right, bottom), (far_right, bottom + rise), (far_right, top - rise)], paint * np.float32(0.93)
    )
    canvas.rectangle(left, top, right, bottom, paint)
    skirting = paint * np.float32(0.75)
    thick = 3 * world.unit
    canvas.polygon([(left, bottom - thick), (right, bottom - thick), (right, bottom), (left, bottom)], skirting)
    flat = canvas.pixels()[..., :3].astype(np.float32) / 255
    rows = (np.arange(height, dtype=np.float32)[:, None] - height * float(rng.uniform(-0.1, 0.5))) / height
    columns = (np.arange(width, dtype=np.float32)[None, :] - width * float(rng.uniform(0.1, 0.9))) / width
    fall = 0.62 + 0.5 * np.exp(-(rows**2 + columns**2) / 0.35)
    grain = 1 + 0.012 * fractal(rng, world.size_hw, 120 * world.unit, 4)
    planks = 1 + 0.06 * fractal(rng, world.size_hw, 5 * world.unit, 2, 0.5, 16.0)
    mask = Canvas(world.size_hw, 2)
    mask.polygon([(left, bottom), (right, bottom), (far_right, bottom + rise), (far_left, bottom + rise)], floor)
    on_floor = mask.pixels()[..., 3] > 127
    shade = fall * grain * np.where(on_floor, planks, 1.0)
    lit = np.asarray(flat * tone * shade[..., None], np.float32)
    world.items.append(layer_of(lit, np.ones(world.size_hw, np.float32), rng, 6.0))


def _picture(canvas: Canvas, world: World, back: Corners, tone: Colour) -> None:
    """A framed landscape or a plain canvas on the back wall; often with a blue sky in it, which is no sky."""
    rng = world.rng
    left, top, right, bottom = back
    wide = (right - left) * float(rng.uniform(0.12, 0.34))
    tall = wide * float(rng.uniform(0.6, 1.2))
    x = left + float(rng.uniform(0.05, 0.9)) * max(right - left - wide, 1)
    y = top + float(rng.uniform(0.08, 0.45)) * max(bottom - top - tall, 1)
    frame = rgb(0.20, 0.14, 0.09) if rng.random() < 0.6 else rgb(0.85, 0.82, 0.75)
    edge = max(1.0, 0.05 * wide)
    canvas.rectangle(x - edge, y - edge, x + wide + edge, y + tall + edge, frame * tone)
    steps = 24
    blue, pale = rgb(0.32, 0.54, 0.82), rgb(0.84, 0.89, 0.93)
    if rng.random() < 0.35:
        blue, pale = (np.asarray(rng.uniform(0.2, 0.9, 3), np.float32) for _ in range(2))
    for step in range(steps):
        colour = mix(blue, pale, step / steps) * tone
        canvas.rectangle(x, y + tall * step / steps, x + wide, y + tall * (step + 1) / steps, colour)
    crest = y + tall * float(rng.uniform(0.5, 0.8))
    points = [(x + wide * k / 8, crest + 0.12 * tall * float(rng.uniform(-1, 1))) for k in range(9)]
    canvas.polygon([*points, (x + wide, y + tall), (x, y + tall)], rgb(0.25, 0.36, 0.20) * tone)


def _blinds(canvas: Canvas, world: World, back: Corners, tone: Colour) -> None:
    """A window whose blinds are closed, with daylight glowing through the gaps."""
    rng = world.rng
    left, top, right, bottom = back
    wide = (right - left) * float(rng.uniform(0.25, 0.45))
    tall = (bottom - top) * float(rng.uniform(0.5, 0.7))
    x = left + float(rng.uniform(0.05, 0.95)) * (right - left - wide)
    y = top + 0.1 * (bottom - top)
    canvas.rectangle(x - 3, y - 3, x + wide + 3, y + tall + 3, rgb(0.9, 0.9, 0.88) * tone)
    slats = int(np.clip(tall / (4 * world.unit), 6, 40))
    glow = mix(rgb(0.93, 0.95, 0.97), rgb(0.80, 0.74, 0.62), float(rng.random()))
    for slat in range(slats):
        first = y + tall * slat / slats
        canvas.rectangle(x, first, x + wide, first + tall / slats, glow * np.float32(0.78) * tone)
        canvas.rectangle(x, first, x + wide, first + 0.2 * tall / slats, glow * np.float32(0.55) * tone)


def _furniture(canvas: Canvas, world: World, back: Corners, tone: Colour) -> None:
    """Boxes that stand for cupboards, beds and tables, with a lit top and a darker front."""
    rng = world.rng
    height, width = world.size_hw
    bottom = back[3]
    for _ in range(int(rng.integers(1, 5))):
        wide, tall = width * float(rng.uniform(0.1, 0.35)), height * float(rng.uniform(0.08, 0.35))
        feet = bottom + (height - bottom) * float(rng.uniform(0.05, 0.9))
        x = float(rng.uniform(-0.05, 0.95)) * width
        colour = np.asarray(rng.uniform(0.25, 0.95) * rng.uniform(0.7, 1.1, 3), np.float32)
        deep = 0.25 * tall
        skew = (width / 2 - x - wide / 2) * 0.12
        canvas.polygon(
            [
                (x, feet - tall),
                (x + wide, feet - tall),
                (x + wide + skew, feet - tall - deep),
                (x + skew, feet - tall - deep),
            ],
            colour * np.float32(1.1) * tone,
        )
        canvas.rectangle(x, feet - tall, x + wide, feet, colour * np.float32(0.72) * tone)
        doors = int(rng.integers(1, 4))
        for door in range(1, doors):
            seam = x + wide * door / doors
            canvas.line([(seam, feet - tall), (seam, feet)], colour * np.float32(0.5) * tone, 1.2 * world.unit)


def _lamps(world: World, back: Corners, tone: Colour) -> None:
    """Ceiling lamps, overexposed as in most photographs, with a glow."""
    rng = world.rng
    height, width = world.size_hw
    canvas = Canvas(world.size_hw, 3)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    glow = np.zeros(world.size_hw, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        x, y = width * float(rng.uniform(0.15, 0.85)), back[1] * float(rng.uniform(0.2, 1.3))
        radius = min(height, width) * float(rng.uniform(0.02, 0.06))
        if rng.random() < 0.5:
            canvas.line([(x, 0), (x, y)], rgb(0.15, 0.15, 0.15), 1.5 * world.unit)
            canvas.ellipse(x, y, radius, radius * 0.8, rgb(1.0, 0.98, 0.93))
        else:
            canvas.ellipse(x, y, radius * 2.2, radius * 0.6, rgb(1.0, 0.99, 0.96))
        glow += 0.6 * np.exp(-np.hypot(rows - y, columns - x) / (2.2 * radius))
    world.items.append(layer_of(np.asarray(tone, np.float32), np.clip(glow, 0, 0.8), rng, 5.0, veil=True))
    world.items.append(canvas.layer(4.0))
