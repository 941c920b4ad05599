"""skymask-image: photographs to masks."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from skymask.masks.search import UNREADABLE
from skymask.photographs.orientation import turn_upright
from skymask.photographs.read import SUFFIXES
from tests.cpp.programs import program, run
from tests.support.tiny_model import reference
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import picture, truncate


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(picture()).save(folder / "a.png")
    Image.fromarray(picture((48, 33), 3)).save(folder / "sub" / "b.jpg", quality=95)
    return folder


def test_a_mask_is_the_alpha_pixel_for_pixel(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    done = run("skymask-image", photos / "a.png", "-o", tmp_path / "mask.png", "--model", tiny_model)
    assert done.code == 0, done.err
    assert done.out.startswith("1 mask written to ")
    mask = Image.open(tmp_path / "mask.png")
    assert mask.mode == "L"
    assert np.array_equal(np.asarray(mask), reference(picture()))


def test_a_folder_keeps_its_subfolders(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--view", "overlay", "--model", tiny_model)
    assert done.code == 0, done.err
    assert Image.open(tmp_path / "out" / "sub" / "b.png").size == (33, 48)
    assert Image.open(tmp_path / "out" / "a.png").mode == "RGB"


def test_masks_that_are_there_already_are_skipped(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    corrected = tmp_path / "out" / "a.png"
    corrected.parent.mkdir()
    Image.new("L", (96, 64), 77).save(corrected)
    by_hand = corrected.read_bytes()
    command = ("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    done = run(*command)
    assert done.code == 0, done.err
    assert done.out.startswith("1 mask written to ")
    assert done.out.endswith("), 1 skipped that were there already (--overwrite makes them again).\n")
    assert corrected.read_bytes() == by_hand
    assert Image.open(tmp_path / "out" / "sub" / "b.png").size == (33, 48)
    again = run(*command, "--overwrite")
    assert again.code == 0, again.err
    assert again.out.startswith("2 masks written to ")
    assert "skipped" not in again.out
    assert np.array_equal(np.asarray(Image.open(corrected)), reference(picture()))


def test_a_mask_given_by_its_name_is_skipped_too(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    Image.new("L", (96, 64), 77).save(mask)
    by_hand = mask.read_bytes()
    done = run("skymask-image", photos / "a.png", "-o", mask, "--model", tiny_model)
    assert done.code == 0, done.err
    assert done.out.startswith("0 masks written to ")
    assert mask.read_bytes() == by_hand


def test_what_does_not_fit_its_photograph_is_replaced_only_when_asked(
    photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    a, b = tmp_path / "out" / "a.png", tmp_path / "out" / "sub" / "b.png"
    command = ("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert run(*command).code == 0
    other = picture((70, 90), 4)
    Image.fromarray(other).save(photos / "a.png")
    b.write_bytes(b"no picture")
    before = a.read_bytes()
    done = run(*command)
    assert done.code == 1
    assert f"{a} is there already and does not have the size of {photos / 'a.png'}. Move it away or give" in done.err
    assert f"{b} is there already and is no picture that can be read. Move it away or give --overwrite" in done.err
    assert "2 of 2 photographs failed" in done.err
    assert (a.read_bytes(), b.read_bytes()) == (before, b"no picture")
    assert run(*command, "--overwrite").code == 0
    assert np.array_equal(np.asarray(Image.open(a)), reference(other))
    assert Image.open(b).size == (33, 48)


def test_a_photograph_is_not_overwritten_by_the_mask_of_another(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    other = tmp_path / "out" / "a.png"
    other.parent.mkdir()
    Image.fromarray(picture(number=5)).save(other)
    before = other.read_bytes()
    done = run("skymask-image", photos, other, "-o", other.parent, "--overwrite", "--model", tiny_model)
    assert done.code == 2
    assert f"The result of {photos / 'a.png'} would overwrite the photograph {other}" in done.err
    assert other.read_bytes() == before


def test_what_is_left_out_of_a_folder_is_said(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    (photos / "loop").symlink_to("loop")
    (photos / "c.heic").touch()
    (photos / "linked").symlink_to("sub")
    done = run("skymask-image", photos, photos / "a.png", "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 0, done.err
    assert done.err == (
        "skymask-image: left out: 1 file that skymask-image cannot read (.heic 1), convert them first; "
        f"linked folders ({photos / 'linked'}), give them by name.\n"
    )
    assert done.out.startswith("2 masks written to ")


def test_no_kind_of_picture_that_python_knows_is_passed_over_in_silence(tiny_model: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, suffix in enumerate(sorted(SUFFIXES | UNREADABLE)):
        (photos / f"{number}{suffix}").touch()
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    left_out, *empty = done.err.splitlines()
    tried = {Path(line.split(" is empty")[0]).suffix for line in empty[:-1]}
    not_tried = {suffix for suffix in SUFFIXES | UNREADABLE if f"{suffix} 1" in left_out}
    assert not tried & not_tried
    assert tried | not_tried == SUFFIXES | UNREADABLE
    assert not_tried & SUFFIXES == {".gif", ".avif", ".tga"}


@pytest.mark.parametrize(
    ("suffix", "kind"), [("mpo", "MPO"), ("j2k", "JPEG2000"), ("jpx", "JPEG2000"), ("jpf", "JPEG2000"), ("pbm", "PPM")]
)
def test_rarer_photographs_in_a_folder(suffix: str, kind: str, tiny_model: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    image = Image.fromarray(picture()).convert("1" if suffix == "pbm" else "RGB")
    image.save(photos / f"a.{suffix}", kind, **({"save_all": True} if kind == "MPO" else {}))
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 0, done.err
    assert Image.open(tmp_path / "out" / "a.png").size == (96, 64)


def test_a_photograph_that_cannot_be_read_does_not_stop_the_others(
    photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    cut = (photos / "sub" / "b.jpg").read_bytes()
    (photos / "cut.jpg").write_bytes(cut[: len(cut) * 2 // 3])
    (photos / "small.png").write_bytes(b"")
    Image.fromarray(picture((20, 20))).save(photos / "tiny.png")
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 1
    assert "cut.jpg breaks off" in done.err
    assert "small.png is empty (0 bytes)" in done.err
    assert "tiny.png: " in done.err
    assert done.err.endswith("skymask-image: error: 3 of 5 photographs failed; see above.\n")
    assert done.out.startswith("2 masks written to ")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.png")) == ["a.png", "b.png"]


def test_many_photographs_come_out_in_order(tiny_model: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(30):
        if number % 4:
            Image.fromarray(picture(number=number)).save(photos / f"{number:02d}.png")
        else:
            (photos / f"{number:02d}.png").touch()
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--view", "overlay", "--model", tiny_model)
    assert done.code == 1
    broken = [f"{photos / f'{number:02d}.png'} is empty" for number in range(0, 30, 4)]
    lines = done.err.splitlines()
    assert [line.split(" (0 bytes)")[0] for line in lines[:-1]] == broken
    assert done.out.startswith("22 pictures written to ")
    for number in range(30):
        if number % 4:
            ground = np.asarray(Image.open(tmp_path / "out" / f"{number:02d}.png"))[-1, -1]
            assert np.array_equal(ground, picture(number=number)[-1, -1])


def test_a_result_that_cannot_be_written_ends_the_run(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    for number in range(20):
        Image.fromarray(picture(number=number)).save(photos / f"c{number}.png")
    out = tmp_path / "out"
    out.mkdir()
    (out / "c1.png").mkdir()
    done = run("skymask-image", photos, "-o", out, "--overwrite", "--model", tiny_model)
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith(f"skymask-image: error: {out / 'c1.png'} cannot be written: ")
    assert len(list(out.glob("c*.png"))) < 10
    assert not list(out.glob(".*")), "temporary files are left"


def test_a_closed_stderr_breaks_no_results(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (30, 200, 300, 3), np.uint8)
    for number, photograph in enumerate(noise):
        Image.fromarray(photograph).save(tmp_path / "photos" / f"{number}.png", compress_level=0)
    command = f'"{program("skymask-image")}" photos -o out --model "{tiny_model}" 2>&-'
    assert subprocess.run(command, shell=True, cwd=tmp_path, timeout=TIMEOUT_S, check=False).returncode == 0
    for number, photograph in enumerate(noise):
        assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / f"{number}.png")), reference(photograph))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at open files in /proc")
@pytest.mark.parametrize("stream", [0, 1, 2])
def test_no_file_takes_the_place_of_a_closed_stream(stream: int, tiny_model: Path, tmp_path: Path) -> None:
    command = f'"{program("skymask-image")}" /proc/self/fd/{stream} -o out --model "{tiny_model}" {stream}>&-'
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert done.returncode == 1, done.stderr
    if stream != 2:
        assert f"/proc/self/fd/{stream} is empty (0 bytes)" in done.stderr


def test_an_interrupted_run_is_resumed(tiny_model: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(60):
        Image.fromarray(picture((300, 400), number)).save(photos / f"{number:02d}.png", compress_level=0)
    command = [str(program("skymask-image")), "photos", "-o", "out", "--model", str(tiny_model)]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    end_s = time.monotonic() + TIMEOUT_S
    while not list(tmp_path.glob("out/*.png")) and time.monotonic() < end_s:
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, err) == (130, "skymask-image: interrupted\n")
    made = len(list((tmp_path / "out").glob("*.png")))
    assert 0 < made < 60
    assert not list((tmp_path / "out").glob(".*"))
    done = run(*("skymask-image", "photos", "-o", "out", "--model", tiny_model), cwd=tmp_path)
    assert f", {made} skipped that were there already" in done.out


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that opens and cannot be read")
def test_what_opens_and_cannot_be_read_does_not_stop_the_others(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    (photos / "aa.jpg").symlink_to("/proc/self/mem")
    blocked = tmp_path / "out" / "sub" / "b.png"
    blocked.mkdir(parents=True)
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 1
    assert f"{photos / 'aa.jpg'} cannot be read: Input/output error.\n" in done.err
    assert f"{blocked} is there already and is a folder. Move it away.\n" in done.err
    assert "2 of 3 photographs failed" in done.err
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "a.png")), reference(picture()))


KINDS = {"TIFF": ".tif", "BMP": ".bmp", "PNM": ".ppm", "WebP": ".webp", "JPEG 2000": ".jp2"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_is_said_in_our_own_words(kind: str, tiny_model: Path, tmp_path: Path) -> None:
    photograph = tmp_path / f"a{KINDS[kind]}"
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(photograph)
    assert run("skymask-image", photograph, "-o", tmp_path / "whole", "--model", tiny_model).code == 0
    truncate(photograph, 0.002 if kind == "JPEG 2000" else 0.5)
    done = run("skymask-image", photograph, "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 1
    assert done.err.startswith(f"{photograph} cannot be decoded: it is a damaged or incomplete {kind} file, or one of")
    assert done.err.count("\n") == 2, "the message, and the count at the end"


def test_a_damaged_png_is_said_in_our_own_words(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    content = bytearray((photos / "a.png").read_bytes())
    content[60] ^= 0xFF
    (photos / "a.png").write_bytes(content)
    done = run("skymask-image", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert done.code == 1
    assert done.err.startswith(f"{photos / 'a.png'} cannot be decoded: it is a damaged or incomplete PNG file")
    assert done.err.count("\n") == 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".webp", ".jpg", ".png", ".tif"])
def test_a_photograph_is_segmented_upright(orientation: int, suffix: str, tiny_model: Path, tmp_path: Path) -> None:
    stored = picture()
    stored[:, :10] = stored[0, 0]  # so that no two orientations are alike
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = (
        {"lossless": True} if suffix == ".webp" else {"quality": 100, "subsampling": 0} if suffix == ".jpg" else {}
    )
    Image.fromarray(stored).save(tmp_path / f"a{suffix}", exif=exif, **options)
    assert run("skymask-image", tmp_path / f"a{suffix}", "-o", tmp_path / "m.png", "--model", tiny_model).code == 0
    mask = np.asarray(Image.open(tmp_path / "m.png")).astype(int)
    expected = reference(turn_upright(stored, orientation)).astype(int)
    assert mask.shape == expected.shape
    assert abs(mask - expected).max() <= (8 if suffix == ".jpg" else 0)


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("suffix", [".webp", ".jpg", ".png", ".tif", ".bmp"])
def test_a_mask_on_its_side_is_not_kept_as_done(
    orientation: int, suffix: str, tiny_model: Path, tmp_path: Path
) -> None:
    if suffix == ".bmp" and orientation > 1:
        pytest.skip("has no EXIF")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(picture()).save(tmp_path / f"a{suffix}", exif=exif)
    mask = tmp_path / "m.png"
    command = ("skymask-image", tmp_path / f"a{suffix}", "-o", mask, "--model", tiny_model)
    assert run(*command).code == 0
    assert "1 skipped" in run(*command).out
    upright = Image.open(mask)
    assert upright.size == ((64, 96) if orientation == 6 else (96, 64))
    upright.transpose(Image.Transpose.ROTATE_90).save(mask)
    done = run(*command)
    if orientation == 6:  # it is as the photograph is stored
        assert (done.code, done.err) == (0, "")
    else:
        assert done.code == 1
        assert f"{mask} is there already and does not have the size of" in done.err


def test_what_is_drawn_on_its_side_is_not_kept_as_done(tiny_model: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.fromarray(picture()).save(tmp_path / "a.jpg", exif=exif)
    overlay = tmp_path / "m.png"
    command = ("skymask-image", tmp_path / "a.jpg", "-o", overlay, "--view", "overlay", "--model", tiny_model)
    assert run(*command).code == 0
    assert "1 skipped" in run(*command).out
    Image.open(overlay).transpose(Image.Transpose.ROTATE_90).save(overlay)
    assert "does not have the size of" in run(*command).err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("none.jpg", "-o", "out"), 2, "There is no photograph or folder at none.jpg"),
        (("photos",), 2, "--output is required"),
        (("photos", "-o", "photos"), 2, "cannot go to photos itself"),
        (("photos", "-o", "file"), 1, "is a file; the results need a folder"),
        (("photos", "-o", "/proc/masks"), 1, "cannot be written"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: tuple[str, ...], code: int, message: str, photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    done = run("skymask-image", *arguments, "--model", tiny_model, cwd=photos.parent)
    assert done.code == code
    assert message in done.err
