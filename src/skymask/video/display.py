"""Whether a window can be opened here; to be asked before anything imports PyAV, which this module does not."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import subprocess
import sys

from skymask.errors import DisplayError

PROBE = "import cv2; cv2.namedWindow('skymask')"
PROBE_TIMEOUT_S = 30
INSTEAD = "Or leave --show out and write a file with -o FILE."


@functools.cache
def require_display() -> None:
    """Makes sure that a window can be opened; to be called before anything imports PyAV.

    Without a display, or without the libraries it needs, OpenCV's window does not raise: it ends the whole process. So
    on Linux another process tries first. And the wheels of PyAV and OpenCV bring X libraries of the same names that do
    not go together: if PyAV's are loaded first, the window hangs for ever (https://github.com/PyAV-Org/PyAV/issues/978).

    Success is remembered, so that asking again costs nothing.

    Raises:
        DisplayError: OpenCV is not installed or has no windows, there is no display, or PyAV was imported first.
    """
    pyav_was_first = "av" in sys.modules and "cv2" not in sys.modules
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")  # Qt misses fonts that no picture here needs
    try:
        import cv2  # noqa: F401
    except ImportError:
        raise DisplayError(f"A window needs OpenCV: pip install 'skymask[display]'. {INSTEAD}") from None
    if sys.platform != "linux":
        return
    if pyav_was_first:
        raise DisplayError(
            "PyAV was imported before OpenCV, and then OpenCV's window hangs. Import cv2, or call "
            "skymask.video.display.require_display(), before any other part of skymask.video."
        )
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise DisplayError(
            "There is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. Log in to a desktop "
            f"or with 'ssh -X', set DISPLAY, or run under 'xvfb-run'. {INSTEAD}"
        )
    _let_qt_own_its_events()
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DisplayError(
            f"The display {os.environ.get('DISPLAY', '')} does not answer. Check DISPLAY. {INSTEAD}"
        ) from None
    if "not implemented" in probe.stderr:
        raise DisplayError(
            "The OpenCV installed here has no windows (opencv-python-headless). Replace it: pip uninstall "
            f"opencv-python-headless, then pip install --force-reinstall 'skymask[display]'. {INSTEAD}"
        )
    if probe.returncode != 0:
        reason = next((line for line in probe.stderr.splitlines() if line.strip()), "no reason given")
        raise DisplayError(
            f"No window can be opened on the display '{os.environ.get('DISPLAY', '')}': {reason.strip()} Check that "
            f"DISPLAY names a running X server that lets you in, or run under 'xvfb-run'. {INSTEAD}"
        )


def _let_qt_own_its_events() -> None:
    """Loads the libX11-xcb that belongs to the system's libX11, before Qt loads the one in OpenCV's wheel.

    With its one function Qt tells libX11 to leave the events alone, by writing into a structure of libX11's. In libX11
    1.8 that field has moved, so the wheel's older copy (OpenCV 4.10 to 5.0) writes into another: libX11 then takes
    events too, and a window whose first ones it takes stays black for good: on a busy machine, every second one.
    """
    with contextlib.suppress(OSError):  # no such library: then Qt uses its own, as it would have
        ctypes.CDLL("libX11-xcb.so.1", ctypes.RTLD_GLOBAL)
