"""The comparison of C++ with Python, and the picture of a trace: their arithmetic, without the programs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from docs import make_timeline

from benchmarks import cpp_python


def test_every_other_round_goes_backwards() -> None:
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = cpp_python.measure_rounds(measure, 3)
    assert order == [*cpp_python.CONTESTANTS, *reversed(cpp_python.CONTESTANTS), *cpp_python.CONTESTANTS]
    assert found[cpp_python.CONTESTANTS[0]] == [1, 6, 7]


def test_ratios_are_taken_round_by_round() -> None:
    ours, theirs, baseline = cpp_python.CONTESTANTS
    text = cpp_python.table({"latency": {ours: [1, 2, 4], theirs: [2, 2, 2], baseline: [4, 8, 16]}})
    assert "| latency | 2.0 | 2.0 | 8.0 | 1.00x (0.50 to 2.00) | 4.00x (4.00 to 4.00) |" in text


def write_trace(path: Path) -> Path:
    names = ["skymask-decode", "skymask-infer-0", "skymask-infer-1"]
    events = [
        {"ph": "M", "name": "thread_name", "pid": 1, "tid": tid, "args": {"name": name}}
        for tid, name in enumerate(names, start=1)
    ]
    for frame in range(20):
        for tid, ts, dur in ((1, 10_000 * frame, 2000), (2 + frame % 2, 10_000 * frame + 2000, 18_000)):
            work = {"ph": "X", "name": "work", "pid": 1, "tid": tid, "ts": ts, "dur": dur}
            events.append({**work, "args": {"frame": frame}})
    path.write_text(json.dumps({"traceEvents": events}), encoding="utf-8")
    return path


def test_the_picture_of_a_trace_has_a_bar_for_each_frame(tmp_path: Path) -> None:
    svg = make_timeline.draw(make_timeline.read_bars(write_trace(tmp_path / "trace.json")), 5, 4)
    texts = [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"decode", "inference, 1st", "inference, 2nd", "5", "6", "7", "8"} <= set(texts)
    assert "draw" not in texts, "a lane without work"
    assert "12" not in texts


def test_a_stretch_beyond_the_trace_is_refused(tmp_path: Path) -> None:
    bars = make_timeline.read_bars(write_trace(tmp_path / "trace.json"))
    with pytest.raises(SystemExit, match="no inference of the frames from 500 on"):
        make_timeline.draw(bars, 500, 4)
