"""Compares the C++ programs with the Python package, and OpenVINO in both with ONNX Runtime in Python, interleaved.

    python benchmarks/cpp_python.py cpp/build/release/apps -o cpp_python.json

Every round runs each contestant once, in a process of its own, every other round backwards; ratios are taken round by
round. All compute in float32 with the same number of threads. Two things are measured:

- latency: a frame in memory to its alpha in memory, one at a time (median over a bout)
- whole files: a clip decoded, segmented, drawn as overlay and encoded; frames per second of the run without start-up
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from skymask.bench.machine import machine, versions
from skymask.bench.spread import Spread, ratio
from skymask.revision import commit

SIZES = ("640x480", "1280x720", "1920x1080")
FILE_SIZE = "1280x720"
FILE_FRAMES = 60
BASELINE = "Python, ONNX Runtime"
CONTESTANTS = ("C++, OpenVINO", "Python, OpenVINO", BASELINE)
ENGINES = {"Python, OpenVINO": "openvino", BASELINE: "onnxruntime"}

Measure = Callable[[str], float]

LATENCY = """
import sys, numpy as np, skymask
from skymask.bench.turn import time_calls
engine, size, threads, bout_s = sys.argv[1:]
width, height = map(int, size.split("x"))
frame = np.random.default_rng(723).integers(0, 256, (height, width, 3), np.uint8)
with skymask.load(engine=engine, threads=int(threads)) as sky:
    sky(frame)
    print(time_calls(lambda: sky(frame), float(bout_s)).p50_ms)
"""


def main() -> None:
    """Measures, prints the tables and writes the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=Path, help="folder of skymask-bench and skymask-video, built optimised")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.7, help="of one bout")
    parser.add_argument("--size", nargs="*", default=SIZES, help="of the frames whose latency is measured")
    parser.add_argument("--no-files", action="store_true", help="measure latency only")
    parser.add_argument("-o", "--output", type=Path, help="JSON file with every round")
    arguments = parser.parse_args()
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
    threads = machine()["cores"]
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.size:
            rows[f"latency, ms, {size}"] = measure_rounds(
                lambda name, size=size: latency_ms(arguments, name, size, threads, Path(folder)), arguments.rounds
            )
        if not arguments.no_files:
            clip = make_clip(Path(folder) / "clip.mp4")
            rows[f"whole file, ms a frame, {FILE_SIZE}"] = measure_rounds(
                lambda name: file_ms(arguments, name, clip, threads), arguments.rounds
            )
    result = {
        "machine": machine(),
        "versions": versions(),
        "commit": commit(),
        "threads": threads,
        "rounds": arguments.rounds,
        "rows": rows,
    }
    print(table(rows))
    if arguments.output:
        arguments.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure_rounds(measure: Measure, rounds: int) -> dict[str, list[float]]:
    """Returns what each contestant took, in milliseconds, one number a round."""
    found: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for number in range(rounds):
        for name in CONTESTANTS if number % 2 == 0 else reversed(CONTESTANTS):
            found[name].append(measure(name))
    return found


def latency_ms(arguments: argparse.Namespace, name: str, size: str, threads: int, folder: Path) -> float:
    """Milliseconds from a frame to its alpha, the median of one bout in a fresh process."""
    if name in ENGINES:
        command = [sys.executable, "-c", LATENCY, ENGINES[name], size, threads, arguments.seconds]
        return float(run(command))
    output = folder / "bench.json"
    options = ["--task", "infer", "--rounds", 1, "--size", size, "--seconds", arguments.seconds]
    run([arguments.programs / "skymask-bench", *options, *exactly(threads), "-o", output])
    return float(json.loads(output.read_text(encoding="utf-8"))["rows"][0]["p50_ms"])


def file_ms(arguments: argparse.Namespace, name: str, clip: Path, threads: int) -> float:
    """Milliseconds a frame of a whole file, from the report of the run."""
    report, output = clip.with_name("report.json"), clip.with_name("output.mp4")
    common = [clip, "-o", output, "--view", "overlay", "--report", report]
    if name in ENGINES:
        options = ["--no-smooth", "--engine", ENGINES[name], "--threads", threads]
        run([sys.executable, "-m", "skymask", "video", *common, *options])
    else:
        run([arguments.programs / "skymask-video", *common, *exactly(threads)])
    return 1000 / float(json.loads(report.read_text(encoding="utf-8"))["fps"])


def exactly(threads: int) -> list[object]:
    """Options that make a C++ program compute as the Python package does."""
    return ["--precision", "fp32", "--threads", threads, "--engine", "openvino"]


def run(command: Sequence[object]) -> str:
    """Runs a command; returns what it printed."""
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, errors="replace", env=environment, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def make_clip(path: Path) -> Path:
    """A camera that pans across a synthetic scene, with fresh noise in each frame."""
    from skymask.bench.material import KIND, PAN_PX, SEED, pan
    from skymask.data.synthetic import render
    from skymask.video.video_sink import VideoSink

    width, height = map(int, FILE_SIZE.split("x"))
    scene = render(SEED, (height, width + PAN_PX * FILE_FRAMES), KIND).image
    with VideoSink(path, (height, width), Fraction(30), Fraction(1, 30)) as sink:
        for number, image in enumerate(pan(scene, width, FILE_FRAMES)):
            sink.write(image, number)
    return path


def table(rows: dict[str, dict[str, list[float]]]) -> str:
    """A Markdown table: medians, and how many times as fast as the baseline, with the range over rounds."""
    lines = [
        f"| | {' | '.join(CONTESTANTS)} | C++ over Python, both OpenVINO | C++ over {BASELINE} |",
        "|---|---|---|---|---|---|",
    ]
    for title, times in rows.items():
        medians = [f"{Spread.of(times[name]).median:.1f}" for name in CONTESTANTS]
        ratios = [spread_text(ratio(times[other], times[CONTESTANTS[0]])) for other in CONTESTANTS[1:]]
        lines.append(f"| {title} | {' | '.join([*medians, *ratios])} |")
    return "\n".join(lines)


def spread_text(spread: Spread) -> str:
    """ "1.05x (1.02 to 1.07)", how many times as fast."""
    values = asdict(spread)
    return f"{values['median']:.2f}x ({values['min']:.2f} to {values['max']:.2f})"


if __name__ == "__main__":
    main()
