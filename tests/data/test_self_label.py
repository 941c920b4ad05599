from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from skymask.cli import main
from skymask.data.manifest import read_manifest
from skymask.data.self_label import self_label
from skymask.data.synthetic import render
from skymask.errors import DataError, InputError
from skymask.photographs.orientation import as_stored
from skymask.photographs.read import read_photograph

Pixels = NDArray[np.uint8]


def save(path: Path, pixels: Pixels) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def scene(left: int = 200, right: int = 200) -> Pixels:
    """A bright upper half, whose left and right sides are told apart, over a black lower half."""
    frame = np.zeros((40, 60, 3), np.uint8)
    frame[:20, :30], frame[:20, 30:] = left, right
    return frame


def bright(frame: Pixels) -> Pixels:
    return np.where(frame[..., 0] > 100, 255, 0).astype(np.uint8)


def half_sure(frame: Pixels) -> Pixels:
    return np.where(frame[..., 0] > 100, 128, 0).astype(np.uint8)


def test_agreement_becomes_a_label_and_disagreement_none(tmp_path: Path) -> None:
    image = save(tmp_path / "cam" / "a.png", scene(left=90, right=200))

    def either(frame: Pixels) -> Pixels:
        return np.where(frame[..., 0] > 50, 255, 0).astype(np.uint8)

    (sample,) = read_manifest(self_label([image], [bright, either], tmp_path / "out", "shore"))
    assert (sample.source, sample.group, sample.image.resolve()) == ("shore", "cam", image)
    valid = sample.load_valid()
    assert not valid[:20, :30].any()
    assert valid[20:].all()
    assert valid[:20, 30:].all()
    assert (sample.load_mask()[valid] == bright(sample.load_image())[valid]).all()


def test_a_model_that_the_mirror_changes_is_not_trusted(tmp_path: Path) -> None:
    image = save(tmp_path / "a.png", scene())

    def left_only(frame: Pixels) -> Pixels:
        alpha = bright(frame)
        alpha[:, 45:] = 0
        return alpha

    (sample,) = read_manifest(self_label([image], [left_only], tmp_path / "out", "x"))
    valid = sample.load_valid()
    assert not valid[:20, :15].any()
    assert not valid[:20, 45:].any()
    assert valid[:, 15:45].all()


def test_images_of_a_fixed_camera_share_what_most_of_them_show(tmp_path: Path) -> None:
    images = [save(tmp_path / "cam" / f"{index}.png", scene()) for index in range(9)]
    images.append(save(tmp_path / "cam" / "night.png", scene(0, 0)))
    samples = read_manifest(self_label(images, [bright], tmp_path / "out", "x", fixed_camera=True))
    assert len(samples) == 10
    for sample in samples:
        assert sample.load_valid().all()
        assert (sample.load_mask() == bright(scene())).all()


def test_unsure_images_are_left_out(tmp_path: Path) -> None:
    images = [save(tmp_path / "a.png", scene()), save(tmp_path / "b.png", scene(0, 0))]
    (sample,) = read_manifest(self_label(images, [half_sure], tmp_path / "out", "x"))
    assert sample.image.name == "b.png"
    with pytest.raises(DataError, match="unsure of every one of the 1"):
        self_label(images[:1], [half_sure], tmp_path / "none", "x")
    assert not (tmp_path / "none" / "manifest.csv").exists()


def test_bad_input(tmp_path: Path) -> None:
    good = save(tmp_path / "a.png", scene())
    small = save(tmp_path / "b.png", scene()[:32])
    (tmp_path / "c.png").write_text("no image")
    with pytest.raises(InputError, match="at least one"):
        self_label([], [bright], tmp_path / "out", "x")
    with pytest.raises(InputError, match="the same name"):
        self_label([good, tmp_path / "other" / "a.jpg"], [bright], tmp_path / "out", "x")
    with pytest.raises(DataError, match=r"b\.png is of another size"):
        self_label([good, small], [bright], tmp_path / "out", "x", fixed_camera=True)
    with pytest.raises(DataError, match=r"c\.png is not a readable image"):
        self_label([tmp_path / "c.png"], [bright], tmp_path / "out", "x")


@pytest.mark.parametrize("fixed_camera", [False, True])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_turned_photographs_are_labelled_upright_and_their_masks_stored_as_they_are(
    tmp_path: Path, orientation: int, fixed_camera: bool
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = tmp_path / "a.png"
    Image.fromarray(as_stored(scene(left=130, right=200), orientation)).save(path, exif=exif)
    seen: list[Pixels] = []

    def sky(frame: Pixels) -> Pixels:
        seen.append(frame)
        return np.where(frame[..., 0] > 150, 255, 0).astype(np.uint8)

    (sample,) = read_manifest(self_label([path], [sky], tmp_path / "out", "x", fixed_camera))
    np.testing.assert_array_equal(seen[0], scene(left=130, right=200))
    np.testing.assert_array_equal(sample.load_mask(), sky(scene(left=130, right=200)))
    assert sample.load_valid().all()
    np.testing.assert_array_equal(read_photograph(sample.mask).rgb[..., 0], sample.load_mask())
    assert sample.ignore is not None
    with Image.open(sample.mask) as mask, Image.open(sample.ignore) as ignore, Image.open(path) as image:
        assert mask.size == ignore.size == image.size


def test_the_group_is_the_name_of_the_folder_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "harbour" / "a.png", scene())
    monkeypatch.chdir(tmp_path / "harbour")
    (sample,) = read_manifest(self_label([Path("a.png")], [bright], tmp_path / "out", "x"))
    assert sample.group == "harbour"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "photos" / "a.png", render(0, (120, 160), "day").image)
    assert main(["data", "self-label", str(tmp_path / "photos"), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / "manifest.csv")
    assert main(["data", "self-label", str(tmp_path / "nowhere"), "-o", str(tmp_path / "out")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_the_command_passes_over_hidden_files_and_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "photos" / "a.png", render(0, (120, 160), "day").image)
    (tmp_path / "photos" / "._a.png").write_bytes(b"what macOS leaves on other disks")
    (tmp_path / "photos" / "more.jpg").mkdir()
    assert main(["data", "self-label", str(tmp_path / "photos"), "-o", str(tmp_path / "out")]) == 0
    assert [sample.image.name for sample in read_manifest(tmp_path / "out" / "manifest.csv")] == ["a.png"]


def test_a_repeat_goes_over_its_own_labels_and_a_resumed_run_over_those_of_its_first_part(tmp_path: Path) -> None:
    images = [save(tmp_path / "cam" / f"{name}.png", scene()) for name in "ab"]

    def label(images: list[Path]) -> Path:
        return self_label(images, [bright], tmp_path / "out", "x")

    first = label(images[:1])
    first.unlink()  # as where the run is interrupted before the end
    assert len(read_manifest(label(images[:1]))) == 1
    before = {path: path.read_bytes() for path in label(images).parent.rglob("*.*")}
    assert len(before) == 5
    label(images)
    assert {path: path.read_bytes() for path in first.parent.rglob("*.*")} == before
    with pytest.raises(InputError, match=r"lists .*b\.png, which the new one would not"):
        label(images[:1])


@pytest.mark.parametrize("kind", ["masks", "ignore"])
@pytest.mark.parametrize("how", ["made by hand", "edited", "no image"])
def test_a_mask_that_it_did_not_make_is_not_replaced(tmp_path: Path, kind: str, how: str) -> None:
    image, place = save(tmp_path / "cam" / "a.png", scene()), tmp_path / "out" / kind / "a.png"
    place.parent.mkdir(parents=True)
    if how == "edited":
        self_label([image], [bright], tmp_path / "out", "x")
        Image.fromarray(255 - np.asarray(Image.open(place))).save(place)
    elif how == "made by hand":
        save(place, bright(scene()))
    else:
        place.write_text("notes")
    before = place.read_bytes()

    def never(frame: Pixels) -> Pixels:
        raise AssertionError

    with pytest.raises(InputError, match=r"a\.png is there already and does not say that .* made it"):
        self_label([image], [never], tmp_path / "out", "x")
    assert place.read_bytes() == before


@pytest.mark.parametrize("kind", ["masks", "ignore"])
def test_photographs_are_never_replaced_by_their_labels(tmp_path: Path, kind: str) -> None:
    save(tmp_path / "cam" / "a.png", scene())
    self_label([tmp_path / "cam" / "a.png"], [bright], tmp_path / "out", "x")
    image = tmp_path / "out" / kind / "a.png"  # says that it is its own
    before = image.read_bytes()
    with pytest.raises(InputError, match=r"a\.png is a photograph to label, which it would replace"):
        self_label([image], [bright], tmp_path / "out", "x")
    assert image.read_bytes() == before


def test_the_command_refuses_a_folder_with_labels_of_others_before_it_loads_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "photos" / "a.png", scene())
    save(tmp_path / "hand" / "a.png", bright(scene()))
    out = tmp_path / "out"
    assert main(["data", "import", str(tmp_path / "photos"), str(tmp_path / "hand"), "-o", str(out)]) == 0
    before = (out / "manifest.csv").read_bytes()
    capsys.readouterr()
    assert main(["data", "self-label", str(tmp_path / "photos"), "-o", str(out), "--model", "none.onnx"]) == 2
    err = capsys.readouterr().err
    assert "hand/a.png, which the new one would not. Choose another folder, or move it away" in " ".join(err.split())
    assert (out / "manifest.csv").read_bytes() == before
    assert not (out / "masks").exists()
