"""Work on several processes: in order, without forking, and no more of it than is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skymask.data.processes import on_processes


def note(path: Path) -> str:
    path.touch()
    return path.name


@pytest.fixture
def no_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise AssertionError("a forked process can wait for ever for a lock that a thread held")

    monkeypatch.setattr(os, "fork", fork)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(tmp_path: Path, no_forks: None, jobs: int) -> None:
    paths = [tmp_path / str(number) for number in range(9)]
    assert list(on_processes(note, paths, jobs, chunk=2)) == [path.name for path in paths]


def test_an_error_ends_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(on_processes(note, [tmp_path / "a", tmp_path / "no folder" / "b"], 2, chunk=1))
