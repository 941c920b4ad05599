"""How fast it went and what was seen: times per stage, sky over the frames, and the report of a run."""

from __future__ import annotations

import json
import threading
import time
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skymask.files import write_text
from skymask.runtime.stats import SkyStats
from skymask.video.trace import Trace, Work

STAGES = ("decode", "infer", "smooth", "wait", "carry", "composite", "encode", "display")
SKY_KEYS = (
    "mean_share",
    "frames_without_sky",
    "frames_all_sky",
    "mean_confidence",
    "lowest_confidence",
    "least_confident_frame",
)
REALTIME_KEYS = ("shown", "inferred", "frame_age_ms", "mask_age_ms")


class StageTimes:
    """Collects milliseconds per stage and frame; safe to use from several threads."""

    def __init__(self, trace: Trace | None = None) -> None:
        """Args: trace: Is told of every piece of work, if there is one."""
        self._trace = trace
        self._times_ms: dict[str, array[float]] = {stage: array("f") for stage in STAGES}

    def add(self, stage: str, number: int, start_s: float) -> float:
        """Notes what has passed since `start_s` (`time.perf_counter`) for a frame; returns it in milliseconds."""
        end_s = time.perf_counter()
        self._times_ms[stage].append((end_s - start_s) * 1000)
        if self._trace is not None:
            self._trace.add(Work(stage, number, start_s, end_s, threading.current_thread().name))
        return (end_s - start_s) * 1000

    def summary(self) -> dict[str, dict[str, float]]:
        """Returns `p50` and `p95`, in milliseconds, of each stage that ran."""
        return {stage: _percentiles(times_ms) for stage, times_ms in self._times_ms.items() if times_ms}

    def count(self, stage: str) -> int:
        """Returns how many frames a stage has worked on."""
        return len(self._times_ms[stage])


class Ages:
    """Collects how old the pictures of a real-time run were."""

    def __init__(self) -> None:
        self._frame_ms = array("f")
        self._mask_ms = array("f")

    def add(self, frame_ms: float, mask_ms: float) -> None:
        """Takes in the next frame: the time from its arrival until it was shown, and the age of its mask."""
        self._frame_ms.append(frame_ms)
        self._mask_ms.append(mask_ms)

    def summary(self, inferred: int) -> dict[str, Any]:
        """Returns the value of `Report.realtime`; `inferred` is how many frames the model has seen."""
        shown = len(self._frame_ms)
        ages = (_percentiles(ages_ms) if shown else None for ages_ms in (self._frame_ms, self._mask_ms))
        return dict(zip(REALTIME_KEYS, (shown, inferred, *ages), strict=True))


def _percentiles(values: array[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(np.array(values), p)), 3) for p in (50, 95)}


class SkySummary:
    """Sums up the sky of a clip, frame by frame."""

    def __init__(self) -> None:
        self._verdicts = {"none": 0, "some": 0, "all": 0}
        self._shares = array("f")
        self._confidences = array("f")

    def add(self, stats: SkyStats) -> None:
        """Takes in the next frame."""
        self._verdicts[stats.verdict] += 1
        self._shares.append(stats.sky_share)
        self._confidences.append(stats.confidence)

    def summary(self) -> dict[str, float | None]:
        """Returns the value of `Report.sky`; None stands for every number of no frames."""
        frames = len(self._shares)
        if not frames:
            return dict.fromkeys(SKY_KEYS)
        shares, confidences = np.array(self._shares), np.array(self._confidences)
        values = (
            shares.mean(),
            self._verdicts["none"] / frames,
            self._verdicts["all"] / frames,
            confidences.mean(),
            confidences.min(),
        )
        rounded = (round(float(value), 4) for value in values)
        return dict(zip(SKY_KEYS, (*rounded, int(confidences.argmin())), strict=True))


@dataclass(frozen=True)
class Report:
    """What `--report` writes, as JSON with these keys."""

    source: str
    """The source as it was given."""
    live: bool
    """Whether the source is live, or a file played as one; "decode" then includes waiting for the next frame."""
    size_hw: tuple[int, int]
    """Height and width of the frames in pixels."""
    model: str
    """Name and version of the model."""
    engine: str
    """Engine, its version, the device it ran on, its threads for a frame, and how many frames are in work at a time."""
    smooth: bool
    """Whether flicker was taken out over time."""
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
    sky: dict[str, float | None]
    """Of all frames: `mean_share` of sky; `frames_without_sky` and `frames_all_sky`, shares of frames with less than
    1 % and more than 99 % of sky; `mean_confidence` and `lowest_confidence`, see `skymask.SkyStats`, and
    `least_confident_frame`, its number counted from 0. All shares are 0 to 1; None where there was no frame."""
    realtime: dict[str, Any] | None = None
    """With `--realtime`, else left out: how many frames were `shown` and how many `inferred`; `frame_age_ms`, from the
    arrival of a frame until it was shown or written, and `mask_age_ms`, from the capture of the frame that its mask was
    inferred from to its own, each as `p50` and `p95`; None where there was no frame."""

    def write(self, path: Path) -> None:
        """Writes the report as JSON.

        Raises:
            OutputError: The file cannot be written.
        """
        content = asdict(self)
        if self.realtime is None:
            del content["realtime"]
        write_text(path, json.dumps(content, indent=2) + "\n")
