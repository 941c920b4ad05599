"""A live stream into skymask-video, sent over UDP, until somebody pulls the plug."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cpp.programs import ROOT, program
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import read_clip

SENDER = """
import itertools, sys, time
import av
from tests.video.clips import picture

with av.open(sys.argv[1], "w", format="mpegts") as stream:
    encoder = stream.add_stream("libx264", rate=25, options={"preset": "ultrafast", "tune": "zerolatency", "g": "10"})
    encoder.width, encoder.height = 96, 64
    for number in itertools.count():
        stream.mux(encoder.encode(av.VideoFrame.from_ndarray(picture((64, 96), number), format="rgb24")))
        time.sleep(1 / 25)
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_a_stream_that_falls_silent_keeps_its_frames(tiny_model: Path, tmp_path: Path) -> None:
    address = f"udp://127.0.0.1:{free_port()}"
    command = [str(program("skymask-video")), address, "-o", "live.mp4", "--model", str(tiny_model)]
    sender = subprocess.Popen([sys.executable, "-c", SENDER, f"{address}?pkt_size=1316"], cwd=ROOT)
    try:
        process = subprocess.Popen(
            [*command, "--report", "r.json", "--trace", "t.json"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        end_s = time.monotonic() + TIMEOUT_S
        while not list(tmp_path.glob(".live.*")) and process.poll() is None and time.monotonic() < end_s:
            time.sleep(0.05)  # until it has opened the stream
        time.sleep(3)
    finally:
        sender.kill()
        sender.wait()
    _, err = process.communicate(timeout=TIMEOUT_S)
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
