"""The frames and clips that rows are measured on: one rendered scene per size, and a camera that pans across it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

SEED, KIND = 723, "water"  # an evening by the lake: clouds, a treeline, and a lake that mirrors the sky
FRAME_RATE = Fraction(30)
PAN_PX = 2  # between two frames
NOISE = 2  # grey levels either way, fresh in each frame: an encoder has no easy time with real cameras either
CLIP_PIXELS = 120_000_000  # a clip takes about as long at every size
CLIP_FRAMES = (24, 150)
LARGER = Fraction(3, 2)  # each way; 1920x1080 becomes 1280x720, and 960x720 the 640x480 of a small camera


class Material:
    """Names of the files in a temporary folder; every process finds them by the row it measures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def frame(self, size_hw: tuple[int, int]) -> Path:
        """A .npy file: uint8 [H, W, 3], RGB."""
        return self._named("frame", size_hw, "npy")

    def clip(self, size_hw: tuple[int, int]) -> Path:
        """An H.264 video."""
        return self._named("clip", size_hw, "mp4")

    def output(self, size_hw: tuple[int, int]) -> Path:
        """Where a row may write a video."""
        return self._named("output", size_hw, "mp4")

    def unet(self, size_hw: tuple[int, int]) -> Path:
        """The U-Net with random weights, an ONNX file that looks at frames in this size."""
        return self._named("unet", size_hw, "onnx")

    def core(self, model: str) -> Path:
        """The network of a model, without what surrounds it, as an ONNX file."""
        return self._folder / f"core-{sha256(os.fsencode(model)).hexdigest()[:16]}.onnx"

    def operations(self, model: str) -> Path:
        """A text file: how many multiplications and additions the core of a model takes."""
        return self.core(model).with_suffix(".txt")

    def _named(self, kind: str, size_hw: tuple[int, int], suffix: str) -> Path:
        return self._folder / f"{kind}-{size_hw[1]}x{size_hw[0]}.{suffix}"


def make_material(material: Material, size_hw: tuple[int, int]) -> None:
    """Renders the scene of a size and writes its frame and its clip."""
    from skymask.data.synthetic import render
    from skymask.video.video_sink import VideoSink

    height, width = size_hw
    count = clip_frames(size_hw)
    scene = render(SEED, (height, width + PAN_PX * count), KIND).image
    np.save(material.frame(size_hw), scene[:, :width])
    with VideoSink(material.clip(size_hw), size_hw, FRAME_RATE, 1 / FRAME_RATE) as sink:
        for index, image in enumerate(pan(scene, width, count)):
            sink.write(image, index)


def clip_frames(size_hw: tuple[int, int]) -> int:
    """Returns how many frames the clip of a size has."""
    fewest, most = CLIP_FRAMES
    return min(most, max(fewest, CLIP_PIXELS // (size_hw[0] * size_hw[1])))


def pan(scene: Image, width: int, count: int) -> Iterator[Image]:
    """Cuts frames out of a scene, each `PAN_PX` further to the right, and adds fresh noise to each.

    Args:
        scene: uint8 [H, W, 3] with W at least `width + PAN_PX * (count - 1)`.
        width: Of a frame, in pixels.
        count: How many frames.

    Yields:
        uint8 [H, width, 3]; the same scene always gives the same frames.
    """
    random = np.random.default_rng(SEED)
    for index in range(count):
        view = scene[:, PAN_PX * index : PAN_PX * index + width].astype(np.int16)
        view += random.integers(-NOISE, NOISE + 1, view.shape, np.int16)
        yield np.clip(view, 0, 255).astype(np.uint8)


def enlarge(image: Image) -> Image:
    """Returns a frame `LARGER` each way, as it would come from a camera of a higher resolution."""
    from PIL import Image as Pillow

    height, width = image.shape[:2]
    larger = Pillow.fromarray(image).resize((int(width * LARGER), int(height * LARGER)), Pillow.Resampling.BICUBIC)
    return np.asarray(larger)
