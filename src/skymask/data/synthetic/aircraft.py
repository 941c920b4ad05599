"""Things that fly: small solid models, turned at random, lit from above. They are not sky, whatever is behind them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skymask.data.synthetic.canvas import Canvas
from skymask.data.synthetic.layers import World, own_randomness
from skymask.data.synthetic.light import Colour, mix, rgb

Vectors = NDArray[np.float64]  # [n, 3]: x to the nose, y to the left wing, z up; a model is about 1 long
Facet = tuple[Vectors, Colour]
Station = tuple[float, float, float, float]  # x, z of the middle, half width, half height

_GLASS = rgb(0.12, 0.15, 0.19)
_BLADE = rgb(0.16, 0.16, 0.17)
_PAINTS = (
    (rgb(0.92, 0.92, 0.92), rgb(0.70, 0.72, 0.75)),
    (rgb(0.90, 0.90, 0.88), rgb(0.62, 0.12, 0.12)),
    (rgb(0.92, 0.92, 0.92), rgb(0.12, 0.22, 0.48)),
    (rgb(0.52, 0.56, 0.60), rgb(0.44, 0.48, 0.52)),
    (rgb(0.30, 0.33, 0.27), rgb(0.42, 0.46, 0.46)),
    (rgb(0.88, 0.68, 0.14), rgb(0.80, 0.60, 0.12)),
    (rgb(0.74, 0.14, 0.12), rgb(0.88, 0.88, 0.88)),
    (rgb(0.14, 0.15, 0.17), rgb(0.12, 0.12, 0.13)),
)


def _tube(
    stations: list[Station], top: Colour, belly: Colour, glass_x: tuple[float, float] = (9.0, 9.0)
) -> list[Facet]:
    """A body of oval cross-sections; its upper part is glass between the two given places."""
    sides = 12
    turns = np.arange(sides + 1) * 2 * math.pi / sides
    rings = [np.stack([np.full(sides + 1, x), w * np.sin(turns), z + h * np.cos(turns)], 1) for x, z, w, h in stations]
    facets: list[Facet] = []
    for first, second in pairwise(rings):
        x = (first[0, 0] + second[0, 0]) / 2
        for k in range(sides):
            upper = math.cos((k + 0.5) * 2 * math.pi / sides)
            colour = _GLASS if upper > 0.2 and glass_x[0] < x < glass_x[1] else top if upper > -0.3 else belly
            facets.append((np.stack([first[k], first[k + 1], second[k + 1], second[k]]), colour))
    return facets


def _plate(corners: list[tuple[float, float, float]], thick: float, colour: Colour, along: int = 2) -> list[Facet]:
    """A flat part with its two faces `thick` apart in the direction of the axis `along`, and its rim."""
    upper, lower = np.array(corners), np.array(corners)
    upper[:, along] += thick / 2
    lower[:, along] -= thick / 2
    after = [*range(1, len(corners)), 0]
    rim = [np.stack([upper[k], upper[n], lower[n], lower[k]]) for k, n in enumerate(after)]
    return [(part, colour) for part in (*rim, upper, lower)]


def _pair(corners: list[tuple[float, float, float]], thick: float, colour: Colour) -> list[Facet]:
    """A wing on each side."""
    return _plate(corners, thick, colour) + _plate([(x, -y, z) for x, y, z in corners], thick, colour)


def _wing(root: Station, tip: Station, thick: float, colour: Colour) -> list[Facet]:
    """Wings from two stations of (front x, back x, y, z)."""
    corners = [(root[0], *root[2:]), (tip[0], *tip[2:]), (tip[1], *tip[2:]), (root[1], *root[2:])]
    return _pair(corners, thick, colour)


def _fin(front: float, back: float, base: float, tip: float, colour: Colour) -> list[Facet]:
    lean = 0.75 * (tip - base)
    corners = [(front, 0.0, base), (front - lean, 0.0, tip), (back - 0.2 * lean, 0.0, tip), (back, 0.0, base)]
    return _plate(corners, 0.012, colour, along=1)


def _airliner(rng: np.random.Generator, top: Colour, belly: Colour) -> list[Facet]:
    body: list[Station] = [(0.5, -0.012, 0.004, 0.004), (0.485, -0.008, 0.02, 0.02), (0.45, 0.0, 0.036, 0.038)]
    body += [
        (0.4, 0.0, 0.045, 0.047),
        (-0.2, 0.0, 0.045, 0.047),
        (-0.36, 0.012, 0.03, 0.034),
        (-0.5, 0.03, 0.006, 0.01),
    ]
    sweep = float(rng.uniform(0.14, 0.26))
    parts = _tube(body, top, belly, (0.43, 0.475))
    parts += _wing((0.12, -0.09, 0.03, -0.025), (0.12 - sweep, 0.07 - sweep - 0.02, 0.48, 0.035), 0.012, belly)
    parts += _wing((-0.38, -0.47, 0.01, 0.03), (-0.45, -0.5, 0.18, 0.045), 0.008, belly)
    parts += _fin(-0.33, -0.48, 0.03, 0.19, top if rng.random() < 0.5 else belly)
    for y in (0.16, -0.16):
        pod: list[Station] = [(0.12, -0.06, 0.022, 0.022), (0.08, -0.06, 0.026, 0.026), (-0.01, -0.055, 0.015, 0.015)]
        parts += [(points + np.array([0.0, y, 0.0]), colour) for points, colour in _tube(pod, belly, belly)]
    return parts


def _light_plane(rng: np.random.Generator, top: Colour, belly: Colour) -> list[Facet]:
    """One propeller; the wing above or below the cabin, or both, or very long as a glider's."""
    body: list[Station] = [(0.42, -0.01, 0.02, 0.02), (0.39, -0.01, 0.055, 0.06), (0.2, 0.0, 0.065, 0.075)]
    body += [(0.14, 0.025, 0.068, 0.1), (-0.05, 0.025, 0.062, 0.095), (-0.2, 0.0, 0.04, 0.05), (-0.5, 0.02, 0.01, 0.02)]
    parts = _tube(body, top, belly, (-0.02, 0.19))
    style = rng.random()
    levels = (0.125,) if style < 0.45 else (-0.05,) if style < 0.85 else (0.15, -0.06)
    half = float(rng.uniform(0.5, 0.68)) if style < 0.7 else 1.1 if style < 0.85 else 0.48
    chord = 0.19 if half < 0.9 else 0.1
    for z in levels:
        parts += _wing((0.17, 0.17 - chord, 0.0, z), (0.15, 0.02, half, z + 0.05), 0.018, top)
    parts += _wing((-0.4, -0.49, 0.0, 0.03), (-0.42, -0.49, 0.2, 0.03), 0.01, top)
    parts += _fin(-0.36, -0.5, 0.02, 0.2, belly)
    if half < 0.9:
        angle = float(rng.uniform(0, math.pi))
        y, z = 0.15 * math.cos(angle), 0.15 * math.sin(angle)
        blade = [(0.43, y, z), (0.43, y * 0.95 - z * 0.1, z * 0.95 + y * 0.1), (0.43, -y, -z)]
        parts += _plate(blade, 0.008, _BLADE, along=0)
        for x, y in ((0.06, 0.13), (0.06, -0.13), (0.36, 0.0)):
            wheel: list[Station] = [
                (x + 0.035, -0.17, 0.008, 0.008),
                (x, -0.17, 0.012, 0.035),
                (x - 0.035, -0.17, 0.008, 0.008),
            ]
            parts += [(points + np.array([0.0, y, 0.0]), colour) for points, colour in _tube(wheel, _BLADE, _BLADE)]
            leg = [
                (x + 0.008, y * 0.4, -0.06),
                (x + 0.008, y, -0.17),
                (x - 0.008, y, -0.17),
                (x - 0.008, y * 0.4, -0.06),
            ]
            parts += _plate(leg, 0.012, belly)
    return parts


def _fighter(rng: np.random.Generator, top: Colour, belly: Colour) -> list[Facet]:
    body: list[Station] = [(0.55, -0.01, 0.002, 0.002), (0.4, 0.0, 0.03, 0.035), (0.28, 0.015, 0.038, 0.06)]
    body += [(0.15, 0.01, 0.06, 0.055), (-0.3, 0.0, 0.07, 0.05), (-0.48, 0.0, 0.045, 0.042)]
    parts = _tube(body, top, belly, (0.2, 0.36))
    parts += _wing((0.14, -0.34, 0.04, 0.0), (-0.2, -0.32, float(rng.uniform(0.28, 0.38)), -0.01), 0.012, top)
    parts += _wing((-0.36, -0.5, 0.04, 0.0), (-0.47, -0.54, 0.2, 0.0), 0.01, top)
    return parts + _fin(-0.2, -0.48, 0.04, 0.22, top)


def _helicopter(rng: np.random.Generator, top: Colour, belly: Colour) -> list[Facet]:
    body: list[Station] = [(0.4, -0.06, 0.01, 0.01), (0.36, -0.05, 0.07, 0.06), (0.24, -0.01, 0.11, 0.11)]
    body += [(0.0, 0.0, 0.12, 0.13), (-0.16, 0.02, 0.08, 0.09), (-0.3, 0.05, 0.03, 0.035), (-0.8, 0.07, 0.014, 0.018)]
    parts = _tube(body, top, belly, (0.1, 0.39))
    parts += _fin(-0.7, -0.82, 0.05, 0.22, top)
    parts += _plate([(0.03, 0, 0.12), (0.03, 0, 0.21), (-0.04, 0, 0.21), (-0.04, 0, 0.12)], 0.05, belly, along=1)
    blades, start = int(rng.integers(2, 6)), float(rng.uniform(0, math.pi))
    for k in range(blades):
        angle = start + 2 * math.pi * k / blades
        c, s = math.cos(angle), math.sin(angle)
        reach, wide, droop = 0.72, 0.022, 0.03
        blade = [(-wide * s, wide * c, 0.21), (reach * c - wide * s, reach * s + wide * c, 0.21 + droop)]
        blade += [(reach * c + wide * s, reach * s - wide * c, 0.21 + droop), (wide * s, -wide * c, 0.21)]
        parts += _plate(blade, 0.01, _BLADE)
    rotor = [(-0.80 + 0.13 * math.cos(a), 0.03, 0.12 + 0.13 * math.sin(a)) for a in (start, start + 0.15, start + 3.14)]
    parts += _plate(rotor, 0.008, _BLADE, along=1)
    for y in (0.11, -0.11):
        parts += _plate(
            [(0.28, y, -0.22), (0.28, y * 1.2, -0.22), (-0.2, y * 1.2, -0.22), (-0.2, y, -0.22)], 0.02, _BLADE
        )
        for x in (0.14, -0.08):
            parts += _plate(
                [(x, y, -0.22), (x, y * 0.7, -0.1), (x - 0.02, y * 0.7, -0.1), (x - 0.02, y, -0.22)], 0.02, _BLADE
            )
    return parts


def _bird(rng: np.random.Generator, _top: Colour, _belly: Colour) -> list[Facet]:
    """A gull or a bird of prey, its wings bent in flight."""
    gull = rng.random() < 0.35
    back = rgb(0.66, 0.68, 0.70) if gull else rgb(0.22, 0.17, 0.13) * np.float32(rng.uniform(0.5, 1.3))
    belly = rgb(0.92, 0.92, 0.92) if gull else np.asarray(back * 1.3, np.float32)
    body: list[Station] = [(0.36, 0.0, 0.005, 0.005), (0.3, 0.01, 0.035, 0.035), (0.22, 0.0, 0.04, 0.045)]
    body += [(0.05, -0.01, 0.075, 0.075), (-0.2, 0.0, 0.045, 0.045), (-0.3, 0.0, 0.02, 0.01)]
    lift, fall = float(rng.uniform(-0.05, 0.25)), float(rng.uniform(-0.2, 0.2))
    wrist: Station = (0.2, -0.08, 0.4, 0.03 + lift)
    parts = _tube(body, back, belly)
    parts += _wing((0.14, -0.13, 0.03, 0.03), wrist, 0.015, back)
    parts += _wing(wrist, (0.0, -0.1, 0.85, 0.03 + lift + fall), 0.012, np.asarray(back * 0.7, np.float32))
    return parts + _pair([(-0.25, 0.0, 0.0), (-0.45, 0.1, 0.0), (-0.46, 0.0, 0.0)], 0.01, back)


_MODELS: tuple[Callable[[np.random.Generator, Colour, Colour], list[Facet]], ...] = (
    _airliner,
    _light_plane,
    _fighter,
    _helicopter,
    _bird,
)
_MODEL_SHARES = (0.2, 0.3, 0.14, 0.2, 0.16)


def _turn(roll: float, pitch: float, heading: float) -> Vectors:
    """Matrix that banks, then raises the nose, then heads; the eye looks along the result's y axis."""
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    ch, sh = math.cos(heading), math.sin(heading)
    bank = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    nose = np.array([[cp, 0, -sp], [0, 1, 0], [sp, 0, cp]])
    return np.asarray(np.array([[ch, -sh, 0], [sh, ch, 0], [0, 0, 1]]) @ nose @ bank, np.float64)


@own_randomness
def add_aircraft(world: World) -> None:
    """Adds an aeroplane, helicopter or bird anywhere in the frame, 3 to 35 % of its width wide."""
    rng = world.rng
    height, width = world.size_hw
    top, belly = _PAINTS[int(rng.integers(len(_PAINTS)))]
    facets = _MODELS[int(rng.choice(len(_MODELS), p=_MODEL_SHARES))](rng, top, belly)
    turn = _turn(float(rng.normal(0, 0.35)), float(rng.normal(0, 0.12)), float(rng.uniform(0, 2 * math.pi)))
    tilt = float(rng.uniform(-0.25, 0.5))  # looked at from above (less than 0) or from below
    turn = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]]) @ turn
    seen = [points @ turn.T for points, _ in facets]
    low, high = (extreme([extreme(points[:, 0]) for points in seen]) for extreme in (min, max))
    scale = (0.03 + 0.32 * float(rng.random()) ** 1.4) * width / (high - low)
    at = (float(rng.uniform(0.15, 0.85)) * width, float(rng.uniform(0.08, 0.88)) * height)
    canvas = Canvas(world.size_hw, 4)
    sun = np.array([0.5 * world.light.side(), -0.3, 0.81])
    air = float(rng.uniform(0.0, 0.3))
    for index in sorted(range(len(facets)), key=lambda k: -float(seen[k][:, 1].mean())):
        points = seen[index]
        colour = mix(_lit(world, points, facets[index][1], sun), world.light.haze, air)
        canvas.polygon([(at[0] + scale * x, at[1] - scale * z) for x, _, z in points.tolist()], colour)
    world.items.append(canvas.layer(400.0))


def _lit(world: World, points: Vectors, albedo: Colour, sun: Vectors) -> Colour:
    """Colour of a facet: its side toward the eye, bright from above and dark from below."""
    normal = np.cross(points[2] - points[0], points[-1] - points[1])
    normal = normal / max(float(np.linalg.norm(normal)), 1e-9)
    if normal[1] > 0:
        normal = -normal
    open_sky = 0.65 + 0.35 * float(normal[2])
    return world.light.shade(albedo * np.float32(open_sky), float(np.clip(normal @ sun, 0, 1)))
