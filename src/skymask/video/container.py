"""Frames from whatever FFmpeg opens, by PyAV: video files, cameras, rtsp and http addresses."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from skymask.errors import InputError, MediaError, SkymaskError
from skymask.video.clock import Clock
from skymask.video.orientation import Orientation
from skymask.video.pipe import Pipe
from skymask.video.source import Frame, RateLimit, SourceInfo, check_size
from skymask.video.streams import is_transport_stream, last_duration, main_stream, start_offset_s
from skymask.video.yuv import Colours, to_yuv

FALLBACK_RATE = Fraction(25)  # for streams that declare none
POLL_S = 0.005
SILENCE = (av.error.ExitError, av.error.BlockingIOError)  # what the end of the time-out is reported as
UNTIMED = ("avi",)  # holds no presentation times; those that FFmpeg guesses are out of order where there are B-frames
NO_TIME_STAMPS = 0x0080  # AVFMT_NOTIMESTAMPS: MJPEG over http, raw H.264
ARRIVAL_TIME_BASE = Fraction(1, 90_000)


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A frame as the decoder left it, before it is scaled and turned."""

    picture: av.VideoFrame
    pts: int
    arrived_s: float


class ContainerSource:
    """Reads an open PyAV container. See `Source` for what the members promise."""

    dropped = 0

    def __init__(
        self,
        container: InputContainer,
        *,
        where: str,
        name: str,
        live: bool,
        fps: float | None = None,
        size_hw: tuple[int, int] | None = None,
        audio_file: Path | None = None,
        pipe: Pipe | None = None,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Decodes the first frame, which alone tells how the picture has to be turned.

        Args:
            container: Opened for reading; belongs to the source from now on.
            where: The source as the user named it, for messages.
            name: Short name, see `SourceInfo`.
            live: See `SourceInfo`.
            fps: Frames per second to keep at most.
            size_hw: Height and width to scale the upright frames to, in pixels; None keeps their own.
            audio_file: See `SourceInfo`.
            pipe: What the container reads, if it is one; belongs to the source, too.
            now: The clock that tells when a frame arrived, in seconds.

        Raises:
            InputError: There is no video stream, its frames are too small, or it is an animated WebP.
            MediaError: Not one frame can be decoded, or its codec is not known.
        """
        self._container = container
        self._pipe = pipe
        self._where = where
        self._live = live
        self._now = now
        # Broadcasts are joined between key frames and lose packets: there, damage is passed over.
        self._lossy = live or is_transport_stream(container)
        self._rate_limit = RateLimit(fps)
        self._stream = main_stream(container, where)
        # Frame threads are faster but hold back as many frames as there are threads.
        self._stream.thread_type = "SLICE" if live else "AUTO"
        self._by_arrival = live and bool(container.format.flags & NO_TIME_STAMPS)
        self._time_base = ARRIVAL_TIME_BASE if self._by_arrival else self._stream.time_base or Fraction(1, 90_000)
        self._frames_read = 0
        self._last_s = 0.0
        self._decoder = self._decode()
        try:
            first = next(self._decoder)
        except StopIteration:
            raise MediaError(f"{where} has a video stream but not one frame in it.") from None
        self._orientation = Orientation.of(first)
        upright_hw = self._orientation.turn_size((first.height, first.width))
        size_hw = check_size(size_hw or upright_hw, where if size_hw is None else "--size")
        self._decoded_hw = self._orientation.turn_size(size_hw)
        self._pending = itertools.chain([first], self._decoder)
        rate = self._stream.average_rate or self._stream.guessed_rate or FALLBACK_RATE
        self._frame_ticks = max(1, round(1 / (rate * self._time_base)))
        self._clock = Clock(self._time_base, self._zero(first))
        kept_rate = self._rate_limit.of(rate)
        frame_count = self._count(kept_rate / rate)
        self.info = SourceInfo(
            name, where, live, size_hw, kept_rate, self._time_base, frame_count, Colours.of(first), audio_file
        )

    def frames(self) -> Iterator[Frame]:
        """See `Source`. A frame is read ahead: the next one tells how long each is shown."""
        if self._rate_limit.fps is not None:  # then the next one may be left out
            yield from map(self.convert, self.decoded())
            return
        before: DecodedFrame | None = None
        try:
            for decoded in self.decoded():
                if before is not None:
                    yield replace(self.convert(before), duration=decoded.pts - before.pts)
                before = decoded
        except MediaError:
            if before is not None:
                yield self.convert(before)
            raise
        if before is not None:
            yield replace(self.convert(before), duration=last_duration(self._stream, before.picture))

    def decoded(self) -> Iterator[DecodedFrame]:
        """Yields the frames to keep, with increasing time stamps, not yet converted.

        Raises:
            MediaError: As `frames`.
        """
        last_pts: int | None = None
        for picture in self._pending:
            if picture.pts is not None:
                pts = self._clock.read(picture.pts, self._frame_ticks)
            else:  # raw streams have no time stamps
                pts = 0 if last_pts is None else last_pts + self._frame_ticks
            if last_pts is not None:
                pts = max(pts, last_pts + 1)
            last_pts = pts
            self._last_s = float(pts * self._time_base)
            if self._rate_limit.keeps(pts * self._time_base):
                yield DecodedFrame(picture, pts, self._now())

    def convert(self, decoded: DecodedFrame) -> Frame:
        """Makes the frame a picture, scaled and upright; what changes on the way becomes like the first frame."""
        picture = to_yuv(decoded.picture, self._decoded_hw, self.info.colours)
        return Frame(self._orientation.turn_picture(picture), decoded.pts, self._time_base, decoded.arrived_s)

    def stop(self) -> None:
        """See `Source`."""
        if self._pipe is not None:
            self._pipe.stop()

    def close(self) -> None:
        """See `Source`."""
        self._container.close()
        if self._pipe is not None:
            self._pipe.close()

    def _count(self, kept: Fraction) -> int | None:
        count = self._stream.frames
        if not count and self._container.duration and not self._live:
            rate = self._stream.average_rate or FALLBACK_RATE
            count = round(Fraction(self._container.duration, 1_000_000) * rate)
        return round(count * kept) or None

    def _decode(self) -> Iterator[av.VideoFrame]:
        for picture in self._pictures():
            self._frames_read += 1
            if self._by_arrival:
                picture.pts, picture.duration = int(self._now() / ARRIVAL_TIME_BASE), 0
            elif self._is_untimed():  # the times of decoding are as far apart
                picture.pts = picture.dts
            yield picture

    def _zero(self, first: av.VideoFrame) -> int:
        """The ticks that count as zero. What a live source sent before its first picture was thrown away."""
        if self._live or self._is_untimed():
            return first.pts or 0
        return round(start_offset_s(self._container) / self._time_base)

    def _is_untimed(self) -> bool:
        return self._container.format.name in UNTIMED

    def _pictures(self) -> Iterator[av.VideoFrame]:
        error: av.error.FFmpegError | None = None
        try:
            for packet in self._packets():
                if packet.is_corrupt and not self._lossy:  # half a packet: the file ends here
                    break
                yield from self._decode_packet(packet)
            else:
                if not self._is_cut_short():
                    return
        except av.error.FFmpegError as caught:
            error = caught
        if self._stream.codec_context.is_open:
            with contextlib.suppress(av.error.EOFError):  # raised where the decoder has been emptied already
                yield from self._stream.decode(None)
        raise self._breaks_off(error) from error

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Reads what comes; a camera that has nothing yet and says so (macOS) is asked again, until its time-out."""
        heard_s = time.monotonic()
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    yield packet
                    heard_s = time.monotonic()
                return
            except av.error.BlockingIOError:
                if time.monotonic() - heard_s >= (self._container.read_timeout or 0):
                    raise
                time.sleep(POLL_S)

    def _decode_packet(self, packet: Packet[VideoStream]) -> list[av.VideoFrame]:
        try:
            return self._stream.decode(packet)
        except av.error.InvalidDataError:
            if self._lossy:
                return []
            raise

    def _is_cut_short(self) -> bool:
        """Whether the container's index lists a frame beyond the end of the file; the end of a pipe is not known."""
        entries, size = self._stream.index_entries, self._container.size
        return not self._live and size > 0 and len(entries) > 0 and entries[-1].pos + entries[-1].size > size

    def _where_s(self) -> str:
        total_us = None if self._live else self._container.duration
        return f"{self._last_s:.2f} s" + (f" of {total_us / 1e6:.2f} s" if total_us else "")

    def _breaks_off(self, error: av.error.FFmpegError | None) -> SkymaskError:
        if not self._frames_read and self._stream.codec_context.name == "webp":
            return InputError(
                f"{self._where} is a WebP that FFmpeg cannot decode: an animated one, or a damaged one. Convert it to "
                "MP4, GIF or APNG first."
            )
        reason = f" ({error.strerror})" if error and error.strerror else ""
        if isinstance(error, SILENCE):
            reason = f": it has sent nothing for {self._container.read_timeout:g} s"
        after = (
            f"after frame {self._frames_read} ({self._where_s()})" if self._frames_read else "before its first frame"
        )
        if self._live:
            return MediaError(f"{self._where} stopped sending {after}{reason}. Check the camera or the network.")
        used = " The frames before that were used." if self._frames_read else ""
        return MediaError(
            f"{self._where} breaks off {after}{reason}: the file is damaged or incomplete.{used} Copy or download it "
            "again for the rest."
        )
