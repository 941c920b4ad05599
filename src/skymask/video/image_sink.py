"""Writes an image sequence: a PNG for every frame, of its own size; masks exactly, colours to the nearest level."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np
import PIL.Image

from skymask.contract import Alphas
from skymask.errors import InputError, OutputError
from skymask.files import reaching, writing
from skymask.video import yuv
from skymask.video.overlay import View, compose
from skymask.video.sink import Picture
from skymask.video.source import Frame
from skymask.video.source_files import files_with_numbers
from skymask.video.yuv import Image

SUFFIX = ".png"
EXAMPLE = "%06d.png"
FIRST = 1  # as FFmpeg numbers what it writes
COMPRESS_LEVEL = 1  # photographs grow by an eighth, and take a quarter of the time

_NUMBER = re.compile(r"%(0\d{1,2})?d")


class ImageSink:
    """An image sequence in the making. See `Sink` for what the members promise.

    Each image appears under its name when it is whole, so whatever happens, those written so far are there.
    """

    def __init__(self, pattern: Path) -> None:
        """Writes nothing yet.

        Args:
            pattern: The images' names, with one number for the frames that are written, counted from 1: %d, or %06d for
                six digits. The folder is made with the first image.

        Raises:
            InputError: The name has no number, or something else for printf, or images of such names are there already.
            OutputError: The folder is a file, or may not be entered.
        """
        _check(pattern)
        self._pattern = pattern
        self.frame_count = 0
        """Images written so far."""

    @property
    def is_whole(self) -> bool:
        """See `Sink`."""
        return self.frame_count > 0

    def draw(self, frame: Frame, alpha: Alphas, view: View) -> Image:
        """See `Sink`.

        Returns:
            uint8, of the frame's height and width, odd ones too: the alpha itself as mask; [H, W, 4] as cutout, the
            frame with opacity 255 - alpha; [H, W, 3] as overlay, and [H, 2 W, 3] side by side, RGB.
        """
        if view == "mask":
            return alpha
        if view == "cutout":
            return np.dstack((frame.exact_image, 255 - alpha))
        height, width = alpha.shape
        tinted = yuv.to_exact_rgb(compose(frame.picture, alpha, "overlay"))[:height, :width]
        return np.hstack((frame.exact_image, tinted)) if view == "side-by-side" else tinted

    def write(self, picture: Picture, pts: int, duration: int | None = None) -> None:
        """See `Sink`; the times are lost."""
        image = yuv.to_exact_rgb(picture) if isinstance(picture, av.VideoFrame) else picture
        with writing(self._pattern.with_name(self._pattern.name % (FIRST + self.frame_count))) as part:
            PIL.Image.fromarray(image).save(part, format="PNG", compress_level=COMPRESS_LEVEL)
        self.frame_count += 1

    def copy_remaining_audio(self) -> None:
        """See `Sink`; images have no sound."""

    def close(self) -> None:
        """See `Sink`; every image is in its place already."""


def _check(pattern: Path) -> None:
    if pattern.name.count("%") != 1 or _NUMBER.search(pattern.name) is None:
        raise InputError(
            f"{pattern} must have one number in its name, and no other %, since every frame becomes an image of its "
            f"own. Give for example {pattern.with_name(EXAMPLE)}."
        )
    with reaching(pattern, OutputError):
        if pattern.parent.exists() and not pattern.parent.is_dir():
            raise OutputError(f"{pattern.parent} is a file; the images need a folder. Choose another with -o.")
        old = min(files_with_numbers(pattern), default=None)
    if old is not None:
        raise InputError(
            f"{old} exists already, and images of two runs would be mixed: choose another name or remove all that fit "
            f"{pattern}."
        )
