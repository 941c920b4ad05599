"""The window, for real on a virtual display; and the messages where there is none."""

from __future__ import annotations

import builtins
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from skymask.errors import DisplayError
from skymask.video import display, window, yuv
from skymask.video.pipeline import Job
from skymask.video.source import Frame
from tests.support.waiting import TIMEOUT_S
from tests.support.window import (
    TINTED,
    Shown,
    assert_a_key_ends_it,
    assert_it_pauses_changes_its_view_and_saves,
    close_window,
    is_near,
    needs_display,
    opened_with_a_clip,
)
from tests.video.clips import picture


@pytest.fixture
def shown(request: pytest.FixtureRequest, x_display: str, tmp_path: Path, tiny_model: Path) -> Iterator[Shown]:
    """The command showing a clip. Its parameter is more options."""
    start = [sys.executable, "-c", "import sys; from skymask.cli import main; sys.exit(main())", "video"]
    command = [*start, *getattr(request, "param", [])]
    with opened_with_a_clip(command, tmp_path, {**os.environ, "DISPLAY": x_display}, tiny_model) as running:
        yield running


@needs_display
@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it(shown: Shown, key: str, tmp_path: Path) -> None:
    assert_a_key_ends_it(shown, key, tmp_path)


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
    assert_it_pauses_changes_its_view_and_saves(shown, tmp_path)


@needs_display
def test_closing_the_window_ends_it(shown: Shown) -> None:
    close_window(shown.display, int(shown.window))
    code, _, err = shown.finish()
    assert code == 0, err


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
