"""An audit that is gone on with opens only what it has to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skymask.data.audit import journal
from skymask.data.audit.inspection import Inspection, inspect
from skymask.data.audit.journal import JOURNAL, inspect_all
from skymask.errors import OutputError
from tests.support.webcams import scene, write_camera


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of all files that are opened."""
    paths: list[str] = []

    def note_and_inspect(root: Path, path: str) -> Inspection:
        paths.append(path)
        return inspect(root, path)

    monkeypatch.setattr(journal, "inspect", note_and_inspect)
    return paths


@pytest.fixture
def images(tmp_path: Path) -> list[str]:
    return [path.relative_to(tmp_path).as_posix() for path in write_camera(tmp_path, "65", 5)]


def test_a_second_run_opens_nothing_and_finds_the_same(tmp_path: Path, images: list[str], opened: list[str]) -> None:
    first = inspect_all(tmp_path, images, jobs=1)
    assert opened == images
    assert inspect_all(tmp_path, images, jobs=1) == first
    assert opened == images
    assert [inspection.path for inspection in first] == images


def test_what_has_changed_in_size_or_time_is_opened_again(tmp_path: Path, images: list[str], opened: list[str]) -> None:
    before = inspect_all(tmp_path, images, jobs=1)
    opened.clear()
    scene(99).save(tmp_path / images[1], quality=90)
    os.utime(tmp_path / images[3], ns=(0, 12345))
    after = inspect_all(tmp_path, images, jobs=1)
    assert opened == [images[1], images[3]]
    assert after[1].sha256 != before[1].sha256
    assert after[3].mtime_ns == 12345


def test_a_run_that_is_stopped_keeps_what_it_did(tmp_path: Path, images: list[str], opened: list[str]) -> None:
    def stop(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inspect_all(tmp_path, images, jobs=1, on_image=stop)
    with (tmp_path / JOURNAL).open("a") as file:
        file.write('{"path": "images/65/2012')  # as one that is killed while it writes
    opened.clear()
    progress: list[int] = []
    inspect_all(tmp_path, images, jobs=1, on_image=progress.append)
    assert opened == images[3:]
    assert progress == [4, 5]


@pytest.mark.parametrize("content", ["", "not json\n", '{"measures": 0}\n{"path": "images/65/a.jpg"}\n'])
def test_a_journal_of_another_kind_is_started_anew(
    tmp_path: Path, images: list[str], opened: list[str], content: str
) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / JOURNAL).write_text(content)
    inspect_all(tmp_path, images, jobs=1)
    assert opened == images


def test_a_file_that_goes_away_is_a_finding(tmp_path: Path, images: list[str]) -> None:
    inspect_all(tmp_path, images, jobs=1)
    (tmp_path / images[2]).unlink()
    assert inspect_all(tmp_path, images, jobs=1)[2].problem == "No such file or directory"


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path, images: list[str]) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match=r"inspected\.jsonl cannot be written"):
        inspect_all(tmp_path, images, jobs=1)
