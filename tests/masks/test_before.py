"""What is in the place of a mask: a mask is kept as long as it fits its photograph, and nothing else is replaced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from skymask.errors import OutputError
from skymask.masks.before import Before, look_at
from skymask.masks.layouts import LAYOUTS, build
from skymask.masks.layouts.colmap import Colmap
from skymask.masks.layouts.nerfstudio import Nerfstudio
from skymask.masks.layouts.plain import Plain
from skymask.masks.origin import Origin, Source
from skymask.masks.plan import Job
from skymask.photographs.write import write_mask
from skymask.runtime.stats import SkyStats
from tests.support.locked import lock

PLAIN = Plain()
HALF = np.repeat(np.array([[255], [0]], np.uint8), (20, 20), axis=0).repeat(60, axis=1)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    photograph = tmp_path / "a.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(photograph)
    return Job(photograph, tmp_path / "masks" / "a.png", Path("a.jpg"))


def origin_of(job: Job) -> Origin:
    return Origin("plain", "tiny 0.0.1", Source.of(job.photograph, job.mask), SkyStats(0.25, 0.5))


def older(job: Job) -> Origin:
    """As of a mask that was made before paths and digests were noted."""
    return Origin("plain", "tiny 0.0.1", Source(job.photograph.stat().st_size), SkyStats(0.25, 0.5))


def write(job: Job, size_hw: tuple[int, int] = (40, 60), origin: Origin | None = None) -> None:
    write_mask(np.zeros(size_hw, np.uint8), job.mask, text=None if origin is None else origin.to_text())


def fits(job: Job) -> bool:
    before = look_at(job, PLAIN)
    assert before is not None
    return before.fits


def test_there_is_none_yet(job: Job) -> None:
    assert look_at(job, PLAIN) is None


@pytest.mark.parametrize("said", [origin_of, older])
def test_a_mask_is_kept_and_says_where_it_comes_from(job: Job, said: object) -> None:
    origin = said(job)  # type: ignore[operator]
    write(job, origin=origin)
    assert look_at(job, PLAIN) == Before(True, origin)


def test_copying_makes_no_difference(job: Job) -> None:
    write(job, origin=origin_of(job))
    shutil.copy(job.photograph, job.photograph.with_suffix(".copy"))
    job.photograph.with_suffix(".copy").rename(job.photograph)
    os.utime(job.mask, (0, 0))
    assert look_at(job, PLAIN) == Before(True, origin_of(job))


@pytest.mark.parametrize("said", [origin_of, older])
def test_a_photograph_that_was_edited_needs_another_mask(job: Job, said: object) -> None:
    write(job, origin=said(job))  # type: ignore[operator]
    Image.new("RGB", (60, 40)).save(job.photograph)
    assert not fits(job)


@pytest.mark.parametrize("said", [origin_of, older])
def test_a_photograph_that_was_turned_in_place_needs_another_mask(job: Job, said: object) -> None:
    job = Job(job.photograph.with_suffix(".bmp"), job.mask, Path("a.bmp"))
    picture = Image.linear_gradient("L").resize((60, 40))
    picture.save(job.photograph)
    write(job, origin=said(job))  # type: ignore[operator]
    size_bytes = job.photograph.stat().st_size
    picture.transpose(Image.Transpose.ROTATE_90).save(job.photograph)
    assert job.photograph.stat().st_size == size_bytes
    assert not fits(job)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff"])
def test_a_photograph_whose_orientation_was_changed_in_place_needs_another_mask(job: Job, suffix: str) -> None:
    job = Job(job.photograph.with_suffix(f".{suffix}"), job.mask, job.name)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 600, 3), np.uint8))
    sizes = set()
    for orientation in (1, 3):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        picture.save(job.photograph, exif=exif)
        if orientation == 1:
            write(job, (400, 600), origin_of(job))
            assert fits(job)
        sizes.add(job.photograph.stat().st_size)
    assert len(sizes) == 1
    assert not fits(job)


@pytest.mark.parametrize("suffix", ["tiff", "bmp", "ppm"])
@pytest.mark.parametrize("top", [200, 700])
def test_an_uncompressed_photograph_that_was_edited_in_the_middle_needs_another_mask(
    job: Job, suffix: str, top: int
) -> None:
    job = Job(job.photograph.with_suffix(f".{suffix}"), job.mask, job.name)
    picture = Image.new("RGB", (600, 900))
    picture.save(job.photograph)
    write(job, (900, 600), origin_of(job))
    size_bytes = job.photograph.stat().st_size
    picture.paste((20, 40, 200), (0, top, 600, top + 60))
    picture.save(job.photograph)
    assert job.photograph.stat().st_size == size_bytes
    assert not fits(job)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 131072, 200000])
def test_a_file_of_any_size_has_a_digest(job: Job, size: int) -> None:
    job.photograph.write_bytes(bytes(size))
    assert Source.of(job.photograph, job.mask).size_bytes == size
    if size:
        before = Source.of(job.photograph, job.mask).digest
        job.photograph.write_bytes(bytes(size - 1) + b"1")
        assert Source.of(job.photograph, job.mask).digest != before


def test_a_mask_goes_with_its_photograph_wherever_that_is(job: Job) -> None:
    write(job, origin=origin_of(job))
    moved = job.photograph.parent / "archive" / "a.jpg"
    moved.parent.mkdir()
    job.photograph.rename(moved)
    assert fits(Job(moved, job.mask, job.name))


def test_a_folder_with_photographs_and_masks_may_be_moved(job: Job, tmp_path: Path) -> None:
    write(job, origin=origin_of(job))
    Image.new("RGB", (60, 40)).save(job.photograph)
    shutil.copytree(tmp_path, tmp_path.with_name("moved"))
    moved = tmp_path.with_name("moved")
    assert not fits(Job(moved / "a.jpg", moved / "masks" / "a.png", job.name))


def test_the_mask_of_another_photograph_of_the_same_name_is_refused(job: Job) -> None:
    write(job, origin=origin_of(job))
    second = job.photograph.parent / "flight 2" / "a.jpg"
    second.parent.mkdir()
    Image.new("RGB", (60, 40)).save(second)
    with pytest.raises(OutputError, match=r"a\.png is there already and is the mask of another photograph") as refused:
        look_at(Job(second, job.mask, job.name), PLAIN)
    assert f"of {job.photograph}, not of {second}. Choose another folder with -o" in str(refused.value)
    write(job, origin=older(job))
    assert not fits(Job(second, job.mask, job.name))


def test_an_edited_photograph_that_was_moved_needs_another_mask(job: Job) -> None:
    write(job, origin=origin_of(job))
    moved = job.photograph.parent / "archive" / "a.jpg"
    moved.parent.mkdir()
    job.photograph.rename(moved)
    Image.new("RGB", (60, 40)).save(moved)
    assert not fits(Job(moved, job.mask, job.name))


def test_a_photograph_that_was_converted_needs_another_mask(job: Job) -> None:
    write(job, origin=origin_of(job))
    converted = job.photograph.with_suffix(".png")
    Image.open(job.photograph).save(converted)
    job.photograph.unlink()
    assert not fits(Job(converted, job.mask, Path("a.png")))


def test_an_edited_photograph_that_goes_by_another_path_needs_another_mask(job: Job) -> None:
    write(job, origin=origin_of(job))
    link = job.photograph.parent / "chosen" / "a.jpg"
    link.parent.mkdir()
    link.symlink_to(job.photograph)
    Image.new("RGB", (60, 40)).save(job.photograph)
    assert not fits(Job(link, job.mask, job.name))


def test_a_linked_photograph_may_lead_to_another_file_after_an_edit(job: Job) -> None:
    store = job.photograph.parent / "store"
    store.mkdir()
    job.photograph.rename(store / "1.jpg")
    job.photograph.symlink_to(store / "1.jpg")
    write(job, origin=origin_of(job))
    assert fits(job)
    Image.new("RGB", (60, 40)).save(store / "2.jpg")
    job.photograph.unlink()
    job.photograph.symlink_to(store / "2.jpg")
    assert not fits(job)


def test_the_other_photograph_is_named_where_it_is_also_if_the_folder_of_masks_is_linked(job: Job) -> None:
    deep = job.photograph.parent / "deep" / "masks"
    deep.mkdir(parents=True)
    job.mask.parent.symlink_to(deep, target_is_directory=True)
    write(job, origin=origin_of(job))
    second = job.photograph.parent / "flight 2" / "a.jpg"
    second.parent.mkdir()
    Image.new("RGB", (60, 40)).save(second)
    with pytest.raises(OutputError, match="is the mask of another photograph") as refused:
        look_at(Job(second, job.mask, job.name), PLAIN)
    assert f"of {job.photograph}, not of {second}. Choose" in str(refused.value)


def test_a_photograph_in_a_locked_folder_is_another_one(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    first = job.photograph.parent / "flight 1" / "a.jpg"
    first.parent.mkdir()
    job.photograph.rename(first)
    write(job, origin=origin_of(Job(first, job.mask, job.name)))
    Image.new("RGB", (60, 40)).save(job.photograph)
    lock(monkeypatch, "flight 1")
    with pytest.raises(OutputError, match="is the mask of another photograph"):
        look_at(job, PLAIN)


@pytest.mark.parametrize("name", ["\u00fc.jpg", "\u65e5\u672c.jpg", "a\nb.jpg", os.fsdecode(b"a\xff.jpg")])
def test_an_odd_name_is_no_obstacle(job: Job, name: str) -> None:
    odd = job.photograph.with_name(name)
    try:
        job.photograph.rename(odd)
    except OSError:
        pytest.skip("this file system does not take such a name")
    job = Job(odd, job.mask, Path(odd.name))
    origin = origin_of(job)
    write(job, origin=origin)
    assert look_at(job, PLAIN) == Before(True, origin)
    Image.new("RGB", (60, 40)).save(job.photograph)
    assert look_at(job, PLAIN) == Before(False, origin)


def test_a_mask_by_others_is_kept_if_its_size_is_the_photographs(job: Job) -> None:
    write(job)
    assert look_at(job, PLAIN) == Before(True, None)


@pytest.mark.parametrize("size_hw", [(20, 30), (60, 40)])
def test_a_picture_of_another_size_is_not_replaced(job: Job, size_hw: tuple[int, int]) -> None:
    write(job, size_hw)
    said = rf"a\.png is there already and is no mask of .*a\.jpg: it is {size_hw[1]}x{size_hw[0]}, not 60x40\. .* -o"
    with pytest.raises(OutputError, match=said):
        look_at(job, PLAIN)


@pytest.mark.parametrize(
    ("layout", "picture"),
    [
        ("plain", Image.new("RGB", (60, 40), (20, 20, 21))),
        ("plain", Image.new("RGB", (60, 40), "blue").quantize(2)),
        ("plain", Image.new("LA", (60, 40), (255, 254))),
        ("plain", Image.new("I;16", (60, 40))),
        ("colmap", Image.linear_gradient("L").resize((60, 40))),
        ("colmap", Image.linear_gradient("L").resize((60, 40)).convert("RGB")),
        ("nerfstudio", Image.new("RGBA", (60, 40))),
        ("cutout", Image.new("RGB", (60, 40))),
    ],
)
def test_a_picture_of_another_form_is_not_replaced(job: Job, layout: str, picture: Image.Image) -> None:
    job.mask.parent.mkdir()
    picture.save(job.mask)
    with pytest.raises(OutputError, match=rf"is not of this layout: {layout} is a .*PNG.*\. .* --overwrite replaces"):
        look_at(job, build(layout))


def test_a_picture_that_is_no_png_is_not_replaced(job: Job) -> None:
    job.mask.parent.mkdir()
    Image.new("L", (60, 40)).save(job.mask, format="JPEG")
    with pytest.raises(OutputError, match="plain is a grey PNG"):
        look_at(job, PLAIN)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mask_of_the_same_form_is_kept(job: Job, layout: str) -> None:
    job.mask.parent.mkdir()
    mode = {"cutout": "RGBA", "coco-panoptic": "RGB", "coco-panoptic-void": "RGB"}.get(layout, "L")
    Image.fromarray(HALF).convert(mode).save(job.mask)
    assert look_at(job, build(layout)) == Before(True, None)


@pytest.mark.parametrize("layout", [Plain(), Nerfstudio(), Colmap()], ids=lambda layout: layout.name)
def test_a_mask_stored_in_one_bit_is_kept(job: Job, layout: Plain | Nerfstudio | Colmap) -> None:
    job.mask.parent.mkdir()
    Image.fromarray(HALF).convert("1").save(job.mask)
    assert look_at(job, layout) == Before(True, None)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
@pytest.mark.parametrize("layout", [Plain(), Nerfstudio(), Colmap()], ids=lambda layout: layout.name)
def test_a_mask_stored_as_colours_is_kept(job: Job, layout: Plain | Nerfstudio | Colmap, mode: str) -> None:
    job.mask.parent.mkdir()
    Image.fromarray(HALF).convert(mode).save(job.mask)
    assert look_at(job, layout) == Before(True, None)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_a_soft_mask_stored_as_colours_is_kept(job: Job, mode: str) -> None:
    job.mask.parent.mkdir()
    Image.linear_gradient("L").resize((60, 40)).convert(mode).save(job.mask)
    assert look_at(job, PLAIN) == Before(True, None)


@pytest.mark.parametrize("said", [origin_of, older])
def test_a_mask_that_was_scaled_and_kept_its_text_does_not_fit(job: Job, said: object) -> None:
    write(job, (20, 30), said(job))  # type: ignore[operator]
    assert not fits(job)


def cut_off(file: Path, share: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("share", [0.75, 0.98])
def test_a_mask_that_was_cut_off_does_not_fit(job: Job, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60), np.uint8)
    write_mask(noise, job.mask, text=origin_of(job).to_text())
    assert fits(job)
    cut_off(job.mask, share)
    assert look_at(job, PLAIN) == Before(False, origin_of(job))


def test_a_mask_whose_end_was_never_written_does_not_fit(job: Job) -> None:
    write(job, origin=origin_of(job))
    size = job.mask.stat().st_size
    os.truncate(job.mask, size - 30)
    os.truncate(job.mask, size)
    assert not fits(job)


def test_a_mask_by_others_that_was_cut_off_is_not_replaced(job: Job) -> None:
    write(job)
    cut_off(job.mask, 0.8)
    with pytest.raises(OutputError, match=r"a\.png is there already and is cut off\. Choose another"):
        look_at(job, PLAIN)


def test_what_follows_the_end_of_a_mask_is_no_part_of_it(job: Job) -> None:
    write(job, origin=origin_of(job))
    job.mask.write_bytes(job.mask.read_bytes() + b"\0\0\0\x04tEXtk\0vv????")
    assert look_at(job, PLAIN) == Before(True, origin_of(job))


def behind_the_pixels(png: bytes) -> bytes:
    """The same picture with its text where ImageMagick writes it."""
    parts, text, position = [png[:8]], [], 8
    while position < len(png):
        end = position + 12 + int.from_bytes(png[position : position + 4], "big")
        kind = png[position + 4 : position + 8]
        (text if kind == b"tEXt" else parts).append(png[position:end])
        position = end
    return b"".join([*parts[:-1], *text, parts[-1]])


def test_what_a_mask_says_behind_its_pixels_counts(job: Job) -> None:
    write(job, origin=origin_of(job))
    moved = behind_the_pixels(job.mask.read_bytes())
    assert moved != job.mask.read_bytes()
    job.mask.write_bytes(moved)
    assert look_at(job, PLAIN) == Before(True, origin_of(job))
    with pytest.raises(OutputError, match="it is plain, not nerfstudio"):
        look_at(job, Nerfstudio())


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_a_turned_photograph_has_a_mask_of_its_stored_size(job: Job, suffix: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    job = Job(job.photograph.with_suffix(f".{suffix}"), job.mask, job.name)
    Image.new("RGB", (60, 40)).save(job.photograph, exif=exif)
    write_mask(np.zeros((60, 40), np.uint8), job.mask, 6)
    assert look_at(job, PLAIN) == Before(True, None)


def test_a_place_that_cannot_be_reached_is_no_picture_in_it(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.mask.parent.mkdir()
    long = job.mask.with_name("x" * 300)
    with pytest.raises(OutputError, match=r"xxx cannot be reached: File name too long"):
        look_at(Job(job.photograph, long, job.name), PLAIN)
    job.mask.parent.rmdir()
    job.mask.parent.touch()
    with pytest.raises(OutputError, match=r"masks/a\.png cannot be reached: Not a directory"):
        look_at(job, PLAIN)
    lock(monkeypatch, "masks")
    with pytest.raises(OutputError, match=r"masks/a\.png cannot be reached: Permission denied"):
        look_at(job, PLAIN)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_not_replaced(job: Job, content: bytes) -> None:
    job.mask.parent.mkdir()
    job.mask.write_bytes(content)
    with pytest.raises(OutputError, match=r"a\.png is there already and is no picture that can be read\. Choose"):
        look_at(job, PLAIN)


@pytest.mark.parametrize("say", [None, origin_of])
def test_the_mask_of_a_photograph_that_cannot_be_read_is_left_alone(job: Job, say: object) -> None:
    origin = None if say is None else say(job)  # type: ignore[operator]
    write(job, origin=origin)
    if origin is None:
        job.photograph.write_bytes(b"text")
    else:
        job.photograph.unlink()
    assert look_at(job, PLAIN) == Before(True, origin)


def test_a_mask_of_another_layout_is_refused(job: Job) -> None:
    write(job, origin=origin_of(job))
    with pytest.raises(OutputError, match=r"a\.png is there already .* it is plain, not colmap\. Choose"):
        look_at(job, Colmap())


@pytest.mark.parametrize("change", [{"skymask.confidence": "high"}, {"skymask.photograph_bytes": ""}])
def test_text_that_was_tampered_with_says_nothing(job: Job, change: dict[str, str]) -> None:
    write_mask(np.zeros((40, 60), np.uint8), job.mask, text=origin_of(job).to_text() | change)
    assert look_at(job, PLAIN) == Before(True, None)
