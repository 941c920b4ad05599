"""`skymask masks` from the command line to the files."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skymask.cli import main
from skymask.masks.layouts import LAYOUTS
from tests.support.coco_panoptic import read_panoptic
from tests.support.tiny_model import reference


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name in ("a.png", "day/b.png"):
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (40, 60, 3), np.uint8)).save(file)
    return tmp_path / "photos"


@pytest.fixture
def run(tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> object:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["masks", *map(str, arguments), "-o", str(tmp_path / "out"), "--model", str(tiny_model)])
        return code, *capsys.readouterr()

    return run


def test_masks_are_written_and_counted(photos: Path, tmp_path: Path, run: object) -> None:
    code, out, err = run(photos)  # type: ignore[operator]
    assert (code, err) == (0, "")
    assert out == f"2 masks written to {tmp_path / 'out'} (tiny 0.0.1, onnxruntime on cpu).\n"
    with Image.open(photos / "day" / "b.png") as photo, Image.open(tmp_path / "out" / "day" / "b.png") as mask:
        np.testing.assert_array_equal(np.asarray(mask), reference(np.asarray(photo)))


def test_a_second_run_skips_and_says_so(photos: Path, run: object) -> None:
    run(photos / "a.png")  # type: ignore[operator]
    code, out, _ = run(photos)  # type: ignore[operator]
    assert code == 0
    assert out.startswith("1 mask written to ")
    assert "1 skipped" in out
    assert "--overwrite" in out
    assert run(photos, "--overwrite")[1].startswith("2 masks written to ")  # type: ignore[operator]


def test_a_second_run_says_which_masks_another_model_made(photos: Path, tmp_path: Path, run: object) -> None:
    run(photos / "a.png")  # type: ignore[operator]
    mask = tmp_path / "out" / "a.png"
    said = PngInfo()
    with Image.open(mask) as picture:
        for keyword, value in picture.text.items():  # type: ignore[attr-defined]
            said.add_text(keyword, value.replace("tiny 0.0.1", "fast 0.13.0"))
        picture.save(mask, pnginfo=said)
    (tmp_path / "out" / "day").mkdir()
    Image.new("L", (60, 40)).save(tmp_path / "out" / "day" / "b.png")
    code, out, _ = run(photos)  # type: ignore[operator]
    assert code == 0
    assert "(tiny 0.0.1, onnxruntime on cpu), 2 skipped that were there already, 1 of them by fast 0.13.0" in out
    assert out.endswith(", 1 of them by an unknown model (--overwrite makes them again).\n")
    run(photos, "--overwrite")  # type: ignore[operator]
    assert "2 skipped that were there already (--overwrite" in run(photos)[1]  # type: ignore[operator]


def test_a_mask_of_another_photograph_is_made_again_and_that_is_said(photos: Path, tmp_path: Path, run: object) -> None:
    run(photos)  # type: ignore[operator]
    Image.new("RGB", (50, 70), "blue").save(photos / "a.png")
    out = run(photos)[1]  # type: ignore[operator]
    assert "(tiny 0.0.1, onnxruntime on cpu), 1 of them again, as they did not fit their photographs" in out
    with Image.open(tmp_path / "out" / "a.png") as mask:
        assert mask.size == (50, 70)


@pytest.mark.parametrize(
    ("made_as", "asked", "refused"),
    [("plain", "cutout", "a.png"), ("coco-panoptic", "coco-panoptic-void", "panoptic.json")],
)
def test_masks_of_another_layout_stop_the_run(
    photos: Path, tmp_path: Path, run: object, made_as: str, asked: str, refused: str
) -> None:
    run(photos, "--layout", made_as)  # type: ignore[operator]
    code, out, err = run(photos, "--layout", asked)  # type: ignore[operator]
    assert (code, out) == (2, "")
    assert err == (
        f"skymask: error: {tmp_path / 'out' / refused} is there already and is not of this layout: "
        f"it is {made_as}, not {asked}. "
        "Choose another folder with -o, or move it away; --overwrite replaces it and makes all masks again.\n"
    )


def test_panoptic_masks_of_other_colours_stop_the_run(photos: Path, tmp_path: Path, run: object) -> None:
    mask = tmp_path / "out" / "panoptic" / "a.png"
    mask.parent.mkdir(parents=True)
    Image.new("RGB", (60, 40), "blue").save(mask)
    code, out, err = run(photos, "--layout", "coco-panoptic")  # type: ignore[operator]
    assert (code, out) == (2, "")
    assert err == (
        f"skymask: error: {mask} is there already and is not of this layout: it has other colours than (70, 130, 180) "
        "and (60, 50, 40). Choose another folder with -o, or move it away; --overwrite replaces it and makes all masks "
        "again.\n"
    )


def test_a_broken_photograph_is_reported_and_the_rest_done(photos: Path, tmp_path: Path, run: object) -> None:
    (photos / "broken.jpg").write_bytes(b"text")
    Image.new("RGB", (1, 1)).save(photos / "dot.png")
    code, out, err = run(photos)  # type: ignore[operator]
    assert code == 1
    assert out.startswith("2 masks written")
    first, second, last = err.splitlines()
    assert first.startswith(f"skymask: {photos / 'broken.jpg'} is not an image")
    assert second.startswith(f"skymask: {photos / 'dot.png'}: A frame must be at least 32 pixels")
    assert last == "skymask: error: 2 of 4 photographs failed; see above."


def test_a_missing_input_exits_2_before_any_work(photos: Path, tmp_path: Path, run: object) -> None:
    code, out, err = run(photos, photos / "none.jpg")  # type: ignore[operator]
    assert (code, out) == (2, "")
    assert "There is no photograph or folder at" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--layout", "cocopanoptic", "Did you mean 'coco-panoptic'?"),
        ("--model", "fats", "Did you mean 'fast'?"),
        ("--engine", "openvno", "Did you mean 'openvino'?"),
        ("--device", "cpuu", "Did you mean 'cpu'?"),
        ("--threads", "0", "threads must be at least 1"),
    ],
)
def test_unknown_names_exit_2_with_the_nearest(
    photos: Path,
    tmp_path: Path,
    tiny_model: Path,
    option: str,
    value: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = [] if option == "--model" else ["--model", str(tiny_model)]
    assert main(["masks", str(photos), "-o", str(tmp_path / "out"), *model, option, value]) == 2
    assert said in capsys.readouterr().err


def test_coco_panoptic_lists_all_but_the_broken_photograph(photos: Path, tmp_path: Path, run: object) -> None:
    (photos / "broken.jpg").write_bytes(b"text")
    code, out, err = run(photos, "--layout", "coco-panoptic")  # type: ignore[operator]
    assert code == 1
    assert out.startswith("2 masks written to ")
    assert "broken.jpg is not an image" in err
    read = read_panoptic(tmp_path / "out" / "panoptic.json")
    assert read.keys() == {"a.png", "day/b.png"}
    with Image.open(photos / "day" / "b.png") as photo:
        sky = reference(np.asarray(photo)) > 127
    np.testing.assert_array_equal(read["day/b.png"].categories, np.where(sky, 187, 201))


def test_odd_metadata_does_not_reach_the_screen(photos: Path, run: object, recwarn: pytest.WarningsRecorder) -> None:
    Image.new("RGB", (40, 40)).save(photos / "odd.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\x05\0")  # breaks off
    assert run(photos)[2] == ""  # type: ignore[operator]
    assert not recwarn.list


def test_the_help_has_a_line_for_every_layout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["masks", "--help"]) == 0
    text = capsys.readouterr().out
    assert all(re.search(rf"\W {layout}: ", text) for layout in LAYOUTS)


def test_what_is_left_out_is_told_in_one_line_and_is_no_failure(photos: Path, run: object) -> None:
    for name in ("x.HEIC", "day/y.dng"):
        (photos / name).touch()
    (photos / "site1").symlink_to(photos / "day", target_is_directory=True)
    code, out, err = run(photos)  # type: ignore[operator]
    assert code == 0
    assert out.startswith("2 masks written")
    assert err == (
        "skymask: left out: 2 files that skymask cannot read (.dng 1, .heic 1), convert them first; "
        f"linked folders ({photos / 'site1'}), give them by name.\n"
    )


def test_a_run_over_all_that_a_shell_names_goes_on_with_its_masks_among_that(photos: Path, tiny_model: Path) -> None:
    output = photos / "masks"
    arguments = ["-o", str(output), "--model", str(tiny_model)]
    for _ in range(2):
        assert main(["masks", *map(str, sorted(photos.iterdir())), *arguments]) == 0
        assert {mask.relative_to(output).as_posix() for mask in output.rglob("*.png")} == {"a.png", "b.png"}


def test_a_second_folder_of_masks_in_the_same_place_has_none_of_the_first_ones(
    photos: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for layout in ("plain", "colmap"):
        arguments = ["-o", str(photos / layout), "--layout", layout, "--model", str(tiny_model)]
        assert main(["masks", str(photos), *arguments]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"skymask: left out: 2 pictures that skymask made (in {photos / 'plain'}")
    assert sum(1 for _ in (photos / "colmap").rglob("*.png")) == 2


def test_a_photograph_in_the_place_of_a_mask_is_not_overwritten(photos: Path, tmp_path: Path, run: object) -> None:
    (tmp_path / "out" / "day").mkdir(parents=True)
    master = tmp_path / "out" / "day" / "b.png"
    Image.new("RGB", (120, 80), "blue").save(master)
    content = master.read_bytes()
    code, out, err = run(photos)  # type: ignore[operator]
    assert (code, out) == (2, "")
    assert f"error: {master} is there already and is not of this layout: plain is a grey PNG. Choose another" in err
    assert master.read_bytes() == content
    assert run(photos, "--overwrite")[0] == 0  # type: ignore[operator]


def test_a_second_folder_with_the_same_names_does_not_replace_the_first_ones_masks(
    photos: Path, tmp_path: Path, run: object
) -> None:
    run(photos / "a.png")  # type: ignore[operator]
    content = (tmp_path / "out" / "a.png").read_bytes()
    (tmp_path / "flight 2").mkdir()
    Image.new("RGB", (60, 40), "blue").save(tmp_path / "flight 2" / "a.png")
    code, _, err = run(tmp_path / "flight 2")  # type: ignore[operator]
    assert code == 2
    assert f"is the mask of another photograph: of {photos / 'a.png'}, not of {tmp_path / 'flight 2' / 'a.png'}." in err
    assert (tmp_path / "out" / "a.png").read_bytes() == content
