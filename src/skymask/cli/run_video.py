"""What `skymask video` and `skymask demo` share: opening everything in order, progress, the last line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skymask.cli.tell import tell
from skymask.errors import SkymaskError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from skymask.cli.model_choice import ModelChoice
    from skymask.runtime.segmenter import Segmenter
    from skymask.video.overlay import View
    from skymask.video.run import Tally, ThreadShare
    from skymask.video.sink import Sink
    from skymask.video.source import Source


@dataclass(frozen=True)
class Targets:
    """What becomes of the result; the options of the same names."""

    output: Path | None
    show: bool
    view: View
    max_frames: int | None = None
    report: Path | None = None
    smooth: bool = True
    trace: Path | None = None
    realtime: bool = False


def run_video(open_source: Callable[[], Source], targets: Targets, choice: ModelChoice) -> None:
    """Segments a source and prints one line about it.

    Args:
        open_source: Opens it; called after cheaper checks have passed.
        targets: At least one of output, show and report is given.
        choice: The model and its engine; `threads` is for inference in all, see `ThreadShare`.

    Raises:
        SkymaskError: As the source, the model, the sink and the window raise. The output then has the frames so far,
            unless it is the sink that failed, and so it is with KeyboardInterrupt.
    """
    from rich.console import Console

    if targets.show:
        from skymask.video.display import require_display

        require_display()  # before anything imports PyAV
    from skymask.video.report import StageTimes
    from skymask.video.run import Tally
    from skymask.video.trace import Trace

    console = Console(stderr=True)
    trace = None if targets.trace is None else Trace()
    tally = Tally(times=StageTimes(trace))
    with ExitStack() as stack:
        source = stack.enter_context(closing(_play(open_source(), targets)))
        sink = _open_sink(source, targets)
        try:
            _segment(source, sink, targets, choice, tally, console)
        except (SkymaskError, KeyboardInterrupt):
            if sink is not None and sink.is_whole:
                tell(console, f"{targets.output} has the {_frames(sink.frame_count)} up to there.")
            raise
        finally:
            if trace is not None and targets.trace is not None:
                trace.write(targets.trace)
        print(_summary(source, targets, tally))


def _segment(
    source: Source,
    sink: Sink | None,
    targets: Targets,
    choice: ModelChoice,
    tally: Tally,
    console: Console,
) -> None:
    import skymask
    from skymask.video.run import ThreadShare, segment_video
    from skymask.video.window import Window

    share = ThreadShare.of(source.info, choice.on.threads, choice.on.engine)
    with ExitStack() as stack:
        if sink is not None:
            stack.enter_context(closing(sink))
        segmenter = stack.enter_context(skymask.load(choice.model, choice.on.engine, choice.on.device, share.threads))
        window: Window | None = None
        if targets.show:
            paced = sink is None and not source.info.live
            window = stack.enter_context(
                Window(source.info, targets.view, paced=paced, tell=lambda text: tell(console, text))
            )
        progress = stack.enter_context(_progress(console))
        counts = [count for count in (source.info.frame_count, targets.max_frames) if count is not None]
        task = progress.add_task(source.info.name, total=min(counts, default=None))
        try:
            segment_video(
                source,
                segmenter,
                tally,
                view=targets.view,
                sink=sink,
                window=window,
                smooth=targets.smooth,
                max_frames=targets.max_frames,
                in_flight=share.in_flight,
                realtime=targets.realtime,
                on_frame=lambda: progress.advance(task),
            )
        finally:
            if targets.report is not None:
                _write_report(targets.report, source, segmenter, share, targets, tally)


def _play(source: Source, targets: Targets) -> Source:
    """In real time, a source that is not live is played as if it were."""
    from skymask.video.paced import PacedSource

    return PacedSource(source) if targets.realtime and not source.info.live else source


def _open_sink(source: Source, targets: Targets) -> Sink | None:
    from skymask.video.image_sink import SUFFIX, ImageSink
    from skymask.video.overlay import picture_size
    from skymask.video.video_sink import VideoSink

    if targets.output is None:
        return None
    if targets.output.suffix.lower() == SUFFIX:
        return ImageSink(targets.output)
    info = source.info
    size_hw = picture_size(targets.view, info.size_hw)
    return VideoSink(targets.output, size_hw, info.frame_rate, info.time_base, info.audio_file, info.colours)


def _write_report(
    path: Path, source: Source, segmenter: Segmenter, share: ThreadShare, targets: Targets, tally: Tally
) -> None:
    from skymask.video.report import Report

    frames = f", {share.in_flight} frames at a time" if share.in_flight > 1 else ""
    Report(
        source=source.info.where,
        live=source.info.live,
        size_hw=source.info.size_hw,
        model=segmenter.info.title,
        engine=f"{segmenter.engine}{frames}",
        smooth=targets.smooth,
        frames=tally.frames,
        dropped=source.dropped,
        seconds=round(tally.seconds, 3),
        fps=round(tally.fps, 2),
        stages_ms=tally.times.summary(),
        sky=tally.sky.summary(),
        realtime=tally.ages.summary(tally.times.count("infer")) if targets.realtime else None,
    ).write(path)


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


def _summary(source: Source, targets: Targets, tally: Tally) -> str:
    line = f"{source.info.name}: {_frames(tally.frames)} in {tally.seconds:.1f} s, {tally.fps:.1f} frames/s"
    if targets.realtime:
        line += f", {tally.times.count('infer')} of them inferred"
    if source.dropped:
        line += f", {source.dropped} dropped to keep up"
    return line if targets.output is None else f"{line}, written to {targets.output}"


def _progress(console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class SpeedColumn(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:.1f} frames/s")

    return Progress(
        TextColumn("{task.description}", markup=False),  # a file may be called "[hd] clip"
        BarColumn(),
        MofNCompleteColumn(),
        SpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
