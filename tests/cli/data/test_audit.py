"""`skymask data audit` from the command line to the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from skymask.cli import main
from tests.support.webcams import SIZE_WH, write_camera


def test_counts_are_printed_and_files_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for camera in ("65", "10870"):
        write_camera(tmp_path, camera, 3, sky_rows=12)
    for name in ("20130101_000000.jpg", "night.jpg"):
        Image.new("L", SIZE_WH).save(tmp_path / "images" / "65" / name)
    (tmp_path / "masks" / "10870.png").unlink()
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "overrule.csv").write_text("path,verdict\nimages/65/night.jpg,keep\nimages/65/x.jpg,drop\n")
    assert main(["data", "audit", str(tmp_path), "--jobs", "1"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "camera  images  sky  keep  borderline  drop  found",
        "65           5  25%     4           0     1  black 2, (no time stamp 1)",
        "10870        3    ?     0           0     3  no-mask 3",
        "all          8          4           0     4  no-mask 3, black 2, (no time stamp 1)",
        "",
        f"Table: {tmp_path / 'audit' / 'audit.csv'}",
        f"Page to look at and overrule: {tmp_path / 'audit' / 'audit.html'}",
        "Overruled by a person: 1.",
        "No image has this path of overrule.csv: images/65/x.jpg.",
    ]


def test_a_folder_without_images_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "audit", str(tmp_path)]) == 2
    assert "There is no folder" in capsys.readouterr().err
