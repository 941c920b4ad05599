"""An image sequence as a source: a folder, a printf pattern or a glob."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image

from skymask.decoding import DECODE_ERRORS
from skymask.errors import InputError, MediaError
from skymask.photographs.head import upright_size
from skymask.photographs.read import read_photograph
from skymask.video.source import Frame, RateLimit, SourceInfo, check_size
from skymask.video.source_files import NUMBER
from skymask.video.yuv import Image

DEFAULT_RATE = Fraction(25)

_WILDCARDS = re.compile(r"[*?]+")


class ImageSequence:
    """Reads images one by one. See `Source` for what the members promise.

    Images have no time stamps: they are taken to be `fps` frames per second, 25 if nothing is said, and all are kept.
    """

    dropped = 0

    def __init__(
        self, files: Sequence[Path], where: str, fps: float | None = None, size_hw: tuple[int, int] | None = None
    ) -> None:
        """Looks at the head of every file.

        Args:
            files: At least one.
            where: The sequence as the user named it, for messages.
            fps: Frames per second that the images stand for.
            size_hw: Height and width to scale all images to, in pixels; None keeps their own, which must be the same.

        Raises:
            InputError: A file is not an image, sizes differ, or images are too small.
        """
        rate = RateLimit(fps).fps or DEFAULT_RATE
        self._scale = size_hw is not None
        if size_hw is None:
            size_hw = check_size(_common_size(files), where)
        else:
            check_size(size_hw, "--size")
        self._files = files
        self.info = SourceInfo(_name(where), where, False, size_hw, rate, 1 / rate, len(files))

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        for index, file in enumerate(self._files):
            yield Frame.of_rgb(self._read(file), index, self.info.time_base)

    def stop(self) -> None:
        """See `Source`; nothing is waited for."""

    def close(self) -> None:
        """See `Source`."""

    def _read(self, file: Path) -> Image:
        image = read_photograph(file).rgb
        found_hw = image.shape[:2]
        if found_hw != self.info.size_hw:
            if not self._scale:
                raise MediaError(
                    f"{file} is {found_hw[1]}x{found_hw[0]} (width x height), unlike the images before it. Scale all "
                    "with --size."
                )
            height, width = self.info.size_hw
            scaled = PIL.Image.fromarray(image).resize((width, height), PIL.Image.Resampling.BICUBIC)
            image = np.asarray(scaled)
        return image


def _name(where: str) -> str:
    """The nearest name that is not all numbers and wildcards, without those: it will stand in names of files."""
    path = Path(where)
    names = (path.stem, *(folder.name for folder in path.absolute().parents))
    short = (_WILDCARDS.sub("", NUMBER.sub("", name)).strip("_-. ") for name in names)
    return next(filter(None, short), "images")


def _common_size(files: Sequence[Path]) -> tuple[int, int]:
    first_hw = _size(files[0])
    for file in files[1:]:
        height, width = _size(file)
        first = f"{first_hw[1]}x{first_hw[0]}"
        if (height, width) != first_hw:
            raise InputError(
                f"{file} is {width}x{height} (width x height), and {files[0]} is {first}. The frames of a video have "
                f"one size: scale them all with --size, for example --size {first}, or use 'skymask masks', which "
                "takes every image by itself."
            )
    return first_hw


def _size(file: Path) -> tuple[int, int]:
    try:
        with PIL.Image.open(file) as opened:
            return upright_size(opened)
    except DECODE_ERRORS as error:
        reason = str(error) or type(error).__name__
        raise InputError(f"{file} is not an image that can be read ({reason}). Take it out of the sequence.") from None
