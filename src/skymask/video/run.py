"""The main job put together: a source, a model, and where the pictures go."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from skymask.runtime.stats import stats
from skymask.runtime.temporal import TemporalFilter
from skymask.video.display import Window
from skymask.video.overlay import View, compose
from skymask.video.pipeline import Job, Pipeline, SegmentFrame, Stage
from skymask.video.report import SkySummary, StageTimes
from skymask.video.sink import VideoSink
from skymask.video.source import Source

FILE_DEPTH = 4  # evens out slow frames
LIVE_DEPTH = 1  # every frame that waits makes the picture older


@dataclass
class Tally:
    """What has been done so far; it holds as well after an error or an interruption."""

    frames: int = 0
    """Frames that went through all stages."""
    seconds: float = 0.0
    """Wall time of the run."""
    times: StageTimes = field(default_factory=StageTimes)
    """Time per stage."""
    sky: SkySummary = field(default_factory=SkySummary)
    """What was seen."""

    @property
    def fps(self) -> float:
        """Frames per second of the run; 0 before it began."""
        return self.frames / self.seconds if self.seconds else 0.0


def segment_video(
    source: Source,
    segmenter: SegmentFrame,
    tally: Tally,
    *,
    view: View = "side-by-side",
    sink: VideoSink | None = None,
    window: Window | None = None,
    smooth: bool = True,
    max_frames: int | None = None,
    on_frame: Callable[[], None] = lambda: None,
) -> None:
    """Segments a video from its first frame to its last, or until the user closes the window.

    Args:
        source: Open; is read, and left to the caller to close.
        segmenter: The model; called on a thread of its own.
        tally: Is kept up to date.
        view: What is written to `sink`. The window has its own, which its user can change.
        sink: Open, for pictures of `picture_size(view, ...)`; left to the caller to close. None writes nothing.
        window: Open; None shows nothing.
        smooth: Take out flicker with a `TemporalFilter`.
        max_frames: Stop after so many frames; None takes all.
        on_frame: Called after each frame, in the caller's thread.

    Raises:
        SkymaskError: Of the source, the model, the sink or the window; what was done before it is kept. `sink` has
            every frame that was finished.
    """
    stages = _stages(segmenter, smooth, view, sink, window)
    frames = itertools.islice(source.frames(), max_frames)
    start_s = time.perf_counter()
    try:
        with Pipeline(frames, stages, tally.times, LIVE_DEPTH if source.info.live else FILE_DEPTH) as pipeline:
            for job in pipeline:
                goes_on = window is None or _show(window, job, tally.times)
                assert job.alpha is not None, "infer is always there"
                tally.sky.add(stats(job.alpha))
                tally.frames += 1
                on_frame()
                if not goes_on:
                    return
    finally:
        tally.seconds = time.perf_counter() - start_s
    if sink is not None and max_frames is None:
        sink.copy_remaining_audio()


def _stages(
    segmenter: SegmentFrame, smooth: bool, view: View, sink: VideoSink | None, window: Window | None
) -> list[Stage]:
    steady = TemporalFilter()

    def infer(job: Job) -> None:
        job.alpha = segmenter(job.frame.image)

    def smoothen(job: Job) -> None:
        assert job.alpha is not None, "infer comes first"
        job.alpha = steady(job.frame.image, job.alpha)

    def composite(job: Job) -> None:
        assert job.alpha is not None, "infer comes first"
        job.view = view if sink is not None or window is None else window.view
        job.picture = compose(job.frame.image, job.alpha, job.view)

    stages = [Stage("infer", infer)]
    if smooth:
        stages.append(Stage("smooth", smoothen))
    if sink is not None or window is not None:
        stages.append(Stage("composite", composite))
    if sink is not None:

        def encode(job: Job) -> None:
            assert job.picture is not None, "composite comes first"
            sink.write(job.picture, job.frame.pts)

        stages.append(Stage("encode", encode))
    return stages


def _show(window: Window, job: Job, times: StageTimes) -> bool:
    window.wait_for(job.frame)
    start_s = time.perf_counter()
    window.show(job)
    times.add("display", start_s)
    return window.stay()
