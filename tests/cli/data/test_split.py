"""`skymask data split` from the command line to the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymask.cli import main
from tests.support.webcams import write_camera


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for camera in ("65", "75", "10870"):
        write_camera(tmp_path, camera, 3, sky_rows=12)
    return tmp_path


def test_counts_are_printed_and_a_missing_audit_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "masks" / "75.png").unlink()
    assert main(["data", "split", str(root), "--per-camera", "2"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "side      camera  images  of  months  hours  sky",
        "train     65           2   3       2      2  25%",
        "train     all 1        2   3",
        "val       10870        2   3       2      2  25%",
        "val       all 1        2   3",
        "left out  75           0   0       0      0    ?  there is no masks/75.png",
        "left out  all 1        0   0",
        "",
        str(root / "split" / "train.csv"),
        str(root / "split" / "val.csv"),
        f"There is no audit of {root}: broken and black images may be among these. 'skymask data audit {root}' finds "
        "them; then split again.",
    ]


def test_options_reach_the_split(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(root), "--val-cameras", "65", "75", "--folds", "3", "--seed", "4"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[1] for line in out.splitlines() if line.startswith("val ")] == ["65", "75", "all"]
    assert out.count("  validates on ") == 3


def test_an_unknown_camera_exits_2_with_the_nearest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(root), "--val-cameras", "1087"]) == 2
    assert "Did you mean '10870'? Known: 10870, 65, 75." in capsys.readouterr().err
