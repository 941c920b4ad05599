"""The built-in scene as a source: seeded, drawn on the spot, so that everything can be tried without a video."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from skymask.data import synthetic
from skymask.errors import InputError
from skymask.video.source import Frame, RateLimit, SourceInfo, check_size

FRAME_RATE = Fraction(30)
FRAME_COUNT = 150
SIZE_HW = (360, 640)
SEED = 723  # an evening by the lake
KINDS = ("day", "dusk", "city", "water")  # what a demonstration of sky should show, in turn by seed


class DemoSource:
    """Draws a clip with a moving camera. See `Source` for what the members promise."""

    dropped = 0

    def __init__(
        self,
        *,
        frame_count: int = FRAME_COUNT,
        seed: int = SEED,
        fps: float | None = None,
        size_hw: tuple[int, int] | None = None,
    ) -> None:
        """Args:
            frame_count: How many frames to draw, at 30 a second.
            seed: Which scene; the same seed gives the same frames.
            fps: Frames per second to keep at most.
            size_hw: Height and width of the frames in pixels; None for 360x640.

        Raises:
            InputError: `frame_count` is less than 1, `fps` is not positive or the size is too small.
        """
        if frame_count < 1:
            raise InputError(f"The number of frames must be at least 1; got {frame_count}.")
        self._rate_limit = RateLimit(fps)
        self._seed = seed
        self._drawn = frame_count
        rate = self._rate_limit.of(FRAME_RATE)
        size_hw = check_size(size_hw or SIZE_HW, "--size")
        self.info = SourceInfo(
            "demo", "demo", False, size_hw, rate, 1 / FRAME_RATE, round(frame_count * rate / FRAME_RATE) or 1
        )

    def frames(self) -> Iterator[Frame]:
        """See `Source`."""
        kind = KINDS[self._seed % len(KINDS)]
        for index, scene in enumerate(synthetic.clip(self._seed, self._drawn, self.info.size_hw, kind)):
            if self._rate_limit.keeps(index * self.info.time_base):
                yield Frame.of_rgb(scene.image, index, self.info.time_base)

    def stop(self) -> None:
        """See `Source`; nothing is waited for."""

    def close(self) -> None:
        """See `Source`."""
