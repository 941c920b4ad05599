"""The filter over time: steadier where nothing moves, never late where something does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage

from skymask.data.synthetic import clip, render
from skymask.errors import InputError
from skymask.runtime.temporal import LONGEST_MEMORY, TemporalFilter

Picture = NDArray[np.uint8]
Pair = tuple[Picture, Picture]


def noisy(image: Picture, noise: np.random.Generator, sigma: float) -> Picture:
    return np.clip(image + noise.normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


def error(alpha: Picture, truth: Picture) -> float:
    return float(np.abs(alpha.astype(int) - truth).mean())


def changes(alphas: list[Picture]) -> float:
    return float(np.mean([error(*pair) for pair in itertools.pairwise(alphas)]))


def class_flips(alphas: list[Picture]) -> int:
    return sum(int(((b > 127) != (a > 127)).sum()) for a, b in itertools.pairwise(alphas))


def still_camera(frames: int, kind: str = "day") -> Iterator[Pair]:
    """A camera's noise in the frames; in the alphas noise along the border, and now and then a false patch."""
    noise = np.random.default_rng(7)
    scene = render(4, (180, 320), kind)
    truth = scene.alpha
    band = ndimage.grey_dilation(truth, 5) != ndimage.grey_erosion(truth, 5)
    for index in range(frames):
        alpha = np.where(band, noisy(truth, noise, 50), truth)
        if index % 7 in (5, 6):  # for two frames
            alpha[140:160, 100:160] ^= 255
        yield noisy(scene.image, noise, 4), alpha


def restless_picture(grain: float, ripples: float, frames: int) -> Iterator[Pair]:
    """A camera that stands still; the lower half varies all the time, and is taken for sky now and then."""
    noise = np.random.default_rng(5)
    tiles = np.indices((180, 240)).sum(axis=0) // 24 % 2 == 0
    for index in range(frames):
        frame = np.where(tiles, 120.0, 150.0)
        waves = ndimage.gaussian_filter(noise.normal(0, 1, (90, 240)), 3)
        frame[90:] += ripples * waves / waves.std()
        alpha = np.zeros((180, 240), np.uint8)
        if index >= 24 and index % 6 < 2:
            alpha[100:170, 20:220] = 255
        yield noisy(np.repeat(frame[..., np.newaxis], 3, axis=2), noise, grain), alpha


def panning_camera(px_per_frame: float, frames: int = 12, size_hw: tuple[int, int] = (120, 200)) -> Iterator[Pair]:
    """A wide scene, cut out at a moving place; the alphas are exact."""
    height, width = size_hw
    scene = render(11, (height, width + 110), "city")
    noise = np.random.default_rng(3)
    for index in range(frames):
        offset = (0, -index * px_per_frame, 0)
        image = ndimage.shift(scene.image, offset, order=1, mode="nearest")[:, :width]
        alpha = ndimage.shift(scene.alpha, offset[:2], order=1, mode="nearest")[:, :width]
        yield noisy(image, noise, 2), alpha


def run(pairs: Iterator[Pair] | list[Pair], **options: int) -> list[Picture]:
    steady = TemporalFilter(**options)
    return [steady(frame, alpha) for frame, alpha in pairs]


@pytest.mark.parametrize("kind", ["day", "water", "night"])
def test_a_still_camera_flickers_less_than_half_as_much_and_errs_less(kind: str) -> None:
    truth = render(4, (180, 320), kind).alpha
    given_alphas = [alpha for _, alpha in still_camera(40, kind)]
    steadied = run(still_camera(40, kind))
    assert changes(steadied) < changes(given_alphas) / 4
    assert class_flips(steadied) < class_flips(given_alphas) / 4
    errors, errors_before = ([error(alpha, truth) for alpha in way] for way in (steadied, given_alphas))
    assert np.mean(errors) < np.mean(errors_before)
    assert np.mean(errors[20:]) < 0.65 * np.mean(errors_before[20:])


def test_a_patch_that_flips_for_two_frames_never_shows_in_the_mask() -> None:
    steadied = run(still_camera(40))
    truth = render(4, (180, 320), "day").alpha
    patch = np.s_[142:158, 102:158]
    assert (truth[patch] == 0).all(), "the scene has no ground here"
    assert max(int(alpha[patch].max()) for alpha in steadied[7:]) < 64


@pytest.mark.parametrize(
    ("grain", "ripples", "share"), [(3, 0, 0.02), (20, 0, 0.1), (3, 5, 0.5)], ids=["day", "night", "water"]
)
def test_neither_noise_nor_ripples_let_false_sky_through(grain: float, ripples: float, share: float) -> None:
    steadied = run(restless_picture(grain, ripples, 48))
    given_alphas = [alpha for _, alpha in restless_picture(grain, ripples, 48)]
    false, false_before = (float(np.mean([alpha > 127 for alpha in way[24:]])) for way in (steadied, given_alphas))
    assert false < share * false_before


@pytest.mark.parametrize(("grain", "ripples"), [(20, 0), (3, 5)], ids=["night", "water"])
def test_a_thing_that_appears_before_a_restless_picture_counts_at_once(grain: float, ripples: float) -> None:
    steady = TemporalFilter()
    for frame, _ in restless_picture(grain, ripples, 24):
        steady(frame, np.full((180, 240), 255, np.uint8))
    clear = np.full((180, 240), 255, np.uint8)
    frame[40:90, 40:80] = 30
    clear[40:90, 40:80] = 0
    assert error(steady(frame, clear), clear) < 0.5


def test_a_long_pan_is_not_taken_for_a_restless_picture() -> None:
    """What is usual is not learned from a moving camera: else its edges would soon seem usual."""
    pairs = list(panning_camera(3.5, 30))
    result = run(pairs)[-1]
    a_frame = error(pairs[-1][1], pairs[-2][1])
    assert error(result, pairs[-1][1]) < 0.5 * a_frame


@pytest.mark.parametrize("px_per_frame", [0.6, 1, 2, 3.5, 8])
def test_a_panning_camera_is_followed_within_less_than_a_frame(px_per_frame: float) -> None:
    truths = [alpha for _, alpha in panning_camera(px_per_frame)]
    steadied = run(panning_camera(px_per_frame))
    late = [error(alpha, truth) for alpha, truth in zip(steadied[1:], truths[1:], strict=True)]
    a_frame = [error(truth, before) for truth, before in zip(truths[1:], truths, strict=False)]
    assert np.mean(late) < 0.7 * np.mean(a_frame)
    assert all(now < then for now, then in zip(late, a_frame, strict=True))


@pytest.mark.parametrize("px_per_frame", [0.05, 0.1, 0.3])
def test_a_camera_that_hardly_moves_is_followed_within_less_than_a_pixel(px_per_frame: float) -> None:
    truths = [alpha for _, alpha in panning_camera(px_per_frame, 40)]
    steadied = run(panning_camera(px_per_frame, 40))
    a_pixel = error(ndimage.shift(truths[-1], (0, 1), order=1, mode="nearest"), truths[-1])
    assert error(steadied[-1], truths[-1]) < 0.6 * a_pixel


def test_a_moving_camera_with_a_noisy_model_does_not_err_more() -> None:
    noise = np.random.default_rng(1)
    scenes = list(clip(5, 12, (180, 320), "city"))
    alphas = [np.where(s.alpha % 255, noisy(s.alpha, noise, 40), s.alpha) for s in scenes]
    steadied = run([(s.image, alpha) for s, alpha in zip(scenes, alphas, strict=True)])
    before, after = (
        np.mean([error(a, s.alpha) for a, s in zip(way, scenes, strict=True)]) for way in (alphas, steadied)
    )
    assert after < 1.05 * before


def test_a_thing_that_moves_before_a_still_camera_counts_at_once() -> None:
    frame, alpha = np.full((120, 160, 3), 200, np.uint8), np.full((120, 160), 255, np.uint8)
    steady = TemporalFilter()
    for index in range(20):
        crane, clear = frame.copy(), alpha.copy()
        crane[30:70, 10 + 4 * index : 30 + 4 * index] = 40
        clear[30:70, 10 + 4 * index : 30 + 4 * index] = 0
        assert (steady(crane, clear) == clear).all()


def test_a_lamp_that_is_switched_on_counts_where_it_shines() -> None:
    scene = render(4, (120, 160), "night")
    steady = TemporalFilter()
    for _ in range(15):
        steady(scene.image, scene.alpha)
    lit, seen = scene.image.copy(), np.zeros_like(scene.alpha)
    lit[40:60, 50:80] = 250
    seen[40:60, 50:80] = 255
    result = steady(lit, seen)
    assert (result[40:60, 50:80] == 255).all()
    assert (result[100:, 120:] == scene.alpha[100:, 120:]).all()


def test_at_a_cut_nothing_is_kept() -> None:
    first, second = render(1, (120, 160), "day"), render(2, (120, 160), "night")
    alphas = run([(first.image, first.alpha)] * 15 + [(second.image, second.alpha)])
    assert (alphas[-1] == second.alpha).all()


def test_a_model_that_changes_its_mind_is_believed_in_the_end() -> None:
    scene = render(1, (64, 96), "day")
    ground = np.zeros_like(scene.alpha)
    alphas = run([(scene.image, ground)] * 20 + [(scene.image, np.full_like(ground, 255))] * 100)
    assert alphas[20].max() < 127, "a single frame is doubted"
    assert (alphas[-1] == 255).all()


def test_a_change_of_size_and_a_reset_begin_anew() -> None:
    small, large = render(1, (64, 96), "day"), render(1, (96, 64), "day")
    steady = TemporalFilter()
    for _ in range(5):
        steady(small.image, small.alpha)
    assert (steady(large.image, large.alpha) == large.alpha).all()
    other = 255 - large.alpha
    assert (steady(large.image, other) != other).any()
    steady.reset()
    assert (steady(large.image, other) == other).all()


def test_what_is_sure_stays_sure_and_inputs_stay_as_they_are() -> None:
    steady = TemporalFilter()
    sure = ndimage.grey_erosion(render(4, (180, 320), "day").alpha, 7) == 255
    assert sure.any()
    for frame, alpha in still_camera(12):
        frame.setflags(write=False)
        alpha.setflags(write=False)
        result = steady(frame, alpha)
        assert result.dtype == np.uint8
        assert (result[sure] == 255).all()
        result[:] = 77  # the caller owns it
    assert error(steady(frame, alpha), alpha) < 10


def test_the_same_frames_give_the_same_alphas() -> None:
    pairs = list(still_camera(6))
    first, second = run(pairs), run(pairs)
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_a_memory_of_one_frame_changes_nothing() -> None:
    pairs = list(still_camera(8))
    assert all((a == alpha).all() for a, (_, alpha) in zip(run(pairs, memory=1), pairs, strict=True))


@pytest.mark.parametrize("size_hw", [(32, 32), (33, 241), (250, 37), (481, 32), (32, 9001)])
def test_odd_sizes_are_covered_to_the_last_pixel(size_hw: tuple[int, int]) -> None:
    black, white = np.zeros((*size_hw, 3), np.uint8), np.full((*size_hw, 3), 255, np.uint8)
    alphas = run([(black, np.zeros(size_hw, np.uint8))] * 4 + [(white, np.full(size_hw, 255, np.uint8))])
    assert (alphas[-1] == 255).all()


pictures = arrays(np.uint8, (32, 40, 3), elements=st.sampled_from([0, 100, 104, 108, 255]), fill=st.just(100))
any_alphas = arrays(np.uint8, (32, 40), fill=st.integers(0, 255))


@settings(max_examples=40)
@given(st.lists(st.tuples(pictures, any_alphas), min_size=2, max_size=6), st.integers(1, LONGEST_MEMORY))
def test_the_result_lies_between_the_last_result_and_the_new_alpha(pairs: list[Pair], memory: int) -> None:
    steady = TemporalFilter(memory)
    last = pairs[0][1]
    for frame, alpha in pairs:
        result = steady(frame, alpha)
        assert (result >= np.minimum(last, alpha)).all()
        assert (result <= np.maximum(last, alpha)).all()
        last = result


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: TemporalFilter(0), "1 to 32 frames; got 0"),
        (lambda: TemporalFilter(33), "got 33"),
        (lambda: TemporalFilter("12"), "whole number, 1 to 32 frames; got '12'"),  # type: ignore[arg-type]
        (lambda: TemporalFilter(1.5), "whole number, 1 to 32 frames; got 1.5"),  # type: ignore[arg-type]
        (lambda: TemporalFilter()(np.zeros((40, 40, 3)), np.zeros((40, 40), np.uint8)), "float64"),  # type: ignore[arg-type]
        (lambda: TemporalFilter()(None, np.zeros((40, 40), np.uint8)), "NoneType"),  # type: ignore[arg-type]
        (lambda: TemporalFilter()(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 41), np.uint8)), "[40, 41]"),
        (lambda: TemporalFilter()(np.zeros((40, 40, 3), np.uint8), np.zeros((40, 40))), "float64 [40, 40]"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_named(call: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        call()
