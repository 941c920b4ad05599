"""How much a mask flickers with and without the temporal filter, on a clip of your own or a built-in scene."""

from __future__ import annotations

import argparse
import itertools
import json
import math
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import skymask
from skymask.contract import THRESHOLD
from skymask.data import synthetic
from skymask.evaluation.metrics.pixels import count
from skymask.evaluation.video import dense_flow, dtssd, flips, temporal_consistency, warp
from skymask.runtime.temporal import DEFAULT_MEMORY

Picture = NDArray[np.uint8]

STILL_NOISE = 6.0  # grey levels, standard deviation


def pictures(source: str, frames: int, still: bool) -> Iterator[tuple[Picture, Picture | None]]:
    """Yields frames, and their true alphas where they are known. A number is the seed of a built-in scene.

    A file's first picture is repeated where the camera has to be still, each time with another noise.
    """
    if source.isdigit():
        for scene in synthetic.clip(int(source), frames, still=still):
            yield np.ascontiguousarray(scene.image), scene.alpha
        return
    from skymask.video.open_source import open_source

    with closing(open_source(source)) as video:
        images = (frame.image for frame in video.frames())
        for image in itertools.islice(_repeated(next(images)) if still else images, frames):
            yield image, None


def _repeated(image: Picture) -> Iterator[Picture]:
    noise = np.random.default_rng(0)
    while True:
        yield np.clip(image + noise.normal(0, STILL_NOISE, image.shape), 0, 255).astype(np.uint8)


class Scores:
    """Collects the numbers of one way to make masks."""

    def __init__(self) -> None:
        self.numbers: dict[str, list[float]] = {}
        self.before: tuple[Picture, Picture | None] | None = None

    def note(self, **numbers: float) -> None:
        for name, number in numbers.items():
            self.numbers.setdefault(name, []).append(number)

    def add(self, alpha: Picture, truth: Picture | None, flow: NDArray[np.float32] | None) -> None:
        if truth is not None:
            error = np.abs(alpha.astype(np.int32) - truth).mean() / 255
            self.note(mae=float(error), iou=count(alpha, truth, np.ones(alpha.shape, np.bool_)).iou)
        if self.before is not None:
            before, truth_before = self.before
            change = np.abs(alpha.astype(np.int32) - before).mean()
            self.note(grey_levels_per_frame=float(change), flips=flips(alpha, before))
            if truth is not None and truth_before is not None:
                still = (truth > THRESHOLD) == (truth_before > THRESHOLD)
                self.note(
                    dtssd=dtssd(alpha, before, truth, truth_before), flips_where_still=flips(alpha, before, still)
                )
            if flow is not None:
                warped, seen = warp(before, flow)
                self.note(
                    flips_along_flow=flips(alpha, warped, seen),
                    temporal_consistency=temporal_consistency(alpha, before, flow),
                )
        self.before = alpha, truth

    def means(self) -> dict[str, float]:
        known = {name: [n for n in numbers if not math.isnan(n)] for name, numbers in self.numbers.items()}
        return {name: statistics.fmean(numbers) if numbers else math.nan for name, numbers in known.items()}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Runs the clip once; both ways see the same alphas of the model."""
    scores = {"without": Scores(), "with": Scores()}
    steady = skymask.TemporalFilter(arguments.memory)
    filter_ms, size_hw, frame_before = [], (0, 0), None
    clip = pictures(arguments.source, arguments.frames, arguments.still)
    with skymask.load(arguments.model) as sky:
        for frame, truth in clip:
            flow = dense_flow(frame, frame_before) if arguments.flow and frame_before is not None else None
            alpha = sky(frame)
            start_s = time.perf_counter()
            smooth = steady(frame, alpha)
            filter_ms.append((time.perf_counter() - start_s) * 1000)
            scores["without"].add(alpha, truth, flow)
            scores["with"].add(smooth, truth, flow)
            frame_before, size_hw = frame, frame.shape[:2]
        model = sky.info.title
    return {
        "source": arguments.source,
        "still": arguments.still,
        "frames": len(filter_ms),
        "size_hw": size_hw,
        "model": model,
        "memory": arguments.memory,
        "filter_ms_p50": float(np.median(filter_ms[1:])) if filter_ms[1:] else math.nan,
        **{way: collected.means() for way, collected in scores.items()},
    }


def main() -> None:
    """Prints the numbers of both ways side by side, and writes them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="what 'skymask video' takes, or the seed of a built-in scene")
    parser.add_argument("--frames", type=int, default=80)
    parser.add_argument("--model")
    parser.add_argument("--memory", type=int, default=DEFAULT_MEMORY)
    parser.add_argument("--still", action="store_true", help="a camera that does not move")
    parser.add_argument("--flow", action="store_true", help="follow the picture's movement (needs OpenCV)")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    result = measure(arguments)
    print(f"{result['source']}: {result['frames']} frames, filter {result['filter_ms_p50']:.2f} ms a frame (median)")
    print(f"{'':24}{'without':>12}{'with':>12}")
    for name, value in result["without"].items():
        print(f"{name:24}{value:12.5f}{result['with'][name]:12.5f}")
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
