from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from skymask.data.manifest import read_manifest
from skymask.errors import DataError, InputError
from tests.support.datasets import HEADER, write_dataset


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_dataset(tmp_path)


def test_samples_come_in_the_order_of_the_file(manifest: Path) -> None:
    samples = read_manifest(manifest)
    assert [sample.image.name for sample in samples] == [f"{index}.png" for index in range(6)]
    assert samples[0].load_image().shape == (48, 64, 3)
    assert samples[0].load_mask().dtype == np.uint8
    assert samples[0].load_valid().all()


def test_ignore_maps_mark_what_has_no_label(manifest: Path) -> None:
    ignore = np.zeros((48, 64), np.uint8)
    ignore[:, :10] = 255
    Image.fromarray(ignore).save(manifest.parent / "ignore.png")
    manifest.write_text(HEADER + "a,0,0.png,0_mask.png,ignore.png,64,48,0.5\n")
    valid = read_manifest(manifest)[0].load_valid()
    assert not valid[:, :10].any()
    assert valid[:, 10:].all()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,0,gone.png,0_mask.png,,64,48,0.5", r"line 2: .*gone\.png does not exist"),
        ("a,0,0.png,0_mask.png,gone.png,64,48,0.5", r"gone\.png does not exist"),
        ("a,0,0.png,manifest.csv,,64,48,0.5", "not a readable image"),
        ("a,0,0.png,wide.png,,64,48,0.5", r"wide\.png is 65x48 but its image is 64x48"),
    ],
)
def test_files_that_do_not_fit_are_named(manifest: Path, line: str, message: str) -> None:
    Image.new("L", (65, 48)).save(manifest.parent / "wide.png")
    manifest.write_text(HEADER + line + "\n")
    with pytest.raises(DataError, match=message):
        read_manifest(manifest)


def test_missing_empty_and_foreign_manifests(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no manifest"):
        read_manifest(tmp_path / "none.csv")
    path = tmp_path / "m.csv"
    path.write_text(HEADER)
    with pytest.raises(DataError, match="lists no images"):
        read_manifest(path)
    path.write_text("image,label\n1,2\n")
    with pytest.raises(DataError, match="no column 'source'"):
        read_manifest(path)


def corner(height: int = 40, width: int = 64) -> np.ndarray:
    """Sky in the upper left corner of the stored pixels: no turn leaves it where it is."""
    mask = np.zeros((height, width), np.uint8)
    mask[:10, :30] = 255
    return mask


def stored(path: Path, pixels: np.ndarray, orientation: int) -> str:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path.name


@pytest.mark.parametrize("labels_are_tagged", [True, False])
@pytest.mark.parametrize("suffix", ["png", "tif", "jpg"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_image_and_labels_are_turned_upright_by_the_tag_of_the_image(
    tmp_path: Path, orientation: int, suffix: str, labels_are_tagged: bool
) -> None:
    tag = orientation if labels_are_tagged else 1
    image = stored(tmp_path / f"a.{suffix}", np.repeat(corner()[..., None], 3, axis=2), orientation)
    mask = stored(tmp_path / f"b.{suffix.replace('jpg', 'png')}", corner(), tag)
    ignore = stored(tmp_path / f"c.{suffix.replace('jpg', 'png')}", 255 - corner(), tag)
    rows = ("source,group,image,mask,ignore", f"s,g,{image},{mask},{ignore}", f"s,g,{image},{mask},")
    (tmp_path / "m.csv").write_text("\n".join(rows))
    labelled, whole = read_manifest(tmp_path / "m.csv")
    stored(tmp_path / "d.png", corner(), orientation)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / "d.png")))
    np.testing.assert_array_equal(labelled.load_mask(), upright)
    np.testing.assert_array_equal(labelled.load_image()[..., 0] > 127, upright > 127)
    np.testing.assert_array_equal(labelled.load_mask(), upright)
    np.testing.assert_array_equal(labelled.load_valid(), upright > 127)
    assert whole.load_valid().shape == upright.shape
    assert whole.load_valid().all()


def test_an_image_is_decoded_once_for_itself_and_its_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sample, *_) = read_manifest(write_dataset(tmp_path))
    decoded: list[str] = []
    load_end = PngImagePlugin.PngImageFile.load_end

    def spy(image: PngImagePlugin.PngImageFile) -> None:
        assert image.fp is not None
        decoded.append(Path(image.fp.name).name)
        load_end(image)

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_end", spy)
    for load in (sample.load_image, sample.load_mask, sample.load_valid):
        load()
    assert decoded == ["0.png", "0_mask.png"]
