"""`skymask video`: from a source of frames to a window, a file, a report."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from skymask.errors import InputError, OutputError, SkymaskError

if TYPE_CHECKING:
    from rich.console import Console

    from skymask.runtime.segmenter import Segmenter
    from skymask.video.run import Tally
    from skymask.video.source import Source

View = Literal["side-by-side", "overlay", "mask", "cutout"]


def video(
    source: str,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    show: Annotated[bool, Parameter(negative="")] = False,
    view: View = "side-by-side",
    fps: float | None = None,
    size: str | None = None,
    max_frames: int | None = None,
    model: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    report: Path | None = None,
) -> None:
    """Segment the sky in every frame of a video, on screen, into a file, or both.

    Examples:

        skymask video holiday.mp4 --show

        skymask video holiday.mp4 -o sky.mp4 --report speed.json

        skymask video 0 --show --view overlay

        skymask video rtsp://camera.local/stream -o sky.mp4 --fps 10 --size 640x360

        skymask video "frames/shot_%04d.png" -o matte.mp4 --view mask

    Parameters
    ----------
    source
        A video file, a camera's index (0), an rtsp:// or http:// address, a folder, printf pattern or glob of images,
        or demo for the built-in scene.
    output
        Write H.264 video here (.mp4, .mov, .m4v, .mkv): time stamps and frame rate as in the source, sound of files
        copied. Ctrl-C leaves a file that plays. An odd width or height grows by one pixel.
    show
        Open a window. Keys: q or Esc quits, space pauses, v takes the next view, s saves a picture. A file plays at its
        own speed.
    view
        side-by-side: the frame, and beside it the frame with its sky tinted blue; overlay: the tinted frame alone;
        mask: the alpha as grey levels; cutout: the frame without its sky.
    fps
        Use at most so many frames per second; the others are left out and time stamps stay. Live sources always drop
        what cannot be kept up with. Images, which have no time stamps, are taken to come at this rate (else 25).
    size
        Scale the frames to WIDTHxHEIGHT first, for example 640x360.
    max_frames
        Stop after so many frames.
    model
        Name of a shipped model, or a file made by 'skymask export'; the shipped default if left out.
    engine
        auto, onnxruntime or openvino.
    device
        auto, cpu, or what the engine offers, such as cuda.
    threads
        CPU threads for one frame; as many as there are if left out.
    report
        Write frame count, frames per second and the time of each stage to this JSON file.
    """
    from skymask.video.open_source import open_source

    if output is None and report is None and not show:
        raise InputError(
            "There is nothing to do with the result: give -o FILE.mp4 to write it, --show to see it, or --report "
            "FILE.json to measure."
        )
    if max_frames is not None and max_frames < 1:
        raise InputError(f"--max-frames must be at least 1; got {max_frames}.")
    _check_targets(source, output, report)
    size_hw = _parse_size(size)
    options = Options(output, show, view, max_frames, model, engine, device, threads, report)
    run(lambda: open_source(source, fps=fps, size_hw=size_hw), options)
