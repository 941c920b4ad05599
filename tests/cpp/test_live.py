"""A live stream into skymask-video, sent by FFmpeg over UDP, until somebody pulls the plug."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.cpp.programs import program
from tests.video.clips import make_clip, read_clip

FFMPEG = shutil.which("ffmpeg")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.skipif(FFMPEG is None, reason="needs ffmpeg")
def test_a_stream_that_falls_silent_keeps_its_frames(tiny_model: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", times_ms=range(0, 4000, 40))
    address = f"udp://127.0.0.1:{free_port()}"
    command = [str(program("skymask-video")), address, "-o", "live.mp4", "--model", str(tiny_model)]
    send = [str(FFMPEG), "-re", "-loglevel", "quiet", "-stream_loop", "-1", "-i", str(clip), "-c", "copy"]
    sender = subprocess.Popen([*send, "-f", "mpegts", f"{address}?pkt_size=1316"])
    try:
        process = subprocess.Popen(
            [*command, "--report", "r.json", "--trace", "t.json"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end_s = time.monotonic() + 30
        while not list(tmp_path.glob(".live.*")) and time.monotonic() < end_s:  # it has opened the stream
            time.sleep(0.05)
        time.sleep(3)
    finally:
        sender.kill()
        sender.wait()
    _, err = process.communicate(timeout=40)
    assert process.returncode == 1, err
    assert f"{address} stopped sending after frame " in err
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["live"] is True
    assert report["frames"] > 10
    assert f"live.mp4 has the {report['frames']} frames up to there." in err
    times_s = [time_s for time_s, _ in read_clip(tmp_path / "live.mp4")]
    events = json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    shown_s = max(event["ts"] for event in events if event.get("name") == "encode") / 1e6
    assert times_s[-1] == pytest.approx(shown_s, abs=1), "the length is that of the world"
