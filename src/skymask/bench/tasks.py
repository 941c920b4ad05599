"""What the rows of skymask itself do; each function runs in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from skymask.bench.material import FRAME_RATE, Image, Material, enlarge
from skymask.bench.rows import Row
from skymask.bench.turn import Turn, time_calls, time_pass

if TYPE_CHECKING:
    from skymask.runtime.segmenter import Segmenter
    from skymask.video.source import Frame
    from skymask.video.window import Window

# PyAV must not be imported before the window has been asked for (see skymask.video.display): hence the late imports.


def infer(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """A frame in memory to its alpha in memory, and how long the first one took from `start_s`."""
    frame, sky = _frame(row, material), _load(row)
    with sky:
        sky(frame)
        cold_start_ms = 1000 * (time.perf_counter() - start_s)
        return replace(time_calls(lambda: sky(frame), bout_s), cold_start_ms=cold_start_ms)


def show(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """A frame in memory, as a video holds it, to its alpha, drawn as an overlay and shown in a window."""
    with _window(row) as window:
        from skymask.video import yuv
        from skymask.video.source import Frame

        frame = Frame(yuv.from_rgb(_frame(row, material)), 0, Fraction(1))
        return _time_shown(row, window, lambda: frame, bout_s)


def resize_show(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """As `show`, with frames that come larger and are scaled first."""
    with _window(row) as window:
        from skymask.video import yuv
        from skymask.video.source import Frame

        large = yuv.from_rgb(enlarge(_frame(row, material)))

        def scaled() -> Frame:
            return Frame(yuv.to_yuv(large, _size(row), yuv.BT709), 0, Fraction(1))

        return _time_shown(row, window, scaled, bout_s)


def file(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """A video file to a video file, as `skymask video IN -o OUT --view overlay` does it: all stages at once."""
    from skymask.video.open_source import open_source
    from skymask.video.overlay import picture_size
    from skymask.video.run import Tally, ThreadShare, segment_video
    from skymask.video.source import SourceInfo
    from skymask.video.video_sink import VideoSink

    def run() -> int:
        tally = Tally()
        with closing(open_source(str(material.clip(_size(row))))) as source:
            info = source.info
            size_hw = picture_size("overlay", info.size_hw)
            with VideoSink(material.output(_size(row)), size_hw, info.frame_rate, info.time_base) as sink:
                segment_video(source, sky, tally, view="overlay", sink=sink, in_flight=share.in_flight)
        return tally.frames

    info = SourceInfo("bench", "bench", False, _size(row), FRAME_RATE, 1 / FRAME_RATE)
    share = ThreadShare.of(info, row.threads, row.engine or "auto")
    with _load(replace(row, threads=share.threads)) as sky:
        sky(_frame(row, material))
        return time_pass(run)


def recode(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """Decodes and encodes as `file` does, staying in YUV, without looking at a picture: the pipeline's limit."""
    import av

    from skymask.video.video_sink import X264_OPTIONS

    def run() -> int:
        count = 0
        with (
            av.open(str(material.clip(_size(row)))) as source,
            av.open(str(material.output(_size(row))), "w") as target,
        ):
            decoder = source.streams.video[0]
            decoder.thread_type = "AUTO"
            encoder = target.add_stream("libx264", rate=decoder.average_rate, options=X264_OPTIONS)
            encoder.height, encoder.width = _size(row)
            encoder.pix_fmt = "yuv420p"
            for picture in source.decode(decoder):
                picture.pict_type = av.video.frame.PictureType.NONE  # or the encoder would repeat the source's
                target.mux(encoder.encode(picture))
                count += 1
            target.mux(encoder.encode(None))
        return count

    return time_pass(run)


def play(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """Decodes and shows, without a network."""
    with _window(row) as window:
        from skymask.video.open_source import open_source
        from skymask.video.pipeline import Job

        def run() -> int:
            count = 0
            with closing(open_source(str(material.clip(_size(row))))) as source:
                for frame in source.frames():
                    window.show(Job(frame, picture=frame.picture, view="overlay"))
                    count += 1
            return count

        return time_pass(run)


@contextmanager
def _window(row: Row) -> Iterator[Window]:
    from skymask.video.display import require_display

    require_display()
    from skymask.video.source import SourceInfo
    from skymask.video.window import Window

    info = SourceInfo("bench", "bench", False, _size(row), FRAME_RATE, 1 / FRAME_RATE)
    with Window(info, "overlay", paced=False, tell=lambda text: None) as window:
        yield window


def _time_shown(row: Row, window: Window, next_frame: Callable[[], Frame], bout_s: float) -> Turn:
    from skymask.video.pipeline import Job

    def call() -> None:
        frame = next_frame()
        window.show(Job(frame, alpha=sky(frame.image)))

    with _load(row) as sky:
        call()
        return time_calls(call, bout_s)


def _load(row: Row) -> Segmenter:
    from skymask.runtime.segmenter import load

    return load(row.model, row.engine or "auto", threads=row.threads)


def _frame(row: Row, material: Material) -> Image:
    frame: Image = np.load(material.frame(_size(row)))
    return frame


def _size(row: Row) -> tuple[int, int]:
    assert row.size_hw is not None, "rows of frames have a size"
    return row.size_hw
