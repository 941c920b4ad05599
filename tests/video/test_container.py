"""Files, cameras and addresses: time stamps, rotation, colours, and everything that can be wrong with them."""

from __future__ import annotations

import errno
import io
import itertools
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import av.error
import av.logging
import numpy as np
import PIL.Image
import pytest
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from skymask.errors import InputError, MediaError
from skymask.video.clock import Clock
from skymask.video.container import ContainerSource
from skymask.video.open_source import open_source, without_password
from skymask.video.source import Frame
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import (
    BLUE,
    VARIABLE_MS,
    frame_bytes,
    make_clip,
    no_thread_left,
    picture,
    picture_number,
    rename_codec,
    truncate,
)

EXIT = 0x54495845  # "EXIT", FFmpeg's number for a call that was ended


def read(where: Path | str, **options: object) -> list[Frame]:
    with closing(open_source(str(where), **options)) as source:  # type: ignore[arg-type]
        return list(source.frames())


def read_until_it_breaks(where: Path) -> tuple[list[Frame], MediaError]:
    frames: list[Frame] = []
    with closing(open_source(str(where))) as source, pytest.raises(MediaError) as caught:  # noqa: PT012
        for frame in source.frames():
            frames.append(frame)
    return frames, caught.value


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_variable_time_stamps_are_kept(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"clip.{suffix}", times_ms=VARIABLE_MS)
    assert [round(frame.time_s * 1000) for frame in read(clip)] == VARIABLE_MS


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_how_long_the_last_picture_stays_is_kept(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"clip.{suffix}", times_ms=[0, 1000, 2000], last_ms=9000)
    durations = [frame.duration and frame.duration * frame.time_base for frame in read(clip)]
    assert durations == [1, 1, 9]
    assert {frame.duration for frame in read(clip, fps=0.5)} == {None}, "what was left out comes in between"


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_pause_before_the_end_is_not_taken_for_the_last_picture_s(b_frames: int, suffix: str, tmp_path: Path) -> None:
    """Where there are B-frames, FFmpeg's durations are between decoding times, and belong to other pictures."""
    times_ms = [0, 40, 80, 120, 10_120, 10_160, 10_200]
    clip = make_clip(tmp_path / f"clip.{suffix}", times_ms=times_ms, last_ms=40, b_frames=b_frames)
    shown_ms = [frame.duration and round(1000 * frame.duration * frame.time_base) for frame in read(clip)]
    assert shown_ms == [40, 40, 40, 10_000, 40, 40, 40]


@pytest.mark.parametrize(("b_frames", "suffix"), [(0, "mp4"), (2, "mp4"), (2, "ts")])
def test_how_long_a_last_picture_stays_may_not_be_known(b_frames: int, suffix: str, tmp_path: Path) -> None:
    """Of a file that breaks off, or tells nothing."""
    clip = make_clip(tmp_path / f"clip.{suffix}", options={"movflags": "faststart"}, b_frames=b_frames)
    if suffix == "mp4":
        clip.write_bytes(clip.read_bytes()[: frame_bytes(clip, 7).start])
        frames, _ = read_until_it_breaks(clip)
    else:
        frames = read(clip)
    steps = [after.pts - before.pts for before, after in itertools.pairwise(frames)]
    assert [frame.duration for frame in frames] == [*steps, None]


def test_a_late_start_is_kept_where_time_stamps_mean_something(tmp_path: Path) -> None:
    times_ms = [500, 600, 700]
    assert [round(f.time_s * 1000) for f in read(make_clip(tmp_path / "a.mkv", times_ms=times_ms))] == times_ms


def test_the_arbitrary_clock_of_a_transport_stream_is_set_to_zero(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.ts", times_ms=range(36_000_000, 36_001_000, 100))
    assert [round(frame.time_s * 1000) for frame in read(clip)] == list(range(0, 1000, 100))


def test_a_clock_that_is_set_back_goes_on(tmp_path: Path) -> None:
    first = make_clip(tmp_path / "a.ts", times_ms=range(50_000, 51_000, 100))
    second = make_clip(tmp_path / "b.ts", times_ms=range(0, 1000, 100))
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    times_s = [frame.time_s for frame in read(both)]
    assert times_s == sorted(set(times_s))
    assert len(times_s) >= 19
    assert 1.7 < times_s[-1] < 2.1


@pytest.mark.parametrize("rate", [5, 25])
@pytest.mark.parametrize(("left_out", "end"), [(range(0), 40), (range(20, 30), 40)], ids=["whole", "with a gap"])
def test_an_avi_with_b_frames_is_neither_stretched_nor_uneven(
    left_out: range, end: int, rate: int, tmp_path: Path
) -> None:
    """It says when frames are decoded, not when they are shown."""
    path = tmp_path / "clip.avi"
    shown = [number for number in range(end) if number not in left_out]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=rate, options={"bf": "3", "b_strategy": "0", "b-pyramid": "normal"}
        )
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in shown:
            frame = av.VideoFrame.from_ndarray(picture(number=number), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with closing(open_source(str(path))) as source:
        frames = [(frame.time_s * rate, picture_number(frame.image)) for frame in source.frames()]
    assert [number for _, number in frames] == [number % 25 for number in shown]
    times = [float(time_s) for time_s, _ in frames]
    assert times == sorted(set(times))
    assert times[0] == 0
    assert times[-1] == end - 1
    if not left_out:
        assert times == list(range(end))


def test_small_steps_back_leave_the_later_time_stamps_right() -> None:
    clock = Clock(Fraction(1, 1000), zero=100)
    assert [clock.read(ticks, step=40) for ticks in (100, 180, 140, 220, 600, 101, 700)] == [
        0,
        80,
        40,
        120,
        500,
        1,
        600,
    ]


def test_a_clock_set_back_goes_on_a_step_after_its_latest_time() -> None:
    clock = Clock(Fraction(1, 1000), zero=0)
    assert [clock.read(ticks, step=40) for ticks in (5000, 4960, 0, 40, 5000, 0)] == [
        5000,
        4960,
        5040,
        5080,
        10_040,
        10_080,
    ]


def test_a_stream_without_time_stamps_gets_them_from_its_rate(tmp_path: Path) -> None:
    frames = read(make_clip(tmp_path / "raw.h264"))
    assert len(frames) == 10
    steps = {b.time_s - a.time_s for a, b in itertools.pairwise(frames)}
    assert len(steps) == 1
    assert steps.pop() > 0


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_rotation_is_honoured(rotation: int, tmp_path: Path) -> None:
    stored = read(make_clip(tmp_path / "stored.mp4"))[0].image
    turned = read(make_clip(tmp_path / "turned.mp4", rotation=rotation))[0].image
    np.testing.assert_array_equal(turned, np.rot90(stored, rotation // 90))


def test_full_range_and_limited_range_look_alike(tmp_path: Path) -> None:
    for name, codec in (("a.mkv", "ffv1"), ("b.mp4", "libx264"), ("c.avi", "rawvideo")):
        image = read(make_clip(tmp_path / name, codec=codec))[0].image
        assert abs(image[5, 5].astype(int) - (BLUE[0], 20, BLUE[2])).max() <= 4


def test_untagged_high_definition_is_read_as_bt709(tmp_path: Path) -> None:
    path = tmp_path / "hd.mp4"
    image = picture((720, 64))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width, stream.pix_fmt = 720, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p", dst_colorspace="itu709")
        frame.colorspace = 2  # unspecified
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert abs(read(path)[0].image[20, 20].astype(int) - image[20, 20]).max() <= 3


@pytest.mark.parametrize("size_hw", [(64, 8192), (51, 77), (32, 32)])
def test_unusual_sizes(size_hw: tuple[int, int], tmp_path: Path) -> None:
    frames = read(make_clip(tmp_path / "clip.mkv", size_hw=size_hw, codec="ffv1", times_ms=[0, 100]))
    assert [frame.image.shape for frame in frames] == [(*size_hw, 3)] * 2


@pytest.mark.parametrize("size_hw", [(1, 1), (31, 31), (31, 200)])
def test_frames_too_small_for_a_model_are_refused(size_hw: tuple[int, int], tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "small.mkv", size_hw=size_hw, codec="ffv1")
    with pytest.raises(InputError, match=rf"small.mkv gives frames of {size_hw[1]}x{size_hw[0]} .* --size 320x240"):
        open_source(str(clip))
    assert len(read(clip, size_hw=(40, 40))) == 10


@pytest.mark.parametrize("where", ["inside a frame", "between two frames"])
@pytest.mark.parametrize("movflags", ["faststart", "frag_keyframe+empty_moov"])
def test_frames_up_to_the_break_are_read_then_the_break_is_named(movflags: str, where: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", options={"movflags": movflags})
    whole = read(clip)
    cut = frame_bytes(clip, 7)
    clip.write_bytes(clip.read_bytes()[: (cut.start + cut.stop) // 2 if where == "inside a frame" else cut.start])
    frames, error = read_until_it_breaks(clip)
    assert len(frames) == 7
    assert "clip.mp4 breaks off after frame 7 (0.60 s of" in str(error)
    for frame, intact in zip(frames, whole, strict=False):
        np.testing.assert_array_equal(frame.image, intact.image)


@pytest.mark.parametrize(("frame_count", "is_whole"), [(3, True), (1, False)])
def test_a_webp_that_ffmpeg_cannot_decode_is_to_be_converted(frame_count: int, is_whole: bool, tmp_path: Path) -> None:
    first, *rest = [PIL.Image.new("RGB", (96, 64), (40 * number, 90, 200)) for number in range(frame_count)]
    clip = tmp_path / "clip.webp"
    first.save(clip, save_all=True, append_images=rest)
    if not is_whole:
        clip.write_bytes(clip.read_bytes()[:24])
    with pytest.raises(InputError, match=r"clip\.webp is a WebP that FFmpeg .* Convert it to MP4, GIF or APNG first\."):
        open_source(str(clip))


@pytest.mark.skipif(os.name == "nt", reason="named pipes as on POSIX")
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_pipe_ends_where_its_writer_ends_it(suffix: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"clip.{suffix}", options={"movflags": "faststart"} if suffix == "mp4" else None)
    pipe = tmp_path / f"pipe.{suffix}"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(clip.read_bytes()))
    writer.start()
    assert len(read(pipe)) == 10
    writer.join()


def test_damage_inside_a_file_ends_it_there(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    content, damaged = bytearray(clip.read_bytes()), frame_bytes(clip, 5)
    content[damaged] = b"\xff" * len(content[damaged])
    clip.write_bytes(content)
    frames, error = read_until_it_breaks(clip)
    assert len(frames) == 5
    assert "damaged" in str(error)


def test_an_mp4_without_its_index_is_damaged_not_something_else(tmp_path: Path) -> None:
    clip = truncate(make_clip(tmp_path / "clip.mp4"), 0.5)
    with pytest.raises(MediaError, match=r"clip.mp4 is an MP4 file without its index .* damaged or incomplete"):
        open_source(str(clip))


def test_bad_files_are_told_apart(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("This is not a film.\n" * 20)
    cases = {
        "empty.mp4": r"empty.mp4 is empty \(0 bytes\)",
        "text.mp4": "text.mp4 is not a video that can be read .* 'skymask masks'",
        "clap.mp4": r"no file .*clap.mp4. Did you mean .*clip.mp4\?",
        "nowhere/clip.mp4": "no file .* The folder .*nowhere does not exist",
        "": "holds no images",
    }
    for name, message in cases.items():
        with pytest.raises(InputError, match=message):
            open_source(str(tmp_path / name))


def test_a_missing_file_in_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def iterdir(self: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "iterdir", iterdir)  # tests may run as root, who may list any
    with pytest.raises(InputError, match=r"There is no file .*clip\.mp4\. SOURCE can be a video"):
        open_source(str(tmp_path / "clip.mp4"))


def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        silence.sample_rate = 48_000
        container.mux([*stream.encode(silence), *stream.encode(None)])
    with pytest.raises(InputError, match="has no video stream, only audio"):
        open_source(str(path))


def make_streams(path: Path, *streams: tuple[tuple[int, int], Disposition]) -> Path:
    """Writes a file with a video stream for each height, width and disposition."""
    with av.open(str(path), "w") as container:
        for size_hw, disposition in streams:
            stream = container.add_stream("libx264", rate=10)
            stream.height, stream.width, stream.pix_fmt = *size_hw, "yuv420p"
            stream.disposition = disposition.value
        for stream, (size_hw, _) in zip(container.streams, streams, strict=True):
            for number in range(3):
                frame = av.VideoFrame.from_ndarray(picture(size_hw, number), format="rgb24")
                container.mux(stream.encode(frame.reformat(format="yuv420p")))
            container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
@pytest.mark.parametrize(
    "streams",
    [
        [((48, 64), Disposition(0)), ((64, 96), Disposition.default)],
        [((64, 96), Disposition.default), ((48, 64), Disposition(0))],
    ],
    ids=["second", "first"],
)
def test_of_several_videos_the_one_that_players_show_is_taken(
    streams: list[tuple[tuple[int, int], Disposition]], suffix: str, tmp_path: Path
) -> None:
    clip = make_streams(tmp_path / f"clip.{suffix}", *streams)
    assert {frame.image.shape for frame in read(clip)} == {(64, 96, 3)}


def add_cover(container: OutputContainer) -> None:
    """Adds a picture of 48x64 before anything else is written."""
    content = io.BytesIO()
    PIL.Image.fromarray(picture((48, 64))).save(content, "JPEG")
    stream = container.add_stream("mjpeg", rate=1)
    stream.height, stream.width, stream.pix_fmt = 48, 64, "yuvj420p"
    stream.disposition = Disposition.attached_pic.value
    container.start_encoding()
    cover = Packet(content.getvalue())
    cover.stream, cover.pts, cover.dts = stream, 0, 0
    container.mux(cover)


def test_a_song_with_a_cover_is_no_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.mp3"), "w") as container:
        sound = container.add_stream("libmp3lame", rate=48_000, layout="mono")
        add_cover(container)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16p", layout="mono")
        silence.sample_rate, silence.pts = 48_000, 0
        container.mux([*sound.encode(silence), *sound.encode(None)])
    with pytest.raises(InputError, match=r"song.mp3 has no video stream, only a cover and audio. Give"):
        open_source(str(tmp_path / "song.mp3"))


def test_a_cover_is_not_taken_for_the_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.height, video.width, video.pix_fmt = 64, 96, "yuv420p"
        add_cover(container)
        frame = av.VideoFrame.from_ndarray(picture(), format="rgb24").reformat(format="yuv420p")
        container.mux([*video.encode(frame), *video.encode(None)])
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert len(container.streams.video) == 2
    assert [frame.image.shape for frame in read(tmp_path / "clip.mp4")] == [(64, 96, 3)]


@pytest.mark.parametrize(
    ("suffix", "names", "codec"),
    [("mp4", {b"avc1": b"xyz1"}, "xyz1"), ("mkv", {b"V_MPEG4/ISO/AVC": b"V_MPEG9/ISO/AVC"}, "unknown")],
)
def test_a_video_codec_without_a_decoder_is_named(
    suffix: str, names: dict[bytes, bytes], codec: str, tmp_path: Path
) -> None:
    clip = rename_codec(make_clip(tmp_path / f"clip.{suffix}"), names)
    with pytest.raises(MediaError, match=rf"clip.{suffix} has video that cannot be decoded \(codec {codec}\). Convert"):
        open_source(str(clip))
    assert av.logging.get_level() is None


def test_a_camera_that_does_not_exist() -> None:
    with pytest.raises(InputError, match=r"[Cc]amera.* 97|by index"):
        open_source("97")


class HesitantContainer:
    """Says now and then that nothing is there yet, as AVFoundation does; or, being silent, always."""

    def __init__(self, inner: InputContainer, *, silent: bool = False) -> None:
        self._inner = inner
        self._packets = inner.demux(video=0)
        self._silent = silent
        self.read_timeout = 0.05 if silent else 60.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def demux(self, stream: VideoStream) -> Iterator[Packet]:
        if not self._silent:
            yield from itertools.islice(self._packets, 3)
        if self._silent or self.asked_again < 5:
            self.asked_again += 1
            raise av.error.BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    asked_again = 0


def test_a_camera_that_has_no_picture_yet_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    container = HesitantContainer(av.open(str(make_clip(tmp_path / "clip.mkv"))))
    asked_for: dict[str, object] = {}

    def open_camera(device: str, mode: str, **options: object) -> HesitantContainer:
        asked_for.update(options, device=device)
        return container

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(av, "open", open_camera)
    with closing(open_source("0", timeout_s=60)) as source:
        assert list(source.frames())
    assert container.asked_again == 5
    assert asked_for == {"device": "0", "format": "avfoundation", "options": {"framerate": "30"}, "timeout": 60}


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("linux", r"\(/dev/video4711\) cannot be opened: .*Cameras present: .*that you may read the device\."),
        ("darwin", r"\(4711\) cannot be opened: No such file or directory\. Check .*the terminal may use cameras"),
        ("win32", r"cannot be opened by index on win32, .*Stream the camera and give its address"),
    ],
)
def test_what_to_do_about_a_camera_depends_on_the_system(
    system: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_camera(device: str, mode: str, **options: object) -> None:
        raise av.error.FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(av, "open", open_camera)
    with pytest.raises(InputError, match=said) as refused:
        open_source("4711")
    assert ("Cameras present" in str(refused.value)) == (system == "linux"), "they are listed in /dev on Linux alone"


def test_a_camera_that_never_has_a_picture_is_given_up(tmp_path: Path) -> None:
    with av.open(str(make_clip(tmp_path / "clip.mkv"))) as inner:
        container = HesitantContainer(inner, silent=True)
        with pytest.raises(MediaError, match=r"camera 0 stopped sending before its first frame: .*Check the camera"):
            ContainerSource(container, where="camera 0", name="camera-0", live=True)  # type: ignore[arg-type]
    assert container.asked_again > 1


class SlowContainer:
    """Delivers a packet every fifth of a second, by a clock of its own, and what `error` says after the last one."""

    def __init__(self, inner: InputContainer, error: av.error.FFmpegError | None = None) -> None:
        self._inner = inner
        self._error = error
        self.now_s = 1234.0
        self.read_timeout = 5.0

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def demux(self, stream: VideoStream) -> Iterator[Packet]:
        for packet in self._inner.demux(stream):
            if self._error is None or packet.size:
                yield packet
            self.now_s += 0.2
        if self._error is not None:
            raise self._error

    def as_source(self, **options: object) -> ContainerSource:
        return ContainerSource(
            self,  # type: ignore[arg-type]
            where="camera 0",
            name="camera-0",
            live=True,
            now=lambda: self.now_s,
            **options,  # type: ignore[arg-type]
        )


def make_multipart(path: Path, count: int, size_hw: tuple[int, int] = (64, 96)) -> Path:
    """Writes what an MJPEG camera sends over http."""
    parts = []
    for number in range(count):
        content = io.BytesIO()
        PIL.Image.fromarray(picture(size_hw, number)).save(content, "JPEG")
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {content.tell()}\r\n\r\n"
        parts.append(head.encode() + content.getvalue() + b"\r\n")
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("suffix", ["mpjpeg", "h264"])
def test_a_camera_that_tells_no_times_is_timed_by_arrival(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"clip.{suffix}"
    clip = make_multipart(path, 10) if suffix == "mpjpeg" else make_clip(path)
    with av.open(str(clip), format=suffix) as inner:
        frames = list(SlowContainer(inner).as_source().frames())
    assert [round(1000 * frame.time_s) for frame in frames] == list(range(0, 2000, 200))
    assert [frame.duration for frame in frames] == [18_000] * 9 + [None]  # of 1/90000 s
    with av.open(str(clip), format=suffix) as inner:
        kept = list(SlowContainer(inner).as_source(fps=2.5).frames())
    assert [picture_number(frame.image) for frame in kept] == [0, 2, 4, 6, 8]


def test_a_live_stream_begins_with_its_first_picture(tmp_path: Path) -> None:
    with av.open(str(make_clip(tmp_path / "clip.ts", times_ms=range(0, 2000, 100)))) as inner:
        for _ in itertools.islice(inner.demux(video=0), 5):  # thrown away, as FFmpeg is asked to
            pass
        times_ms = [round(1000 * frame.time_s) for frame in SlowContainer(inner).as_source().frames()]
    assert times_ms == list(range(0, 1500, 100))


def test_a_camera_that_falls_silent_is_said_to_be_silent(tmp_path: Path) -> None:
    silence = av.error.ExitError(EXIT, "Immediate exit requested")
    with av.open(str(make_clip(tmp_path / "clip.ts"))) as inner:
        source = SlowContainer(inner, silence).as_source()
        with pytest.raises(MediaError) as caught:
            list(source.frames())
    assert str(caught.value) == (
        "camera 0 stopped sending after frame 10 (0.90 s): it has sent nothing for 5 s. Check the camera or the "
        "network."
    )


def encode_raw(count: int) -> list[bytes]:
    """Returns H.264 as a camera sends it without a container, frame by frame."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width, encoder.pix_fmt = 64, 96, "yuv420p"
    encoder.time_base, encoder.options = Fraction(1, 25), {"tune": "zerolatency", "g": "5"}
    noise, packets = np.random.default_rng(0), []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(noise.integers(0, 256, (64, 96, 3), np.uint8), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = number, encoder.time_base
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def test_a_dozen_frames_of_a_raw_stream_are_enough_to_open_it() -> None:
    """With few frames a second, more would take longer than an address may be silent."""
    frames, opened = encode_raw(24), threading.Event()

    def send() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"".join(frames[:12]))
            opened.wait(TIMEOUT_S)
            connection.sendall(b"".join(frames[12:]))

    with socket.create_server(("127.0.0.1", 0)) as server, no_thread_left():
        sender = threading.Thread(target=send)
        sender.start()
        try:
            with closing(open_source(f"tcp://127.0.0.1:{server.getsockname()[1]}")) as source:
                opened.set()
                assert len(list(source.frames())) + source.dropped == 24
        finally:
            opened.set()
            sender.join()


def test_mjpeg_over_http_opens_with_its_first_pictures(tmp_path: Path) -> None:
    """What is waited for comes late, and is then timed as if it had come at once."""
    content, opened = make_multipart(tmp_path / "clip.mpjpeg", 2, (480, 640)).read_bytes(), threading.Event()

    def send() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
            connection.sendall(content)
            in_time.append(opened.wait(15))

    in_time: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as server, no_thread_left():
        sender = threading.Thread(target=send)
        sender.start()
        try:
            with closing(open_source(f"http://127.0.0.1:{server.getsockname()[1]}/s", timeout_s=20)) as source:
                assert source.info.live
                opened.set()
        finally:
            opened.set()
            sender.join()
    assert in_time == [True]


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_an_address_where_nobody_listens(scheme: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with no_thread_left(), pytest.raises(InputError, match=rf"{scheme}://127.0.0.1:{port}/s cannot be opened"):
            open_source(f"{scheme}://127.0.0.1:{port}/s")


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_an_address_that_accepts_and_never_answers(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with no_thread_left(), pytest.raises(InputError, match=r"did not answer within 0.4 s. Check the address"):
            open_source(f"{scheme}://127.0.0.1:{port}/s", timeout_s=0.4)


@pytest.mark.parametrize(
    "password",
    ["secret", "p@secret", "secret@", "p:secret", "", "p/secret", "secret/@", "p@x/secret", "p?secret", "p#secret"],
)
@pytest.mark.parametrize("user", ["anna", "anna@home", ""])
def test_messages_and_names_keep_the_password_to_themselves(user: str, password: str) -> None:
    with pytest.raises(InputError) as caught:
        open_source(f"rtsp://{user}:{password}@127.0.0.1:1/s@t")
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith(f"rtsp://{user}:***@127.0.0.1:1/s@t cannot be opened")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://127.0.0.1:1/a@b", None),
        ("rtsp://127.0.0.1:1/a:b@c.d", None),
        ("rtsp://[::1]:1/a@b", None),
        ("rtsp://anna@127.0.0.1:1/a@b", None),
        ("rtsp://127.0.0.1:1?a@b", None),
        ("http://127.0.0.1?a:b@c", None),
        ("rtsp://anna:1234@127.0.0.1:1/a", "rtsp://anna:***@127.0.0.1:1/a"),
        ("rtsp://anna:p@[::1]:1/a?b@c.d", "rtsp://anna:***@[::1]:1/a?b@c.d"),
        ("rtsp://anna:p/q@camera/live", "rtsp://anna:***@camera/live"),
        ("rtsp://anna:p@camera/live@q", "rtsp://anna:***@q"),
    ],
)
def test_of_an_address_the_password_alone_is_hidden(address: str, shown: str | None) -> None:
    """Where more than one end of it is possible, rather too much."""
    assert without_password(address) == (shown or address)


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?pwd=secret", "?pwd=***"), ("?user=anna&pwd=secret=&x", "?user=***&pwd=***&***"), ("?secret", "?***")],
)
def test_messages_keep_what_a_query_says_to_themselves(query: str, shown: str) -> None:
    with pytest.raises(InputError) as caught:
        open_source(f"rtsp://anna:a?b@127.0.0.1:1/s{query}")
    assert str(caught.value).startswith(f"rtsp://anna:***@127.0.0.1:1/s{shown} cannot be opened")


def test_frame_count_is_known_for_the_progress_bar(tmp_path: Path) -> None:
    for name in ("clip.mp4", "clip.mkv"):
        with closing(open_source(str(make_clip(tmp_path / name)))) as source:
            assert source.info.frame_count == 10
        with closing(open_source(str(tmp_path / name), fps=5)) as source:
            assert source.info.frame_count == 5
            assert source.info.frame_rate == Fraction(5)
