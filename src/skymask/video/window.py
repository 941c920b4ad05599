"""The window: OpenCV's, from the extra `display`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import PIL.Image

from skymask.errors import DisplayError
from skymask.files import writing
from skymask.video import yuv
from skymask.video.display import INSTEAD
from skymask.video.overlay import VIEWS, View, compose, picture_size
from skymask.video.pipeline import Job
from skymask.video.source import Frame, SourceInfo
from skymask.video.yuv import Image

FIT_HW = (720, 1280)  # a new window is at most this large; the user may enlarge it
PAUSE_POLL_MS = 50
RATE_WINDOW = 30  # frames that the frame rate on the picture is averaged over
ESC = chr(27)


class Window:
    """Shows pictures, paced and steered by keys: q or Esc quits, space pauses, v takes the next view, s saves a PNG.

    To be used from the main thread, which is where window systems want it.
    """

    def __init__(self, info: SourceInfo, view: View, *, paced: bool, tell: Callable[[str], None]) -> None:
        """Opens the window; `require_display` comes first.

        Args:
            info: Of the source whose frames will be shown.
            view: The view to begin with.
            paced: Whether frames wait for their time stamps, so that a file plays at its own speed and no faster.
            tell: Receives a sentence to show the user, such as the name of a saved picture.

        Raises:
            DisplayError: OpenCV cannot open it.
        """
        import cv2

        self._cv2 = cv2
        self._info = info
        self._paced = paced
        self._tell = tell
        self._title = f"skymask - {info.name} (q quit, space pause, v view, s save)"
        self._open = True
        self._paused = False
        self._shown: Job | None = None
        self._zero_s: float | None = None
        self._times_s: deque[float] = deque(maxlen=RATE_WINDOW)
        self.view: View = view
        """The view chosen by the user; read by the stage that draws."""
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
            self._fit()
        except cv2.error as error:
            raise DisplayError(f"OpenCV cannot open a window: {error}. {INSTEAD}") from None

    def wait_for(self, frame: Frame) -> None:
        """Waits, watching the keys, until it is time to show `frame`."""
        if not self._paced:
            return
        now_s = time.perf_counter()
        if self._zero_s is None:
            self._zero_s = now_s - float(frame.time_s)
        late_s = now_s - (self._zero_s + float(frame.time_s))
        if late_s > 0:  # too slow for the clip's speed: go on from here rather than rush to catch up
            self._zero_s += late_s
        while self._open and (wait_s := self._zero_s + float(frame.time_s) - time.perf_counter()) > 0.001:
            self._react(self._cv2.waitKey(max(1, int(wait_s * 1000))))

    def show(self, job: Job) -> None:
        """Shows a finished job and reacts to keys.

        Args:
            job: Has an alpha and, if it was drawn already, a picture.

        Raises:
            OutputError: The picture that the user wants to save cannot be written.
        """
        self._times_s.append(time.perf_counter())
        self._shown = job
        self._draw()
        self._react(self._cv2.waitKey(1))

    def stay(self) -> bool:
        """Keeps the picture while paused. Returns whether to go on; False once the user has quit."""
        paused_s = time.perf_counter()
        while self._paused and self._open:
            self._react(self._cv2.waitKey(PAUSE_POLL_MS))
        if self._zero_s is not None:
            self._zero_s += time.perf_counter() - paused_s
        return self._open

    def close(self) -> None:
        """Closes the window if the user has not."""
        if self._is_visible():
            self._cv2.destroyWindow(self._title)
            self._cv2.waitKey(1)

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _react(self, key: int) -> None:
        letter = chr(key & 0xFF).lower() if key >= 0 else ""
        if letter in ("q", ESC) or not self._is_visible():  # drawing would open a closed window again
            self._open = False
        elif letter == " ":
            self._paused = not self._paused
            self._draw()
        elif letter == "v":
            self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
            self._fit()
            self._draw()
        elif letter == "s":
            self._save()

    def _is_visible(self) -> bool:
        try:
            return bool(self._cv2.getWindowProperty(self._title, self._cv2.WND_PROP_VISIBLE) >= 1)
        except self._cv2.error:  # OpenCV 5 raises for a window that was closed, OpenCV 4 returns -1
            return False

    def _fit(self) -> None:
        height, width = picture_size(self.view, self._info.size_hw)
        scale = min(1.0, FIT_HW[0] / height, FIT_HW[1] / width)
        self._cv2.resizeWindow(self._title, round(width * scale), round(height * scale))

    def _picture(self, job: Job) -> av.VideoFrame:
        if isinstance(job.picture, av.VideoFrame) and job.view == self.view:  # an image's may be see-through
            return job.picture
        assert job.alpha is not None, "jobs are shown after infer"
        return compose(job.frame.picture, job.alpha, self.view)

    def _draw(self) -> None:
        cv2, job = self._cv2, self._shown
        if job is None or not self._open:
            return
        canvas = yuv.to_rgb(self._picture(job), "bgr24")
        self._write(canvas, self._caption(job))
        cv2.imshow(self._title, canvas)

    def _write(self, canvas: Image, text: str) -> None:
        """Writes `text` into the upper left corner, white on black, so that it is read on any sky."""
        cv2 = self._cv2
        scale = max(0.4, canvas.shape[0] / 900)
        margin = round(10 * scale)
        (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        cv2.rectangle(canvas, (0, 0), (width + 2 * margin, height + baseline + 2 * margin), (0, 0, 0), cv2.FILLED)
        origin = (margin, height + margin)
        cv2.putText(canvas, text, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)

    def _caption(self, job: Job) -> str:
        if self._paused:
            return "paused"
        span_s = self._times_s[-1] - self._times_s[0]
        rate = f"{(len(self._times_s) - 1) / span_s:.0f} fps" if span_s > 0 else "- fps"
        return f"{rate}, {_latency(job, self._info.live, time.perf_counter())}"

    def _save(self) -> None:
        if self._shown is None:
            return
        time_s = self._shown.frame.time_s
        path = Path(f"{self._info.name}_{_clock(time_s)}_{self.view}.png")
        with writing(path.absolute()) as part:
            PIL.Image.fromarray(yuv.to_exact_rgb(self._picture(self._shown))).save(part, format="PNG")
        self._tell(f"Saved {path}")


def _latency(job: Job, live: bool, now_s: float) -> str:
    """The age of a live picture, or the time spent on a frame of a file; in real time, the age of the mask too."""
    age_ms = (now_s - job.frame.arrived_s) * 1000
    if job.mask_age_ms is not None:
        return f"frame age {age_ms:.0f} ms, mask age {job.mask_age_ms:.0f} ms"
    return f"latency {age_ms if live else job.work_ms:.0f} ms"


def _clock(time_s: Fraction) -> str:
    """83.5 s becomes "00h01m23.500s": sorts well and is allowed in file names everywhere."""
    minutes, seconds = divmod(round(time_s * 1000), 60_000)
    return f"{minutes // 60:02d}h{minutes % 60:02d}m{seconds / 1000:06.3f}s"
