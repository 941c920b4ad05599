from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from skymask.data.label_files import Numbers, read_alpha
from skymask.data.manifest import Sample, check_replaceable, read_manifest, write_manifest
from skymask.errors import DataError, InputError
from tests.support.datasets import HEADER, write_dataset
from tests.support.drives import set_apart


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
    manifest.write_text(HEADER + "a,0,0.png,0_mask.png,ignore.png,64,48,0.5\n", encoding="utf-8")
    valid = read_manifest(manifest)[0].load_valid()
    assert not valid[:, :10].any()
    assert valid[:, 10:].all()


STORED = {
    "1 bit": lambda label: Image.fromarray(label).convert("1"),
    "16 bits": lambda label: Image.fromarray(label.astype(np.uint16) * 257),
    "dark, of 16 bits": lambda label: Image.fromarray(label.astype(np.uint16) * 80),
    "grey as colours": lambda label: Image.fromarray(label).convert("RGB"),
}


@pytest.mark.parametrize("kind", STORED)
def test_labels_that_are_stored_otherwise_mean_what_they_mean_to_the_import(manifest: Path, kind: str) -> None:
    for name, label in (("mask.png", corner(48)), ("ignore.png", corner(48)[::-1])):
        STORED[kind](label).save(manifest.parent / name)
    manifest.write_text(HEADER + "a,0,0.png,mask.png,ignore.png,64,48,0.5\n", encoding="utf-8")
    (sample,) = read_manifest(manifest)
    expected = read_alpha(sample.mask, Numbers(one_is_sky=False, sixteen_hold_eight=False)).pixels
    np.testing.assert_array_equal(sample.load_mask(), expected)
    assert expected.max() == (79 if kind.startswith("dark") else 255)
    np.testing.assert_array_equal(sample.load_valid(), (expected <= 127)[::-1])


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (lambda: corner(48) // 255, "holds the numbers 0 and 1"),
        (lambda: corner(48).astype(np.uint16), "has 16 bits but no number above 255"),
    ],
    ids=["0 and 1", "8 bits in 16"],
)
def test_labels_that_only_the_import_can_understand_are_refused(
    manifest: Path, label: Callable[[], np.ndarray], said: str
) -> None:
    Image.fromarray(label()).save(manifest.parent / "odd.png")
    manifest.write_text(
        HEADER + "a,0,0.png,odd.png,,64,48,0.5\na,0,0.png,0_mask.png,odd.png,64,48,0.5\n", encoding="utf-8"
    )
    mask, ignore = read_manifest(manifest)
    for load in (mask.load_mask, ignore.load_valid):
        with pytest.raises(DataError, match=rf"odd\.png {said}.* with `skymask data import`"):
            load()


def test_a_soft_mask_without_sky_stays_without(manifest: Path) -> None:
    faint = np.zeros((48, 64), np.uint8)
    faint[20, 10:15] = 1
    Image.fromarray(faint).save(manifest.parent / "faint.png")
    Image.fromarray(faint.astype(np.uint16) * 200).save(manifest.parent / "deep.png")
    manifest.write_text(
        HEADER + "a,0,0.png,faint.png,faint.png,64,48,0.5\na,0,0.png,deep.png,,64,48,0.5\n", encoding="utf-8"
    )
    eight, sixteen = read_manifest(manifest)
    np.testing.assert_array_equal(eight.load_mask(), faint)
    assert eight.load_valid().all()
    assert not sixteen.load_mask().any()


def test_labels_in_colours_are_refused_and_named(manifest: Path) -> None:
    palette = Image.fromarray(corner(48) // 255).convert("P")
    palette.putpalette([0, 0, 0, 0, 0, 255])
    palette.save(manifest.parent / "colours.png")
    manifest.write_text(
        HEADER + "a,0,0.png,colours.png,,64,48,0.5\na,0,0.png,0_mask.png,colours.png,64,48,0.5\n", encoding="utf-8"
    )
    mask, ignore = read_manifest(manifest)
    for load in (mask.load_mask, ignore.load_valid):
        with pytest.raises(DataError, match=r"colours\.png has colours, .* Save it as 8-bit grey"):
            load()


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
    manifest.write_text(HEADER + line + "\n", encoding="utf-8")
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


def broken_chunk(content: bytes) -> bytes:
    """A PNG whose pixels go on in a chunk without a name."""
    at = content.rindex(b"IDAT")
    return content[:at] + b"\0\1\2\3" + content[at + 4 :]


DAMAGES = {"cut": lambda content: content[: len(content) * 2 // 3], "broken chunk": broken_chunk}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["0.png", "0_mask.png", "ignore.png"])
def test_a_damaged_file_is_named_with_the_remedy_when_it_is_loaded(tmp_path: Path, file: str, damage: str) -> None:
    manifest = write_dataset(tmp_path, size_hw=(400, 400))
    noise = np.random.default_rng(0).integers(0, 256, (400, 400), np.uint8)
    Image.fromarray(noise).save(tmp_path / "ignore.png")
    if file != "0.png":
        Image.fromarray(noise).save(tmp_path / file)
    manifest.write_text(HEADER + "a,0,0.png,0_mask.png,ignore.png,400,400,0.5\n")
    (tmp_path / file).write_bytes(DAMAGES[damage]((tmp_path / file).read_bytes()))
    (sample,) = read_manifest(manifest)
    with pytest.raises(DataError, match=rf"{file} cannot be decoded: .*Restore the file or remove its line"):
        _ = sample.load_image(), sample.load_mask(), sample.load_valid()


def test_an_image_larger_than_is_safe_is_named(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(DataError, match=r"line 2: .*0\.png is not a readable image.*Restore it or remove the line"):
        read_manifest(manifest)


def test_a_byte_order_mark_is_no_part_of_the_first_column(manifest: Path) -> None:
    manifest.write_text(manifest.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert len(read_manifest(manifest)) == 6


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"source,group,image,mask\n\ns,K\xf6ln,0.png,0_mask.png\n", r"m\.csv, line 3.*not UTF-8.*save it as"),
        (b"source,group,image,mask\n\n\ns,g,gone.png,0_mask.png\n", r"m\.csv, line 4: .*gone\.png does not exist"),
        (b"source,group,image,mask\ns,g,0.png\n", r"m\.csv, line 2: the column 'mask' is empty"),
        (
            b"source,group,image,mask\ns,g,0.png," + b"m" * 200_000,
            r"m\.csv, after line 1: field larger than.*quotation mark",
        ),
        (b"source;group;image;mask\n", r"no column 'source'.*separated by commas.*source;group;image;mask"),
        (b"", "no column 'source'"),
    ],
    ids=["Latin-1", "blank lines", "short", "endless cell", "semicolons", "empty"],
)
def test_spreadsheets_that_went_wrong_are_explained(manifest: Path, content: bytes, message: str) -> None:
    path = manifest.with_name("m.csv")
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_manifest(path)


def test_columns_that_nobody_needs_may_be_left_out_at_the_end(manifest: Path) -> None:
    manifest.write_text(HEADER + "a,0,0.png,0_mask.png\n", encoding="utf-8")
    (sample,) = read_manifest(manifest)
    assert sample.ignore is None


def test_a_manifest_below_a_link_names_files_that_the_system_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "big" / "disk").mkdir(parents=True)
    Path("data").symlink_to("big/disk")
    Path("pictures").symlink_to("photos")
    write_dataset(Path("photos"), count=1)
    write_dataset(Path("data/mine/own"), count=1)
    sample = Sample("s", "g", Path("photos/0.png"), Path("data/mine/own/0_mask.png"), Path("pictures/0_mask.png"))
    write_manifest(Path("data/mine/manifest.csv"), [sample])
    (found,) = read_manifest(Path("data/mine/manifest.csv"))
    assert found.image.resolve() == sample.image.resolve()
    line = Path("data/mine/manifest.csv").read_text(encoding="utf-8").splitlines()[1]
    assert line == "s,g,../../../photos/0.png,own/0_mask.png,../../../photos/0_mask.png"


def test_what_lies_on_another_drive_goes_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path / "photos", count=1)
    write_dataset(tmp_path / "set", count=1)
    sample = Sample("s", "g", tmp_path / "photos" / "0.png", tmp_path / "set" / "0_mask.png", None)
    set_apart(monkeypatch)
    write_manifest(tmp_path / "set" / "manifest.csv", [sample])
    assert read_manifest(tmp_path / "set" / "manifest.csv") == [sample]


def test_what_lies_below_the_folder_of_the_manifest_keeps_its_name(tmp_path: Path) -> None:
    write_dataset(tmp_path / "elsewhere", count=1)
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "images").symlink_to(tmp_path / "elsewhere")
    write_manifest(folder / "m.csv", [Sample("s", "g", folder / "images/0.png", folder / "images/0_mask.png", None)])
    assert (folder / "m.csv").read_text().splitlines()[1] == "s,g,images/0.png,images/0_mask.png,"
    (folder / "0.png").symlink_to(tmp_path / "elsewhere" / "0.png")
    (tmp_path / "lists").mkdir()
    write_manifest(tmp_path / "lists/m.csv", [Sample("s", "g", folder / "0.png", folder / "images/0_mask.png", None)])
    assert "../set/0.png" in (tmp_path / "lists/m.csv").read_text(), "a file that is a link keeps its name"


@pytest.mark.parametrize("gone", [("image",), ("image", "mask")])
def test_what_a_manifest_lists_need_not_come_again_without_its_image(tmp_path: Path, gone: tuple[str, ...]) -> None:
    samples = [
        Sample("s", "g", tmp_path / "images" / name, tmp_path / "masks" / name, None) for name in ("a.png", "b.png")
    ]
    for sample in samples:
        for file in (sample.image, sample.mask):
            file.parent.mkdir(exist_ok=True)
            file.touch()
    write_manifest(tmp_path / "manifest.csv", samples)
    kept, lost = samples
    with pytest.raises(InputError, match=r"manifest\.csv lists .*b\.png, which the new one would not"):
        check_replaceable(tmp_path / "manifest.csv", [kept.image], [kept.mask])
    for column in gone:
        getattr(lost, column).unlink()
    check_replaceable(tmp_path / "manifest.csv", [kept.image], [kept.mask])


def test_an_image_that_cannot_be_reached_is_taken_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image, mask = tmp_path / "images" / "a.png", tmp_path / "masks" / "a.png"
    write_manifest(tmp_path / "manifest.csv", [Sample("s", "g", image, mask, None)])
    check_replaceable(tmp_path / "manifest.csv", [])

    def locked(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("skymask.data.manifest.os.lstat", locked)
    with pytest.raises(InputError, match=r"lists .*a\.png, which the new one would not"):
        check_replaceable(tmp_path / "manifest.csv", [])
