"""`skymask data import`, as a user meets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skymask.cli import main


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        for kind in ("photos", "masks"):
            (tmp_path / kind).mkdir(exist_ok=True)
            pixels = np.full((40, 48, 3) if kind == "photos" else (40, 48), 255, np.uint8)
            Image.fromarray(pixels).save(tmp_path / kind / f"{name}.png")
    return tmp_path


def run(folder: Path, *options: str) -> int:
    return main(["data", "import", str(folder / "photos"), str(folder / "masks"), "-o", str(folder / "out"), *options])


def test_a_folder_is_listed_and_counted(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(labelled, "--source", "harbour", "--group", "image") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out == f"{labelled}/out/manifest.csv: images 3, groups 3, source harbour\n"


def test_what_is_odd_is_said_before_the_result(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("1", (48, 40), 1).save(labelled / "masks/a.png")
    Image.new("L", (48, 40), 23).save(labelled / "masks/b.png")
    (labelled / "masks/c.png").rename(labelled / "masks/d.png")
    assert run(labelled) == 0
    out, err = capsys.readouterr()
    assert out.endswith("images 2, groups 1, source out\n")
    assert err.splitlines() == [
        f"skymask: images without a mask, left out (1): {labelled}/photos/c.png",
        f"skymask: masks without an image (1): {labelled}/masks/d.png",
        f"skymask: masks converted (1): {labelled}/masks/a.png (1 bit to 8)",
        f"skymask: masks with values, but none above 127: numbers of classes? sky is 255 (1): {labelled}/masks/b.png",
    ]


def test_an_unusable_image_is_reported_and_the_rest_listed(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (labelled / "photos/b.png").write_bytes(b"text")
    assert run(labelled) == 1
    out, err = capsys.readouterr()
    assert out.endswith("images 2, groups 1, source out\n")
    first, last = err.splitlines()
    assert first.startswith(f"skymask: {labelled}/photos/b.png cannot be decoded")
    assert last == "skymask: error: Left out as unusable: 1; see above."


def test_a_folder_that_is_not_there_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 2
    assert capsys.readouterr().err == f"skymask: error: There is no folder {tmp_path}/photos.\n"
    assert not (tmp_path / "out").exists()
