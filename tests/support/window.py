"""Programs with a window, on a virtual display: how they are started, seen and used, and what all of them do."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageGrab
import pytest

from tests.support.waiting import TIMEOUT_S
from tests.video.clips import make_clip, picture

needs_display = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool",
)


@contextmanager
def virtual_display() -> Iterator[str]:
    """Gives the name of a virtual display, on a free number."""
    read_end, write_end = os.pipe()
    # Without -noreset the server starts over when its last client leaves, and turns away who comes at that moment.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1400x800x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write_end],
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@dataclass
class Shown:
    """A running program with a window."""

    process: subprocess.Popen[str]
    display: str
    window: str

    def xdotool(self, *arguments: str) -> str:
        environment = {**os.environ, "DISPLAY": self.display}
        done = subprocess.run(["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    def key(self, name: str) -> None:
        self.xdotool("key", "--window", self.window, name)

    def screenshot(self) -> np.ndarray:
        return np.asarray(PIL.ImageGrab.grab(xdisplay=self.display).convert("RGB"))

    def wait_for_picture(self, matches: Callable[[np.ndarray], bool]) -> None:
        wait_for(lambda: matches(self.screenshot()), self.process)

    def finish(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, out, err


@contextmanager
def opened(command: Sequence[object], folder: Path, environment: Mapping[str, str], title: str) -> Iterator[Shown]:
    """Starts a program in a folder, and gives it once it has a window whose title begins like this."""
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Shown(process, environment["DISPLAY"], "")
    try:
        wait_for(lambda: bool(running.xdotool("search", "--name", title)), process)
        running.window = running.xdotool("search", "--name", title).splitlines()[-1]
        yield running
    finally:
        process.kill()
        process.communicate()


@contextmanager
def opened_with_a_clip(
    command: Sequence[object], folder: Path, environment: Mapping[str, str], model: Path
) -> Iterator[Shown]:
    """Has a program show a clip of five minutes, at whose first frame it is met, and write the report r.json."""
    clip = make_clip(folder / "clip.mkv", times_ms=range(0, 300_000, 1000))
    options = ["--show", "--model", model, "--size", "192x128", "--report", "r.json"]
    with opened([*command, clip, *options], folder, environment, "skymask - clip") as running:
        running.wait_for_picture(lambda image: bool(image.any()))
        yield running


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert process.poll() is None, f"the process has ended: {process.communicate()}"
        assert time.monotonic() < end_s, "nothing happened"
        time.sleep(0.05)


def is_near(pixel: np.ndarray, colour: np.ndarray | tuple[int, ...]) -> bool:
    return bool(abs(pixel.astype(int)[[0, 2]] - np.asarray(colour)[[0, 2]]).max() < 12)


TINTED = (25, 0, 237)  # halfway from the sky of the clip to the overlay's blue


def assert_a_key_ends_it(shown: Shown, key: str, folder: Path) -> None:
    """It shows the frame and, beside it, the frame with its sky tinted; after the key it says what was done."""
    sky, ground = picture()[0, 0], picture()[-1, 0]

    def is_side_by_side(image: np.ndarray) -> bool:
        left, right, below = image[50, 150], image[50, 300], image[100, 300]
        return is_near(left, sky) and is_near(right, TINTED) and is_near(below, ground)

    shown.wait_for_picture(is_side_by_side)
    shown.key(key)
    code, out, err = shown.finish()
    assert code == 0, err
    assert "clip: " in out
    assert "frames/s" in out
    assert err == ""
    assert '"display"' in (folder / "r.json").read_text()


def assert_it_pauses_changes_its_view_and_saves(shown: Shown, folder: Path) -> None:
    """It stands still while another view is taken, and saves what it shows, but without what it writes upon it."""
    shown.key("space")
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], TINTED) and not image[50, 300].any())
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], (255, 255, 255)) and not image[110, 100].any())
    shown.key("s")
    wait_for(lambda: bool(list(folder.glob("clip*.png"))), shown.process)
    shown.key("q")
    code, _, err = shown.finish()
    assert code == 0
    (saved,) = folder.glob("*.png")
    assert saved.name.startswith("clip_00h00m")
    assert saved.name.endswith("s_mask.png")
    assert err == f"Saved {saved.name}\n"
    image = np.asarray(PIL.Image.open(saved))
    assert image.shape == (128, 192, 3)
    assert (image[5, 5] == 255).all(), "no caption on a saved picture"


def close_window(name: str, window: int) -> None:
    """Sends what a window manager sends when its close button is pressed (ICCCM 4.2.8.1)."""

    class ClientMessage(ctypes.Structure):
        _fields_ = (
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5),
            ("padding", ctypes.c_long * 16),
        )

    try:
        xlib = ctypes.CDLL("libX11.so.6")
    except OSError:
        pytest.skip("needs libX11")
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xlib.XInternAtom.restype = ctypes.c_ulong
    xlib.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    xlib.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
    xlib.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = xlib.XOpenDisplay(name.encode())
    protocols, delete = (xlib.XInternAtom(connection, atom, 0) for atom in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    client_message = 33
    message = ClientMessage(type=client_message, window=window, message_type=protocols, format=32)
    message.data[0] = delete
    xlib.XSendEvent(connection, window, 0, 0, ctypes.byref(message))
    xlib.XCloseDisplay(connection)
