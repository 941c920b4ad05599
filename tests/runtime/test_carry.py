"""A mask brought to later frames: close to their truth where the camera moved, untouched where it did not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from skymask.data.synthetic import clip, render
from skymask.errors import InputError
from skymask.runtime.carry import Carry, Motion

Plane = NDArray[np.uint8]


def luma(image: Plane) -> Plane:
    return np.rint(16 + image @ np.array([0.257, 0.504, 0.098])).astype(np.uint8)


def error(alpha: Plane, truth: Plane) -> float:
    return float(np.abs(alpha.astype(int) - truth).mean())


def moved(plane: Plane, shift: complex, degrees: float = 0.0, growth: float = 0.0) -> Plane:
    """Moves a plane about its middle as `Motion` says; the edge is repeated."""
    back = 1 / ((1 + growth) * complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees))))
    matrix = np.array([[back.real, back.imag], [-back.imag, back.real]])  # of (y, x)
    middle = (np.array(plane.shape) - 1) / 2
    offset = middle - matrix @ (middle + np.array([shift.imag, shift.real]))
    return ndimage.affine_transform(plane, matrix, offset, order=1, mode="nearest")


@pytest.mark.parametrize(("seed", "kind"), [(5, "city"), (8, "dusk"), (11, "day"), (723, "water")])
def test_a_panning_camera_is_followed(seed: int, kind: str) -> None:
    """In the built-in clips the camera turns and walks, near things move more, and the frames are noisy."""
    scenes = list(clip(seed, 9, (120, 200), kind))
    carry = Carry(luma(scenes[0].image), scenes[0].alpha)
    for scene in scenes[2:]:
        carried = carry.to(luma(scene.image))
        assert error(carried, scene.alpha) < 0.4 * error(scenes[0].alpha, scene.alpha)


@pytest.mark.parametrize(
    ("shift", "degrees", "growth"),
    [(3 - 2j, 0, 0), (0j, 4, 0), (0j, 0, 0.06), (-5 + 4j, -3, -0.03), (24 + 0j, 0, 0), (0 - 16j, 0, 0)],
    ids=["shift", "roll", "forward", "all", "far right", "far up"],
)
def test_shift_roll_and_growth_are_measured(shift: complex, degrees: float, growth: float) -> None:
    scene = render(11, (240, 320), "city")
    then = luma(scene.image)
    now, truth = (moved(plane, shift, degrees, growth) for plane in (then, scene.alpha))
    carry = Carry(then, scene.alpha)
    motion = carry.motion(now)
    turn = (1 + growth) * complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees))) - 1
    assert abs(motion.shift - shift) < 0.8
    assert abs(motion.turn - turn) < 0.01
    assert error(carry.to(now), truth) < 0.3 * error(scene.alpha, truth)


def test_along_a_straight_horizon_no_movement_is_made_up() -> None:
    then = np.full((160, 240), 190, np.uint8)
    then[90:] = 60
    alpha = np.where(then > 100, 255, 0).astype(np.uint8)
    now = np.roll(then, 7, axis=0)
    now[:7] = 190
    carry = Carry(then, alpha)
    assert abs(carry.motion(now).shift - 7j) < 0.5
    assert (carry.to(now) == np.where(now > 100, 255, 0)).all()


@pytest.mark.parametrize("sigma", [0, 6])
def test_a_camera_that_stands_still_keeps_the_mask_to_the_pixel(sigma: float) -> None:
    scene = render(4, (120, 160), "day")
    noise = np.random.default_rng(1)
    frames = [
        np.clip(luma(scene.image) + noise.normal(0, sigma, (120, 160)), 0, 255).astype(np.uint8) for _ in range(2)
    ]
    carried = Carry(frames[0], scene.alpha).to(frames[1])
    assert (carried == scene.alpha).all()


def test_what_passes_by_does_not_drag_the_sky_along() -> None:
    scene = render(4, (120, 160), "day")
    then, now = luma(scene.image), luma(scene.image)
    then[20:60, 10:40], now[20:60, 30:60] = 30, 30
    assert (Carry(then, scene.alpha).to(now) == scene.alpha).all()


def test_a_frame_that_tells_nothing_leaves_the_mask_where_it_is() -> None:
    scene = render(4, (120, 160), "day")
    flat = np.full((120, 160), 128, np.uint8)
    assert (Carry(luma(scene.image), scene.alpha).to(flat) == scene.alpha).all()


@pytest.mark.parametrize("level", [0, 255])
def test_without_a_border_there_is_nothing_to_move(level: int) -> None:
    planes = [luma(scene.image) for scene in itertools.islice(clip(5, 8, (96, 128)), 0, 8, 7)]
    alpha = np.full((96, 128), level, np.uint8)
    carry = Carry(planes[0], alpha)
    assert carry.motion(planes[1]) == Motion()
    result = carry.to(planes[1])
    assert (result == level).all()
    assert not np.shares_memory(result, alpha)


@pytest.mark.parametrize("size_hw", [(32, 32), (33, 241), (250, 37), (32, 2001)])
def test_odd_sizes(size_hw: tuple[int, int]) -> None:
    texture = ndimage.gaussian_filter(np.random.default_rng(2).normal(0, 1, size_hw), 3)
    alpha = np.where(texture > 0, 255, 0).astype(np.uint8)
    then = np.clip(120 + 60 * texture / texture.std(), 16, 235).astype(np.uint8)
    now, truth = moved(then, 3 + 1j), moved(alpha, 3 + 1j)
    for plane in (then, alpha, now):
        plane.setflags(write=False)
    result = Carry(then, alpha).to(now)
    assert result.shape == size_hw
    assert error(result, truth) < 0.3 * error(alpha, truth)


def test_the_same_frames_give_the_same_mask() -> None:
    scenes = list(clip(5, 6, (96, 128)))
    carry = Carry(luma(scenes[0].image), scenes[0].alpha)
    first = carry.to(luma(scenes[5].image))
    carry.to(luma(scenes[2].image))
    assert (carry.to(luma(scenes[5].image)) == first).all()


@pytest.mark.parametrize(
    ("plane", "found"),
    [
        (np.zeros((64, 96, 3), np.uint8), r"uint8 \[64, 96, 3\]"),
        (np.zeros((64, 95), np.uint8), r"uint8 \[64, 95\]"),
        (np.zeros((64, 96)), r"float64 \[64, 96\]"),
        (None, "a NoneType"),
    ],
    ids=["colours", "another size", "floats", "nothing"],
)
def test_what_is_no_plane_of_the_size_is_refused(plane: Plane, found: str) -> None:
    good = np.zeros((64, 96), np.uint8)
    with pytest.raises(InputError, match=rf"here \[64, 96\]; got {found}"):
        Carry(good, good).to(plane)
    with pytest.raises(InputError, match="carried between the brightness planes"):
        Carry(plane, good)
