"""The layout of a data set of fixed cameras."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from skymask.data.cameras import CameraMask, images_by_camera, in_order, look_at_mask
from skymask.data.label_files import read_alpha
from skymask.errors import DataError
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


@pytest.mark.parametrize("how", ["0 and 1", "black sky", "colours"])
def test_a_mask_that_training_refuses_is_a_problem(tmp_path: Path, how: str) -> None:
    write_camera(tmp_path, "65", sky_rows=12)
    path, said = tmp_path / "masks" / "65.png", PngInfo()
    mask = np.asarray(Image.open(path))
    if how == "0 and 1":
        mask = (mask > 0).astype(np.uint8)
    elif how == "black sky":
        said.add_text("skymask.layout", "nerfstudio")
    else:
        mask = np.stack([mask, mask, 255 - mask], axis=-1)
    Image.fromarray(mask).save(path, pnginfo=said)
    with pytest.raises(DataError) as refused:
        read_alpha(path)
    reason = str(refused.value).replace(f"{path}", "it")
    assert look_at_mask(tmp_path, "65") == CameraMask(problem=f"masks/65.png cannot be read: {reason}")


def test_a_mask_of_16_bits_is_read_as_training_reads_it(tmp_path: Path) -> None:
    write_camera(tmp_path, "65", sky_rows=12)
    path = tmp_path / "masks" / "65.png"
    Image.fromarray(np.asarray(Image.open(path)).astype(np.uint16) * 100).save(path)  # 25500 of 65535: no sky
    assert look_at_mask(tmp_path, "65") == CameraMask((64, 48), 0.0)
