"""The window, for real on a virtual display; and the messages where there is none."""

from __future__ import annotations

import builtins
import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageGrab
import pytest

from skymask.errors import DisplayError
from skymask.video import display, window, yuv
from skymask.video.pipeline import Job
from skymask.video.source import Frame
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import make_clip, picture

needs_display = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("Xvfb") and shutil.which("xdotool")),
    reason="needs Xvfb and xdotool",
)


@pytest.fixture(scope="module")
def x_display() -> Iterator[str]:
    """A virtual display of its own, on a free number."""
    pytest.importorskip("cv2")
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
    """A running `skymask video --show`."""

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


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert process.poll() is None, f"the process has ended: {process.communicate()}"
        assert time.monotonic() < end_s, "nothing happened"
        time.sleep(0.05)


@pytest.fixture
def shown(request: pytest.FixtureRequest, x_display: str, tmp_path: Path, tiny_model: Path) -> Iterator[Shown]:
    """The command showing a clip of five minutes, at whose first frame it is met. Its parameter is more options."""
    clip = make_clip(tmp_path / "clip.mkv", times_ms=range(0, 300_000, 1000))
    arguments = ["video", str(clip), "--show", "--model", str(tiny_model), "--size", "192x128", "--report", "r.json"]
    arguments += getattr(request, "param", [])
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from skymask.cli import main; sys.exit(main())", *arguments],
        cwd=tmp_path,
        env={**os.environ, "DISPLAY": x_display},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Shown(process, x_display, "")
    try:
        wait_for(lambda: bool(running.xdotool("search", "--name", "skymask - clip")), process)
        running.window = running.xdotool("search", "--name", "skymask - clip").splitlines()[-1]
        running.wait_for_picture(lambda image: bool(image.any()))
        yield running
    finally:
        process.kill()
        process.communicate()


def is_near(pixel: np.ndarray, colour: np.ndarray | tuple[int, ...]) -> bool:
    return bool(abs(pixel.astype(int)[[0, 2]] - np.asarray(colour)[[0, 2]]).max() < 12)


TINTED = (25, 0, 237)  # halfway from the sky of the clip to the overlay's blue


@needs_display
@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it(shown: Shown, key: str, tmp_path: Path) -> None:
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
    assert '"display"' in (tmp_path / "r.json").read_text()


@needs_display
@pytest.mark.parametrize("shown", [["--realtime"]], indirect=True)
def test_in_real_time_keys_work_and_ages_are_reported(shown: Shown, tmp_path: Path) -> None:
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], TINTED) and not image[50, 300].any())
    shown.key("space")
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], (255, 255, 255)) and not image[110, 100].any())
    shown.key("q")
    code, out, err = shown.finish()
    assert code == 0, err
    assert "of them inferred" in out
    assert '"mask_age_ms"' in (tmp_path / "r.json").read_text()


@needs_display
def test_pause_view_and_save(shown: Shown, tmp_path: Path) -> None:
    shown.key("space")
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], TINTED) and not image[50, 300].any())
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], (255, 255, 255)) and not image[110, 100].any())
    shown.key("s")
    wait_for(lambda: bool(list(tmp_path.glob("*.png"))), shown.process)
    shown.key("q")
    code, _, err = shown.finish()
    assert code == 0
    (saved,) = tmp_path.glob("*.png")
    assert saved.name.startswith("clip_00h00m")
    assert saved.name.endswith("s_mask.png")
    assert err == f"Saved {saved.name}\n"
    image = np.asarray(PIL.Image.open(saved))
    assert image.shape == (128, 192, 3)
    assert (image[5, 5] == 255).all(), "no caption on a saved picture"


@needs_display
def test_closing_the_window_ends_it(shown: Shown) -> None:
    close_window(shown.display, int(shown.window))
    code, _, err = shown.finish()
    assert code == 0, err


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


@needs_display
def test_pyav_imported_first_is_an_error_not_a_hang(x_display: str) -> None:
    script = "import av; from skymask.video.display import require_display; require_display()"
    environment = {**os.environ, "DISPLAY": x_display}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert "DisplayError: PyAV was imported before OpenCV" in done.stderr


@needs_display
def test_the_window_knows_that_it_is_on_the_screen(x_display: str) -> None:
    """Its first events must not get lost: unless Qt hears that the window is mapped, it never paints.

    Which library takes them is what matters; when they get lost by chance depends on how busy the machine is.
    """
    try:
        ctypes.CDLL("libX11-xcb.so.1")
    except OSError:
        pytest.skip("needs libX11-xcb")
    script = (
        "import ctypes; from skymask.video.display import require_display; require_display();"
        "import cv2; cv2.namedWindow('w'); system = ctypes.CDLL('libX11-xcb.so.1').XSetEventQueueOwner;"
        "chosen = ctypes.CDLL(None).XSetEventQueueOwner;"
        "at = lambda function: ctypes.cast(function, ctypes.c_void_p).value;"
        "print(at(chosen) == at(system))"
    )
    environment = {**os.environ, "DISPLAY": x_display}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
    )
    assert done.stdout == "True\n", done.stderr


@pytest.fixture
def as_if_cv2_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cv2")
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.usefixtures("as_if_cv2_came_first")
def test_without_a_display_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DisplayError, match=r"neither DISPLAY nor WAYLAND_DISPLAY is set.*xvfb-run.*-o FILE"):
        display.require_display()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere OpenCV's window does not end the process")
@pytest.mark.usefixtures("as_if_cv2_came_first")
def test_a_display_that_is_not_there_does_not_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(DisplayError, match=r"display ':4711': .*could not connect.*xvfb-run.*-o FILE"):
        display.require_display()


@pytest.mark.usefixtures("as_if_cv2_came_first")
def test_an_opencv_without_windows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(display, "PROBE", "raise SystemExit('The function is not implemented. Rebuild the library')")
    with pytest.raises(DisplayError, match="pip uninstall opencv-python-headless"):
        display.require_display()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no other process tries first")
@pytest.mark.usefixtures("as_if_cv2_came_first")
def test_a_reason_in_another_encoding_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(display, "PROBE", r"import os; os.write(2, b'caf\xe9 closed\n'); os._exit(1)")
    with pytest.raises(DisplayError, match=r"No window can be opened on the display ':0': caf\W closed Check"):
        display.require_display()


def test_without_opencv_the_message_has_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def no_cv2(name: str, *arguments: object, **options: object) -> object:
        if name == "cv2":
            raise ImportError("No module named 'cv2'")
        return real_import(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_cv2)
    with pytest.raises(DisplayError, match=r"pip install 'skymask\[display\]'"):
        display.require_display()


@pytest.mark.parametrize(
    ("live", "mask_age_ms", "expected"),
    [
        (False, None, "latency 12 ms"),
        (True, None, "latency 250 ms"),
        (True, 0.0, "frame age 250 ms, mask age 0 ms"),
        (True, 133.3, "frame age 250 ms, mask age 133 ms"),
    ],
)
def test_the_window_tells_how_old_the_picture_is(live: bool, mask_age_ms: float | None, expected: str) -> None:
    frame = Frame(yuv.from_rgb(picture()), 0, Fraction(1), arrived_s=100.0)
    job = Job(frame, mask_age_ms=mask_age_ms, work_ms=12.0)
    assert window._latency(job, live, 100.25) == expected


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(0, "00h00m00.000s"), (83_500, "00h01m23.500s"), (59_999, "00h00m59.999s"), (36_000_000, "10h00m00.000s")],
)
def test_clock(milliseconds: int, expected: str) -> None:
    assert window._clock(Fraction(milliseconds, 1000)) == expected
