"""What every place for the result offers; the main job and the command line know nothing else of it."""

from __future__ import annotations

from typing import Protocol

import av

from skymask.contract import Alphas
from skymask.video.overlay import View
from skymask.video.source import Frame
from skymask.video.yuv import Image

Picture = av.VideoFrame | Image
"""As `overlay.compose` makes it, or uint8: [H, W] grey, [H, W, 3] RGB, [H, W, 4] RGB and opacity."""


class Sink(Protocol):
    """A video or an image sequence in the making."""

    @property
    def frame_count(self) -> int:
        """Frames written so far."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether there is a result in place, with all of them."""
        ...

    def draw(self, frame: Frame, alpha: Alphas, view: View) -> Picture:
        """Draws the picture that `write` takes; on any thread.

        Args:
            frame: Is left as it is.
            alpha: uint8 [H, W] of its size, 255 sky, 0 not.
            view: Which picture.
        """
        ...

    def write(self, picture: Picture, pts: int, duration: int | None = None) -> None:
        """Adds a picture.

        Args:
            picture: As `draw` makes it.
            pts: Its time, in units of the source's `time_base`; larger than the one before.
            duration: For how long it is shown where none follows, in the same units; None is as usual for the source.

        Raises:
            OutputError: The disk is full, or it cannot be written for another reason.
        """
        ...

    def copy_remaining_audio(self) -> None:
        """Copies the sound to its end, where it outlasts the pictures; otherwise it ends with the last picture.

        Raises:
            OutputError: As `write`.
        """
        ...

    def close(self) -> None:
        """Puts the result in its place; closing twice does nothing.

        Raises:
            OutputError: As `write`.
            KeyboardInterrupt: It came meanwhile, and had to wait; the result is in place.
        """
        ...
