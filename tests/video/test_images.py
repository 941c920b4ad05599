"""Image sequences: which files, in which order, and what is refused."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest

from skymask.errors import InputError, MediaError
from skymask.video.open_source import open_source
from tests.video.clips import picture


def save(path: Path, grey: int = 0, size_hw: tuple[int, int] = (40, 60), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.full((*size_hw, 3), grey, np.uint8)).save(path, **options)  # type: ignore[arg-type]
    return path


def greys(where: Path | str) -> list[int]:
    with closing(open_source(str(where))) as source:
        assert source.info.frame_count is not None
        found = [int(frame.image[0, 0, 0]) for frame in source.frames()]
    assert len(found) == source.info.frame_count
    return found


def test_numbers_count_not_letters(tmp_path: Path) -> None:
    for number in (10, 9, 100, 1):
        save(tmp_path / f"f{number}.png", number)
    for where in (tmp_path, tmp_path / "f%d.png", tmp_path / "f*.png"):
        assert greys(where) == [1, 9, 10, 100]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("left_*_1.png", "left__1"),
        ("le?t_*.png", "let"),
        ("f%04d.png", "f"),
        ("**/*.png", "shots"),
        ("*/*.png", "shots"),
    ],
)
def test_its_name_may_stand_in_the_name_of_a_file_on_every_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, name: str
) -> None:
    """As it does in those of saved pictures; Windows allows neither * nor ?."""
    for file in ("left_7_1.png", "f0001.png", "more/1.png"):
        save(tmp_path / "shots" / file)
    monkeypatch.chdir(tmp_path / "shots")
    with closing(open_source(pattern)) as source:
        assert source.info.name == name


def test_a_pattern_takes_only_what_fits(tmp_path: Path) -> None:
    for name, grey in (("a_0001.png", 1), ("a_0002.png", 2), ("a_12345.png", 3), ("a_1.png", 4), ("b_0001.png", 5)):
        save(tmp_path / name, grey)
    assert greys(tmp_path / "a_%04d.png") == [1, 2, 3]


def test_a_folder_takes_only_images(tmp_path: Path) -> None:
    save(tmp_path / "a.png", 1)
    save(tmp_path / "B.JPG", 2)
    save(tmp_path / "more" / "c.png", 3)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "._a.png").write_bytes(b"\0\5\x16\7")  # macOS leaves such beside files that it copies
    assert sorted(greys(tmp_path)) == [1, 2]
    assert greys(tmp_path / "**" / "*.png") == [1, 3]


def test_a_file_with_pattern_characters_in_its_name_is_that_file(tmp_path: Path) -> None:
    save(tmp_path / "[1].png", 7)
    with closing(open_source(str(tmp_path / "[1].png"))) as source:
        assert len(list(source.frames())) == 1


@pytest.mark.parametrize("where", ["", "f%d.png", "*.png", "no/f%d.png"])
def test_no_image_there(where: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(InputError, match=r"holds no images|No file fits the pattern"):
        open_source(str(tmp_path / where))


def test_sizes_that_differ_are_refused_before_the_work_begins(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    save(tmp_path / "b.png", size_hw=(50, 60))
    with pytest.raises(InputError, match=r"b.png is 60x50 .*a.png is 60x40.*--size 60x40"):
        open_source(str(tmp_path))
    with closing(open_source(str(tmp_path), size_hw=(64, 64))) as source:
        assert [frame.image.shape for frame in source.frames()] == [(64, 64, 3)] * 2


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_exif_orientation_counts(suffix: str, tmp_path: Path) -> None:
    stored = picture((40, 60))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(stored).save(tmp_path / f"a.{suffix}", exif=exif, quality=100)
    with closing(open_source(str(tmp_path))) as source:
        assert source.info.size_hw == (60, 40)
        image = next(source.frames()).image
    assert abs(image.astype(int) - np.rot90(stored, -1)).mean() < 4


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
def test_an_orientation_that_xmp_alone_tells_counts(suffix: str, tmp_path: Path) -> None:
    """As `read_photograph` takes it; the first frame would not have the size announced."""
    options: dict[str, object] = {"xmp": b'<rdf:Description tiff:Orientation="6"/>'}
    if suffix == "png":
        text = PIL.PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", '<rdf:Description tiff:Orientation="6"/>')
        options = {"pnginfo": text}
    elif suffix == "tiff":
        options = {"tiffinfo": {700: options["xmp"]}}
    save(tmp_path / f"a.{suffix}", **options)
    with closing(open_source(str(tmp_path))) as source:
        assert source.info.size_hw == (60, 40)
        assert next(source.frames()).image.shape == (60, 40, 3)


def test_an_orientation_that_does_not_exist_means_upright(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 9
    save(tmp_path / "a.jpg", 7, exif=exif)
    with closing(open_source(str(tmp_path))) as source:
        assert source.info.size_hw == (40, 60)
        assert next(source.frames()).image.shape == (40, 60, 3)


@pytest.mark.parametrize("error", [PIL.Image.DecompressionBombError("too large"), ValueError()])
def test_whatever_is_wrong_with_the_head_of_an_image_is_told(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_image(file: Path) -> PIL.Image.Image:
        raise error

    save(tmp_path / "a.png")
    monkeypatch.setattr(PIL.Image, "open", open_image)
    told = str(error) or type(error).__name__
    with pytest.raises(InputError, match=rf"a.png is not an image that can be read \({told}\). Take it out"):
        open_source(str(tmp_path))


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no image")
    with pytest.raises(InputError, match=r"b.png is not an image that can be read"):
        open_source(str(tmp_path))


def test_a_truncated_image_ends_the_sequence_there(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(tmp_path / name)
    content = (tmp_path / "b.png").read_bytes()
    (tmp_path / "b.png").write_bytes(content[: len(content) // 2])
    with closing(open_source(str(tmp_path))) as source:
        frames = source.frames()
        next(frames)
        with pytest.raises(MediaError, match=r"b.png cannot be decoded"):
            next(frames)


def test_small_images_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png", size_hw=(31, 31))
    with pytest.raises(InputError, match="31x31"):
        open_source(str(tmp_path))
