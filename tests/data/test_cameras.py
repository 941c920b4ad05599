"""The layout of a data set of fixed cameras."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymask.data.cameras import CameraMask, images_by_camera, in_order, look_at_mask
from tests.support.webcams import write_camera


def test_cameras_stand_in_the_order_of_their_numbers() -> None:
    assert in_order(["10870", "65", "204", "75"]) == ["65", "75", "204", "10870"]


def test_images_are_listed_and_other_files_are_not(tmp_path: Path) -> None:
    write_camera(tmp_path, "204", 2)
    write_camera(tmp_path, "65", 1)
    for name in (".hidden.jpg", "notes.txt", "UPPER.JPG"):
        (tmp_path / "images" / "65" / name).touch()
    (tmp_path / "images" / ".unpacking").mkdir()
    (tmp_path / "images" / "75").mkdir()
    (tmp_path / "images" / "readme.jpg").touch()
    assert images_by_camera(tmp_path) == {
        "65": ["images/65/20120101_003000.jpg", "images/65/UPPER.JPG"],
        "75": [],
        "204": ["images/204/20120101_003000.jpg", "images/204/20120210_053000.jpg"],
    }


def test_a_mask_is_looked_at(tmp_path: Path) -> None:
    write_camera(tmp_path, "65", sky_rows=12)
    write_camera(tmp_path, "75", sky_rows=0)
    assert look_at_mask(tmp_path, "65") == CameraMask((64, 48), pytest.approx(0.25))
    assert look_at_mask(tmp_path, "75") == CameraMask((64, 48), 0.0)
    assert look_at_mask(tmp_path, "204").problem == "there is no masks/204.png"
    (tmp_path / "masks" / "65.png").write_bytes(b"text")
    assert look_at_mask(tmp_path, "65").problem.startswith("masks/65.png cannot be read")
