"""Masks and images as other tools write them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skymask.data.label_files import Alpha, Numbers, largest_number, read_alpha, read_size
from skymask.errors import DataError
from skymask.masks.layouts import LAYOUTS, build
from skymask.masks.origin import Origin, Source
from skymask.photographs.read import Photograph
from skymask.photographs.write import write_mask
from skymask.runtime.stats import SkyStats

HALF = np.repeat(np.array([[255], [0]], np.uint8), 5, axis=1)


def read_alone(path: Path) -> Alpha:
    """A mask as the import reads it where it is the only one."""
    largest = largest_number(path)
    return read_alpha(path, Numbers(one_is_sky=largest <= 1, sixteen_hold_eight=largest <= 255))


def as_colours(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.repeat(pixels[..., None], 3, axis=2))


@pytest.mark.parametrize(
    ("image", "conversion"),
    [
        (Image.fromarray(HALF), None),
        (Image.fromarray(HALF).convert("1"), "1 bit to 8"),
        (Image.fromarray(HALF // 255), "0 and 1 to 0 and 255"),
        (Image.fromarray(HALF.astype(np.uint16) * 257), "16 bits to 8"),
        (Image.fromarray(HALF.astype(np.uint16)), "8 bits stored as 16 to 8"),
        (Image.fromarray(HALF.astype(np.uint16) // 255), "0 and 1 to 0 and 255"),
        (as_colours(HALF), "RGB to grey"),
        (as_colours(HALF // 255), "0 and 1 to 0 and 255"),
        (as_colours(HALF).convert("RGBA"), "RGBA to grey"),
        (Image.fromarray(HALF).convert("LA"), "LA to grey"),
        (Image.fromarray(HALF).convert("P"), "P to grey"),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else str(value),
)
def test_masks_of_all_kinds_mean_the_same(image: Image.Image, conversion: str | None, tmp_path: Path) -> None:
    image.save(tmp_path / "mask.png")
    alpha = read_alone(tmp_path / "mask.png")
    assert alpha.pixels.dtype == np.uint8
    np.testing.assert_array_equal(alpha.pixels, HALF)
    assert alpha.conversion == conversion


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("scale", [1, 257])
def test_of_a_tiff_in_which_zero_is_white_sky_is_white(tmp_path: Path, orientation: int, scale: int) -> None:
    file = tmp_path / "mask.tif"
    shades = np.repeat(np.array([[255], [70], [0]], np.uint16), 5, axis=1)
    Image.fromarray(65535 - shades * np.uint16(scale)).save(file, tiffinfo={274: orientation})
    photometric = struct.pack("<HHI", 262, 3, 1)  # the head of the entry; Pillow writes no other value than 1
    file.write_bytes(file.read_bytes().replace(photometric + b"\1", photometric + b"\0"))
    np.testing.assert_array_equal(read_alone(file).pixels, shades)


def test_a_mask_without_sky_and_one_of_nothing_else_stay_as_they_are(tmp_path: Path) -> None:
    for value in (0, 255, 128):
        Image.new("L", (4, 3), value).save(tmp_path / "mask.png")
        alpha = read_alone(tmp_path / "mask.png")
        assert (alpha.pixels == value).all()
        assert alpha.conversion is None
        assert not alpha.looks_like_numbers


def test_numbers_of_classes_are_suspected(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 10], [23, 2]], np.uint8)).save(tmp_path / "mask.png")
    assert read_alone(tmp_path / "mask.png").looks_like_numbers


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image.new("RGB", (4, 4), (135, 206, 235)), "has colours"),
        (Image.new("RGBA", (4, 4), (255, 255, 255, 0)), "has transparent parts"),
        (Image.fromarray(np.zeros((4, 4), np.float32)), "of the kind F"),
    ],
    ids=["colours", "transparent", "float"],
)
def test_masks_that_are_not_clear_are_refused(image: Image.Image, said: str, tmp_path: Path) -> None:
    image.save(tmp_path / "mask.tif")
    with pytest.raises(DataError, match=said):
        read_alpha(tmp_path / "mask.tif")


@pytest.mark.parametrize("read", [read_alpha, read_size])
def test_files_that_break_off_are_refused(read: object, tmp_path: Path) -> None:
    path = tmp_path / "image.jpg"
    Image.effect_noise((64, 48), 80).save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="cannot be decoded"):
        read(path)  # type: ignore[operator]
    path.write_bytes(b"text")
    with pytest.raises(DataError, match="cannot be decoded"):
        read(path)  # type: ignore[operator]
    path.unlink()
    with pytest.raises(DataError, match="No such file"):
        read(path)  # type: ignore[operator]


def test_images_have_eight_bits(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    assert read_size(tmp_path / "a.png") == (30, 40)
    Image.fromarray(np.zeros((30, 40), np.uint16)).save(tmp_path / "b.png")
    with pytest.raises(DataError, match="more than 8 bits"):
        read_size(tmp_path / "b.png")


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "plain"])
def test_masks_of_skymasks_own_in_which_sky_is_not_white_are_refused(name: str, tmp_path: Path) -> None:
    origin = Origin(name, "tiny 0.0.1", Source(7), SkyStats(0.5, 1.0))
    photograph = Photograph(np.zeros((*HALF.shape, 3), np.uint8), 1)
    build(name).write(HALF, photograph, tmp_path / "mask.png", origin)
    with pytest.raises(DataError, match=rf"mask\.png is a mask of skymask's layout {name}, .* with --layout plain\."):
        read_alpha(tmp_path / "mask.png")


def test_plain_masks_of_skymasks_own_are_taken(tmp_path: Path) -> None:
    origin = Origin("plain", "tiny 0.0.1", Source(7), SkyStats(0.5, 1.0))
    write_mask(HALF, tmp_path / "mask.png", text=origin.to_text())
    np.testing.assert_array_equal(read_alpha(tmp_path / "mask.png").pixels, HALF)


def speck(value: int, marked: int, dtype: type = np.uint8) -> np.ndarray:
    """A mask of 1,000 pixels, a few of which are marked."""
    pixels = np.zeros((25, 40), dtype)
    pixels.flat[:marked] = value
    return pixels


OTHERS_HOLD_MORE = Numbers(one_is_sky=False, sixteen_hold_eight=False)


@pytest.mark.parametrize("numbers", [None, OTHERS_HOLD_MORE, Numbers(one_is_sky=True, sixteen_hold_eight=True)])
def test_a_plain_mask_of_skymasks_own_is_never_stretched(numbers: Numbers | None, tmp_path: Path) -> None:
    origin = Origin("plain", "tiny 0.0.1", Source(7), SkyStats(0.0, 1.0))
    for marked in (5, 500):
        write_mask(speck(1, marked), tmp_path / "mask.png", text=origin.to_text())
        alpha = read_alpha(tmp_path / "mask.png", numbers)
        np.testing.assert_array_equal(alpha.pixels, speck(1, marked))
        assert alpha.conversion is None
        assert not alpha.looks_like_numbers


@pytest.mark.parametrize("numbers", [None, OTHERS_HOLD_MORE])
def test_specks_of_the_faintest_alpha_are_no_sky(numbers: Numbers | None, tmp_path: Path) -> None:
    Image.fromarray(speck(1, 9)).save(tmp_path / "mask.png")
    alpha = read_alpha(tmp_path / "mask.png", numbers)
    np.testing.assert_array_equal(alpha.pixels, speck(1, 9))
    assert alpha.conversion is None
    Image.fromarray(speck(200, 9, np.uint16)).save(tmp_path / "mask.png")
    alpha = read_alpha(tmp_path / "mask.png", numbers)
    assert not alpha.pixels.any()
    assert alpha.conversion == "16 bits to 8"


@pytest.mark.parametrize("numbers", [None, OTHERS_HOLD_MORE])
@pytest.mark.parametrize("store", [Image.fromarray, as_colours], ids=["grey", "colours"])
def test_numbers_0_and_1_among_alpha_are_refused(store: object, numbers: Numbers | None, tmp_path: Path) -> None:
    store(speck(1, 10)).save(tmp_path / "mask.png")  # type: ignore[operator]
    said = r"mask\.png holds the numbers 0 and 1, which as alpha are no sky\. Import it with `skymask data import`"
    with pytest.raises(DataError, match=said):
        read_alpha(tmp_path / "mask.png", numbers)


def test_sixteen_bits_of_which_only_the_lower_are_used_depend_on_the_other_masks(tmp_path: Path) -> None:
    Image.fromarray(speck(200, 10, np.uint16)).save(tmp_path / "mask.png")
    said = r"mask\.png has 16 bits but no number above 200, .*\. Import it with `skymask data import`"
    with pytest.raises(DataError, match=said):
        read_alpha(tmp_path / "mask.png")
    assert not read_alpha(tmp_path / "mask.png", OTHERS_HOLD_MORE).pixels.any()
    alpha = read_alpha(tmp_path / "mask.png", Numbers(one_is_sky=False, sixteen_hold_eight=True))
    np.testing.assert_array_equal(alpha.pixels, speck(200, 10))
    assert alpha.conversion == "8 bits stored as 16 to 8"
