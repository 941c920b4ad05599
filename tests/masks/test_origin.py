"""A mask says where it comes from, and one from an earlier run is kept as long as it fits its photograph."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from skymask.errors import OutputError
from skymask.masks.origin import Before, Origin, look_at
from skymask.masks.plan import Job
from skymask.photographs.write import write_mask
from skymask.runtime.stats import SkyStats


@pytest.fixture
def job(tmp_path: Path) -> Job:
    photograph = tmp_path / "a.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(photograph)
    return Job(photograph, tmp_path / "masks" / "a.png", Path("a.jpg"))


def origin_of(job: Job) -> Origin:
    return Origin("plain", "tiny 0.0.1", job.photograph.stat().st_size, SkyStats(0.25, 0.5))


def write(job: Job, size_hw: tuple[int, int] = (40, 60), origin: Origin | None = None) -> None:
    write_mask(np.zeros(size_hw, np.uint8), job.mask, text=None if origin is None else origin.to_text())


def test_there_is_none_yet(job: Job) -> None:
    assert look_at(job, "plain") is None


def test_a_mask_is_kept_and_says_where_it_comes_from(job: Job) -> None:
    write(job, origin=origin_of(job))
    assert look_at(job, "plain") == Before(True, origin_of(job))


def test_copying_makes_no_difference(job: Job) -> None:
    write(job, origin=origin_of(job))
    shutil.copy(job.photograph, job.photograph.with_suffix(".copy"))
    job.photograph.with_suffix(".copy").rename(job.photograph)
    os.utime(job.mask, (0, 0))
    assert look_at(job, "plain") == Before(True, origin_of(job))


def test_a_photograph_that_was_edited_needs_another_mask(job: Job) -> None:
    write(job, origin=origin_of(job))
    Image.new("RGB", (60, 40)).save(job.photograph)
    before = look_at(job, "plain")
    assert before is not None
    assert not before.fits


@pytest.mark.parametrize(("size_hw", "fits"), [((40, 60), True), ((20, 30), False)])
def test_a_mask_by_others_is_kept_if_its_size_is_the_photographs(
    job: Job, size_hw: tuple[int, int], fits: bool
) -> None:
    write(job, size_hw)
    assert look_at(job, "plain") == Before(fits, None)


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_a_turned_photograph_has_a_mask_of_its_stored_size(job: Job, suffix: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    job = Job(job.photograph.with_suffix(f".{suffix}"), job.mask, job.name)
    Image.new("RGB", (60, 40)).save(job.photograph, exif=exif)
    write_mask(np.zeros((60, 40), np.uint8), job.mask, 6)
    assert look_at(job, "plain") == Before(True, None)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_no_mask(job: Job, content: bytes) -> None:
    job.mask.parent.mkdir()
    job.mask.write_bytes(content)
    assert look_at(job, "plain") == Before(False, None)


def test_the_mask_of_a_photograph_that_cannot_be_read_is_left_alone(job: Job) -> None:
    write(job)
    job.photograph.write_bytes(b"text")
    assert look_at(job, "plain") == Before(True, None)


def test_a_mask_of_another_layout_is_refused(job: Job) -> None:
    write(job, origin=origin_of(job))
    with pytest.raises(OutputError, match=r"a\.png is there already .* it is plain, not colmap\. Choose"):
        look_at(job, "colmap")


@pytest.mark.parametrize("change", [{"skymask.confidence": "high"}, {"skymask.photograph_bytes": ""}])
def test_text_that_was_tampered_with_says_nothing(job: Job, change: dict[str, str]) -> None:
    write_mask(np.zeros((40, 60), np.uint8), job.mask, text=origin_of(job).to_text() | change)
    assert look_at(job, "plain") == Before(True, None)
