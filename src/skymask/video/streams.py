"""What an open container says of its streams: which one is the video, when it starts, how long it lasts."""

from __future__ import annotations

import re
from fractions import Fraction

import av
import av.logging
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from skymask.errors import InputError, MediaError

MATROSKA, MP4 = "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"  # the latter is MOV as well
TS_DISCONT = 0x0200  # AVFMT_TS_DISCONT


def main_stream(container: InputContainer, where: str) -> VideoStream:
    """Returns the video that players show: the one that is marked so, else the one that FFmpeg likes best.

    Args:
        container: Open for reading.
        where: The source as the user named it, for messages.

    Raises:
        InputError: There is none.
        MediaError: Its codec is not known.
    """
    videos = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not videos:
        raise InputError(f"{where} has no video stream, only {_stream_kinds(container)}. Give a file with pictures.")
    best = container.streams.best("video")
    stream = next((stream for stream in videos if stream is best), videos[0])
    if stream.codec_context is None:
        raise MediaError(
            f"{where} has video that cannot be decoded (codec {codec_name(stream)}). Convert it to another codec, such "
            "as H.264."
        )
    return stream


def start_offset_s(container: InputContainer) -> Fraction:
    """Returns the time, in seconds, that counts as zero in a file.

    It is 0 where the time stamps mean something (MP4, Matroska ...), and the first time stamp for transport streams,
    whose clocks start anywhere.
    """
    arbitrary = is_transport_stream(container)
    return Fraction(container.start_time, 1_000_000) if arbitrary and container.start_time else Fraction(0)


def last_duration(stream: VideoStream, picture: av.VideoFrame) -> int | None:
    """Returns for how long the last picture is shown, in units of the stream's `time_base`, where that is known.

    What FFmpeg says of a picture is the time until the next one is decoded. That is right where pictures are decoded in
    the order in which they are shown. Else Matroska says it of every picture, and MP4 when the last one ends.

    Args:
        stream: All of it was decoded.
        picture: As it was decoded.
    """
    form = stream.container.format.name
    if form == MATROSKA or not stream.codec_context.has_b_frames:
        return picture.duration or None
    if form != MP4 or stream.start_time is None or stream.duration is None or picture.pts is None:
        return None
    left = stream.start_time + stream.duration - picture.pts
    return left if left > 0 else None


def codec_name(stream: Stream) -> str:
    """Returns the codec of a stream that has no decoder: its name or the file's sign for it, else "unknown"."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # without it, PyAV is told nothing
    try:
        text = stream.container.dumps_format()  # type: ignore[attr-defined]
    finally:
        av.logging.set_level(before)
    found = re.search(rf"Stream #0:{stream.index}\b.*: (?:Video|Audio): (?:none \()?([^\s,]+)", text)
    return "unknown" if found is None or found[1] == "none" else found[1]


def is_transport_stream(container: InputContainer) -> bool:
    """Whether its clock starts anywhere and may be set back."""
    return bool(container.format.flags & TS_DISCONT)


def _is_cover(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _stream_kinds(container: InputContainer) -> str:
    kinds = {"a cover" if _is_cover(stream) else stream.type for stream in container.streams}
    return " and ".join(sorted(kinds)) or "an empty container"
