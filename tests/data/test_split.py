"""Splits: spread over the year, the same for the same seed, and no place on both sides, whatever its name."""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skymask.data.audit import audit
from skymask.data.audit.overrule import OVERRULE
from skymask.data.lock import only_run_in
from skymask.data.manifest import read_manifest
from skymask.data.split import split
from skymask.data.split.sides import HELD_OUT, choose_val, deal_folds
from skymask.data.split.spread import spread
from skymask.errors import DataError, InputError
from tests.support.webcams import scene, write_camera, write_mask

TIMES = st.lists(st.none() | st.datetimes(datetime(2010, 1, 1), datetime(2016, 1, 1)), max_size=60)
CAMERAS = ("65", "75", "162", "204", "10870")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for camera in CAMERAS:
        write_camera(tmp_path, camera, 6, sky_rows=0 if camera == "162" else 20)
    return tmp_path


def _drawn(manifest: Path) -> dict[str, list[str]]:
    """File names by camera."""
    drawn: dict[str, list[str]] = {}
    for sample in read_manifest(manifest):
        drawn.setdefault(sample.group, []).append(sample.image.name)
    return drawn


@given(times=TIMES, count=st.integers(1, 70), seed=st.integers(0, 3))
def test_a_draw_is_of_the_right_size_seeded_and_even_over_months(
    times: list[datetime | None], count: int, seed: int
) -> None:
    drawn = spread(times, count, random.Random(seed))
    assert len(set(drawn)) == len(drawn) == min(count, len(times))
    assert drawn == sorted(drawn) == spread(times, count, random.Random(seed))
    there = Counter(time.month if time else 0 for time in times)
    taken = Counter(time.month if time else 0 for time in (times[index] for index in drawn))
    most = max(taken.values(), default=0)
    assert all(taken[month] >= min(most - 1, there[month]) for month in there)


@example(count=240, seed=1)
@given(count=st.integers(1, 2 * 12 * 24), seed=st.integers(0, 3))
def test_where_there_is_every_hour_of_every_month_hours_are_even_too(count: int, seed: int) -> None:
    times = [datetime(year, month, 1, hour) for year in (2012, 2013) for month in range(1, 13) for hour in range(24)]
    hours = Counter(times[index].hour for index in spread(times, count, random.Random(seed)))
    assert len(hours) == min(count, 24)
    if count <= 12 * 24:
        assert max(hours.values()) - min(hours[hour] for hour in range(24)) <= 1


def test_other_seeds_draw_other_images() -> None:
    times = [datetime(2012, 1, day) for day in range(1, 31)]
    assert len({tuple(spread(times, 3, random.Random(seed))) for seed in range(8)}) > 4


@given(cameras=st.lists(st.integers(1, 99).map(str), min_size=2, unique=True), data=st.data())
def test_every_camera_validates_in_exactly_one_fold(cameras: list[str], data: st.DataObject) -> None:
    folds = deal_folds(cameras, data.draw(st.integers(2, len(cameras))), random.Random(0))
    assert sorted(camera for fold in folds for camera in fold) == sorted(cameras)
    assert max(map(len, folds)) - min(map(len, folds)) <= 1


@pytest.mark.parametrize("folds", [1, 0, 4])
def test_a_number_of_folds_that_cannot_be_is_refused(folds: int) -> None:
    with pytest.raises(InputError, match=f"folds must be from 2 to the number of cameras with images, 3; got {folds}"):
        deal_folds(["1", "2", "3"], folds, random.Random(0))


def test_the_cameras_held_out_by_default_validate_where_they_are(root: Path) -> None:
    result = split(root, per_camera=4)
    assert list(_drawn(result.val)) == ["204", "10870"]
    assert list(_drawn(result.train)) == ["65", "75", "162"]
    assert {len(names) for names in (_drawn(result.train) | _drawn(result.val)).values()} == {4}
    assert {"204", "10870"} < set(HELD_OUT)
    sample = read_manifest(result.train)[0]
    assert (sample.source, sample.mask.name, sample.ignore) == ("skyfinder", "65.png", None)
    assert "\\" not in result.train.read_text()
    assert result.train.read_text().startswith("source,group,image,mask,ignore\nskyfinder,65,../images/65/2012")


def test_cameras_are_held_out_as_asked(root: Path) -> None:
    result = split(root, val_cameras=["162", "65"])
    assert list(_drawn(result.val)) == ["65", "162"]
    assert [draw.side for draw in result.draws] == ["val", "train", "val", "train", "train"]


@pytest.mark.parametrize(
    ("cameras", "wanted", "message"),
    [
        (
            ["65", "75"],
            None,
            r"of those held out by default is here \(204, .*Name some with --val-cameras; .*65, 75",
        ),
        (["65", "75"], ["57"], "no camera '57' with images to be used.*Known: 65, 75"),
        (["65", "75"], ["65", "75"], "and none train. Hold out fewer"),
        (["204"], None, "and none train"),
    ],
)
def test_a_choice_that_leaves_a_side_empty_is_refused(
    cameras: list[str], wanted: list[str] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        choose_val(cameras, wanted)


def test_the_seed_decides_and_other_cameras_do_not(root: Path) -> None:
    first, again = _drawn(split(root, 3, seed=1).train), _drawn(split(root, 3, seed=1).train)
    assert first == again
    assert _drawn(split(root, 3, seed=2).train) != first
    write_camera(root, "17218", 6)
    assert _drawn(split(root, 3, seed=1).train) == first


def test_a_camera_without_sky_is_drawn_and_one_without_mask_is_left_out(root: Path) -> None:
    (root / "masks" / "75.png").unlink()
    draws = {draw.camera.name: draw for draw in split(root, 3).draws}
    assert (draws["162"].side, draws["162"].camera.mask.sky_share) == ("train", 0.0)
    assert (draws["75"].side, draws["75"].images) == ("left out", [])
    assert draws["75"].camera.left_out == "there is no masks/75.png"


def test_names_without_a_time_are_drawn_too(root: Path) -> None:
    for index, path in enumerate(sorted((root / "images" / "65").iterdir())):
        path.rename(path.with_name(f"{'abcdef'[index]}.jpg"))
    draw = split(root, 3).draws[0]
    assert len(draw.images) == 3
    assert (draw.months, draw.hours) == (0, 0)


def test_the_audit_and_what_a_person_says_are_followed(root: Path) -> None:
    folder = root / "images" / "65"
    kept, black, dark = (folder / f"2013010{day}_000000.jpg" for day in (1, 2, 3))
    for path, divisor in ((kept, 100), (black, 90), (dark, 10)):
        scene(divisor).point(lambda level, divisor=divisor: level // divisor).save(path)  # type: ignore[misc]
    audit(root, jobs=1)
    good = next((root / "images" / "75").iterdir())
    (root / OVERRULE).write_text(f"path,verdict\nimages/65/{kept.name},keep\nimages/75/{good.name},drop\n")
    result = split(root)
    drawn = _drawn(result.train)
    assert result.audited
    assert {kept.name, dark.name} < set(drawn["65"])
    assert black.name not in drawn["65"]
    assert good.name not in drawn["75"]
    assert len(drawn["75"]) == 5


def test_an_audit_of_other_images_is_refused(root: Path) -> None:
    audit(root, jobs=1)
    moved = sorted((root / "images" / "65").iterdir())[0]
    moved.rename(moved.with_name("20200101_000000.jpg"))
    with pytest.raises(DataError, match=f"1 image is gone since the audit, such as images/65/{moved.name}. Run"):
        split(root)
    moved.with_name("20200101_000000.jpg").unlink()
    audit(root, jobs=1)
    write_camera(root, "684", 2)
    with pytest.raises(DataError, match="2 images are not in the audit, such as images/684/"):
        split(root)


def test_a_camera_that_the_audit_drops_is_left_out_with_its_reason(root: Path) -> None:
    write_mask(root, "75", (64, 40))
    audit(root, jobs=1)
    draws = {draw.camera.name: draw for draw in split(root).draws}
    assert draws["75"].camera.left_out == "all dropped by the audit, most as wrong-size"


def test_without_an_audit_what_does_not_fit_is_refused(root: Path) -> None:
    write_mask(root, "75", (64, 40))
    with pytest.raises(DataError, match=r"is 64x48, but its mask .*75\.png is 64x40 .* Run 'skymask data audit' first"):
        split(root)
    write_mask(root, "75")
    for path in (root / "images" / "75").iterdir():
        path.write_bytes(b"text")
    with pytest.raises(DataError, match="is not a readable image"):
        split(root)
    assert not (root / "split").exists()


def test_a_camera_under_two_names_is_refused_through_links(root: Path) -> None:
    (root / "images" / "2040").symlink_to(root / "images" / "204")
    write_mask(root, "2040")
    with pytest.raises(DataError, match=r"Camera 2040 of the training side and camera 204 of the valid.* one folder"):
        split(root)
    assert list(_drawn(split(root, val_cameras=["204", "2040"]).val)) == ["204", "2040"]


def test_a_camera_under_two_names_is_refused_through_the_hashes_of_its_pictures(root: Path) -> None:
    shutil.copytree(root / "images" / "204", root / "images" / "2040")
    write_camera(root, "99", 1)  # so that camera 2040 has an image of its own
    shutil.move(next((root / "images" / "99").iterdir()), root / "images" / "2040" / "20130101_000000.jpg")
    write_mask(root, "2040")
    audit(root, jobs=1)
    with pytest.raises(DataError, match="Cameras 204 and 2040 have pictures in common"):
        split(root)
    assert "2040" in _drawn(split(root, val_cameras=["204", "2040"]).val)
    with pytest.raises(DataError, match="pictures in common"):
        split(root, val_cameras=["204", "2040"], folds=6)


def test_a_card_that_two_cameras_share_can_be_dropped_by_a_person(root: Path) -> None:
    for camera in ("65", "204"):
        scene(77).save(root / "images" / camera / "20130101_000000.jpg")
    audit(root, jobs=1)
    with pytest.raises(DataError, match="'camera offline'"):
        split(root)
    lines = [f"images/{camera}/20130101_000000.jpg,drop\n" for camera in ("65", "204")]
    (root / OVERRULE).write_text("path,verdict\n" + lines[0])
    assert split(root).audited


def test_folds_are_written_and_gone_again(root: Path) -> None:
    result = split(root, folds=3)
    for folder, cameras in result.folds:
        train, val = _drawn(folder / "train.csv"), _drawn(folder / "val.csv")
        assert list(val) == cameras
        assert sorted([*train, *val]) == sorted(CAMERAS)
    assert sorted(camera for _, cameras in result.folds for camera in cameras) == sorted(CAMERAS)
    split(root)
    assert not list((root / "split").glob("fold*/*.csv"))


@pytest.mark.parametrize("seed", range(3))
def test_no_image_of_a_camera_is_on_both_sides_of_what_is_written(root: Path, seed: int) -> None:
    result = split(root, folds=2, seed=seed)
    for folder in (root / "split", *(folder for folder, _ in result.folds)):
        sides = []
        for name in ("train.csv", "val.csv"):
            with (folder / name).open(newline="") as file:
                rows = list(csv.DictReader(file))
            assert {row["group"] for row in rows} == {Path(row["image"]).parent.name for row in rows}
            sides.append({row["group"] for row in rows})
        assert not sides[0] & sides[1]


def test_a_second_run_at_once_is_refused(root: Path) -> None:
    with only_run_in(root), pytest.raises(InputError, match="Another run"):
        split(root)


def test_numbers_and_folders_that_cannot_be_are_refused(root: Path) -> None:
    with pytest.raises(InputError, match="per_camera must be at least 1; got 0"):
        split(root, per_camera=0)
    with pytest.raises(InputError, match="There is no folder"):
        split(root / "nowhere")
