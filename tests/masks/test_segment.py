"""Masks are made whole or not at all, and one broken photograph does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skymask.contract import check_frames
from skymask.errors import InputError, MediaError, OutputError
from skymask.masks.layouts.coco_panoptic import CocoPanoptic
from skymask.masks.layouts.plain import Plain
from skymask.masks.plan import plan
from skymask.masks.segment import Outcome, Status, segment
from skymask.photographs.read import Photograph, read_photograph
from tests.support.tiny_model import reference

PLAIN = Plain()


def sky(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A segmenter without an engine."""
    check_frames(frame[np.newaxis])
    return reference(frame)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(7):
        Image.fromarray(rng.integers(0, 256, (40 + index, 50, 3), np.uint8)).save(folder / f"{index}.png")
    return folder


def states(outcomes: Iterable[Outcome]) -> dict[str, str]:
    return {outcome.job.photograph.stem: outcome.status.value for outcome in outcomes}


def test_every_mask_is_the_alpha_of_its_photograph(folder: Path, tmp_path: Path) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    outcomes = list(segment(jobs, sky, PLAIN, "tiny 0.0.1"))
    assert [outcome.job for outcome in outcomes] == jobs
    assert {outcome.status for outcome in outcomes} == {Status.WRITTEN}
    for job in jobs:
        with Image.open(job.photograph) as photograph, Image.open(job.mask) as mask:
            assert mask.mode == "L"
            np.testing.assert_array_equal(np.asarray(mask), reference(np.asarray(photograph)))


def test_masks_that_are_there_are_skipped_unless_told_otherwise(folder: Path, tmp_path: Path) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    jobs[2].mask.parent.mkdir()
    Image.new("L", (50, 42), 7).save(jobs[2].mask)
    made_earlier = jobs[2].mask.read_bytes()
    assert states(segment(jobs, sky, PLAIN, "tiny 0.0.1"))["2"] == "skipped"
    assert jobs[2].mask.read_bytes() == made_earlier
    assert set(states(segment(jobs, sky, PLAIN, "tiny 0.0.1")).values()) == {"skipped"}
    assert set(states(segment(jobs, sky, PLAIN, "tiny 0.0.1", overwrite=True)).values()) == {"written"}
    Image.open(jobs[2].mask).load()


def test_what_an_interrupted_run_left_is_no_result(folder: Path, tmp_path: Path) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    part = jobs[0].mask.with_name(".0.png.1.part")
    part.parent.mkdir()
    part.write_bytes(b"half a mask")
    assert states(segment(jobs, sky, PLAIN, "tiny 0.0.1"))["0"] == "written"
    Image.open(jobs[0].mask).load()


def test_broken_and_small_photographs_are_reported_and_the_rest_done(folder: Path, tmp_path: Path) -> None:
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:200])
    Image.new("RGB", (31, 31)).save(folder / "3.png")
    (folder / "5.png").write_text("text")
    outcomes = list(segment(plan([folder], tmp_path / "out", PLAIN.place).jobs, sky, PLAIN, "tiny 0.0.1"))
    assert [name for name, state in states(outcomes).items() if state == "failed"] == ["1", "3", "5"]
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    assert all(isinstance(error, MediaError) for error in errors)
    assert "1.png cannot be decoded" in str(errors[0])
    assert "3.png: A frame must be at least 32 pixels high and wide; got 31x31" in str(errors[1])
    assert sorted(mask.stem for mask in (tmp_path / "out").iterdir()) == ["0", "2", "4", "6"]


@pytest.mark.parametrize(("becomes_folder", "said"), [(False, "No such file or directory"), (True, "Is a directory")])
def test_a_photograph_that_is_gone_once_it_is_decoded_is_reported_and_the_rest_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes_folder: bool, said: str
) -> None:
    def read(path: Path) -> Photograph:
        photograph = read_photograph(path)
        if path.stem == "3":
            path.unlink()
            if becomes_folder:
                path.mkdir()
        return photograph

    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    monkeypatch.setattr("skymask.masks.segment.read_photograph", read)
    outcomes = list(segment(jobs, sky, PLAIN, "tiny 0.0.1"))
    assert [name for name, state in states(outcomes).items() if state == "failed"] == ["3"]
    assert isinstance(outcomes[3].error, MediaError)
    assert str(outcomes[3].error) == f"{folder / '3.png'} cannot be read any more: {said}."
    assert sorted(mask.stem for mask in (tmp_path / "out").iterdir()) == ["0", "1", "2", "4", "5", "6"]


def test_a_full_disk_stops_the_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    save = Image.Image.save

    def full(self: Image.Image, file: Path, **options: object) -> None:
        if "2.png" in file.name:
            raise OSError(28, "No space left on device")
        save(self, file, **options)

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match="No space left on device"):
        list(segment(jobs, sky, PLAIN, "tiny 0.0.1"))
    assert not list((tmp_path / "out").glob("*.part"))
    assert not jobs[-1].mask.exists()


def test_stopping_early_leaves_whole_masks_only(folder: Path, tmp_path: Path) -> None:
    outcomes = segment(plan([folder], tmp_path / "out", PLAIN.place).jobs, sky, PLAIN, "tiny 0.0.1")
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    masks = list((tmp_path / "out").iterdir())
    assert masks
    assert all(np.asarray(Image.open(mask)).ndim == 2 for mask in masks)


def test_photographs_are_not_all_held_at_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Path] = []

    def read(path: Path) -> Photograph:
        taken.append(path)
        return read_photograph(path)

    monkeypatch.setattr("skymask.masks.segment.read_photograph", read)
    outcomes = segment(plan([folder], tmp_path / "out", PLAIN.place).jobs, sky, PLAIN, "tiny 0.0.1")
    next(iter(outcomes))
    assert len(taken) < 7


def never(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    raise AssertionError("a photograph was segmented")


@pytest.mark.parametrize("layout", [Plain(), CocoPanoptic()], ids=lambda layout: layout.name)
def test_a_file_in_the_place_of_the_last_mask_stops_the_run_before_any_work(
    folder: Path, tmp_path: Path, layout: Plain | CocoPanoptic
) -> None:
    jobs = plan([folder], tmp_path / "out", layout.place).jobs
    jobs[-1].mask.parent.mkdir(parents=True)
    Image.new("RGB", (50, 46), "blue").save(jobs[-1].mask)
    with pytest.raises(OutputError, match=r"6\.png is there already and is not of this layout"):
        list(segment(jobs, never, layout, "tiny 0.0.1"))
    assert not any(job.mask.exists() for job in jobs[:-1])


def test_what_comes_into_the_place_of_a_mask_during_the_run_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    outcomes = segment(jobs, sky, PLAIN, "tiny 0.0.1")
    next(outcomes)
    Image.new("L", (50, 46), 7).save(jobs[-1].mask)
    drawn = jobs[-1].mask.read_bytes()
    assert states(outcomes)["6"] == "skipped"
    assert jobs[-1].mask.read_bytes() == drawn


def test_masks_that_are_there_come_first(folder: Path, tmp_path: Path) -> None:
    jobs = plan([folder], tmp_path / "out", PLAIN.place).jobs
    list(segment([jobs[2], jobs[5]], sky, PLAIN, "tiny 0.0.1"))
    assert list(states(segment(jobs, sky, PLAIN, "tiny 0.0.1"))) == ["2", "5", "0", "1", "3", "4", "6"]


def test_a_photograph_of_24_megapixels_gets_a_mask_of_its_size(tmp_path: Path) -> None:
    big = tmp_path / "big.jpg"
    Image.new("RGB", (6000, 4000), (20, 40, 200)).save(big)
    jobs = plan([big], tmp_path / "out", PLAIN.place).jobs
    assert states(segment(jobs, sky, PLAIN, "tiny 0.0.1")) == {"big": "written"}
    with Image.open(tmp_path / "out" / "big.png") as mask:
        assert mask.size == (6000, 4000)
        assert mask.getextrema() == (255, 255)


def test_masks_that_are_links_to_one_file_are_kept_and_never_written_through(folder: Path, tmp_path: Path) -> None:
    for number, photograph in enumerate(sorted(folder.glob("*.png"))):
        if number not in (0, 1):
            photograph.unlink()
    Image.new("RGB", (50, 40), "red").save(folder / "1.png")
    shared, out = tmp_path / "fixed.png", tmp_path / "out"
    Image.new("L", (50, 40), 7).save(shared)
    before = shared.read_bytes()
    out.mkdir()
    for name in ("0.png", "1.png"):
        (out / name).symlink_to(shared)
    jobs = plan([folder], out, PLAIN.place).jobs
    assert states(segment(jobs, sky, PLAIN, "tiny 0.0.1")) == {"0": "skipped", "1": "skipped"}
    for overwrite in (True, False):
        with pytest.raises(InputError, match=r"0\.png and .*1\.png are links to one file, .*fixed\.png, and"):
            list(segment(jobs, sky, PLAIN, "tiny 0.0.1", overwrite))
        assert not shared.exists() or shared.read_bytes() == before
        shared.unlink(missing_ok=True)  # then they are masks to be made
