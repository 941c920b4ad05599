"""The timeline of a run: which stage worked on which frame, when, and on which thread."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from skymask.files import write_text


@dataclass(frozen=True, slots=True)
class Work:
    """One stage's work on one frame."""

    stage: str
    """Name of the stage."""
    frame: int
    """Number of the frame, counted from 0."""
    start_s: float
    """On the clock of `time.perf_counter`, in seconds."""
    end_s: float
    """On the same clock."""
    thread: str
    """Name of the thread that did it."""


class Trace:
    """Collects work; safe to use from several threads. About 200 bytes a stage and frame."""

    def __init__(self) -> None:
        self._works: list[Work] = []

    def add(self, work: Work) -> None:
        """Notes a piece of work."""
        self._works.append(work)

    def write(self, path: Path) -> None:
        """Writes the timeline in Chrome's trace event format, which ui.perfetto.dev and chrome://tracing show.

        Raises:
            OutputError: The file cannot be written.
        """
        write_text(path, json.dumps({"displayTimeUnit": "ms", "traceEvents": self._events()}) + "\n")

    def _events(self) -> list[dict[str, object]]:
        works = sorted(self._works, key=lambda work: work.start_s)
        zero_s = works[0].start_s if works else 0.0
        threads = {name: number for number, name in enumerate(dict.fromkeys(work.thread for work in works), start=1)}
        names = [
            {"ph": "M", "name": "thread_name", "pid": 1, "tid": number, "args": {"name": name}}
            for name, number in threads.items()
        ]
        pieces = [
            {
                "ph": "X",
                "name": work.stage,
                "cat": "frame",
                "pid": 1,
                "tid": threads[work.thread],
                "ts": round((work.start_s - zero_s) * 1e6, 1),
                "dur": round((work.end_s - work.start_s) * 1e6, 1),
                "args": {"frame": work.frame},
            }
            for work in works
        ]
        return [*names, *pieces]
