"""What is found and not taken is told: pictures of other kinds, linked folders, folders that cannot be opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skymask.errors import InputError
from skymask.masks.origin import Origin, Source
from skymask.masks.search import UNREADABLE, LeftOut, search
from skymask.photographs.read import SUFFIXES
from skymask.runtime.stats import SkyStats
from tests.support.locked import lock


@pytest.fixture
def trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `trip` with photographs and other files, seen from its parent."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "b.JFIF", "a.DNG", "day/c.dng", "day/d.heic", "notes.txt", ".e.heic", "out/f.dng"):
        file = Path("trip") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Path("trip")


def found(given: str | Path, left_out: LeftOut) -> set[str]:
    return {file.as_posix() for file, _ in search(given, Path("trip/out"), left_out)}


def test_no_kind_is_both_readable_and_not() -> None:
    assert not SUFFIXES & UNREADABLE


def test_pictures_that_cannot_be_read_are_counted_by_kind(trip: Path) -> None:
    left_out = LeftOut()
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF"}
    assert {file.as_posix() for file in left_out.unreadable} == {"trip/a.DNG", "trip/day/c.dng", "trip/day/d.heic"}
    assert str(left_out) == "left out: 3 files that skymask cannot read (.dng 2, .heic 1), convert them first"


def test_they_are_counted_once_however_often_they_are_found(trip: Path) -> None:
    left_out = LeftOut()
    found(trip, left_out)
    found("trip/*", left_out)
    assert len(left_out.unreadable) == 3


def test_a_glob_for_one_kind_leaves_nothing_out(trip: Path) -> None:
    left_out = LeftOut()
    assert found("trip/**/*.jpg", left_out) == {"trip/a.jpg"}
    assert not left_out


def test_linked_folders_are_named_and_not_followed(trip: Path) -> None:
    Path("elsewhere").mkdir()
    Path("elsewhere/x.jpg").touch()
    for name in ("site1", ".hidden", "day/site2"):
        (trip / name).symlink_to(Path("elsewhere").resolve(), target_is_directory=True)
    (trip / "linked.jpg").symlink_to(Path("elsewhere/x.jpg").resolve())
    left_out = LeftOut()
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF", "trip/linked.jpg"}
    assert str(left_out).endswith("; linked folders (trip/site1, trip/day/site2), give them by name")
    assert found(trip / "site1", LeftOut()) == {"trip/site1/x.jpg"}


def test_of_many_linked_folders_some_are_named(trip: Path) -> None:
    for number in range(5):
        (trip / f"l{number}").symlink_to(trip.resolve() / "day", target_is_directory=True)
    left_out = LeftOut()
    found(trip, left_out)
    assert "(trip/l0, trip/l1, trip/l2 and 2 more)" in str(left_out)


def test_a_folder_that_cannot_be_opened_is_named(trip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def guarded(path: Any) -> Any:
        if Path(path).name == "day":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    left_out = LeftOut()
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF"}
    assert "folders that cannot be opened (trip/day)" in str(left_out)


@pytest.mark.parametrize("given", ["trip/*/*", "trip/**/*.jpg", "trip/**"])
def test_globs_name_linked_folders_too_and_do_not_follow_them(trip: Path, given: str) -> None:
    (trip / "day/x.jpg").touch()
    (trip / "site").symlink_to((trip / "day").resolve(), target_is_directory=True)
    left_out = LeftOut()
    assert found(given, left_out) - {"trip/a.jpg", "trip/b.JFIF"} == {"trip/day/x.jpg"}
    assert list(left_out.linked) == [Path("trip/site")]
    assert found("trip/site/*", LeftOut()) == {"trip/site/x.jpg"}


def test_links_that_lead_nowhere_are_named(trip: Path) -> None:
    for name, target in (("z.jpg", "none.jpg"), ("y.jpg", "y.jpg"), ("x.txt", "none.txt"), ("w.nef", "none.nef")):
        (trip / name).symlink_to(target)
    left_out = LeftOut()
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF"}
    assert str(left_out).endswith("; links to files that are not there (trip/w.nef, trip/y.jpg, trip/z.jpg)")
    assert len(left_out.unreadable) == 3


def test_links_to_what_cannot_be_reached_are_named(trip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (trip / "locked").mkdir()
    (trip / "locked" / "x.jpg").touch()
    (trip / "z.jpg").symlink_to((trip / "locked" / "x.jpg").resolve())
    (trip / "y.jpg").symlink_to("y" * 300)
    lock(monkeypatch, "locked")
    left_out = LeftOut()
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF"}
    assert str(left_out).split("; ")[1:] == [
        "folders that cannot be opened (trip/locked)",
        "links to files that are not there (trip/y.jpg, trip/z.jpg)",
    ]


@pytest.mark.parametrize("suffix", ["gpr", "iiq", "x3f", "3fr", "fff", "mrw", "kdc", "dcr", "erf", "mef", "mos"])
def test_raw_files_of_rarer_cameras_are_counted(trip: Path, suffix: str) -> None:
    (trip / f"r.{suffix.upper()}").touch()
    left_out = LeftOut()
    found("trip/*", left_out)
    assert Path(f"trip/r.{suffix.upper()}") in left_out.unreadable


def test_a_folder_with_nothing_else_says_what_is_there(trip: Path) -> None:
    with pytest.raises(InputError, match=r"No photograph found in trip/day; .* cannot read \(\.dng 1, \.heic 1\)"):
        found("trip/day", LeftOut())


def write_mask(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    said = PngInfo()
    for keyword, value in Origin("plain", "tiny 0.0.1", Source(1), SkyStats(0.5, 1.0)).to_text().items():
        said.add_text(keyword, value)
    Image.new("L", (64, 48)).save(path, pnginfo=said)


def test_masks_of_an_earlier_run_are_named_and_are_no_photographs(trip: Path) -> None:
    write_mask(trip / "masks" / "a.png")
    write_mask(trip / "masks" / "day" / "d.png")
    Image.new("L", (64, 48)).save(trip / "masks" / "night.png")
    left_out = LeftOut()
    assert found("trip/**/*.png", left_out) == {"trip/masks/night.png"}
    assert str(left_out) == "left out: 2 pictures that skymask made (in trip/masks, trip/masks/day)"
    assert found(trip, left_out) == {"trip/a.jpg", "trip/b.JFIF", "trip/masks/night.png"}
    with pytest.raises(InputError, match=r"No photograph found in trip/masks/day/\*; .* 1 picture that skymask made"):
        found("trip/masks/day/*", LeftOut())


def test_a_folder_of_masks_alone_is_left_out_whole(trip: Path) -> None:
    write_mask(trip / "masks" / "a.png")
    left_out = LeftOut()
    assert found("trip/masks", left_out) == set()
    assert str(left_out) == "left out: 1 picture that skymask made (in trip/masks)"


def test_a_mask_that_is_named_is_taken_for_a_photograph(trip: Path) -> None:
    write_mask(trip / "m.png")
    assert found("trip/m.png", LeftOut()) == {"trip/m.png"}


def test_the_folder_of_the_masks_among_others_is_no_matter_once_it_holds_nothing_else(trip: Path) -> None:
    (trip / "out" / "f.dng").unlink()
    assert found("trip/out", LeftOut()) == set()
    write_mask(trip / "out" / "day" / "a.png")
    left_out = LeftOut()
    assert found("trip/out", left_out) == set()
    assert not left_out


@pytest.mark.parametrize("name", ["g.jpg", "day/g.png", "g.dng"])
def test_the_folder_of_the_masks_is_refused_where_it_holds_a_photograph(trip: Path, name: str) -> None:
    (trip / "out" / "f.dng").unlink()
    (trip / "out" / "day").mkdir()
    (trip / "out" / name).touch()
    with pytest.raises(InputError, match=f"trip/out cannot go to trip/out itself: it holds trip/out/{name}, "):
        found("trip/out", LeftOut())
