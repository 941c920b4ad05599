"""The window of skymask-video, for real on a virtual display."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cpp.programs import environment, program, run
from tests.support.window import (
    Shown,
    assert_a_key_ends_it,
    assert_it_pauses_changes_its_view_and_saves,
    close_window,
    needs_display,
    opened,
    opened_with_a_clip,
    wait_for,
)
from tests.video.clips import make_clip, read_clip

pytestmark = needs_display


@pytest.fixture
def shown(x_display: str, tmp_path: Path, tiny_model: Path) -> Iterator[Shown]:
    """The program showing a clip."""
    with opened_with_a_clip([program("skymask-video")], tmp_path, environment(x_display), tiny_model) as running:
        yield running


@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it(shown: Shown, key: str, tmp_path: Path) -> None:
    assert_a_key_ends_it(shown, key, tmp_path)


def test_pause_view_and_save(shown: Shown, tmp_path: Path) -> None:
    assert_it_pauses_changes_its_view_and_saves(shown, tmp_path)


def test_a_key_ends_the_filling_of_a_gap(x_display: str, tmp_path: Path, tiny_model: Path) -> None:
    times_ms = [*range(0, 1000, 100), 20_000_000]
    make_clip(tmp_path / "gap.mkv", times_ms=times_ms, size_hw=(256, 256), noisy=True)
    command = [program("skymask-video"), "gap.mkv", "--show", "-o", "out.mp4", "--model", tiny_model]
    with opened(command, tmp_path, environment(x_display), "skymask - gap") as running:
        wait_for(lambda: any(path.stat().st_size > 100_000 for path in tmp_path.glob(".out.*")), running.process)
        running.key("q")
        pressed_s = time.monotonic()
        code, _, err = running.finish()
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
