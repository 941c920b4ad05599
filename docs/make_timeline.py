"""Draws a stretch of a trace as the picture in docs/latency.md.

    skymask-video clip.mp4 --show -o sky.mp4 --view overlay --trace trace.json
    python docs/make_timeline.py trace.json docs/images/timeline.svg --first 30 --frames 8

Takes what skymask-video and `skymask video` write with --trace (Chrome's trace event format). Each lane is a thread,
each bar one stage's work on one frame, labelled with the frame's number; the work on one frame has one colour.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, LEFT, TOP, LANE, BAR, AXIS = 960, 130, 34, 34, 24, 30
COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#e15759", "#76b7b2")
THREADS = {  # in the order that a frame meets them
    "decode": "decode",
    "infer": "inference",
    "smooth": "smooth",
    "wait": "wait for mask",
    "carry": "carry",
    "composite": "draw",
    "encode": "encode",
    "display": "window",
    "MainThread": "window",
}
LABEL_PX = 15  # narrower bars have no room for a number


@dataclass(frozen=True)
class Bar:
    """One stage's work on one frame."""

    lane: str
    frame: int
    start_ms: float
    end_ms: float


def read_bars(trace: Path) -> list[Bar]:
    """Reads the work in a trace; its lanes are the threads, by their short names."""
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    threads = {event["tid"]: event["args"]["name"].removeprefix("skymask-") for event in events if event["ph"] == "M"}
    return [
        Bar(threads[event["tid"]], event["args"]["frame"], event["ts"] / 1000, (event["ts"] + event["dur"]) / 1000)
        for event in events
        if event["ph"] == "X"
    ]


def draw(bars: list[Bar], first: int, frames: int) -> str:
    """Returns an SVG of the time in which `frames` frames from `first` on go through the inference."""
    chosen = [bar for bar in bars if bar.lane.startswith("infer") and first <= bar.frame < first + frames]
    if not chosen:
        raise SystemExit(f"The trace has no inference of the frames from {first} on.")
    start_ms, end_ms = min(bar.start_ms for bar in chosen), max(bar.end_ms for bar in chosen)
    start_ms, end_ms = start_ms - 0.02 * (end_ms - start_ms), end_ms + 0.06 * (end_ms - start_ms)
    scale = (WIDTH - LEFT - 10) / (end_ms - start_ms)
    lanes = sorted({bar.lane for bar in bars}, key=order)
    height = TOP + LANE * len(lanes) + AXIS
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="13" role="img">',
        "<title>Which thread works on which frame, over time</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" fill="#444444">The number on a bar is that of the frame.</text>',
    ]
    for row, lane in enumerate(lanes):
        y = TOP + LANE * row
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{WIDTH - LEFT - 10}" height="{LANE - 4}" fill="#f3f3f3"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 20}" text-anchor="end" fill="#222222">{escape(title(lane))}</text>')
        for bar in bars:
            if bar.lane == lane and bar.end_ms > start_ms and bar.start_ms < end_ms:
                parts += bar_parts(bar, LEFT + (bar.start_ms - start_ms) * scale, scale, y + 3)
    parts += axis_parts(end_ms - start_ms, scale, TOP + LANE * len(lanes))
    return "\n".join([*parts, "</svg>"]) + "\n"


def split(lane: str) -> tuple[str, str]:
    """Takes "infer-0" apart into what the thread does and its number; others have an empty one."""
    name, dash, number = lane.rpartition("-")
    return (name, number) if dash and number.isdecimal() else (lane, "")


def order(lane: str) -> tuple[int, str, int]:
    """Sorts lanes from top to bottom; threads that are not known here come last."""
    name, number = split(lane)
    place = [*THREADS].index(name) if name in THREADS else len(THREADS)
    return place, name, int(number or 0)


def title(lane: str) -> str:
    """What stands beside a lane: "infer-0" is "inference, 1st"."""
    name, number = split(lane)
    text = THREADS.get(name, name)
    return f"{text}, {ordinal(int(number) + 1)}" if number else text


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th; also 11th, but 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def bar_parts(bar: Bar, x: float, scale: float, y: int) -> list[str]:
    """A bar, cut off where the picture begins and ends, and its number where there is room."""
    left, right = max(LEFT, x), min(WIDTH - 10, x + (bar.end_ms - bar.start_ms) * scale)
    colour = COLOURS[bar.frame % len(COLOURS)]
    parts = [f'<rect x="{left:.1f}" y="{y}" width="{max(1.0, right - left):.1f}" height="{BAR}" fill="{colour}"/>']
    if right - left >= LABEL_PX:
        middle = (left + right) / 2
        parts.append(f'<text x="{middle:.1f}" y="{y + 17}" text-anchor="middle" fill="#ffffff">{bar.frame}</text>')
    return parts


def axis_parts(span_ms: float, scale: float, y: int) -> list[str]:
    """Ticks in milliseconds from the picture's left edge."""
    step_ms = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if step * 12 >= span_ms)
    parts = []
    for tick in range(int(span_ms / step_ms) + 1):
        x = LEFT + tick * step_ms * scale
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y + 4}" stroke="#cccccc"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 19}" text-anchor="middle" fill="#444444">{tick * step_ms} ms</text>')
    return parts


def main() -> None:
    """Reads a trace and writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--first", type=int, default=30, help="number of the first frame")
    parser.add_argument("--frames", type=int, default=8, help="how many frames go through the inference meanwhile")
    arguments = parser.parse_args()
    arguments.picture.write_text(draw(read_bars(arguments.trace), arguments.first, arguments.frames), encoding="utf-8")


if __name__ == "__main__":
    main()
