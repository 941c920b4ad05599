"""Work on several processes: in order, without forking, and no more of it than is asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from skymask.data.processes import on_processes
from tests.support.waiting import TIMEOUT_S

ROOT = Path(__file__).parents[2]


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


def test_a_script_needs_no_guard_unless_it_asks_for_processes(tmp_path: Path) -> None:
    """A child that is spawned imports the script again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from skymask.data.synthetic import write_dataset\n"
        f"print(write_dataset(Path({str(tmp_path / 'out')!r}), 2, size_hw=(60, 80)))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'out' / 'manifest.csv'}\n"


def test_an_error_ends_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(on_processes(note, [tmp_path / "a", tmp_path / "no folder" / "b"], 2, chunk=1))


def note_and_stay(path: Path) -> None:
    path.touch()
    if path.name == "stays":
        time.sleep(2 * TIMEOUT_S)


STAYS = """
import sys
from pathlib import Path
from skymask.data.processes import on_processes
from tests.data.test_processes import note_and_stay
list(on_processes(note_and_stay, [Path(name) for name in sys.argv[1:]], 2, chunk=1))
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes on this system")
def test_neither_a_busy_nor_an_idle_process_outlives_one_that_is_killed(tmp_path: Path) -> None:
    paths = [tmp_path / "ends", tmp_path / "stays"]
    command = [sys.executable, "-c", STAYS, *map(str, paths)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as parent:
        try:
            while not all(path.exists() for path in paths):
                assert parent.poll() is None
                time.sleep(0.01)
            parent.kill()
            parent.communicate(timeout=TIMEOUT_S)  # until nobody holds the pipe any more
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)
