"""Which photographs are taken and where their masks go; whatever would overwrite something is refused beforehand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from skymask.errors import InputError
from skymask.masks.layouts.coco_panoptic import CocoPanoptic
from skymask.masks.layouts.colmap import Colmap
from skymask.masks.layouts.plain import Plain
from skymask.masks.plan import check_report, plan
from tests.support.drives import set_apart
from tests.support.locked import both_pathlibs, lock


@pytest.fixture
def trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `trip` with photographs in it and below, seen from its parent."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.JPG", "a.png", "day 1/a.jpg", "day 1/deep/c.tiff", "notes.txt", "._b.jpg", ".thumbs/t.jpg"):
        file = Path("trip") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Path("trip")


def masks(*inputs: str | Path, output: str = "out") -> dict[str, str]:
    """Photograph to mask, as text with forward slashes."""
    return {job.photograph.as_posix(): job.mask.as_posix() for job in plan(inputs, Path(output), Plain().place).jobs}


def test_a_folder_is_searched_and_its_structure_kept(trip: Path) -> None:
    assert masks(trip) == {
        "trip/a.png": "out/a.png",
        "trip/b.JPG": "out/b.png",
        "trip/day 1/a.jpg": "out/day 1/a.png",
        "trip/day 1/deep/c.tiff": "out/day 1/deep/c.png",
    }


def test_a_file_goes_to_the_top_under_its_own_name(trip: Path) -> None:
    assert masks("trip/day 1/a.jpg") == {"trip/day 1/a.jpg": "out/a.png"}


def test_a_file_named_outright_may_have_any_ending(trip: Path) -> None:
    Path("shot.0001").touch()
    Path("shot.0002").touch()
    Path("v1.2.jpg").touch()
    assert set(masks("shot.0001", "shot.0002", "v1.2.jpg").values()) == {
        "out/shot.0001.png",
        "out/shot.0002.png",
        "out/v1.2.png",
    }


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("trip/*", {"out/a.png", "out/b.png"}),
        ("trip/*/*.jpg", {"out/day 1/a.png"}),
        ("trip/**/*", {"out/a.png", "out/b.png", "out/day 1/a.png", "out/day 1/deep/c.png"}),
        ("./trip/[ab].*", {"out/a.png", "out/b.png"}),
        ("**/c.tiff", {"out/trip/day 1/deep/c.png"}),
    ],
)
def test_a_glob_keeps_the_structure_below_its_fixed_part(trip: Path, pattern: str, expected: set[str]) -> None:
    assert set(masks(pattern).values()) == expected


def test_a_name_with_brackets_that_exists_is_no_glob(trip: Path) -> None:
    Path("sky [1].jpg").touch()
    assert masks("sky [1].jpg") == {"sky [1].jpg": "out/sky [1].png"}


def test_the_same_photograph_given_twice_is_done_once(trip: Path) -> None:
    assert masks("trip/a.png", "trip/*.png", trip / "a.png") == {"trip/a.png": "out/a.png"}


def test_masks_within_the_folder_are_not_segmented_again(trip: Path) -> None:
    before = masks(trip, output="trip/masks")
    Path("trip/masks").mkdir()
    Path("trip/masks/a.png").touch()
    assert masks(trip, output="trip/masks") == before
    assert masks("trip/**/*", output="trip/masks") == before
    assert masks("trip", output=str(trip.resolve() / "masks")).keys() == before.keys()


def test_the_output_may_lie_above_the_folder(trip: Path) -> None:
    assert masks("trip/day 1", output="trip")["trip/day 1/deep/c.tiff"] == "trip/deep/c.png"


def test_two_photographs_with_one_mask_are_refused(trip: Path) -> None:
    Path("trip/a.jpg").touch()
    with pytest.raises(InputError, match=r"trip/a\.jpg and trip/a\.png would both get the mask out/a\.png"):
        plan([trip], Path("out"), Plain().place)


def test_all_clashes_are_counted_and_the_remedy_takes_one_kind_of_file(trip: Path) -> None:
    for name in ("a.jpg", "day 1/a.tif"):
        (trip / name).touch()
    with pytest.raises(InputError, match="2 masks would each be of more than one photograph; the first: ") as refused:
        plan([trip], Path("out"), Plain().place)
    assert "('trip/**/*.jpg' 'trip/**/*.JPG')" in str(refused.value)
    assert "--layout colmap" in str(refused.value)
    assert len(plan([trip], Path("out"), Colmap().place).jobs) == 6
    assert len(plan(["trip/**/*.jpg", "trip/**/*.JPG"], Path("out"), Plain().place).jobs) == 3


def test_one_folder_spelled_in_two_ways_is_searched_once(trip: Path) -> None:
    jobs = plan([trip, trip.absolute()], Path("out"), Plain().place).jobs
    assert [job.photograph for job in jobs] == [job.photograph for job in plan([trip], Path("out"), Plain().place).jobs]
    Path("trip/a.jpg").touch()
    with pytest.raises(InputError, match=r"Give one kind of file \('trip/\*\*/\*\.jpg' 'trip/\*\*/\*\.JPG'\)"):
        plan(["trip/a.jpg", "trip/b.JPG", Path("trip/a.png").absolute()], Path("out"), Plain().place)


def test_the_remedy_for_a_clash_of_two_spellings_names_one(trip: Path) -> None:
    for name in ("c.jpg", "c.JPG", "c.jpeg"):
        (trip / name).touch()
    with pytest.raises(InputError, match=r"mask out/c\.png\. Give one kind of file \('trip/\*\*/\*\.JPG'\),"):
        plan(["trip"], Path("out"), Plain().place)
    assert plan(["trip/**/*.JPG"], Path("out"), Plain().place).jobs


def test_no_remedy_is_a_glob_that_finds_nothing(trip: Path) -> None:
    Path("trip [1]").mkdir()
    for name in ("a.jpg", "a.png"):
        (Path("trip [1]") / name).touch()
    with pytest.raises(InputError, match=r"the mask out/a\.png\. Take --layout colmap: "):
        plan(["trip [1]"], Path("out"), Plain().place)


def test_a_link_in_a_circle_is_not_followed_by_a_glob(trip: Path) -> None:
    for name in ("loop", "day 1/up"):
        (trip / name).symlink_to(trip.resolve(), target_is_directory=True)
    assert masks("trip/**/*") == masks(trip)


def test_raw_files_named_outright_are_left_out(trip: Path) -> None:
    Path("trip/b.NEF").touch()
    made = plan(["trip/b.NEF", "trip/b.JPG"], Path("out"), Plain().place)
    assert [job.photograph for job in made.jobs] == [Path("trip/b.JPG")]
    assert str(made.left_out) == "left out: 1 file that skymask cannot read (.nef 1), convert them first"
    with pytest.raises(InputError, match=r"no photograph to make a mask of; .* cannot read \(\.nef 1\)"):
        plan(["trip/b.NEF"], Path("out"), Plain().place)


@pytest.mark.parametrize("absolute", [False, True])
def test_folders_with_the_same_names_are_to_be_given_by_their_parent(trip: Path, absolute: bool) -> None:
    for name in ("sites/left/1.jpg", "sites/right/1.jpg"):
        Path(name).parent.mkdir(parents=True)
        Path(name).touch()
    left = Path("sites/left").absolute() if absolute else Path("sites/left")
    above = Path("sites").absolute() if absolute else Path("sites")
    with pytest.raises(InputError, match=r"would both get the mask out/1\.png") as refused:
        plan([left, "sites/right"], Path("out"), Plain().place)
    assert f"Give the folder above both ({above})" in str(refused.value)
    assert len(plan(["sites"], Path("out"), Plain().place).jobs) == 2


@pytest.mark.parametrize(
    ("inputs", "output", "said"),
    [
        (["trip/a.png"], "TRIP", "would overwrite the photograph trip/a.png"),
        (["trip"], "Trip", "cannot go to trip itself"),
        (["trip/b.JPG", "other/B.png"], "out", "would both get the mask out/b.png"),
    ],
)
def test_on_macos_case_makes_no_other_file(
    trip: Path, monkeypatch: pytest.MonkeyPatch, inputs: list[str], output: str, said: str
) -> None:
    Path("other").mkdir()
    Path("other/B.png").touch()
    assert plan(inputs, Path(output), Plain().place).jobs
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(InputError, match=said):
        plan(inputs, Path(output), Plain().place)


def test_on_macos_a_photograph_given_in_two_cases_is_done_once(trip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("trip/A.png").symlink_to("a.png")  # as if the file system took no notice of case
    monkeypatch.setattr(sys, "platform", "darwin")
    assert masks("trip/a.png", "trip/A.png") == {"trip/a.png": "out/a.png"}
    with pytest.raises(InputError, match="report would overwrite the photograph"):
        check_report(Path("TRIP/a.png"), plan(["trip/a.png"], Path("out"), Plain().place), None, Path("m.onnx"))


def test_photographs_of_one_name_on_two_drives_go_to_two_folders(trip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_apart(monkeypatch)
    with pytest.raises(
        InputError, match=r"would both get the mask out/a\.png\. Run twice with different folders -o\.$"
    ):
        plan(["trip/a.png", "trip/day 1/a.jpg"], Path("out"), Plain().place)


@pytest.mark.parametrize("output", ["trip", "./trip", "trip/day 1/.."])
def test_a_folder_as_its_own_output_is_refused(trip: Path, output: str) -> None:
    with pytest.raises(InputError, match="cannot go to trip itself"):
        plan([trip], Path(output), Plain().place)


def test_a_mask_over_a_photograph_is_refused(trip: Path) -> None:
    with pytest.raises(InputError, match="would overwrite the photograph"):
        plan(["trip/a.png"], Path("trip"), Plain().place)


@pytest.mark.parametrize(
    ("given", "said"), [("none.jpg", "no photograph or folder at none"), ("none/*.jpg", "No photo")]
)
def test_what_is_not_there_is_refused(trip: Path, given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plan([given], Path("out"), Plain().place)


def test_a_folder_without_photographs_is_refused(trip: Path) -> None:
    Path("empty").mkdir()
    with pytest.raises(InputError, match=r"No photograph found in empty; looked for files ending in \.avif"):
        plan(["empty"], Path("out"), Plain().place)


def test_a_file_as_output_is_refused(trip: Path) -> None:
    with pytest.raises(InputError, match="is a file"):
        plan([trip], Path("trip/notes.txt"), Plain().place)


@both_pathlibs
@pytest.mark.parametrize("place", ["x" * 300, "locked/x"])
def test_what_cannot_be_reached_is_refused(
    trip: Path, monkeypatch: pytest.MonkeyPatch, place: str, quiet: bool
) -> None:
    lock(monkeypatch, "locked", quiet)
    said = rf"^{place} cannot be reached: "
    with pytest.raises(InputError, match=said):
        plan([trip], Path(place), Plain().place)
    with pytest.raises(InputError, match=said):
        plan([place], Path("out"), Plain().place)
    with pytest.raises(InputError, match=said):
        check_report(Path(place), plan([trip], Path("out"), Plain().place), None, Path("m.onnx"))


def test_the_layout_says_where_masks_go(trip: Path) -> None:
    jobs = {job.photograph.as_posix(): job for job in plan([trip], Path("out"), CocoPanoptic().place).jobs}
    assert jobs["trip/day 1/a.jpg"].name == Path("day 1/a.jpg")
    assert jobs["trip/day 1/a.jpg"].mask == Path("out/panoptic/day 1/a.png")


def test_one_name_in_two_inputs_is_refused_in_every_layout(trip: Path) -> None:
    with pytest.raises(
        InputError, match=r"trip/a\.png and trip/day 1/a\.jpg would both get the mask out/panoptic/a\.png"
    ):
        plan(["trip/a.png", "trip/day 1/a.jpg"], Path("out"), CocoPanoptic().place)
