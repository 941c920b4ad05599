"""The window of skymask-video, for real on a virtual display."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tests.cpp.programs import environment, program, run
from tests.video.clips import make_clip, picture, read_clip
from tests.video.test_display import TINTED, Shown, close_window, is_near, needs_display, wait_for, x_display

__all__ = ["x_display"]  # a fixture

pytestmark = needs_display


@pytest.fixture
def shown(x_display: str, tmp_path: Path, tiny_model: Path) -> Iterator[Shown]:
    """The program showing a clip of five minutes, at whose first frame it is met."""
    clip = make_clip(tmp_path / "clip.mkv", times_ms=range(0, 300_000, 1000))
    command = [str(program("skymask-video")), str(clip), "--show", "--model", str(tiny_model), "--size", "192x128"]
    process = subprocess.Popen(
        [*command, "--report", "r.json"],
        cwd=tmp_path,
        env=environment(x_display),
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
    assert err == ""
    assert '"display"' in (tmp_path / "r.json").read_text()


def test_pause_view_and_save(shown: Shown, tmp_path: Path) -> None:
    shown.key("space")
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], TINTED) and not image[50, 300].any())
    shown.key("v")
    shown.wait_for_picture(lambda image: is_near(image[50, 100], (255, 255, 255)) and not image[110, 100].any())
    shown.key("s")
    wait_for(lambda: bool(list(tmp_path.glob("clip*.png"))), shown.process)
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


def test_a_key_ends_the_filling_of_a_gap(x_display: str, tmp_path: Path, tiny_model: Path) -> None:
    times_ms = [*range(0, 1000, 100), 20_000_000]
    make_clip(tmp_path / "gap.mkv", times_ms=times_ms, size_hw=(256, 256), noisy=True)
    command = [str(program("skymask-video")), "gap.mkv", "--show", "-o", "out.mp4", "--model", str(tiny_model)]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(x_display), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    running = Shown(process, x_display, "")
    try:
        wait_for(lambda: bool(running.xdotool("search", "--name", "skymask - gap")), process)
        running.window = running.xdotool("search", "--name", "skymask - gap").splitlines()[-1]
        wait_for(lambda: any(path.stat().st_size > 100_000 for path in tmp_path.glob(".out.*")), process)
        running.key("q")
        pressed_s = time.monotonic()
        code, _, err = running.finish()
    finally:
        process.kill()
        process.communicate()
    assert code == 0, err
    assert time.monotonic() - pressed_s < 10
    assert 10 < len(read_clip(tmp_path / "out.mp4")) < 200_000


def test_closing_the_window_ends_it(shown: Shown) -> None:
    close_window(shown.display, int(shown.window))
    code, _, err = shown.finish()
    assert code == 0, err


def test_a_display_that_is_not_there_is_named(tmp_path: Path, tiny_model: Path) -> None:
    done = run("skymask-video", make_clip(tmp_path / "clip.mp4"), "--show", "--model", tiny_model, display=":873")
    assert done.code == 2
    assert "No window can be opened on the display ':873'" in done.err
    assert "xvfb-run" in done.err


def test_the_benchs_rows_with_a_window(x_display: str, tmp_path: Path, tiny_model: Path) -> None:
    arguments = ("--rounds", 1, "--seconds", 0.1, "--size", "64x48", "--model", tiny_model)
    done = run("skymask-bench", *arguments, display=x_display)
    assert done.code == 0, done.err
    assert "left out" not in done.out
