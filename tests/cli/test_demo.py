"""`skymask demo`: something to see, whatever the machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

import skymask
from skymask.cli import main
from skymask.errors import DisplayError
from skymask.runtime.segmenter import Segmenter
from skymask.video import demo, display
from tests.video.clips import read_clip, times_ms


@pytest.fixture(autouse=True)
def _small_and_with_a_tiny_model(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = skymask.load

    def load_tiny(model: object, *arguments: object) -> Segmenter:
        assert model is None
        return load(tiny_model, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(skymask, "load", load_tiny, raising=False)
    monkeypatch.setattr(demo, "SIZE_HW", (48, 80))


def no_display() -> None:
    raise DisplayError("There is no display.")


def test_demo_writes_the_scene_beside_its_overlay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "demo.mp4"
    assert main(["demo", "-o", str(output), "--frames", "4", "--seed", "3"]) == 0
    assert [image.shape for _, image in read_clip(output)] == [(48, 160, 3)] * 4
    assert times_ms(output) == [0, 33, 67, 100]
    assert "demo: 4 frames" in capsys.readouterr().out


def test_the_seed_chooses_the_scene(tmp_path: Path) -> None:
    pictures = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert main(["demo", "-o", str(tmp_path / f"{name}.mp4"), "--frames", "1", "--seed", seed]) == 0
        pictures.append(read_clip(tmp_path / f"{name}.mp4")[0][1])
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] != pictures[2]).any()


def test_without_a_display_it_writes_demo_mp4_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "require_display", no_display)
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--frames", "2"]) == 0
    assert len(read_clip(tmp_path / "demo.mp4")) == 2
    out, err = capsys.readouterr()
    assert "writing demo.mp4 instead" in err
    assert out.rstrip().endswith("written to demo.mp4")


def test_without_a_display_a_file_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "require_display", no_display)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo.mp4").write_text("a film")
    assert main(["demo", "--frames", "2"]) == 2
    assert "demo.mp4 exists already. Name another file with -o." in capsys.readouterr().err
    assert (tmp_path / "demo.mp4").read_text() == "a film"


def test_show_without_a_display_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(display, "require_display", no_display)
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--show", "--frames", "2"]) == 2
    assert "There is no display." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--frames", "0"], ["--seed", "-1"]], ids=" ".join)
def test_bad_numbers(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "-o", str(tmp_path / "demo.mp4"), *arguments]) == 2
    assert "got " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
