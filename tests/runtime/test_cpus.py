"""How many CPUs a process counts on: those it may run on, or those that a container's quota pays for."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from skymask.errors import InputError
from skymask.runtime import cpus
from skymask.runtime.cpus import MOST_THREADS, are_threads, check_threads, cpu_quota, usable_cpus


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("own", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, math.inf),
        ("0::/\n", {}, math.inf),
        ("0::/a/b\n", {"cpu.max": "max 1", "a/cpu.max": "400000 100000\n", "a/b/cpu.max": "max 100000\n"}, 4),
        ("0::/a/b\n", {"a/cpu.max": "400000 100000\n", "a/b/cpu.max": "300000 100000\n"}, 3),
        ("0::/docker/0123\n", {"cpu.max": "50000 100000\n"}, 0.5),
        (
            "4:cpu,cpuacct:/docker/0123\n1:name=systemd:/docker/0123\n0::/\n",
            {"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"},
            2,
        ),
        ("4:cpuset:/\n1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
        ("0::/\n", {"cpu.max": "nonsense"}, math.inf),
        ("", {"cpu.max": "100000 100000\n"}, math.inf),
    ],
)
def test_the_quota_is_that_of_the_tightest_group(own: str, files: dict[str, str], quota: float, tmp_path: Path) -> None:
    write(tmp_path, {"own": own, **{f"cgroup/{name}": text for name, text in files.items()}})
    assert cpu_quota(tmp_path / "cgroup", tmp_path / "own") == quota


def test_without_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path, tmp_path / "own") == math.inf


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no CPU affinity on this system")
@pytest.mark.parametrize(("quota", "count"), [(math.inf, 8), (64, 8), (2, 2), (1.5, 2), (0.1, 1)])
def test_a_quota_counts_where_it_is_less_than_the_cpus(
    quota: float, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(cpus, "cpu_quota", lambda: quota)
    assert usable_cpus() == count


def test_more_threads_than_any_machine_gains_from_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    for threads in (1, MOST_THREADS):
        assert are_threads(threads)
        check_threads(threads)
    for threads, limit in ((0, "at least 1"), (257, "at most 256")):
        assert not are_threads(threads)
        with pytest.raises(InputError, match=rf"^--threads must be {limit}; got {threads}\. Leave it out"):
            check_threads(threads, "--threads")
    monkeypatch.setattr(os, "cpu_count", lambda: 512)
    check_threads(512)
    with pytest.raises(InputError, match="threads must be at most 512; got 513"):
        check_threads(513)
