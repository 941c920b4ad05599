from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skymask.data.augment import AugmentConfig, Labelled, augment
from skymask.data.synthetic import render

NOTHING = AugmentConfig(
    rotation_deg=0, horizontal_flip=0, vertical_flip=0, scale=(1, 1), aspect=(1, 1), tone=0, night=0, saturation=0,
    grey=0, haze=0, blur=0, noise=0, jpeg=0,
)  # fmt: skip
EVERYTHING = AugmentConfig(tone=1, night=1, saturation=1, grey=1, haze=1, blur=1, noise=1, jpeg=1)


def run(config: AugmentConfig, seed: int = 0, size_hw: tuple[int, int] = (60, 80)) -> Labelled:
    scene = render(3, (60, 80), "day")
    return augment(scene.image, scene.alpha, np.ones((60, 80), bool), size_hw, config, np.random.default_rng(seed))


def changed(**values: object) -> AugmentConfig:
    return NOTHING.model_copy(update=values)


def test_nothing_changes_nothing() -> None:
    scene = render(3, (60, 80), "day")
    item = run(NOTHING)
    difference = np.abs(item.image.numpy() - scene.image.transpose(2, 0, 1).astype(int))
    assert difference.max() <= 1  # the warp interpolates, be it by nothing
    assert np.abs(item.alpha.numpy() - scene.alpha.astype(int)).max() <= 1
    assert item.valid.all()


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(32, 120), st.integers(32, 120))
def test_any_chance_gives_tensors_of_the_size_asked_for(seed: int, height: int, width: int) -> None:
    item = run(EVERYTHING, seed, (height, width))
    assert item.image.shape == (3, height, width)
    assert item.image.dtype == item.alpha.dtype == torch.uint8
    assert item.alpha.shape == item.valid.shape == (height, width)


def test_the_same_seed_gives_the_same_picture() -> None:
    first, second, other = run(AugmentConfig(), 5), run(AugmentConfig(), 5), run(AugmentConfig(), 6)
    assert torch.equal(first.image, second.image)
    assert torch.equal(first.alpha, second.alpha)
    assert not torch.equal(first.image, other.image)


def test_labels_move_with_the_picture() -> None:
    plain, flipped = run(NOTHING), run(changed(horizontal_flip=1.0))
    assert torch.equal(flipped.image, plain.image.flip(2))
    assert torch.equal(flipped.alpha, plain.alpha.flip(1))
    upside_down = run(changed(vertical_flip=1.0))
    assert torch.equal(upside_down.alpha, plain.alpha.flip(0))


def test_what_a_rotation_brings_in_has_no_label() -> None:
    for seed in range(10):
        item = run(changed(rotation_deg=20.0), seed)
        outside = ~item.valid
        assert (item.image[:, outside].float().mean() < 30) or not outside.any()
    assert any((~run(changed(rotation_deg=20.0), seed).valid).any() for seed in range(10))


def test_a_crop_keeps_the_picture_whole_pixels_valid() -> None:
    assert all(run(changed(scale=(0.5, 0.9)), seed).valid.all() for seed in range(10))


@pytest.mark.parametrize(("name", "check"), [
    ("night", lambda item, plain: item.image.float().mean() < 0.7 * plain.image.float().mean()),
    ("grey", lambda item, plain: torch.equal(item.image[0], item.image[2])),
    ("haze", lambda item, plain: item.image.float().std() < plain.image.float().std()),
    ("blur", lambda item, plain: item.image.float().diff().abs().mean() < plain.image.float().diff().abs().mean()),
    ("noise", lambda item, plain: item.image.float().diff().abs().mean() > plain.image.float().diff().abs().mean()),
    ("jpeg", lambda item, plain: 0 < (item.image.float() - plain.image.float()).abs().mean() < 15),
])  # fmt: skip
def test_each_change_does_what_its_name_says_and_leaves_the_labels(name: str, check) -> None:
    plain = run(NOTHING)
    for seed in range(5):
        item = run(changed(**{name: 1.0}), seed)
        assert check(item, plain)
        assert torch.equal(item.alpha, plain.alpha)


def test_a_closer_crop_shows_no_sky() -> None:
    plain = run(NOTHING)
    assert plain.alpha.any()
    items = [run(changed(ground_crop=1.0), seed) for seed in range(30)]
    crops = [item for item in items if not torch.equal(item.image, plain.image)]  # where the few tries found one
    assert len(crops) > 10
    assert all(item.alpha.max() < 20 and item.valid.all() for item in crops)
    assert not torch.equal(crops[0].image, crops[1].image)


def test_where_all_is_sky_there_is_no_closer_crop() -> None:
    scene = render(3, (60, 80), "day")
    sky, known = np.full_like(scene.alpha, 255), np.ones((60, 80), bool)
    item = augment(scene.image, sky, known, (60, 80), changed(ground_crop=1.0), np.random.default_rng(0))
    assert torch.equal(item.image, run(NOTHING).image)
    assert (item.alpha == 255).all()
