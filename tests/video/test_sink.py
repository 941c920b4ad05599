"""What every sink promises, whether it makes a video or images."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from skymask.video.image_sink import ImageSink
from skymask.video.overlay import VIEWS, View, picture_size
from skymask.video.sink import Sink
from skymask.video.source import Frame
from skymask.video.video_sink import VideoSink
from skymask.video.yuv import Image, from_rgb
from tests.video.clips import MS, picture, read_clip

SIZE_HW = (33, 47)
Open = Callable[[Path, View], Sink]


def open_video(folder: Path, view: View) -> Sink:
    return VideoSink(folder / "out.mkv", picture_size(view, SIZE_HW), Fraction(10), MS)


def open_images(folder: Path, view: View) -> Sink:
    return ImageSink(folder / "%d.png")


every_sink = pytest.mark.parametrize("open_sink", [open_video, open_images])


def alpha() -> Image:
    sky = np.zeros(SIZE_HW, np.uint8)
    sky[: SIZE_HW[0] // 2] = 255
    return sky


@every_sink
@pytest.mark.parametrize("view", VIEWS)
def test_what_it_draws_it_writes_and_counts(open_sink: Open, view: View, tmp_path: Path) -> None:
    sink = open_sink(tmp_path, view)
    for count in (1, 2, 3):
        sink.write(sink.draw(Frame(from_rgb(picture(SIZE_HW)), count, MS), alpha(), view), 100 * count)
        assert sink.frame_count == count
    sink.copy_remaining_audio()
    sink.close()
    sink.close()
    assert sink.is_whole
    files = sorted(tmp_path.iterdir())
    assert sum(len(read_clip(file)) for file in files) == 3
    assert not any(file.name.startswith(".") for file in files)


@every_sink
@pytest.mark.parametrize("view", VIEWS)
def test_drawing_leaves_the_frame_and_its_alpha_as_they_are(open_sink: Open, view: View, tmp_path: Path) -> None:
    sink, frame, sky = open_sink(tmp_path, view), Frame(from_rgb(picture(SIZE_HW)), 0, MS), alpha()
    before = frame.image
    sink.draw(frame, sky, view)
    sink.close()
    assert np.array_equal(frame.image, before)
    assert np.array_equal(sky, alpha())


@every_sink
def test_without_a_frame_there_is_nothing(open_sink: Open, tmp_path: Path) -> None:
    sink = open_sink(tmp_path, "mask")
    sink.copy_remaining_audio()
    sink.close()
    assert (sink.frame_count, sink.is_whole) == (0, False)
    assert list(tmp_path.iterdir()) == []
