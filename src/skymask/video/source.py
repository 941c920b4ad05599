"""What every source of frames offers; the pipeline, the sink and the window know nothing else of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from skymask.contract import MIN_SIDE
from skymask.errors import InputError
from skymask.video import yuv
from skymask.video.yuv import BT709, Colours, Image

# Beyond these, a time base is none that a video file can have.
LOWEST_FPS = 0.00001
HIGHEST_FPS = 1_000_000
# FFmpeg's own limit on a frame, which it counts with a margin at two of its sides.
MOST_PIXELS, MARGIN_PX = (2**31 - 1) // 8, 128


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and its time."""

    picture: av.VideoFrame
    """yuv420p of limited range, tagged, upright, not to be written to; height and width are the source's `size_hw`."""
    pts: int
    """Presentation time in units of `time_base`; larger than that of the frame before."""
    time_base: Fraction
    """Seconds per unit of `pts`."""
    arrived_s: float = field(default_factory=time.perf_counter)
    """When the frame came in, on the clock of `time.perf_counter`; the latency of a live source counts from here."""
    original: Image | None = None
    """The RGB it was made from, where the source is no video: there the network sees what yuv420p would lose."""
    duration: int | None = None
    """For how long it is shown, in units of `time_base`; None where the source does not tell, or leaves frames out."""

    @classmethod
    def of_rgb(cls, image: Image, pts: int, time_base: Fraction) -> Frame:
        """Makes a frame of uint8 [H, W, 3], RGB."""
        image = np.ascontiguousarray(image)
        return cls(yuv.from_rgb(image), pts, time_base, original=image)

    @property
    def image(self) -> Image:
        """uint8 [H, W, 3], RGB, C-contiguous, for the network; of a video it is made each time, see `yuv.to_rgb`."""
        return yuv.to_rgb(self.picture) if self.original is None else self.original

    @property
    def exact_image(self) -> Image:
        """The same for pictures that are kept: of a video rounded to the nearest level, see `yuv.to_exact_rgb`."""
        return yuv.to_exact_rgb(self.picture) if self.original is None else self.original

    @property
    def luma(self) -> Image:
        """uint8 [H, W]: how bright each pixel is, 16 to 235; shares the picture's memory."""
        return yuv.planes(self.picture).y

    @property
    def time_s(self) -> Fraction:
        """Presentation time in seconds, exact."""
        return self.pts * self.time_base


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source once it is open."""

    name: str
    """Short, fit for a file name: "canal_boat", "camera-0"."""
    where: str
    """The source as the user named it, an address without its password and the values of its query."""
    live: bool
    """Whether frames come at the world's pace, so that those nobody has time for are dropped."""
    size_hw: tuple[int, int]
    """Height and width of every frame in pixels, after rotation and scaling."""
    frame_rate: Fraction
    """Frames per second, on average or as declared; the time stamps are what counts."""
    time_base: Fraction
    """Seconds per unit of `Frame.pts`."""
    frame_count: int | None = None
    """How many frames will come, as far as known; a guess, for progress only."""
    colours: Colours = BT709
    """What the numbers of every `Frame.picture` mean."""
    audio_file: Path | None = None
    """A file with the sound that belongs to the frames, on the same clock; it may also have none."""


class Source(Protocol):
    """An open file, camera, address, image sequence or built-in scene, to be read once."""

    @property
    def info(self) -> SourceInfo:
        """What is known before the first frame is read."""
        ...

    @property
    def dropped(self) -> int:
        """How many frames a live source has left out so far because nobody was ready for them; else 0."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Reads the frames in order; to be called once.

        Raises:
            MediaError: The source breaks off or cannot be decoded further. Every frame before that has been yielded.
        """
        ...

    def stop(self) -> None:
        """Ends the wait for a frame, on whatever thread: `frames` then soon ends, and `close` can follow.

        A network stream is waited for until its time-out all the same.
        """
        ...

    def close(self) -> None:
        """Frees the source, once nobody iterates over `frames` any more. Closing twice does nothing."""
        ...


class RateLimit:
    """Chooses which frames to keep so that at most `fps` of them fall into a second; it never changes a time stamp.

    Time is cut into slots of 1/fps seconds from the first frame on, and the first frame of each slot is kept.
    """

    def __init__(self, fps: float | None) -> None:
        """Args:
            fps: Frames per second to keep at most; None keeps all.

        Raises:
            InputError: `fps` is not a number from `LOWEST_FPS` to `HIGHEST_FPS`.
        """
        if fps is not None and not (LOWEST_FPS <= fps <= HIGHEST_FPS):
            raise InputError(
                f"The frame rate must be a number above 0, from {LOWEST_FPS:.5f} (one frame in 28 hours) to "
                f"{HIGHEST_FPS:,}; got {fps:g}. Leave it out to keep every frame."
            )
        self.fps = None if fps is None else Fraction(fps).limit_denominator(1_000_000)
        self._start_s: Fraction | None = None
        self._last_slot = -1

    def keeps(self, time_s: Fraction) -> bool:
        """Decides on the next frame; times must increase from call to call."""
        if self.fps is None:
            return True
        if self._start_s is None:
            self._start_s = time_s
        slot = int((time_s - self._start_s) * self.fps)
        if slot <= self._last_slot:
            return False
        self._last_slot = slot
        return True

    def of(self, frame_rate: Fraction) -> Fraction:
        """Returns the frame rate that is left of `frame_rate`."""
        return frame_rate if self.fps is None else min(frame_rate, self.fps)


def check_size(size_hw: tuple[int, int], where: str) -> tuple[int, int]:
    """Returns `size_hw` (height and width in pixels) if a model takes frames of that size, and a video can have them.

    Raises:
        InputError: A side is shorter than `MIN_SIDE`, or they are too large; `where` names the source or the option in
            the message.
    """
    height, width = size_hw
    if min(size_hw) < MIN_SIDE:
        raise InputError(
            f"{where} gives frames of {width}x{height} (width x height), and a model needs at least {MIN_SIDE} pixels "
            "each way. Enlarge them with --size, for example --size 320x240."
        )
    if (height + MARGIN_PX) * (width + MARGIN_PX) >= MOST_PIXELS:
        raise InputError(
            f"{where} gives frames of {width}x{height} (width x height), and those of a video have at most about "
            "16000x16000. Make them smaller with --size, for example --size 1920x1080."
        )
    return size_hw
