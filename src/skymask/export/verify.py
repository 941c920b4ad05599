"""Compares an exported model with the torch module it came from, number by number, before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from skymask.contract import Frames
from skymask.data.manifest import Sample
from skymask.data.synthetic import SCENE_KINDS, render
from skymask.errors import ModelError
from skymask.export.graph import SkyGraph
from skymask.runtime.ort import ort

LIMITS = {"fp32": (2, 0.001), "fp16": (16, 0.001), "int8": (127, 0.05)}
"""For each precision: by how many grey levels how large a share of a frame's pixels may differ, not more.

Where a network is unsure, over a large part of a frame, float16 moves alphas by a few grey levels at once. Whether 8
bits are enough is for `skymask evaluate` to say: the limit catches what is broken.
"""
SIZES_HW = ((480, 640), (333, 517), (640, 360), (32, 32), (720, 1280), (64, 1024))


@dataclass(frozen=True)
class Parity:
    """How far an exported model is from its torch module."""

    max_grey_levels: int
    """Largest difference of any pixel, 0 to 255."""
    share_above_2: float
    """Largest share, over frames, of pixels that differ by more than two grey levels, 0 to 1."""
    share_beyond: float
    """Largest share, over frames, of pixels that differ by more than the precision's limit, 0 to 1."""
    frames: int
    """Frames compared."""


def synthetic_frames() -> Iterator[Frames]:
    """Yields frames of built-in scenes, every kind and several sizes: uint8 [1, H, W, 3], RGB."""
    for seed, kind in enumerate(SCENE_KINDS):
        yield render(seed, SIZES_HW[seed % len(SIZES_HW)], kind).image[None]


def real_frames(samples: list[Sample], count: int = 16) -> Iterator[Frames]:
    """Yields up to `count` photographs spread over a manifest, at their own sizes: uint8 [1, H, W, 3], RGB."""
    for index in np.linspace(0, len(samples) - 1, min(count, len(samples))).round().astype(int):
        yield samples[index].load_image()[None]


def compare(graph: SkyGraph, model: bytes, frames: Iterable[Frames], precision: str = "fp32") -> Parity:
    """Runs both on the same frames.

    Args:
        graph: The torch module, in evaluation mode.
        model: The ONNX file's content.
        frames: uint8 [N, H, W, 3] each, RGB, of any sizes.
        precision: A key of `LIMITS`.
    """
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    largest, share, beyond, count = 0, 0.0, 0.0, 0
    for frame in frames:
        with torch.no_grad():
            expected = graph(torch.from_numpy(np.array(frame))).numpy()
        found = session.run(None, {session.get_inputs()[0].name: frame})[0]
        difference = np.abs(expected.astype(np.int16) - found)
        largest = max(largest, int(difference.max()))
        share = max(share, float((difference > 2).mean()))
        beyond = max(beyond, float((difference > LIMITS[precision][0]).mean()))
        count += 1
    return Parity(largest, share, beyond, count)


def require(parity: Parity, precision: str = "fp32") -> None:
    """Refuses a model that is not what was trained.

    Raises:
        ModelError: More of a frame's pixels differ by more grey levels than the precision's limit.
    """
    grey_levels, tolerated = LIMITS[precision]
    if parity.share_beyond > tolerated:
        raise ModelError(
            f"The exported model differs from the trained network: {parity.share_beyond:.2%} of a frame's pixels by "
            f"more than {grey_levels} grey levels (at most {tolerated:.1%} is accepted for {precision}), the worst by "
            f"{parity.max_grey_levels}. Nothing was written."
        )
