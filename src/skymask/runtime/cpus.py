"""How many CPUs this process may count on, and how many threads it may start for them."""

from __future__ import annotations

import math
import os
from pathlib import Path, PurePosixPath

from skymask.errors import InputError

CGROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")
MOST_THREADS = 256  # or as many as the machine has processors: beyond, thousands can bring it to a standstill


def usable_cpus() -> int:
    """Returns how many CPUs this process can keep busy, at least 1.

    They are those that it may run on, fewer than the machine has under taskset and in a container with a cpuset; or
    where that is less, those that its quota of processor time pays for (docker run --cpus), rounded up.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(count, cpu_quota())))


def are_threads(threads: int) -> bool:
    """Whether there can be so many threads for inference: at least 1, and not more than a machine could gain from."""
    return 1 <= threads <= _most_threads()


def check_threads(threads: int, name: str = "threads") -> None:
    """Refuses a number of threads for inference.

    Args:
        threads: What was asked for.
        name: What the message calls it.

    Raises:
        InputError: `are_threads` says no.
    """
    if are_threads(threads):
        return
    limit = "at least 1" if threads < 1 else f"at most {_most_threads()}"
    raise InputError(f"{name} must be {limit}; got {threads}. Leave it out to use all processors.")


def _most_threads() -> int:
    return max(MOST_THREADS, os.cpu_count() or 1)


def cpu_quota(cgroups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> float:
    """Returns how many CPUs' time Linux's control groups leave this process; infinity where nothing limits it.

    Args:
        cgroups: Where the groups are found.
        own_groups: The file that lists those of this process.
    """
    try:
        lines = own_groups.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return math.inf
    quotas = [math.inf]
    for line in lines:
        _, controllers, name = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = cgroups / "cpu" if controllers else cgroups  # version 1 names its controllers, version 2 has one tree
        # A group above may leave less. Within a container the group is often the top, whatever its name is outside.
        group = PurePosixPath(name)
        quotas += [_quota(top / each.relative_to("/")) for each in (group, *group.parents)]
    return min(quotas)


def _quota(group: Path) -> float:
    try:
        if (both := group / "cpu.max").exists():
            quota, period = both.read_text(encoding="ascii").split()
        else:
            quota, period = ((group / f"cpu.cfs_{name}_us").read_text(encoding="ascii") for name in ("quota", "period"))
        return math.inf if quota == "max" or int(quota) < 0 else int(quota) / int(period)
    except (OSError, ValueError):
        return math.inf
