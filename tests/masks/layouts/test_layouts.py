"""What all layouts have in common; the suite runs over each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from skymask import __version__
from skymask.errors import InputError, OutputError
from skymask.masks.layouts import LAYOUTS, build
from skymask.masks.layouts.layout import Layout
from skymask.masks.origin import Origin, Source
from skymask.photographs.read import Photograph
from skymask.runtime.stats import SkyStats

ALPHA = np.zeros((5, 7), np.uint8)
ALPHA[:2] = 255
ALPHA[2, 3] = 128
ALPHA[2, 4] = 127
RGB = np.random.default_rng(0).integers(0, 256, (*ALPHA.shape, 3), np.uint8)


ORIGIN = Origin("plain", "tiny 0.0.1", Source(7), SkyStats(0.5, 0.25))


def photograph(orientation: int = 1) -> Photograph:
    return Photograph(RGB, orientation)


def white(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return mask > 127


def black(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    assert set(np.unique(mask)) == {0, 255}
    return mask == 0


def transparent(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    np.testing.assert_array_equal(picture[..., :3], RGB)
    return picture[..., 3] < 128


def first_colour(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (mask == mask[0, 0]).all(axis=-1)


# How a reader that knows nothing of skymask tells the sky in each layout.
SKY = {
    "plain": white,
    "colmap": black,
    "nerfstudio": black,
    "cutout": transparent,
    "coco-panoptic": first_colour,
    "coco-panoptic-void": first_colour,
}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Layout:
    return build(request.param)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_knows_its_name(name: str) -> None:
    assert build(name).name == name


@pytest.mark.parametrize("name", ["day/a.jpg", "day/a.b.TIFF", "shot.0001"])
def test_a_mask_keeps_the_subfolder_and_the_name(layout: Layout, name: str) -> None:
    mask = layout.place(Path(name))
    assert mask.suffix == ".png"
    assert mask.parent.name == Path(name).parent.name or mask.parent.name == "panoptic"
    assert mask.stem in (Path(name).stem, Path(name).name)
    assert not mask.is_absolute()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_is_stored_like_its_photograph(
    layout: Layout, orientation: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    mask = tmp_path / layout.place(Path("a.jpg"))
    layout.write(ALPHA, photograph(orientation), mask, ORIGIN)
    with Image.open(mask) as stored:
        assert stored.size == ((7, 5) if orientation < 5 else (5, 7))
        assert stored.getexif().get(ExifTags.Base.Orientation, 1) == orientation
        upright = np.asarray(ImageOps.exif_transpose(stored))
    np.testing.assert_array_equal(SKY[request.node.callspec.params["layout"]](upright), ALPHA > 127)


def test_a_mask_that_was_written_is_kept_and_says_where_it_comes_from(layout: Layout, tmp_path: Path) -> None:
    mask = tmp_path / layout.place(Path("day/a.jpg"))
    layout.write(ALPHA, photograph(6), mask, ORIGIN)
    layout.keep(mask)
    with Image.open(mask) as stored:
        assert Origin.from_text(stored.info) == ORIGIN
        assert stored.info["Software"] == f"skymask {__version__}"
    assert [file.name for file in mask.parent.iterdir()] == [mask.name]


def test_an_output_that_cannot_be_written_is_an_error(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match=r"a(\.jpg)?\.png cannot be written"):
        layout.write(ALPHA, photograph(), tmp_path / "out" / layout.place(Path("a.jpg")), ORIGIN)


@pytest.mark.parametrize(("given", "meant"), [("cocopanoptic", "coco-panoptic"), ("Plain", "plain"), ("void", None)])
def test_an_unknown_layout_is_refused_with_the_nearest(given: str, meant: str | None) -> None:
    with pytest.raises(InputError, match=f"no mask layout '{given}'") as refused:
        build(given)
    assert (f"Did you mean '{meant}'?" in str(refused.value)) == (meant is not None)
    assert "Known: coco-panoptic, coco-panoptic-void, colmap, cutout, nerfstudio, plain." in str(refused.value)
