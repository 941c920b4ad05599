from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skymask.data.augment import AugmentConfig
from skymask.data.dataset import TrainingSet
from skymask.data.manifest import Sample, read_manifest
from skymask.data.swap import sky_patch, swap_sky
from tests.support.datasets import write_dataset

STILL = AugmentConfig(
    rotation_deg=0,
    horizontal_flip=0,
    vertical_flip=0,
    scale=(1, 1),
    aspect=(1, 1),
    tone=0,
    night=0,
    saturation=0,
    grey=0,
    haze=0,
    blur=0,
    noise=0,
    jpeg=0,
)


def landscape(sky: int, ground: int, horizon: int = 30) -> tuple[np.ndarray, np.ndarray]:
    image = np.full((60, 80, 3), ground, np.uint8)
    image[:horizon] = sky
    alpha = np.zeros((60, 80), np.uint8)
    alpha[:horizon] = 255
    return image, alpha


def test_a_patch_is_nothing_but_sky() -> None:
    image, alpha = landscape(sky=200, ground=50)
    alpha[5:, 40:] = 0  # a tower on the right side
    image[5:, 40:] = 50
    patch = sky_patch(image, alpha)
    assert patch is not None
    assert (patch == 200).all()
    assert patch.shape[0] == 30


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_whatever_the_mask_a_patch_holds_sky_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    depth = rng.integers(0, 40, size=50)
    sky = np.arange(40)[:, None] < depth
    patch = sky_patch(np.repeat((sky * 255).astype(np.uint8)[..., None], 3, 2), (sky * 255).astype(np.uint8))
    assert patch is None or (patch == 255).all()


@pytest.mark.parametrize("horizon", [0, 5])
def test_too_little_sky_gives_no_patch(horizon: int) -> None:
    assert sky_patch(*landscape(200, 50, horizon)) is None


def test_the_sky_is_replaced_and_the_ground_keeps_its_shape() -> None:
    image, alpha = landscape(sky=200, ground=100)
    image[40:, 10:20] = 20
    swapped = swap_sky(image, alpha, np.full((10, 10, 3), 60, np.uint8))
    assert (abs(swapped[:27].astype(int) - 60) <= 1).all()
    ground = swapped[34:].astype(int)
    assert (ground[:, 30:] == ground[0, 30]).all()
    assert 50 < ground[0, 30, 0] < 100  # darker, as the new sky is
    assert ground[10, 15, 0] < ground[0, 30, 0]


def test_without_sky_nothing_changes() -> None:
    image, _ = landscape(200, 100)
    assert swap_sky(image, np.zeros((60, 80), np.uint8), image[:10]) is image


def test_the_training_set_swaps_by_the_seed_of_the_draw(tmp_path: Path) -> None:
    samples = read_manifest(write_dataset(tmp_path))
    never, always = (TrainingSet(samples, STILL.model_copy(update={"sky_swap": chance})) for chance in (0.0, 1.0))
    changed = 0
    for seed in range(8):
        draw = (0, seed, (48, 64))
        first, again = always[draw], always[draw]
        assert (first["image"] == again["image"]).all()
        changed += bool((first["image"] != never[draw]["image"]).any())
    assert changed > 4
    unlabelled = [Sample(s.source, s.group, s.image, s.mask, s.mask) for s in samples]
    kept = TrainingSet(unlabelled, always.config)[0, 3, (48, 64)]
    assert (kept["image"] == never[0, 3, (48, 64)]["image"]).all()
