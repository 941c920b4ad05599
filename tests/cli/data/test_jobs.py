"""How many processes the commands for data take."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymask.cli import main
from skymask.data.audit import journal
from skymask.data.synthetic import dataset
from skymask.runtime import cpus
from tests.support.webcams import write_camera


@pytest.mark.parametrize(("options", "count"), [([], 3), (["--jobs", "2"], 2)])
@pytest.mark.parametrize("command", ["audit", "synthetic"])
def test_as_many_as_processors_that_may_be_used_unless_told_otherwise(
    command: str, options: list[str], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may use fewer than the machine has."""
    asked: list[object] = []

    def on_processes(work: object, items: object, jobs: object, chunk: object) -> list[object]:
        asked.append(jobs)
        return []

    monkeypatch.setattr(cpus, "usable_cpus", lambda: 3)
    for module in (journal, dataset):
        monkeypatch.setattr(module, "on_processes", on_processes)
    write_camera(tmp_path, "65", 3, sky_rows=12)
    if command == "audit":
        with pytest.raises(KeyError):  # nothing was inspected
            main(["data", command, str(tmp_path), *options])
    else:
        assert main(["data", command, str(tmp_path), *options]) == 0
    assert asked == [count]
