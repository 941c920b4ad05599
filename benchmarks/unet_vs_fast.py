"""One 640x480 frame to its mask: the shipped model against the original U-Net in eager PyTorch, interleaved."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

import skymask
from skymask.data.synthetic import render
from skymask.models import build

SIZE_HW = (480, 640)


def unet(threads: int) -> Callable[[np.ndarray], Any]:
    """The baseline as the assignment ran it: float tensor in, threshold out, at the frame's own size."""
    torch.set_num_threads(threads)
    network = build("unet").eval()

    @torch.inference_mode()
    def run(frame: np.ndarray) -> np.ndarray:
        logits = network(torch.from_numpy(frame).permute(2, 0, 1)[None].float())
        return (torch.sigmoid(logits[0, 0]) > 0.75).numpy()

    return run


def latency_ms(run: Callable[[np.ndarray], Any], frame: np.ndarray, repeats: int) -> float:
    """Median of a few calls, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(frame)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def machine() -> dict[str, Any]:
    """What a number is worth nothing without."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "skymask": skymask.__version__,
        "commit": commit,
    }


def main() -> None:
    """Runs the rounds, prints the ratio, writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    frame = render(1, SIZE_HW, "city").image
    with skymask.load(threads=arguments.threads) as sky:
        contestants = {"unet, eager PyTorch": (unet(arguments.threads), 1), "fast": (sky, 20)}
        for run, _ in contestants.values():
            run(frame)
        rounds = [
            {name: latency_ms(run, frame, repeats) for name, (run, repeats) in contestants.items()}
            for _ in range(arguments.rounds)
        ]
        engine = sky.engine
    ratios = [each["unet, eager PyTorch"] / each["fast"] for each in rounds]
    result = {
        "what": "frame to mask, 640x480, latency in ms, one frame at a time",
        "threads": arguments.threads,
        "engine": f"{engine.engine} {engine.version} on {engine.device}",
        "machine": machine(),
        "rounds_ms": rounds,
        "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
    }
    for name in contestants:
        print(f"{name}: {statistics.median(each[name] for each in rounds):.1f} ms")
    print(f"ratio: {result['ratio']['median']:.0f} ({min(ratios):.0f} to {max(ratios):.0f} over {len(rounds)} rounds)")
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
