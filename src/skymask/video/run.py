"""The main job put together: a source, a model, and where the pictures go."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from skymask.runtime.cpus import are_threads, usable_cpus
from skymask.runtime.stats import stats
from skymask.runtime.temporal import TemporalFilter
from skymask.video.overlay import View, compose
from skymask.video.pipeline import Job, Pipeline, SegmentFrame, Stage
from skymask.video.realtime import Inference
from skymask.video.report import Ages, SkySummary, StageTimes
from skymask.video.sink import Sink
from skymask.video.source import Frame, Source, SourceInfo
from skymask.video.window import Window

FILE_DEPTH = 2  # evens out slow frames
LIVE_DEPTH = 1  # every frame that waits makes the picture older
MOST_IN_FLIGHT = 4  # each has its own intermediate results in memory
IN_FLIGHT_PIXELS = 1 << 20  # larger frames gain little by it: they wait for memory, not for arithmetic


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
    ages: Ages = field(default_factory=Ages)
    """How old it was, in real time."""

    @property
    def fps(self) -> float:
        """Frames per second of the run; 0 before it began."""
        return self.frames / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class ThreadShare:
    """How inference uses the processor."""

    threads: int
    """Threads for one frame, as `skymask.load` takes it."""
    in_flight: int
    """Frames that are in work at a time, as `segment_video` takes it."""

    @classmethod
    def of(cls, info: SourceInfo, threads: int | None, engine: str = "auto") -> ThreadShare:
        """Chooses for a source: all threads on one frame where latency counts, a frame a thread where it does not.

        Threads that share a frame wait for each other at every layer; those with a frame each never do.

        Args:
            info: Of the source.
            threads: Threads for inference in all; None is as many as this process may use.
            engine: As `skymask.load` takes it. OpenVINO, set up for latency, does one frame after the other anyway.
        """
        threads = usable_cpus() if threads is None else threads
        if not are_threads(threads):  # `skymask.load` says what is wrong with that
            return cls(threads, 1)
        if info.live or engine == "openvino" or info.size_hw[0] * info.size_hw[1] > IN_FLIGHT_PIXELS:
            return cls(threads, 1)
        in_flight = min(threads, MOST_IN_FLIGHT)
        return cls(threads // in_flight, in_flight)


def segment_video(
    source: Source,
    segmenter: SegmentFrame,
    tally: Tally,
    *,
    view: View = "side-by-side",
    sink: Sink | None = None,
    window: Window | None = None,
    smooth: bool = True,
    max_frames: int | None = None,
    in_flight: int = 1,
    realtime: bool = False,
    on_frame: Callable[[], None] = lambda: None,
) -> None:
    """Segments a video from its first frame to its last, or until the user closes the window.

    Args:
        source: Open; is read, and left to the caller to close.
        segmenter: The model; called on threads of its own.
        tally: Is kept up to date.
        view: What is written to `sink`. The window has its own, which its user can change.
        sink: Open, a `VideoSink` for pictures of `picture_size(view, ...)` or an `ImageSink`; left to the caller to
            close. None writes nothing.
        window: Open; None shows nothing.
        smooth: Take out flicker with a `TemporalFilter`.
        max_frames: Stop after so many frames, where the sound stops too; None takes all.
        in_flight: How many frames the model works on at a time, each on a thread of its own. One in real time.
        realtime: Let no frame wait for the model longer than until the next one arrives: it then gets the newest mask,
            carried along. For live sources, a `PacedSource` among them; of any other, most frames would arrive at once.
        on_frame: Called after each frame, in the caller's thread.

    Raises:
        SkymaskError: Of the source, the model, the sink or the window; what was done before it is kept. `sink` has
            every frame that was finished.
    """
    frames: Iterator[Frame] = itertools.islice(source.frames(), max_frames)
    start_s = time.perf_counter()
    try:
        with ExitStack() as stack:
            inference = stack.enter_context(Inference(segmenter, smooth, tally.times)) if realtime else None
            masks = inference.stages() if inference else _mask_stages(segmenter, in_flight, smooth)
            stages = [*masks, *_picture_stages(view, sink, window)]
            depth = LIVE_DEPTH if source.info.live else FILE_DEPTH
            arriving = inference.arriving(frames) if inference else frames
            jobs: Iterable[Job] = stack.enter_context(Pipeline(arriving, stages, tally.times, depth))
            if inference:
                jobs = inference.leaving(jobs)
                stack.callback(inference.stop)
            stack.callback(source.stop)  # both before the pipeline waits for its threads
            for job in jobs:
                if window is not None:
                    _show(window, job, tally.times)
                _count(job, tally)
                on_frame()
                if window is not None and not window.stay():
                    return
    finally:
        tally.seconds = time.perf_counter() - start_s
    if sink is not None and (max_frames is None or tally.frames < max_frames):
        sink.copy_remaining_audio()


def _mask_stages(segmenter: SegmentFrame, in_flight: int, smooth: bool) -> list[Stage]:
    """Returns the stages that give each job its alpha, one after the other."""
    steady = TemporalFilter()

    def infer(job: Job) -> None:
        job.alpha = segmenter(job.frame.image)

    def smoothen(job: Job) -> None:
        assert job.alpha is not None, "infer comes first"
        job.alpha = steady(job.frame.luma, job.alpha)

    return [Stage("infer", infer, in_flight), *([Stage("smooth", smoothen)] if smooth else [])]


def _picture_stages(view: View, sink: Sink | None, window: Window | None) -> list[Stage]:
    """Returns the stages that use the alpha."""

    def draw(job: Job) -> None:
        assert job.alpha is not None, "masks come first"
        if sink is not None:
            job.view = view
            job.picture = sink.draw(job.frame, job.alpha, job.view)
        elif window is not None:
            job.view = window.view
            job.picture = compose(job.frame.picture, job.alpha, job.view)

    def write(job: Job) -> None:
        assert sink is not None, "without one there is no such stage"
        assert job.picture is not None, "composite comes first"
        sink.write(job.picture, job.frame.pts, job.frame.duration)

    composite = [] if sink is None and window is None else [Stage("composite", draw)]
    return composite if sink is None else [*composite, Stage("encode", write)]


def _count(job: Job, tally: Tally) -> None:
    assert job.alpha is not None, "masks are always there"
    if job.mask_age_ms is not None:
        tally.ages.add((time.perf_counter() - job.frame.arrived_s) * 1000, job.mask_age_ms)
    tally.sky.add(stats(job.alpha))
    tally.frames += 1


def _show(window: Window, job: Job, times: StageTimes) -> None:
    window.wait_for(job.frame)
    start_s = time.perf_counter()
    window.show(job)
    times.add("display", job.number, start_s)
