"""Videos that come through a pipe, and what ends the wait for one that has fallen silent."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from skymask.errors import InputError
from skymask.video.open_source import open_source
from skymask.video.paced import PacedSource
from skymask.video.run import Tally, segment_video
from tests.support.tiny_model import reference
from tests.video.clips import make_clip, no_thread_left

pytestmark = pytest.mark.skipif(os.name == "nt", reason="named pipes as on POSIX")

SILENCE_S = 30.0
"""How long the pipe stays open without a word; whoever waits for it to end takes so long."""


@contextmanager
def silent_after(content: bytes, folder: Path) -> Iterator[Path]:
    """A pipe that somebody writes `content` to, and then nothing; fails if the block waits for its end."""
    pipe, start_s, done = folder / "pipe.ts", time.perf_counter(), threading.Event()
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb") as file:
            file.write(content)
            file.flush()
            done.wait(SILENCE_S)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield pipe
        assert time.perf_counter() - start_s < SILENCE_S / 2
    finally:
        done.set()
        writer.join()


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("realtime", [False, True])
def test_ctrl_c_does_not_wait_for_a_silent_pipe(realtime: bool, tmp_path: Path) -> None:
    clip, tally = make_clip(tmp_path / "clip.ts", times_ms=range(0, 1000, 20)), Tally()
    with silent_after(clip.read_bytes(), tmp_path) as pipe, no_thread_left():
        source = open_source(str(pipe))
        with closing(PacedSource(source) if realtime else source) as source, pytest.raises(KeyboardInterrupt):  # noqa: PT012
            threading.Timer(1.5, press_ctrl_c).start()
            segment_video(source, reference, tally, realtime=realtime)
    assert tally.frames > 1


@pytest.mark.parametrize("content", [b"", b"not yet enough"])
def test_ctrl_c_ends_the_opening_of_a_silent_pipe(content: bytes, tmp_path: Path) -> None:
    with silent_after(content, tmp_path) as pipe:
        threading.Timer(0.3, press_ctrl_c).start()
        with pytest.raises(KeyboardInterrupt):
            open_source(str(pipe))


def test_what_is_no_video_is_refused_without_reading_the_pipe_again(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("This is not a film.\n" * 20))
    writer.start()
    with pytest.raises(InputError, match=r"pipe\.mp4 is not a video that can be read"):
        open_source(str(pipe))
    writer.join()
