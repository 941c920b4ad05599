"""One suite over every kind of source."""

from __future__ import annotations

import http.server
import itertools
import threading
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymask.errors import InputError
from skymask.video import demo
from skymask.video.open_source import open_source
from skymask.video.source import RateLimit
from tests.video.clips import VARIABLE_MS, make_clip, no_thread_left, picture, picture_number

KINDS = (
    "mp4",
    "variable",
    "mkv",
    "ts",
    "avi",
    "rotated",
    "folder",
    "pattern",
    "glob",
    "demo",
    "http",
    "http unsized",
    "http live",
)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """How each kind of source is named on the command line."""
    root = tmp_path_factory.mktemp("clips")
    make_clip(root / "plain.ts", times_ms=range(0, 2000, 100))
    make_clip(root / "faststart.mp4", options={"movflags": "faststart"})
    images = root / "images"
    images.mkdir()
    for number in range(12):
        PIL.Image.fromarray(picture(number=number)).save(images / f"shot_{number}.png")
    with _serve(root) as port:
        yield {
            "mp4": str(make_clip(root / "plain.mp4")),
            "variable": str(make_clip(root / "variable.mp4", times_ms=VARIABLE_MS)),
            "mkv": str(make_clip(root / "plain.mkv")),
            "ts": str(root / "plain.ts"),
            "avi": str(make_clip(root / "plain.avi", codec="rawvideo")),
            "rotated": str(make_clip(root / "rotated.mp4", rotation=90)),
            "folder": str(images),
            "pattern": str(images / "shot_%d.png"),
            "glob": str(images / "*.png"),
            "demo": "demo",
            "http": f"http://127.0.0.1:{port}/plain.mp4",
            "http unsized": f"http://127.0.0.1:{port}/unsized/faststart.mp4",
            "http live": f"http://127.0.0.1:{port}/unsized/plain.ts",
        }


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files; those below /unsized without telling how long they are, as a broadcast is."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self.path.startswith("/unsized/"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        content = (Path(self.directory) / Path(self.path).name).read_bytes()
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class _serve:  # noqa: N801
    def __init__(self, root: Path) -> None:
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), lambda *arguments: _Handler(*arguments, directory=str(root))
        )

    def __enter__(self) -> int:
        threading.Thread(target=self.server.serve_forever, name="http server").start()
        return self.server.server_address[1]

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(autouse=True)
def _small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SIZE_HW", (48, 80))


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_what_was_announced(kind: str, clips: dict[str, str]) -> None:
    with closing(open_source(clips[kind])) as source:
        info = source.info
        frames = list(itertools.islice(source.frames(), 20))
    assert frames
    for frame in frames:
        assert frame.image.dtype == np.uint8
        assert frame.image.shape == (*info.size_hw, 3)
        assert frame.image.flags.c_contiguous
        assert frame.time_base == info.time_base
    assert all(a.pts < b.pts for a, b in itertools.pairwise(frames))
    assert frames[0].pts >= 0
    assert info.frame_rate > 0
    assert info.live == (kind == "http live")
    assert info.name
    assert not set(info.name) & set("/\\:*?%")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("demo", "rotated")])
def test_colours_are_rgb_and_the_picture_is_upright(kind: str, clips: dict[str, str]) -> None:
    with closing(open_source(clips[kind])) as source:
        image = next(source.frames()).image
        is_live = source.info.live
    number = picture_number(image)
    assert number == 0 or is_live  # on a busy machine a live source may begin later: it never lags
    height = image.shape[0]
    assert abs(image[: height // 2 - 4].mean((0, 1)) - picture(number=number)[0, 0]).max() < 6
    assert abs(image[height // 2 + 4 :].mean((0, 1)) - picture(number=number)[-1, 0]).max() < 6


@pytest.mark.parametrize("kind", KINDS)
def test_size_scales_the_upright_frame(kind: str, clips: dict[str, str]) -> None:
    with closing(open_source(clips[kind], size_hw=(40, 72))) as source:
        assert source.info.size_hw == (40, 72)
        assert next(source.frames()).image.shape == (40, 72, 3)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("folder", "pattern", "glob", "http live")])
def test_fps_leaves_frames_out_and_keeps_time_stamps(kind: str, clips: dict[str, str]) -> None:
    with closing(open_source(clips[kind])) as source:
        every = [frame.time_s for frame in itertools.islice(source.frames(), 40)]
    with closing(open_source(clips[kind], fps=5)) as source:
        assert source.info.frame_rate <= 5
        kept = list(itertools.takewhile(lambda time_s: time_s <= every[-1], (f.time_s for f in source.frames())))
    assert set(kept) < set(every)
    assert len({int((time_s - kept[0]) * 5) for time_s in kept}) == len(kept), "two frames in one slot"
    assert len({int((time_s - kept[0]) * 5) for time_s in every}) == len(kept), "a slot without its frame"


@pytest.mark.parametrize("kind", ["folder", "pattern", "glob"])
def test_images_have_no_time_stamps_so_fps_gives_them(kind: str, clips: dict[str, str]) -> None:
    with closing(open_source(clips[kind], fps=4)) as source:
        assert [frame.time_s for frame in source.frames()] == [Fraction(n, 4) for n in range(12)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frame_count", [0, 1])
def test_closing_early_and_twice_leaves_no_thread(kind: str, frame_count: int, clips: dict[str, str]) -> None:
    with no_thread_left():
        source = open_source(clips[kind])
        frames = source.frames()
        for _ in range(frame_count):
            next(frames)
        source.close()
        source.close()


@pytest.mark.parametrize("kind", KINDS)
def test_stopping_is_allowed_at_any_time(kind: str, clips: dict[str, str]) -> None:
    with no_thread_left():
        source = open_source(clips[kind])
        frames = source.frames()
        next(frames)
        source.stop()
        next(frames, None)
        source.stop()
        source.close()
        source.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_frames_too_small_for_a_model_are_refused_at_once(kind: str, clips: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"--size gives frames of 72x31 .* at least 32"):
        open_source(clips[kind], size_hw=(31, 72))


@pytest.mark.parametrize("kind", KINDS)
def test_frames_too_large_for_a_video_are_refused_at_once(kind: str, clips: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"--size gives frames of 65536x16384 .* at most about 16000x16000"):
        open_source(clips[kind], size_hw=(16384, 65536))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fps", [0, -1, 1e-8, 1e300, float("nan"), float("inf")])
def test_a_frame_rate_that_is_none_is_refused(kind: str, fps: float, clips: dict[str, str]) -> None:
    with pytest.raises(InputError, match="above 0"):
        open_source(clips[kind], fps=fps)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.floats(0.1, 500))
def test_rate_limit_keeps_the_first_frame_of_each_slot(steps_ms: list[int], fps: float) -> None:
    times_s = [Fraction(time_ms, 1000) for time_ms in itertools.accumulate(steps_ms)]
    limit = RateLimit(fps)
    kept = [time_s for time_s in times_s if limit.keeps(time_s)]
    assert kept[0] == times_s[0]
    assert len(kept) <= float(times_s[-1] - times_s[0]) * fps * (1 + 1e-6) + 1
    assert limit.fps is not None
    slots = [int((time_s - times_s[0]) * limit.fps) for time_s in times_s]
    assert len(kept) == len(set(slots))


def test_no_rate_limit_keeps_everything() -> None:
    limit = RateLimit(None)
    assert all(limit.keeps(Fraction(n, 1000)) for n in range(50))
