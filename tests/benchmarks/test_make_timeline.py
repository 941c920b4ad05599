"""The picture of a trace."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest
from docs import make_timeline


def write_trace(path: Path, inferences: int = 2, others: Sequence[str] = ()) -> Path:
    """Frames that come every 10 ms and take turns at the inferences; one piece of work for each other thread."""
    names = ["skymask-decode", *(f"skymask-infer-{number}" for number in range(inferences)), *others]
    events = [
        {"ph": "M", "name": "thread_name", "pid": 1, "tid": tid, "args": {"name": name}}
        for tid, name in enumerate(names, start=1)
    ]
    for frame in range(20):
        for tid, ts, dur in ((1, 10_000 * frame, 2000), (2 + frame % inferences, 10_000 * frame + 2000, 18_000)):
            work = {"ph": "X", "name": "work", "pid": 1, "tid": tid, "ts": ts, "dur": dur}
            events.append({**work, "args": {"frame": frame}})
    for tid in range(2 + inferences, len(names) + 1):
        work = {"ph": "X", "name": "work", "pid": 1, "tid": tid, "ts": 52_000, "dur": 9000}
        events.append({**work, "args": {"frame": 5}})
    path.write_text(json.dumps({"traceEvents": events}), encoding="utf-8")
    return path


def texts_of(trace: Path, first: int, frames: int) -> list[str | None]:
    svg = make_timeline.draw(make_timeline.read_bars(trace), first, frames)
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_of_a_trace_has_a_bar_for_each_frame(tmp_path: Path) -> None:
    texts = texts_of(write_trace(tmp_path / "trace.json"), 5, 4)
    assert {"decode", "inference, 1st", "inference, 2nd", "5", "6", "7", "8"} <= set(texts)
    assert "draw" not in texts, "a lane without work"
    assert "12" not in texts


def test_every_thread_of_a_trace_has_a_lane(tmp_path: Path) -> None:
    others = ["skymask-composite", "MainThread", "skymask-later"]
    texts = texts_of(write_trace(tmp_path / "trace.json", 12, others), 0, 12)
    lanes = [text for text in texts if text in ("decode", "draw", "window", "later") or "inference" in str(text)]
    ordinals = ["1st", "2nd", "3rd", *(f"{number}th" for number in range(4, 13))]
    assert lanes == ["decode", *(f"inference, {ordinal}" for ordinal in ordinals), "draw", "window", "later"]
    assert {"2", "3", "4"} <= set(texts)


def test_a_stretch_beyond_the_trace_is_refused(tmp_path: Path) -> None:
    bars = make_timeline.read_bars(write_trace(tmp_path / "trace.json"))
    with pytest.raises(SystemExit, match="no inference of the frames from 500 on"):
        make_timeline.draw(bars, 500, 4)
