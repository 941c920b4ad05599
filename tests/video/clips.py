"""Makes the small videos that the tests read: the upper half blue (sky to the tiny model), the lower half red."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray

SIZE_HW = (64, 96)
MS = Fraction(1, 1000)
VARIABLE_MS = [0, 100, 150, 400, 410, 1000, 1100, 1300, 1330, 2000]
BLUE, RED = (20, 60, 220), (210, 40, 30)


def picture(size_hw: tuple[int, int] = SIZE_HW, number: int = 0) -> NDArray[np.uint8]:
    """Blue above red; the green channel tells the number of the picture."""
    image = np.empty((*size_hw, 3), np.uint8)
    image[: size_hw[0] // 2] = BLUE
    image[size_hw[0] // 2 :] = RED
    image[..., 1] = 20 + 8 * (number % 25)
    return image


def picture_number(image: NDArray[np.uint8]) -> int:
    """Returns the number, from 0 to 24, of a picture that was encoded and decoded."""
    return round((float(image[..., 1].mean()) - 20) / 8)


def make_clip(
    path: Path,
    *,
    times_ms: Sequence[int] = range(0, 1000, 100),
    size_hw: tuple[int, int] = SIZE_HW,
    codec: str = "libx264",
    rotation: int = 0,
    audio: str | None = None,
    noisy: bool = False,
    still: bool = False,
    last_ms: int = 0,
    b_frames: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes a clip whose frames have these times, in milliseconds.

    `rotation` is the display matrix's, counter-clockwise; `audio` a codec for one second of silence; `noisy` makes
    frames that do not compress; `still` repeats one picture; `last_ms` is how long the last one stays; `b_frames` how
    many of them libx264 puts in a row.
    """
    noise = np.random.default_rng(0)
    with av.open(str(path), "w", options=options or {}) as container:
        x264_options = {"bf": str(b_frames), "b_strategy": "0", "g": "5"}
        video = container.add_stream(codec, rate=10, options=x264_options if codec == "libx264" else {})
        video.height, video.width = size_hw
        video.pix_fmt = {"libx264": "yuv420p", "ffv1": "bgr0", "rawvideo": "bgr24"}[codec]
        video.codec_context.time_base = video.time_base = MS
        if last_ms:
            video.codec_context.flags |= Flags.frame_duration
        if rotation:
            video.set_display_rotation(rotation)
        if audio:
            sound = container.add_stream(audio, rate=48_000, layout="mono")
        for number, time_ms in enumerate(times_ms):
            image = (
                noise.integers(0, 256, (*size_hw, 3), np.uint8) if noisy else picture(size_hw, 0 if still else number)
            )
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = time_ms, MS
            frame.duration = times_ms[number + 1] - time_ms if number + 1 < len(times_ms) else last_ms
            container.mux(video.encode(frame.reformat(format=video.pix_fmt)))
        container.mux(video.encode(None))
        if audio:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
            silence.sample_rate, silence.pts = 48_000, 0
            container.mux([*sound.encode(silence), *sound.encode(None)])
    return path


def rename_codec(path: Path, names: dict[bytes, bytes]) -> Path:
    """Makes a codec unknown: replaces what stands for it, each where it comes last, by something of the same length."""
    content = path.read_bytes()
    for old, new in names.items():
        before, _, after = content.rpartition(old)
        content = before + new + after
    path.write_bytes(content)
    return path


def truncate(path: Path, share: float) -> Path:
    """Cuts off the end of a file, keeping `share` of it."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path


def frame_bytes(path: Path, number: int) -> slice:
    """Where a file keeps a frame, counted from 0 in the order of decoding; files that have an index alone."""
    with av.open(str(path)) as container:  # an entry of its index is memory that is freed with it
        entry = container.streams.video[0].index_entries[number]
        return slice(entry.pos, entry.pos + entry.size)


def read_clip(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    """Decodes a whole video: times in seconds and RGB pictures. Raises where it does not play."""
    with av.open(str(path)) as container:
        return [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def times_ms(path: Path) -> list[int]:
    return [round(1000 * time_s) for time_s, _ in read_clip(path)]


@contextlib.contextmanager
def no_thread_left() -> Iterator[None]:
    """Fails if the block leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if "process_request_thread" in thread.name:  # the test's own web server, about to notice that its client left
            thread.join(10)
    assert set(threading.enumerate()) <= before, "a thread was left behind"
