"""Written image sequences: exact values and sizes, names, and what is left after trouble."""

from __future__ import annotations

import errno
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from skymask.contract import Alphas
from skymask.errors import InputError, OutputError
from skymask.video.image_sink import ImageSink
from skymask.video.overlay import SKY_BLUE, View
from skymask.video.source import Frame
from skymask.video.yuv import Image, from_rgb, to_exact_rgb
from tests.video.clips import MS, picture

SIZES_HW = [(64, 96), (33, 47), (64, 45), (35, 96)]


def every_level(size_hw: tuple[int, int]) -> Alphas:
    """uint8 [H, W] with all levels from 0 to 255."""
    return (np.arange(size_hw[0] * size_hw[1]) % 256).astype(np.uint8).reshape(size_hw)


def written(folder: Path, alpha: Alphas, view: View) -> Image:
    """What is read back of one frame of a video."""
    sink = ImageSink(folder / "%d.png")
    frame = Frame(from_rgb(picture(alpha.shape)), 0, MS)
    sink.write(sink.draw(frame, alpha, view), 0)
    with PIL.Image.open(folder / "1.png") as image:
        assert image.format == "PNG"
        return np.asarray(image)


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_a_mask_is_exact(size_hw: tuple[int, int], tmp_path: Path) -> None:
    alpha = every_level(size_hw)
    assert np.array_equal(written(tmp_path, alpha, "mask"), alpha)


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_a_cutout_is_the_frame_with_a_see_through_sky(size_hw: tuple[int, int], tmp_path: Path) -> None:
    alpha = every_level(size_hw)
    image = written(tmp_path, alpha, "cutout")
    assert image.shape == (*size_hw, 4)
    assert np.array_equal(image[..., :3], Frame(from_rgb(picture(size_hw)), 0, MS).exact_image)
    assert np.array_equal(image[..., 3], 255 - alpha)


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_an_overlay_is_tinted_where_there_is_sky(size_hw: tuple[int, int], tmp_path: Path) -> None:
    alpha = np.zeros(size_hw, np.uint8)
    alpha[: size_hw[0] // 2] = 255
    before, image = picture(size_hw).astype(int), written(tmp_path, alpha, "overlay").astype(int)
    assert image.shape == before.shape
    assert np.abs(image[4, 9:] - (before[4, 9:] + SKY_BLUE) // 2).max() < 8
    assert np.abs(image[-4, 9:] - before[-4, 9:]).max() < 8


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_side_by_side_is_the_frame_and_its_overlay(size_hw: tuple[int, int], tmp_path: Path) -> None:
    alpha, width = every_level(size_hw), size_hw[1]
    image = written(tmp_path / "both", alpha, "side-by-side")
    assert image.shape == (size_hw[0], 2 * width, 3)
    assert np.array_equal(image[:, :width], Frame(from_rgb(picture(size_hw)), 0, MS).exact_image)
    assert np.array_equal(image[:, width:], written(tmp_path / "overlay", alpha, "overlay"))


def test_what_comes_as_rgb_is_cut_out_exactly(tmp_path: Path) -> None:
    """Not by way of the video's half colour."""
    image = np.random.default_rng(0).integers(0, 256, (33, 47, 3), np.uint8)
    sink, alpha = ImageSink(tmp_path / "%d.png"), every_level((33, 47))
    sink.write(sink.draw(Frame.of_rgb(image, 0, Fraction(1)), alpha, "cutout"), 0)
    with PIL.Image.open(tmp_path / "1.png") as opened:
        assert np.array_equal(np.asarray(opened), np.dstack((image, 255 - alpha)))


def test_pictures_of_a_video_are_taken_too(tmp_path: Path) -> None:
    sink = ImageSink(tmp_path / "%d.png")
    sink.write(from_rgb(picture()), 0)
    with PIL.Image.open(tmp_path / "1.png") as image:
        assert np.array_equal(np.asarray(image), to_exact_rgb(from_rgb(picture())))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("%06d.png", ["000001.png", "000002.png", "000003.png"]),
        ("mask_%d.PNG", ["mask_1.PNG", "mask_2.PNG", "mask_3.PNG"]),
        ("a.%02d.b.png", ["a.01.b.png", "a.02.b.png", "a.03.b.png"]),
    ],
)
def test_frames_are_numbered_from_1_whatever_their_times(pattern: str, names: list[str], tmp_path: Path) -> None:
    sink = ImageSink(tmp_path / "50%d" / "masks" / pattern)
    assert not sink.is_whole
    for count, pts in enumerate([0, 400, 410], 1):
        sink.write(np.zeros((4, 4), np.uint8), pts)
        assert (sink.frame_count, sink.is_whole) == (count, True)
    sink.copy_remaining_audio()
    sink.close()
    sink.close()
    assert sorted(file.name for file in (tmp_path / "50%d" / "masks").iterdir()) == names


@pytest.mark.parametrize("name", ["out.png", "%s.png", "%06d_%d.png", "%6d.png", "100%.png", "100%%_%d.png", "%d%.png"])
def test_a_name_without_one_number(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one number in its name.*masks/%06d\.png"):
        ImageSink(tmp_path / "masks" / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("pattern", "old"), [("%06d.png", "000001.png"), ("%d.png", "7.png"), ("%02d.png", "123.png")])
def test_old_images_are_not_mixed_with_new_ones(pattern: str, old: str, tmp_path: Path) -> None:
    (tmp_path / old).touch()
    with pytest.raises(InputError, match=rf"{old} exists already.*choose another name or remove"):
        ImageSink(tmp_path / pattern)


def test_images_of_other_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "frame_000001.png").touch()
    (tmp_path / "000001.jpg").touch()
    ImageSink(tmp_path / "%06d.png").write(np.zeros((4, 4), np.uint8), 0)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "masks").touch()
    with pytest.raises(OutputError, match="masks is a file; the images need a folder"):
        ImageSink(tmp_path / "masks" / "%d.png")


def test_a_full_disk_is_reported_and_leaves_whole_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(self: PIL.Image.Image, file: Path, **options: object) -> None:
        file.write_bytes(b"half an image")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sink = ImageSink(tmp_path / "%d.png")
    sink.write(picture(), 0)
    monkeypatch.setattr(PIL.Image.Image, "save", save)
    with pytest.raises(OutputError, match=r"2\.png cannot be written: No space left on device"):
        sink.write(picture(), 100)
    sink.close()
    assert (sink.frame_count, sink.is_whole) == (1, True)
    assert [file.name for file in tmp_path.iterdir()] == ["1.png"]
