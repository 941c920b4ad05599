"""One measurement of the skymask that stands first in PYTHONPATH; `compare.py` runs it in two trees by turns.

Uses nothing but what old and new revisions share: `skymask.load`, the command line, and `skymask.video.overlay.compose`
for the counts, which drew in RGB before there was `skymask.video.yuv`. Prints one number: milliseconds a frame; nothing
for `kernel`, whose instructions are counted outside.

    python one_tree.py frame FRAME.npy | file CLIP.mp4 OUT.mp4 | kernel VIEW CALLS
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

BOUT_S = 1.0
KERNEL_HW = (240, 320)


def frame(path: str) -> float:
    """Median time from a frame in memory to its alpha."""
    import skymask

    image = np.load(path)
    times_ms: list[float] = []
    with skymask.load() as sky:
        sky(image)
        end_s = time.perf_counter() + BOUT_S
        while not times_ms or time.perf_counter() < end_s:
            start_s = time.perf_counter()
            sky(image)
            times_ms.append(1000 * (time.perf_counter() - start_s))
    return float(np.median(times_ms))


def file(clip: str, output: str) -> float:
    """Time a frame, from a video file to a video file, by the command's own report."""
    import contextlib
    import json
    import os

    from skymask.cli import main

    report = Path(output).with_suffix(".json")
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        code = main(["video", clip, "-o", output, "--view", "overlay", "--report", str(report)])
    if code:
        sys.exit(code)
    return 1000 / float(json.loads(report.read_text(encoding="utf-8"))["fps"])


def kernel(view: str, calls: str) -> None:
    """Composites the same picture so many times."""
    from skymask.video.overlay import compose

    random = np.random.default_rng(0)
    image = random.integers(0, 256, (*KERNEL_HW, 3), np.uint8)
    alpha = random.integers(0, 256, KERNEL_HW, np.uint8)
    try:
        from skymask.video import yuv
    except ImportError:
        frame = image
    else:
        frame = yuv.from_rgb(image)
    for _ in range(int(calls)):
        compose(frame, alpha, view)  # type: ignore[arg-type]


if __name__ == "__main__":
    measured = {"frame": frame, "file": file, "kernel": kernel}[sys.argv[1]](*sys.argv[2:])
    if measured is not None:
        print(measured)
