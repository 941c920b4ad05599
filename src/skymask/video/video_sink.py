"""Writes H.264 video with PyAV, so that whatever happens the file at the final name is whole and plays."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.stream import VideoStream

from skymask.contract import Alphas
from skymask.errors import InputError, OutputError
from skymask.files import followed, is_stream, reaching
from skymask.interruption import held_back
from skymask.video.audio import AudioTrack
from skymask.video.overlay import View, compose
from skymask.video.sink import Picture
from skymask.video.source import Frame
from skymask.video.streams import codec_name
from skymask.video.yuv import BT709, FORMAT, LIMITED, Colours, Image, from_rgb

SUFFIXES = (".m4v", ".mkv", ".mov", ".mp4")
MAX_SIDE = 16384  # what libx264 takes
# No B-frames: then decoding and presentation times are the same, and with variable frame rates durations stay exact.
X264_OPTIONS = {"preset": "veryfast", "crf": "20", "bf": "0"}

# What FFmpeg lists for a container, and then cannot write into it.
REFUSED_AUDIO = {".mov": ("flac", "opus")}

_log = logging.getLogger(__name__)


class VideoSink:
    """An H.264 file in the making; use it in a `with` statement.

    Frames go to a hidden file in the same folder. `close` finalises it and moves it into place, also after an error or
    an interruption further up: the result then has all frames written so far. Without any frame no file appears. Where
    the disk is full, what was written is moved into place if it plays; Matroska does, MP4 has no index by then.
    H.264 in yuv420p has even sides, so an odd one is made longer by one pixel, repeating the last row or column.
    """

    def __init__(
        self,
        path: Path,
        size_hw: tuple[int, int],
        frame_rate: Fraction,
        time_base: Fraction,
        audio_file: Path | None = None,
        colours: Colours = BT709,
    ) -> None:
        """Creates the hidden file.

        Args:
            path: Where the video shall be; .mp4, .mov, .m4v or .mkv. An existing file is replaced at the end, also one
                that a symbolic link names.
            size_hw: Height and width of all pictures, in pixels.
            frame_rate: Nominal frames per second; the time stamps are what counts.
            time_base: Seconds per unit of the time stamps.
            audio_file: A file whose first audio stream is copied along, if it has one and the container takes it.
            colours: What the numbers of the pictures mean; players are told.

        Raises:
            InputError: `path` is a directory, a pipe or a device, or has another ending, or the pictures are too large
                for H.264.
            OutputError: The folder does not exist or cannot be written to.
        """
        self._path = path
        self._target = followed(path)
        self._size_hw = size_hw
        self._colours = colours
        self._time_base = time_base
        self._frame_ticks = max(1, round(1 / (frame_rate * time_base)))
        self._end_pts = 0
        self._open = True
        _check_size(size_hw)
        self._part = _create_part(path)
        self._audio: AudioTrack | None = None
        try:
            self._container: OutputContainer = av.open(str(self._part.absolute()), "w")
            self._video = self._add_video(frame_rate)
            self._audio_stream = self._add_audio(audio_file)
        except (av.error.FFmpegError, OSError) as error:
            self._part.unlink()
            raise _cannot_write(path, error) from error
        self.frame_count = 0
        """Frames written so far."""
        self.is_whole = False
        """Whether the video is in place, with all of them."""

    def draw(self, frame: Frame, alpha: Alphas, view: View) -> av.VideoFrame:
        """See `Sink`; `size_hw` is the view's `picture_size`."""
        return compose(frame.picture, alpha, view)

    def write(self, picture: Picture, pts: int, duration: int | None = None) -> None:
        """See `Sink`: a picture, and the sound up to it.

        Args:
            picture: Of the colours announced and of even sides; its time is set. Or uint8 [H, W, 3], RGB. Of the
                `size_hw` announced.
            pts: In units of `time_base`.
            duration: In units of `time_base`; None is 1 / `frame_rate`.
        """
        frame = from_rgb(_make_even(picture), self._colours) if isinstance(picture, np.ndarray) else picture
        frame.pts, frame.time_base = pts, self._time_base
        frame.duration = duration or self._frame_ticks
        with self._writing():
            self._container.mux(self._video.encode(frame))
            self._copy_audio(pts * self._time_base)
        self.frame_count += 1
        self._end_pts = pts + frame.duration

    def copy_remaining_audio(self) -> None:
        """See `Sink`."""
        with self._writing():
            self._copy_audio(None)

    def close(self) -> None:
        """See `Sink`: finalises the video and moves it into place."""
        if not self._open:
            return
        if not self.frame_count:
            self._release()
            self._part.unlink(missing_ok=True)
            return
        with held_back(), self._writing():
            self._copy_audio(self._end_pts * self._time_base)
            self._container.mux(self._video.encode(None))
            self._container.close()
            self._part.replace(self._target)
            self._release()
            self.is_whole = True

    def __enter__(self) -> VideoSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _add_video(self, frame_rate: Fraction) -> VideoStream:
        height, width = self._size_hw
        stream = self._container.add_stream("libx264", rate=frame_rate, options=X264_OPTIONS)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = FORMAT
        stream.time_base = self._time_base
        codec = stream.codec_context
        codec.time_base = self._time_base
        codec.flags |= Flags.frame_duration
        codec.colorspace, codec.color_range = self._colours.matrix, LIMITED
        codec.color_primaries, codec.color_trc = self._colours.primaries, self._colours.transfer
        return stream

    def _add_audio(self, audio_file: Path | None) -> AudioStream | None:
        if audio_file is None:
            return None
        self._audio = AudioTrack(audio_file)
        source = self._audio.stream
        if source is None:
            return None
        if source.codec_context is None:
            _log.warning(
                "The sound of %s is left out, since its codec (%s) is not known.", audio_file, codec_name(source)
            )
            return None
        codec = source.codec_context.codec.canonical_name
        refused = REFUSED_AUDIO.get(self._path.suffix.lower(), ())
        if codec not in self._container.supported_codecs or codec in refused:
            _log.warning(
                "%s cannot hold %s sound, so the sound is left out. Another ending (%s) may keep it.",
                self._path,
                codec,
                ", ".join(SUFFIXES),
            )
            return None
        return self._container.add_stream_from_template(source)

    def _copy_audio(self, end_s: Fraction | None) -> None:
        if self._audio is None or self._audio_stream is None:
            return
        for packet in self._audio.until(end_s):
            if (packet.pts or 0) < 0 and self._path.suffix.lower() == ".mkv":
                continue  # AAC's warm-up, never heard; Matroska has no time before 0 and would shift the pictures
            packet.stream = self._audio_stream
            # What the container refuses is left out: sound never costs the pictures.
            with contextlib.suppress(av.error.ArgumentError, av.error.InvalidDataError):
                self._container.mux(packet)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Where the block fails, saves what can be saved and tells the user."""
        try:
            yield
        except (av.error.FFmpegError, OSError) as error:
            self._release()
            saved = " What was written so far is there and plays." if self._save_part() else ""
            raise _cannot_write(self._path, error, saved) from error

    def _save_part(self) -> bool:
        """Moves into place what was written, if it plays; whether it did. The hidden file is gone in any case."""
        try:
            plays = _plays(self._part)
            if plays:
                self._part.replace(self._target)
            return plays
        except OSError:
            return False
        finally:
            self._part.unlink(missing_ok=True)

    def _release(self) -> None:
        self._open = False
        if self._audio is not None:
            self._audio.close()
        with contextlib.suppress(av.error.FFmpegError, OSError):  # where writing failed, so does this
            self._container.close()


def _cannot_write(path: Path, error: Exception, saved: str = "") -> OutputError:
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"{path} cannot be written: {reason}.{saved} Free some space or choose another place.")


def _plays(path: Path) -> bool:
    try:
        with av.open(str(path.absolute())) as container:
            streams = container.streams.video
            return bool(streams) and next(container.decode(streams[0]), None) is not None
    except av.error.FFmpegError:
        return False


def _check_size(size_hw: tuple[int, int]) -> None:
    if max(size_hw) > MAX_SIDE:
        raise InputError(
            f"H.264 holds pictures of at most {MAX_SIDE} pixels each way; these are {size_hw[1]}x{size_hw[0]} (width "
            "x height). Scale the frames with --size, or use a view of one picture, such as --view overlay."
        )


def _create_part(path: Path) -> Path:
    with reaching(path, OutputError):
        is_folder, is_pipe = path.is_dir(), is_stream(path)
    if is_folder:
        raise InputError(
            f"{path} is a folder, and a video is one file. Give a name in it, such as {path / 'sky.mp4'}; or, for an "
            f"image a frame, {path / '%06d.png'}."
        )
    if path.suffix.lower() not in SUFFIXES:
        found = f"the ending '{path.suffix}'" if path.suffix else "no ending"
        raise InputError(
            f"{path} has {found}; a video is written as {', '.join(SUFFIXES)}, a sequence of images as %06d.png. "
            "Rename the output."
        )
    if is_pipe:
        raise InputError(f"{path} is a pipe or a device, and a video is moved into place when whole. Name a file.")
    part = followed(path).with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        part.touch()
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror} (folder {path.parent}). Choose a folder that exists and that "
            "you may write to."
        ) from None
    return part


def _make_even(picture: Image) -> Image:
    height, width = picture.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return picture
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
