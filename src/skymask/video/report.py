"""How fast it went: times per stage, and the report of a run."""

from __future__ import annotations

import json
import time
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from skymask.files import write_text

STAGES = ("decode", "infer", "composite", "encode", "display")


class StageTimes:
    """Collects milliseconds per stage and frame. Each stage is timed by one thread."""

    def __init__(self) -> None:
        self._times_ms: dict[str, array[float]] = {stage: array("f") for stage in STAGES}

    def add(self, stage: str, start_s: float) -> float:
        """Notes what has passed since `start_s` (`time.perf_counter`), and returns it in milliseconds."""
        time_ms = (time.perf_counter() - start_s) * 1000
        self._times_ms[stage].append(time_ms)
        return time_ms

    def summary(self) -> dict[str, dict[str, float]]:
        """Returns `p50` and `p95`, in milliseconds, of each stage that ran."""
        ran = {stage: np.array(times_ms) for stage, times_ms in self._times_ms.items() if times_ms}
        return {
            stage: {f"p{p}": round(float(np.percentile(times_ms, p)), 3) for p in (50, 95)}
            for stage, times_ms in ran.items()
        }


@dataclass(frozen=True)
class Report:
    """What `--report` writes, as JSON with these keys."""

    source: str
    """The source as it was given."""
    live: bool
    """Whether the source is live; its stage "decode" then includes waiting for the next frame."""
    size_hw: tuple[int, int]
    """Height and width of the frames in pixels."""
    model: str
    """Name and version of the model."""
    engine: str
    """Engine, its version, and the device it ran on."""
    frames: int
    """Frames that went through all stages."""
    dropped: int
    """Frames a live source left out to keep up; else 0."""
    seconds: float
    """Wall time from the first frame asked for to the last one done; loading the model is not in it."""
    fps: float
    """`frames` / `seconds`. With a window, a file is shown at its own speed and no faster."""
    stages_ms: dict[str, dict[str, float]]
    """Milliseconds per frame, `p50` and `p95`, of each stage that ran. Stages overlap: they do not add up to 1/fps."""

    def write(self, path: Path) -> None:
        """Writes the report as JSON.

        Raises:
            OutputError: The file cannot be written.
        """
        write_text(path, json.dumps(asdict(self), indent=2) + "\n")
