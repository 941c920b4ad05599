"""Copies the sound of a file: packets as they are, never decoded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.packet import Packet

from skymask.video.clock import Clock
from skymask.video.streams import start_offset_s


class AudioTrack:
    """Reads the audio packets of a file a second time, beside the video, so that frames need not carry them along."""

    def __init__(self, path: Path) -> None:
        """Args: path: A media file that can be opened; `stream` is None if it has no sound."""
        self._container = av.open(str(path.absolute()), "r")
        streams = self._container.streams.audio
        self.stream: AudioStream | None = streams[0] if streams else None
        self._packets = self._read()
        self._pending: Packet[AudioStream] | None = None

    def until(self, end_s: Fraction | None) -> Iterator[Packet[AudioStream]]:
        """Yields the packets that start before `end_s` seconds and have not been read yet; None is to the end."""
        while (packet := self._pending or next(self._packets, None)) is not None:
            self._pending = packet
            if end_s is not None and (packet.pts or 0) * packet.time_base >= end_s:
                return
            self._pending = None
            yield packet

    def close(self) -> None:
        """Closes the file."""
        self._container.close()

    def _read(self) -> Iterator[Packet[AudioStream]]:
        if self.stream is None:
            return
        time_base = self.stream.time_base or Fraction(1, 90_000)
        clock = Clock(time_base, round(start_offset_s(self._container) / time_base))
        latest: int | None = None
        try:
            for packet in self._container.demux(self.stream):
                if packet.dts is None or packet.pts is None or packet.is_corrupt:
                    continue
                dts = clock.read(packet.dts, packet.duration or 0)
                if latest is not None and dts < latest:  # no container takes what comes after its time
                    continue
                latest = dts
                packet.pts, packet.dts = packet.pts - packet.dts + dts, dts
                yield packet
        except av.error.FFmpegError:
            return  # where a damaged file breaks off; the video of the same file reports it
