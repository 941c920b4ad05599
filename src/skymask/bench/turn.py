"""What one process finds out about one row in one round."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

P95_CALLS = 5  # a 95th percentile of fewer calls would be no more than the slowest of them


@dataclass(frozen=True)
class Turn:
    """One row in one round."""

    frames: int
    """Frames that were measured."""
    frames_per_s: float
    """`frames` over the wall time they took, one after the other."""
    cpu_s_per_frame: float
    """Processor time of the whole process, all threads, in seconds."""
    p50_ms: float | None = None
    """Median latency; None where frames overlap and have none of their own."""
    p95_ms: float | None = None
    """95th percentile of the latencies; None where there were fewer than `P95_CALLS`."""
    peak_mib: float | None = None
    """The most memory the process ever held (resident set), in MiB; None where the system does not tell."""
    cold_start_ms: float | None = None
    """From importing skymask to the first mask; None where it is not measured."""
    operations_per_s: float | None = None
    """Multiplications and additions; None where they are not counted."""


def time_calls(
    call: Callable[[], object],
    bout_s: float,
    clock: Callable[[], float] = time.perf_counter,
    cpu_clock: Callable[[], float] = time.process_time,
) -> Turn:
    """Calls again and again, one frame each.

    Args:
        call: The work on one frame; should have been called before, so that nothing happens for the first time.
        bout_s: No call begins later than this many seconds after the first, which is made in any case.
        clock: Wall time in seconds.
        cpu_clock: Processor time in seconds.
    """
    latencies_s: list[float] = []
    cpu_start_s, start_s = cpu_clock(), clock()
    now_s = start_s
    while not latencies_s or now_s - start_s < bout_s:
        before_s = now_s
        call()
        now_s = clock()
        latencies_s.append(now_s - before_s)
    cpu_s = cpu_clock() - cpu_start_s
    calls = len(latencies_s)
    return Turn(
        frames=calls,
        frames_per_s=calls / (now_s - start_s),
        cpu_s_per_frame=cpu_s / calls,
        p50_ms=1000 * float(np.median(latencies_s)),
        p95_ms=1000 * float(np.percentile(latencies_s, 95)) if calls >= P95_CALLS else None,
    )


def time_pass(
    run: Callable[[], int],
    clock: Callable[[], float] = time.perf_counter,
    cpu_clock: Callable[[], float] = time.process_time,
) -> Turn:
    """Times work on a whole clip, whose frames overlap; `run` does it and returns how many frames there were."""
    cpu_start_s, start_s = cpu_clock(), clock()
    frames = run()
    seconds, cpu_s = clock() - start_s, cpu_clock() - cpu_start_s
    return Turn(frames=frames, frames_per_s=frames / seconds, cpu_s_per_frame=cpu_s / frames)


def with_peak(turn: Turn) -> Turn:
    """Adds the peak memory of this process."""
    return replace(turn, peak_mib=_peak_mib())


def _peak_mib() -> float | None:
    # On Linux, getrusage would give at least what the parent held when it started this process.
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes
