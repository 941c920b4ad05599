"""`skymask demo`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from skymask.cli.model_choice import DEFAULT_CHOICE
from skymask.errors import DisplayError, InputError

if TYPE_CHECKING:
    from skymask.video.source import Source


def demo(
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    show: Annotated[bool, Parameter(negative="")] = False,
    frames: int = 150,
    seed: int = 723,
) -> None:
    """Segment a short built-in scene: on screen or into a file.

    With neither --show nor -o, it opens a window where there is a display, and writes demo.mp4 where there is none
    (unless there is such a file already).

    Examples:
        skymask demo
        skymask demo -o demo.mp4
        skymask demo --show --seed 810

    Args:
        output: Video to write: the scene, and beside it the scene with its sky tinted blue.
        show: Open a window. Keys: q or Esc quits, space pauses, v takes the next view, s saves a picture.
        frames: How many frames to draw, at 30 a second.
        seed: Which scene.
    """
    from skymask.cli.run_video import Targets, run_video
    from skymask.video.display import require_display

    if output is None and not show:
        try:
            require_display()
            show = True
        except DisplayError:
            output = Path("demo.mp4")
            if output.exists():  # nobody said that it may be replaced
                raise InputError(
                    f"There is no window to show the demo in, and {output} exists already. Name another file with -o."
                ) from None
            print(f"There is no window to show the demo in; writing {output} instead.", file=sys.stderr)

    def open_source() -> Source:
        from skymask.video.demo import DemoSource  # imports PyAV, which must wait for the window

        return DemoSource(frame_count=frames, seed=seed)

    run_video(open_source, Targets(output, show, "side-by-side"), DEFAULT_CHOICE)
