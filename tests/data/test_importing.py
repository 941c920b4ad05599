"""A user's own labelled folders, well made and otherwise."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from skymask.data import registering
from skymask.data.importing import Pairs, import_folder, import_source, pair_up
from skymask.data.lock import only_run_in
from skymask.data.manifest import read_manifest
from skymask.errors import DataError, InputError
from skymask.files import way_to
from skymask.photographs.write import write_mask
from tests.support.datasets import write_dataset
from tests.support.drives import set_apart
from tests.support.labelled import labelled

SIZE_WH = (48, 40)


def image(path: Path, size_wh: tuple[int, int] = SIZE_WH) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size_wh, (90, 120, 200)).save(path)
    return path


def mask(path: Path, size_wh: tuple[int, int] = SIZE_WH, value: int = 255) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros(size_wh[::-1], np.uint8)
    pixels[: size_wh[1] // 2] = value
    Image.fromarray(pixels).save(path)
    return path


def pairs(folder: Path, group: str = "folder") -> Pairs:
    return pair_up(folder / "images", folder / "masks", "mine", None, group, leave_out=folder / "out")


def test_masks_are_found_by_name_in_subfolders_or_by_the_folder(tmp_path: Path) -> None:
    own = mask(tmp_path / "masks/day/a.png")
    camera = mask(tmp_path / "masks/cam/7.png")
    expected = {
        image(tmp_path / "images/day/a.jpg"): own,
        image(tmp_path / "images/cam/7/x.jpg"): camera,
        image(tmp_path / "images/cam/7/sub/shot.0001.webp"): camera,
    }
    alone = image(tmp_path / "images/day/b.jpg")
    image(tmp_path / "images/.hidden/a.jpg")
    unused = mask(tmp_path / "masks/day/c.tif")
    found = pairs(tmp_path)
    assert {sample.image: sample.mask for sample in found.samples} == expected
    assert {sample.group for sample in found.samples} == {"day", "cam/7", "cam/7/sub"}
    assert found.images_without_mask == [alone]
    assert found.masks_without_image == [unused]


def test_masks_within_the_folder_of_images_are_no_images(tmp_path: Path) -> None:
    image(tmp_path / "photos/a.jpg")
    mask(tmp_path / "photos/masks/a.png")
    found = pair_up(tmp_path / "photos", tmp_path / "photos/masks", "mine", leave_out=tmp_path / "out")
    assert [sample.group for sample in found.samples] == ["photos"]
    assert found.images_without_mask == []


@pytest.mark.parametrize(
    ("group", "expected"),
    [("folder", ["port", "port"]), ("image", ["port/7_a.jpg", "port/8_b.jpg"]), (r"(\d+)_", ["7", "8"])],
)
def test_groups(group: str, expected: list[str], tmp_path: Path) -> None:
    image(tmp_path / "images/port/7_a.jpg")
    image(tmp_path / "images/port/8_b.jpg")
    mask(tmp_path / "masks/port.png")
    assert [sample.group for sample in pairs(tmp_path, group).samples] == expected


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("folders", "neither folder nor image"),
        ("(", "no regular expression"),
        (r"(\d+)_", "finds nothing in the image"),
    ],
)
def test_groupings_that_make_no_sense(group: str, said: str, tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png")
    with pytest.raises(InputError, match=said):
        pairs(tmp_path, group)


def test_folders_that_hold_no_pairs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        pairs(tmp_path)
    image(tmp_path / "images/a.jpg")
    (tmp_path / "masks").mkdir()
    with pytest.raises(DataError, match="masks holds no images"):
        pairs(tmp_path)
    mask(tmp_path / "masks/b.png")
    with pytest.raises(DataError, match="None of 1 images has a mask"):
        pairs(tmp_path)
    mask(tmp_path / "masks/a.png")
    mask(tmp_path / "masks/a.tif")
    with pytest.raises(DataError, match=r"a\.png and .*a\.tif both fit the image a\.jpg"):
        pairs(tmp_path)
    with pytest.raises(InputError, match="same folder"):
        pair_up(tmp_path / "images", tmp_path / "images", "mine", leave_out=tmp_path / "out")


def test_the_manifest_points_to_the_files_where_they_are(tmp_path: Path) -> None:
    original = image(tmp_path / "images/a.jpg")
    own = mask(tmp_path / "masks/a.png")
    without_label = mask(tmp_path / "ignore/a.png")
    image(tmp_path / "images/b.jpg")
    mask(tmp_path / "masks/b.png")
    steps: list[tuple[int, int]] = []
    registered, _ = import_folder(
        tmp_path / "images",
        tmp_path / "masks",
        tmp_path / "out",
        ignore=tmp_path / "ignore",
        on_file=lambda *step: steps.append(step),
    )
    first, second = read_manifest(registered.manifest)
    assert first.source == "out"
    assert first.image.samefile(original)
    assert first.mask.samefile(own)
    assert first.ignore is not None
    assert first.ignore.samefile(without_label)
    assert second.ignore is None
    assert "../images/a.jpg" in registered.manifest.read_text()
    assert steps == [(done, 5) for done in range(1, 6)]
    assert not (tmp_path / "out/converted").exists()


def test_masks_of_other_kinds_are_converted_beside_the_manifest(tmp_path: Path) -> None:
    for name in ("a", "b"):
        image(tmp_path / f"images/{name}.jpg")
    kept = mask(tmp_path / "masks/a.png", value=1).read_bytes()
    Image.open(mask(tmp_path / "masks/b.tif")).convert("1").save(tmp_path / "masks/b.tif")
    for _ in range(2):  # a second run takes the originals again, not its own results
        registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert [what for _, what in registered.conversions] == ["0 and 1 to 0 and 255", "1 bit to 8"]
    written = {sample.mask.relative_to(tmp_path).as_posix() for sample in registered.samples}
    assert written == {"out/converted/masks/a.png", "out/converted/masks/b.tif.png"}
    for sample in read_manifest(registered.manifest):
        assert set(np.unique(sample.load_mask())) == {0, 255}
    assert (tmp_path / "masks/a.png").read_bytes() == kept


def drawn(folder: Path, masks: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Imports masks with an image each and returns them as a manifest reads them, by name."""
    for name, pixels in masks.items():
        image(folder / f"images/{name}.jpg")
        mask(folder / f"masks/{name}.png")
        Image.fromarray(pixels).save(folder / f"masks/{name}.png")
    registered, _ = import_folder(folder / "images", folder / "masks", folder / "out")
    return [sample.load_mask() for sample in read_manifest(registered.manifest)]


def half(value: int, dtype: type = np.uint8) -> np.ndarray:
    pixels = np.zeros(SIZE_WH[::-1], dtype)
    pixels[: SIZE_WH[1] // 2] = value
    return pixels


def few(value: int, dtype: type = np.uint8) -> np.ndarray:
    pixels = np.zeros(SIZE_WH[::-1], dtype)
    pixels[0, :5] = value
    return pixels


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_1_is_sky_only_where_no_mask_of_the_set_holds_more(dtype: type, tmp_path: Path) -> None:
    white = 255 if dtype is np.uint8 else 65535
    for found, expected in zip(
        drawn(tmp_path / "ones", {"a": half(1, dtype), "b": few(1, dtype), "c": half(0, dtype)}),
        (half(255), few(255), half(0)),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)
    faint, full = drawn(tmp_path / "soft", {"a": few(1, dtype), "b": half(white, dtype)})
    np.testing.assert_array_equal(faint, few(1) if dtype is np.uint8 else half(0))
    np.testing.assert_array_equal(full, half(255))


def test_sixteen_bits_hold_eight_only_where_no_mask_of_the_set_holds_more(tmp_path: Path) -> None:
    eight = drawn(tmp_path / "eight", {"a": half(200, np.uint16), "b": half(255, np.uint16), "c": half(255)})
    for found, expected in zip(eight, (half(200), half(255), half(255)), strict=True):
        np.testing.assert_array_equal(found, expected)
    dark, full = drawn(tmp_path / "sixteen", {"a": half(200, np.uint16), "b": half(65535, np.uint16)})
    assert not dark.any()
    np.testing.assert_array_equal(full, half(255))


def test_0_and_1_in_a_set_of_alpha_are_left_out_with_the_remedy(tmp_path: Path) -> None:
    for name, value in (("a", 1), ("b", 255)):
        image(tmp_path / f"images/{name}.jpg")
        mask(tmp_path / f"masks/{name}.png", value=value)
    registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert [sample.image.stem for sample in registered.samples] == ["b"]
    (reason,) = registered.rejected
    assert "a.png holds the numbers 0 and 1" in str(reason)
    assert "apart from masks of other numbers" in str(reason)


def test_masks_that_cannot_be_read_do_not_tell_what_the_others_hold(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        image(tmp_path / f"images/{name}.jpg")
        mask(tmp_path / f"masks/{name}.png", value=1)
    (tmp_path / "masks/b.png").write_bytes(b"text")
    Image.new("RGB", SIZE_WH, (0, 128, 255)).save(tmp_path / "masks/c.png")
    registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert [what for _, what in registered.conversions] == ["0 and 1 to 0 and 255"]
    assert len(registered.rejected) == 2


def test_results_within_the_folder_of_images_are_no_images(tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png", value=1)
    for _ in range(2):
        registered, found = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "images")
        assert len(registered.samples) == 1
        assert found.images_without_mask == []


def test_what_is_unusable_is_left_out_with_its_reason(tmp_path: Path) -> None:
    for name in ("good", "broken", "wide", "turned", "no_mask_of_its_own"):
        image(tmp_path / f"images/{name}.jpg")
        mask(tmp_path / f"masks/{name}.png")
    (tmp_path / "images/broken.jpg").write_bytes(b"text")
    mask(tmp_path / "masks/wide.png", (50, 40))
    mask(tmp_path / "masks/turned.png", SIZE_WH[::-1])
    Image.new("RGB", SIZE_WH, (0, 128, 255)).save(tmp_path / "masks/no_mask_of_its_own.png")
    registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert [sample.image.name for sample in read_manifest(registered.manifest)] == ["good.jpg"]
    reasons = sorted(map(str, registered.rejected))
    assert len(reasons) == 4
    assert any("broken.jpg cannot be decoded" in reason for reason in reasons)
    assert any("wide.jpg is 48x40 but" in reason and "50x40" in reason for reason in reasons)
    assert any("turned.jpg" in reason and "stored on its side" in reason for reason in reasons)
    assert any("no_mask_of_its_own.png has colours" in reason for reason in reasons)


def test_nothing_usable_leaves_no_manifest(tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png", (50, 40))
    with pytest.raises(DataError, match=r"None of 1 images is usable\. The first reason: .*a\.jpg is 48x40"):
        import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert not (tmp_path / "out/manifest.csv").exists()


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png")
    with only_run_in(tmp_path / "out"), pytest.raises(InputError, match="Another run"):
        import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")


def test_files_are_read_on_the_processors_that_may_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def pool(count: int, **options: str) -> ThreadPoolExecutor:
        asked.append(count)
        return ThreadPoolExecutor(count, **options)

    monkeypatch.setattr(registering, "ThreadPoolExecutor", pool)
    monkeypatch.setattr(registering, "usable_cpus", lambda: 3)
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png")
    import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert set(asked) == {3}


def test_one_source_of_a_manifest_is_copied(tmp_path: Path) -> None:
    original = write_dataset(tmp_path / "from")
    registered = import_source("left", original.parent, tmp_path / "root")
    samples = read_manifest(tmp_path / "root/manifest.csv")
    assert [sample.image.relative_to(tmp_path).as_posix() for sample in samples] == [
        f"root/{index}.png" for index in (0, 2, 4)
    ]
    assert registered.samples == samples
    theirs = [sample for sample in read_manifest(original) if sample.source == "left"]
    for copy, sample in zip(samples, theirs, strict=True):
        assert (copy.source, copy.group) == (sample.source, sample.group)
        assert copy.image.read_bytes() == sample.image.read_bytes()
        assert copy.mask.read_bytes() == sample.mask.read_bytes()
    times = [sample.image.stat().st_ino for sample in samples]
    import_source("left", original.parent, tmp_path / "root")
    assert [sample.image.stat().st_ino for sample in samples] == times, "files were copied again"


def test_on_macos_masks_below_the_images_are_none_in_whatever_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(tmp_path / "images/a.jpg")
    for folder in ("images/masks", "IMAGES/MASKS"):  # one, where the file system takes no notice of case
        mask(tmp_path / folder / "a.png")
    monkeypatch.setattr(sys, "platform", "darwin")
    found = pair_up(tmp_path / "images", tmp_path / "IMAGES/MASKS", "mine", leave_out=tmp_path / "out")
    assert [sample.image.name for sample in found.samples] == ["a.jpg"]
    assert not found.images_without_mask


def test_a_source_on_several_drives_keeps_its_files_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = write_dataset(tmp_path / "from", count=1)
    set_apart(monkeypatch)
    import_source("left", original.parent, tmp_path / "root")
    (sample,) = read_manifest(tmp_path / "root/manifest.csv")
    assert sample.image == tmp_path / "root/0.png"
    assert sample.mask == tmp_path / "root/0_mask.png"


def test_a_source_that_is_not_there_or_is_there_already(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path).parent
    with pytest.raises(InputError, match=r"no source 'lefd'\. Did you mean 'left'\?"):
        import_source("lefd", folder, tmp_path / "root")
    with pytest.raises(InputError, match="where the data are already"):
        import_source("left", folder, folder)


def test_labels_of_the_validation_images_are_taken_as_they_are(tmp_path: Path) -> None:
    registered = import_source("nk_ade20k", labelled("val"), tmp_path / "root")
    assert len(registered.samples) == 15
    assert (registered.rejected, registered.conversions, registered.doubtful) == ([], [], [])


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_a_turned_photograph_and_the_mask_that_skymask_writes_fit(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    photo = image(tmp_path / f"images/a.{suffix}")
    with Image.open(photo) as stored:
        stored.load()
    stored.save(photo, exif=exif)
    sky = np.zeros((SIZE_WH[0], SIZE_WH[1]), np.uint8)  # upright, so the other way round
    sky[:10] = 255
    write_mask(sky, tmp_path / "masks/a.png", orientation=6)
    registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert not registered.rejected
    (sample,) = read_manifest(registered.manifest)
    np.testing.assert_array_equal(sample.load_mask(), sky)
    assert sample.load_image().shape == (*sky.shape, 3)


def test_a_mask_drawn_on_the_upright_photograph_is_refused(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", SIZE_WH).save(image(tmp_path / "images/a.tif"), exif=exif)
    mask(tmp_path / "masks/a.png", SIZE_WH[::-1])
    with pytest.raises(DataError, match="stored on its side: turn it for good first"):
        import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")


def test_a_converted_mask_is_stored_as_it_was(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", SIZE_WH).save(image(tmp_path / "images/a.tif"), exif=exif)
    drawn = mask(tmp_path / "masks/a.png")
    Image.open(drawn).convert("RGB").save(tmp_path / "masks/a.tif", exif=exif)
    expected = np.asarray(Image.open(drawn))
    drawn.unlink()
    registered, _ = import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    with Image.open(registered.samples[0].mask) as converted:
        np.testing.assert_array_equal(np.asarray(converted), expected)


def test_a_second_source_does_not_make_the_first_forgotten(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "from").parent
    import_source("left", folder, tmp_path / "root")
    before = {path: path.read_bytes() for path in (tmp_path / "root").rglob("*.*")}
    with pytest.raises(InputError, match=r"manifest\.csv lists .*0\.png, which the new one would not"):
        import_source("right", folder, tmp_path / "root")
    assert {path: path.read_bytes() for path in (tmp_path / "root").rglob("*.*")} == before


@pytest.mark.parametrize("name", ["2.png", "2_mask.png"])
@pytest.mark.parametrize("converted", [False, True])
def test_another_file_is_not_replaced_by_a_copy(tmp_path: Path, name: str, converted: bool) -> None:
    folder, other = write_dataset(tmp_path / "from").parent, tmp_path / "root" / name
    if converted:
        for path in folder.glob("*_mask.png"):
            Image.open(path).convert("1").save(path)
    mask(other, value=100)
    before = other.read_bytes()
    with pytest.raises(InputError, match=rf"{name} is there already and is not .*from/2"):
        import_source("left", folder, tmp_path / "root")
    assert other.read_bytes() == before
    other.unlink()
    for _ in range(2):
        assert len(import_source("left", folder, tmp_path / "root").samples) == 3


def test_a_copy_without_its_time_is_the_same_file(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "from").parent
    for sample in import_source("left", folder, tmp_path / "root").samples:
        os.utime(sample.image, (0, 0))
    assert len(import_source("left", folder, tmp_path / "root").samples) == 3


def test_an_import_of_other_images_does_not_replace_a_manifest(tmp_path: Path) -> None:
    for name in "ab":
        image(tmp_path / f"{name}/{name}.jpg")
        mask(tmp_path / f"masks/{name}.png")
    import_folder(tmp_path / "a", tmp_path / "masks", tmp_path / "out")
    with pytest.raises(InputError, match=r"lists .*a\.jpg, which the new one would not"):
        import_folder(tmp_path / "b", tmp_path / "masks", tmp_path / "out")
    (tmp_path / "a/a.jpg").rename(tmp_path / "b/a.jpg")
    (tmp_path / "masks/a.png").rename(tmp_path / "masks/c.png")
    import_folder(tmp_path / "b", tmp_path / "masks", tmp_path / "out")
    (tmp_path / "masks/c.png").rename(tmp_path / "masks/a.png")
    (tmp_path / "masks/b.png").unlink()
    import_folder(tmp_path / "b", tmp_path / "masks", tmp_path / "out")  # images that lost their masks may be left out


def own_manifest(folder: Path, images: list[Path]) -> Path:
    """A manifest of images whose masks lie beside them, and a folder further up."""
    rows = [f"mine,all,{way_to(path, folder)},{way_to(path.with_suffix('.png'), folder)}" for path in images]
    folder.mkdir(exist_ok=True)
    (folder / "manifest.csv").write_text("\n".join(["source,group,image,mask", *rows]))
    return folder


def test_a_source_that_grew_into_more_folders_is_fetched_again(tmp_path: Path) -> None:
    first = image(tmp_path / "from/day/a.jpg")
    mask(first.with_suffix(".png"))
    import_source("mine", own_manifest(tmp_path / "from", [first]), tmp_path / "root")
    others = [image(tmp_path / "from/night/a.jpg"), image(tmp_path / "b.jpg")]
    for other in others:
        mask(other.with_suffix(".png"))
    registered = import_source("mine", own_manifest(tmp_path / "from", [first, *others]), tmp_path / "root")
    below = [sample.image.relative_to(tmp_path / "root").as_posix() for sample in registered.samples]
    assert below == ["day/a.jpg", "night/a.jpg", "b.jpg"]


def test_a_source_whose_files_would_come_to_lie_in_one_place_is_refused(tmp_path: Path) -> None:
    images = [image(tmp_path / "from/a.jpg"), image(tmp_path / "a.jpg", (20, 20))]
    mask(tmp_path / "from/a.png")
    mask(tmp_path / "a.png", (20, 20))
    with pytest.raises(InputError, match=r"from/a\.jpg and .*a\.jpg would both be .*root/a\.jpg\. Rename one"):
        import_source("mine", own_manifest(tmp_path / "from", images), tmp_path / "root")
    assert [path.name for path in (tmp_path / "root").iterdir() if not path.name.startswith(".")] == []


def test_a_source_that_spells_one_mask_in_two_ways_is_fetched(tmp_path: Path) -> None:
    image(tmp_path / "from/day/a.jpg")
    image(tmp_path / "from/day/b.jpg")
    mask(tmp_path / "from/day/camera.png")
    rows = ["mine,day,day/a.jpg,day/camera.png,", "mine,day,day/b.jpg,day/../day/camera.png,day/camera.png"]
    (tmp_path / "from/manifest.csv").write_text("\n".join(["source,group,image,mask,ignore", *rows]))
    for _ in range(2):
        registered = import_source("mine", tmp_path / "from", tmp_path / "root")
        assert {sample.mask for sample in registered.samples} == {tmp_path / "root/day/camera.png"}
    assert sorted(path.name for path in (tmp_path / "root/day").iterdir()) == ["a.jpg", "b.jpg", "camera.png"]


def test_a_failed_import_leaves_the_converted_masks_of_the_one_before(tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    mask(tmp_path / "masks/a.png", value=1)
    import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    mask(tmp_path / "masks/a.png", SIZE_WH[::-1], value=1)
    with pytest.raises(DataError, match="None of 1 images is usable"):
        import_folder(tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")} == before


@pytest.mark.parametrize("kind", ["masks", "ignore"])
def test_what_lies_in_the_place_of_a_converted_mask_is_not_replaced(tmp_path: Path, kind: str) -> None:
    image(tmp_path / "images/a.jpg")
    for folder in ("masks", "ignore"):
        mask(tmp_path / folder / "day/a.png", value=1)
    (tmp_path / "images/day").mkdir()
    (tmp_path / "images/a.jpg").rename(tmp_path / "images/day/a.jpg")
    other = mask(tmp_path / "out/converted" / kind / "day/a.png", value=100)
    folders = (tmp_path / "images", tmp_path / "masks", tmp_path / "out")
    before = other.read_bytes()
    with pytest.raises(
        InputError, match=rf"{kind}/day/a\.png is there already and is not .*{kind}/day/a\.png converted"
    ):
        import_folder(*folders, ignore=tmp_path / "ignore")
    assert [path for path in (tmp_path / "out").rglob("*.*") if not path.name.startswith(".")] == [other]
    assert other.read_bytes() == before
    other.unlink()
    import_folder(*folders, ignore=tmp_path / "ignore")


def test_masks_in_the_place_of_converted_ones_are_not_replaced(tmp_path: Path) -> None:
    image(tmp_path / "images/a.jpg")
    own = mask(tmp_path / "out/converted/masks/a.png", value=1)
    before = own.read_bytes()
    with pytest.raises(InputError, match=r"a\.png lies where converted masks go"):
        import_folder(tmp_path / "images", own.parent, tmp_path / "out")
    assert own.read_bytes() == before
