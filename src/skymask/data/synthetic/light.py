"""The light of a scene: one small set of colours that sky, land and water all take theirs from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skymask.data.synthetic.noise import Values

Colour = NDArray[np.float32]  # [3] or [..., 3], RGB in display values, 0 to 1


def rgb(red: float, green: float, blue: float) -> Colour:
    """Returns a colour, float32 [3], display RGB from 0 to 1."""
    return np.array([red, green, blue], np.float32)


def mix(first: Values, second: Values, share: float | Values) -> Colour:
    """Returns `first` for a share of 0 and `second` for 1; shares of shape [...] give colours [..., 3]."""
    weight = np.asarray(share, np.float32)[..., None]
    return np.asarray(first + (second - first) * weight, np.float32)


@dataclass(frozen=True)
class Light:
    """Where the light comes from and what colour it has."""

    stops: tuple[Colour, ...]
    """Sky colours from the horizon up to the zenith."""
    sun: Colour
    """Direct light on a surface that faces the sun or the moon."""
    ambient: Colour
    """Light from everywhere."""
    haze: Colour
    """What distant things fade into."""
    visibility: float
    """Distance at which 63 % of a thing's colour is lost, in kilometres."""
    sun_xy: tuple[float, float]
    """Sun (or moon) in fractions of the frame's width and height; y below 0 is above the frame."""
    night: float = 0.0
    """0 by day, 1 at night: how many windows and lamps are lit."""

    def shade(self, albedo: Values, facing: float | Values, distance_km: float = 0.0) -> Colour:
        """Returns a surface's colour as the camera sees it.

        Args:
            albedo: The surface's own colour, [3] or [..., 3].
            facing: How much it faces the sun, 0 to 1, scalar or [...].
            distance_km: How much air is in between.
        """
        lit = albedo * (self.ambient + self.sun * np.asarray(facing, np.float32)[..., None])
        return self.through_air(lit, distance_km)

    def through_air(self, colour: Values, distance_km: float) -> Colour:
        """Returns a colour after aerial perspective."""
        return mix(colour, self.haze, 1 - math.exp(-distance_km / self.visibility))

    def side(self) -> float:
        """Returns -1 where the light comes from the left, 1 from the right."""
        return -1.0 if self.sun_xy[0] < 0.5 else 1.0


def light_for(kind: str, rng: np.random.Generator) -> Light:
    """Draws the light of a scene of the given kind."""
    special = {"sea_fog": _sea_fog, "lamplight": _lamplight}
    if kind in special:
        return special[kind](rng)
    if kind == "desert" and rng.random() < 0.3:
        return _dust(rng)
    at_any_hour = kind in ("water", "city", "forest", "snow", "sky", "desert", "ridge", "facade", "shore")
    hour = rng.random() if at_any_hour else 1.0
    night_share = 0.16 if kind in ("city", "water", "snow") else 0.05
    if kind == "night" or hour < night_share:
        return _night(rng)
    if kind == "dusk" or hour < night_share + 0.2:
        return _dusk(rng)
    if kind in ("overcast", "fog") or hour < night_share + 0.36:
        return _grey(rng, foggy=kind == "fog")
    return _day(rng)


def _somewhere(rng: np.random.Generator, low_y: float, high_y: float) -> tuple[float, float]:
    return float(rng.uniform(-0.15, 1.15)), float(rng.uniform(low_y, high_y))


def _day(rng: np.random.Generator) -> Light:
    palettes = (
        (rgb(0.80, 0.88, 0.94), rgb(0.55, 0.73, 0.90), rgb(0.29, 0.53, 0.82), rgb(0.15, 0.36, 0.68)),
        (rgb(0.86, 0.91, 0.93), rgb(0.66, 0.80, 0.91), rgb(0.42, 0.64, 0.86), rgb(0.27, 0.50, 0.78)),
        (rgb(0.90, 0.89, 0.84), rgb(0.76, 0.84, 0.88), rgb(0.56, 0.73, 0.87), rgb(0.40, 0.60, 0.80)),
        (rgb(0.70, 0.85, 0.93), rgb(0.42, 0.68, 0.88), rgb(0.16, 0.45, 0.76), rgb(0.06, 0.27, 0.58)),
    )
    stops = palettes[rng.integers(len(palettes))]
    warm = float(rng.uniform(0, 1))
    return Light(
        stops=stops,
        sun=mix(rgb(0.92, 0.90, 0.84), rgb(1.05, 0.86, 0.62), warm),
        ambient=mix(rgb(0.34, 0.40, 0.50), rgb(0.36, 0.37, 0.45), warm),
        haze=mix(stops[0], stops[1], 0.45),
        visibility=float(rng.uniform(14, 45)),
        sun_xy=_somewhere(rng, -0.6, 0.25),
    )


# From the horizon up to the zenith.
_DUSK_SKIES = (
    (
        rgb(1.0, 0.74, 0.38),
        rgb(0.96, 0.56, 0.38),
        rgb(0.62, 0.44, 0.55),
        rgb(0.24, 0.28, 0.48),
        rgb(0.12, 0.17, 0.36),
    ),
    (
        rgb(0.98, 0.62, 0.44),
        rgb(0.88, 0.50, 0.52),
        rgb(0.56, 0.42, 0.62),
        rgb(0.30, 0.32, 0.56),
        rgb(0.17, 0.21, 0.43),
    ),
    (
        rgb(1.0, 0.83, 0.55),
        rgb(0.98, 0.74, 0.56),
        rgb(0.80, 0.70, 0.70),
        rgb(0.50, 0.59, 0.74),
        rgb(0.31, 0.43, 0.66),
    ),
    (
        rgb(0.95, 0.50, 0.28),
        rgb(0.74, 0.36, 0.34),
        rgb(0.42, 0.28, 0.40),
        rgb(0.19, 0.19, 0.36),
        rgb(0.08, 0.10, 0.24),
    ),
    (
        rgb(0.86, 0.70, 0.62),
        rgb(0.62, 0.58, 0.68),
        rgb(0.38, 0.45, 0.66),
        rgb(0.20, 0.29, 0.52),
        rgb(0.10, 0.17, 0.36),
    ),
)


def _dusk(rng: np.random.Generator) -> Light:
    stops = _DUSK_SKIES[rng.integers(len(_DUSK_SKIES))]
    glow = mix(stops[0], stops[1], 0.4)
    depth = float(rng.uniform(0.35, 1.0))
    return Light(
        stops=stops,
        sun=np.asarray(glow * (0.15 + 0.5 * depth), np.float32),
        ambient=np.asarray(mix(stops[2], stops[3], 0.6) * (0.28 + 0.42 * depth), np.float32),
        haze=mix(stops[0], stops[2], 0.45),
        visibility=float(rng.uniform(10, 26)),
        sun_xy=(float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.3, 0.62))),
        night=0.7 * (1 - depth),
    )


def _night(rng: np.random.Generator) -> Light:
    palettes = (
        (rgb(0.13, 0.17, 0.26), rgb(0.08, 0.12, 0.22), rgb(0.04, 0.07, 0.16), rgb(0.02, 0.035, 0.10)),
        (rgb(0.27, 0.20, 0.16), rgb(0.16, 0.13, 0.15), rgb(0.08, 0.08, 0.12), rgb(0.04, 0.045, 0.08)),
        (rgb(0.17, 0.26, 0.33), rgb(0.10, 0.17, 0.27), rgb(0.06, 0.10, 0.20), rgb(0.03, 0.05, 0.13)),
        (rgb(0.045, 0.05, 0.06), rgb(0.03, 0.035, 0.045), rgb(0.02, 0.022, 0.03), rgb(0.012, 0.014, 0.02)),
    )
    stops = palettes[rng.integers(len(palettes))]
    return Light(
        stops=stops,
        sun=np.asarray(rgb(0.13, 0.15, 0.20) * rng.uniform(0.3, 1.3), np.float32),
        ambient=np.asarray(mix(stops[1], rgb(0.09, 0.10, 0.13), 0.5) * rng.uniform(0.6, 2.2), np.float32),
        haze=mix(stops[0], stops[1], 0.5),
        visibility=float(rng.uniform(10, 30)),
        sun_xy=(float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.05, 0.4))),
        night=1.0,
    )


def _lamplight(rng: np.random.Generator) -> Light:
    """Lamps that outshine the sky: it is black, the dull glow of a town, or the last blue."""
    draw = rng.random()
    if draw < 0.6:
        low = rgb(0.05, 0.048, 0.05) * np.float32(rng.uniform(0.1, 1.2))
        high = np.asarray(low * float(rng.uniform(0.4, 1.0)), np.float32)
    elif draw < 0.8:
        glow = mix(rgb(0.46, 0.30, 0.17), rgb(0.30, 0.27, 0.33), float(rng.random()))
        low = np.asarray(glow * float(rng.uniform(0.35, 1.0)), np.float32)
        high = np.asarray(low * float(rng.uniform(0.35, 0.8)), np.float32)
    else:
        low = rgb(0.14, 0.22, 0.40) * np.float32(rng.uniform(0.4, 1.2))
        high = np.asarray(low * float(rng.uniform(0.3, 0.7)), np.float32)
    lamp = mix(rgb(1.0, 0.64, 0.26), rgb(0.92, 0.96, 1.0), float(rng.random()))
    strength = float(np.exp(rng.uniform(np.log(0.4), np.log(2.0))))
    return Light(
        stops=tuple(mix(low, high, share) for share in (0.0, 0.3, 0.7, 1.0)),
        sun=np.asarray(lamp * 0.6 * strength, np.float32),
        ambient=np.asarray(lamp * 0.5 * strength, np.float32),
        haze=low,
        visibility=float(rng.uniform(4, 20)),
        sun_xy=(-0.1 if rng.random() < 0.5 else 1.1, -0.3),
        night=1.0,
    )


def _grey(rng: np.random.Generator, foggy: bool) -> Light:
    level = float(rng.uniform(0.66, 0.93) if foggy else rng.uniform(0.5, 0.9))
    tint = mix(rgb(0.96, 1.0, 1.05), rgb(1.04, 1.0, 0.95), float(rng.random()))
    low, high = tint * level, tint * level * float(rng.uniform(0.62, 0.95))
    stops = (low, mix(low, high, 0.4), mix(low, high, 0.8), high)
    return Light(
        stops=tuple(np.asarray(stop, np.float32) for stop in stops),
        sun=np.asarray(rgb(0.22, 0.22, 0.22) * level, np.float32),
        ambient=np.asarray(rgb(0.74, 0.77, 0.81) * level, np.float32),
        haze=np.asarray(low * (0.98 if foggy else 0.92), np.float32),
        visibility=float(rng.uniform(0.06, 0.5) if foggy else rng.uniform(6, 18)),
        sun_xy=_somewhere(rng, -0.6, -0.2),
    )


def _dust(rng: np.random.Generator) -> Light:
    """Sand in the air: the sky takes the colour of the ground."""
    level = float(rng.uniform(0.62, 0.95))
    sand = mix(rgb(0.98, 0.86, 0.68), rgb(0.95, 0.92, 0.86), float(rng.random()))
    above = mix(sand, rgb(0.70, 0.78, 0.86), float(rng.uniform(0.1, 0.8)))
    stops = tuple(np.asarray(mix(sand, above, share) * level, np.float32) for share in (0.0, 0.35, 0.75, 1.0))
    return Light(
        stops=stops,
        sun=np.asarray(rgb(0.62, 0.53, 0.40) * level * float(rng.uniform(0.3, 1.2)), np.float32),
        ambient=np.asarray(rgb(0.62, 0.58, 0.53) * level, np.float32),
        haze=np.asarray(stops[0] * 0.95, np.float32),
        visibility=float(rng.uniform(1.0, 9)),
        sun_xy=_somewhere(rng, -0.6, 0.2),
    )


def _sea_fog(rng: np.random.Generator) -> Light:
    """Flat grey light, fog, or mist that the sun shines through."""
    draw = rng.random()
    if draw < 0.65:
        return _grey(rng, foggy=draw < 0.4)
    clear = _dusk(rng) if draw < 0.78 else _day(rng)
    pale = rgb(0.84, 0.88, 0.92) if draw >= 0.78 else mix(clear.stops[0], clear.stops[2], 0.5)
    thick = float(rng.uniform(0.45, 0.9))
    stops = tuple(mix(stop, pale * np.float32(0.97), thick) for stop in clear.stops)
    return replace(
        clear, stops=stops, haze=mix(stops[0], stops[1], 0.3), sun=clear.sun * np.float32(1.05 - 0.5 * thick)
    )
