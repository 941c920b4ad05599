"""`skymask video`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from skymask.cli.model_choice import DEFAULT_CHOICE, ModelChoice
from skymask.errors import InputError, OutputError

if TYPE_CHECKING:
    from skymask.cli.run_video import Targets
    from skymask.video.source import Source


def video(
    source: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    show: Annotated[bool, Parameter(negative="")] = False,
    view: Literal["side-by-side", "overlay", "mask", "cutout"] = "side-by-side",
    fps: float | None = None,
    size: str | None = None,
    max_frames: int | None = None,
    smooth: bool = True,
    realtime: Annotated[bool, Parameter(negative="")] = False,
    choice: ModelChoice = DEFAULT_CHOICE,
    report: Path | None = None,
    trace: Path | None = None,
) -> None:
    """Segment the sky in every frame of a video: on screen, into a file or images, or both.

    The threads (--threads) share each frame of a camera, so that it is done soon; of a file, several frames are in work
    at a time.

    Examples:
        skymask video holiday.mp4 --show
        skymask video holiday.mp4 -o sky.mp4 --report speed.json
        skymask video holiday.mp4 -o "masks/%06d.png" --view mask
        skymask video 0 --show --view overlay
        skymask video 0 --show --realtime
        skymask video rtsp://camera.local/stream -o sky.mp4 --fps 10 --size 640x360
        skymask video "frames/shot_%04d.png" -o matte.mp4 --view mask

    Args:
        source: Video file, index of a camera (0), rtsp:// or http:// address, folder, printf pattern or glob of
            images, or demo for the built-in scene.
        output: Video to write (.mp4, .mov, .m4v, .mkv), H.264, with the source's time stamps and a file's sound. After
            Ctrl-C it plays up to there. An odd width or height grows by one pixel. Or a printf pattern for a PNG a
            frame, such as masks/%06d.png, numbered from 1: exact and of the frame's size, without times and sound. The
            folder is made; images of such names must not be there yet.
        show: Open a window. Keys: q or Esc quits, space pauses, v takes the next view, s saves a picture. A file plays
            at its own speed.
        view: side-by-side is the frame, and beside it the frame with its sky tinted blue; overlay the tinted frame
            alone; mask the alpha as grey levels, white for sky; cutout the frame without its sky, which is
            black, in PNG transparent. For COLMAP and other 3D tools, whose masks are black for sky and hard, take the
            frames out with FFmpeg and give their folder to 'skymask masks'.
        fps: Most frames per second to use; others are left out, time stamps stay. Live sources drop what they have to
            in any case. Images have no time stamps and are taken to come at this rate (else 25).
        size: Size to scale the frames to first, WIDTHxHEIGHT, for example 640x360.
        max_frames: Stop after so many frames, and with them the sound.
        smooth: Take out flicker: where the picture stays the same, the mask is a running mean; where it changes, the
            new mask counts at once. Use --no-smooth for frames that do not follow each other.
        realtime: Keep up with the source however slow the machine: every frame is shown on time, or written with its
            own time stamp, and where the model has not finished it, the newest mask is moved along with the picture.
            A file is played at its own speed, as if it were live; what even drawing is too slow for is dropped. The
            window and the report tell how old frames and masks are.
        choice: The model and its engine.
        report: JSON file to write, with the number of frames, frames per second, milliseconds per
            stage, share of frames without sky, and confidence; with --realtime the ages of frames and masks.
        trace: JSON file to write, with the time every stage spent on every frame; ui.perfetto.dev shows it.
    """
    from skymask.cli.run_video import Targets, run_video

    targets = Targets(output, show, view, max_frames, report, smooth, trace, realtime)
    _check_targets(source, targets, choice.model)
    size_hw = None if size is None else parse_size(size)

    def open_source() -> Source:
        from skymask.video.open_source import open_source

        return open_source(source, fps=fps, size_hw=size_hw)

    run_video(open_source, targets, choice)


def parse_size(size: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)[xX](\d+)", size)
    if match is None:
        raise InputError(f"--size must be WIDTHxHEIGHT in pixels, such as 640x360; got '{size}'.")
    return int(match[2]), int(match[1])


def _check_targets(source: str, targets: Targets, model: str | None) -> None:
    max_frames = targets.max_frames
    if targets.output is None and targets.report is None and not targets.show:
        raise InputError(
            "There is nothing to do with the result: give -o FILE.mp4 to write it, --show to see it, or --report "
            "FILE.json to measure the speed."
        )
    if max_frames is not None and max_frames < 1:
        raise InputError(f"--max-frames must be at least 1; got {max_frames}.")
    _check_names(source, targets, model)


def _check_names(source: str, targets: Targets, model: str | None) -> None:
    """Refuses what would replace something that is read or another result, and reports that have no place."""
    from skymask.files import check_distinct, identity, is_stream, reaching

    with reaching(source):
        taken = _read_files(source, model)
    reports = (("report", targets.report), ("trace", targets.trace))
    for name, file in reports:
        if file is None:
            continue
        with reaching(file, OutputError):
            if not is_stream(file) and (file.is_dir() or not file.parent.is_dir()):
                reason = "it is a folder" if file.is_dir() else "no such folder"
                raise OutputError(
                    f"The {name} {file} cannot be written: {reason}. Give the name of a file in a folder that exists."
                )
        if _is_image_of(identity(file), targets.output):
            taken.setdefault(file, "an image of the output")
    check_distinct((("output", targets.output), *reports), taken)


def _read_files(source: str, model: str | None) -> dict[Path, str]:
    """What each file is that the run reads."""
    from skymask.runtime.segmenter import model_path
    from skymask.video.source_files import source_files

    files = source_files(source)
    what = "the source itself" if files == [Path(source)] else "an image of the source"
    return {**dict.fromkeys(files, what), model_path(model): "the model"}


def _is_image_of(file: Path, output: Path | None) -> bool:
    """Whether a file, by its identity, has a name that will be, or may be, given to a frame."""
    from skymask.files import identity
    from skymask.video.source_files import NUMBER, fits

    if output is None or NUMBER.search(output.name) is None:
        return False
    pattern = identity(output)
    return file.parent == pattern.parent and fits(file.name, pattern)
