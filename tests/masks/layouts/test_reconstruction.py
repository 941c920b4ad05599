"""Masks for 3D reconstruction: names and values as each tool reads them, by the rules of its own code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from skymask.masks.layouts import build
from skymask.masks.origin import Origin, Source
from skymask.photographs.read import Photograph, read_photograph
from skymask.runtime.stats import SkyStats

ALPHA = np.array([[255, 254, 200, 128], [127, 60, 1, 0]], np.uint8)
SKY = ALPHA > 127
RGB = np.random.default_rng(0).integers(0, 256, (2, 4, 3), np.uint8)

ORIGIN = Origin("plain", "tiny 0.0.1", Source(7), SkyStats(0.5, 0.25))


def written(layout: str, name: str, folder: Path, photograph: Photograph | None = None) -> dict[str, NDArray[np.uint8]]:
    """Writes one mask; returns all files in the folder, by their names."""
    form = build(layout)
    form.write(ALPHA, photograph or Photograph(RGB, 1), folder / form.place(Path(name)), ORIGIN)
    return {
        file.relative_to(folder).as_posix(): np.asarray(Image.open(file))
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("name", ["abc/012.jpg", "abc/012.png", "abc/012.x.TIFF"])
def test_colmap_finds_a_mask_and_takes_no_features_in_the_sky(name: str, tmp_path: Path) -> None:
    mask = written("colmap", name, tmp_path)[f"{name}.png"]
    np.testing.assert_array_equal(mask == 0, SKY)  # ImageReader: name + ".png"; a keypoint is dropped where grey is 0


@pytest.mark.parametrize(("name", "mask_name"), [("day/a.jpg", "day/a.png"), ("day/a.png", "day/a.png")])
def test_nerfstudio_finds_a_mask_and_ignores_the_sky(name: str, mask_name: str, tmp_path: Path) -> None:
    mask = written("nerfstudio", name, tmp_path)[mask_name]
    assert mask.ndim == 2
    np.testing.assert_array_equal(mask.astype(bool), ~SKY)  # get_image_mask_tensor_from_path: `.bool()`


@pytest.mark.parametrize("layout", ["colmap", "nerfstudio"])
def test_a_hard_mask_has_two_values(layout: str, tmp_path: Path) -> None:
    (mask,) = written(layout, "a.jpg", tmp_path).values()
    np.testing.assert_array_equal(mask, np.where(SKY, 0, 255))


def test_a_cutout_is_the_photograph_with_its_sky_transparent_and_soft(tmp_path: Path) -> None:
    picture = written("cutout", "day/a.jpg", tmp_path)["day/a.png"]
    np.testing.assert_array_equal(picture[..., :3], RGB)
    np.testing.assert_array_equal(picture[..., 3], 255 - ALPHA)


def test_a_cutout_keeps_the_colour_profile(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(RGB).save(tmp_path / "photo.png", icc_profile=profile)
    written("cutout", "a.png", tmp_path / "out", read_photograph(tmp_path / "photo.png"))
    with Image.open(tmp_path / "out" / "a.png") as picture:
        assert picture.info["icc_profile"] == profile


def test_a_profile_that_is_not_for_rgb_is_dropped(tmp_path: Path) -> None:
    Image.fromarray(RGB).convert("CMYK").save(tmp_path / "photo.jpg", icc_profile=bytes(16) + b"CMYK" + bytes(108))
    assert read_photograph(tmp_path / "photo.jpg").icc_profile is None
