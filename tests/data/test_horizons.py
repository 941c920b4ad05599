from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from skymask.cli import main
from skymask.data.horizons import COLUMNS, Horizon, amend, read_horizons
from skymask.data.manifest import read_manifest
from skymask.data.self_label import self_label
from skymask.errors import DataError, InputError

SHIPPED = Path(__file__).parents[2] / "configs" / "shore-horizons.csv"
UNSURE_ANSWER = np.full((40, 60), 0.6, np.float32)


def write(path: Path, *rows: tuple[object, ...], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


@given(
    st.integers(0, 20), st.integers(0, 39), st.integers(30, 59), st.integers(0, 39), st.floats(0.5, 5), st.booleans()
)
def test_a_line_says_what_is_below_and_an_open_one_what_is_above(
    x0: int, y0: int, x1: int, y1: int, slack: float, is_open: bool
) -> None:
    amended = amend(UNSURE_ANSWER, [Horizon((x0, y0), (x1, y1), slack, is_open)])
    for x in (x0, x1, (x0 + x1) // 2):
        y = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        rows = np.arange(40)
        assert (amended[rows > y + slack + 0.01, x] == 0).all()
        assert (amended[rows < y - slack - 0.01, x] == np.float32(1 if is_open else 0.6)).all()
        assert (amended[np.abs(rows - y) < slack - 0.01, x] == np.float32(0.5 if is_open else 0.6)).all()
    beside = np.r_[0:x0, x1 + 1 : 60]
    assert (amended[:, beside] == UNSURE_ANSWER[:, beside]).all()
    assert np.ptp(UNSURE_ANSWER) == 0


def test_what_the_models_get_wrong_together_is_put_right(tmp_path: Path) -> None:
    image = tmp_path / "lake.png"
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(image)

    def all_sky(frame: np.ndarray) -> np.ndarray:
        return np.full(frame.shape[:2], 255, np.uint8)

    lines = {"lake.png": [Horizon((0, 20), (59, 20), 1.5, True)]}
    (sample,) = read_manifest(self_label([image], [all_sky], tmp_path / "out", "lakes", horizons=lines))
    valid, mask = sample.load_valid(), sample.load_mask()
    assert (mask[:19] == 255).all()
    assert (mask[22:] == 0).all()
    assert (valid.all(axis=1) == ~np.isin(np.arange(40), (19, 20, 21))).all()


def test_horizons_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", ("a.jpg", 0, 10, 30, 12, 1.5, 1), ("a.jpg", 30, 12, 59, 11, 1.5, 0))
    assert read_horizons(path, [tmp_path / "photos" / "a.jpg", tmp_path / "b.jpg"]) == {
        "a.jpg": [Horizon((0, 10), (30, 12), 1.5, True), Horizon((30, 12), (59, 11), 1.5, False)]
    }


def test_the_shipped_horizons_can_be_read() -> None:
    with SHIPPED.open(newline="") as file:
        names = {row["image"] for row in csv.DictReader(file)}
    lines = read_horizons(SHIPPED, [Path(name) for name in names])
    assert lines.keys() == names
    assert all(0 <= line.start_xy[0] < line.end_xy[0] < 640 for each in lines.values() for line in each)


@pytest.mark.parametrize(("row", "message"), [
    (("a.jpg", 0, 10, 30, "x", 1.5, 1), "line 2: a horizon is five numbers"),
    (("a.jpg", 0, 10, 30, 12, 1.5, "yes"), "line 2: a horizon is five numbers"),
    (("a.jpg", 0, 10, 30), "line 2: a horizon is five numbers"),
    (("a.jpg", 0, "nan", 30, 12, 1.5, 1), "line 2: the five numbers are finite"),
    (("a.jpg", 0, 10, 30, 12, -1, 1), "line 2: the five numbers are finite, and slack is 0 or more"),
    (("a.jpg", 30, 10, 30, 12, 1.5, 1), "line 2: a horizon runs from left to right"),
    (("other.jpg", 0, 10, 30, 12, 1.5, 1), "None of the 1 images is in"),
])  # fmt: skip
def test_bad_rows(tmp_path: Path, row: tuple[object, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_horizons(write(tmp_path / "h.csv", row), [Path("a.jpg")])


def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError, match="no column 'open'"):
        read_horizons(write(tmp_path / "h.csv", columns=COLUMNS[:-1]), [Path("a.jpg")])
    with pytest.raises(InputError, match="no horizons at"):
        read_horizons(tmp_path / "none.csv", [Path("a.jpg")])
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    command = ["data", "self-label", str(tmp_path), "-o", str(tmp_path / "out"), "--horizons", str(tmp_path / "none")]
    assert main(command) == 2
    assert "There are no horizons at" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_lists_as_spreadsheets_write_them(tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", ("a.jpg", 0, 10, 30, 12, 1.5, 1))
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert read_horizons(path, [Path("a.jpg")]).keys() == {"a.jpg"}
    path.write_text(path.read_text(encoding="utf-8-sig").replace("\n", "\n\n") + "a.jpg,0,10,30,12,1.5,yes\n")
    with pytest.raises(DataError, match="line 5: a horizon is five numbers"):
        read_horizons(path, [Path("a.jpg")])
    path.write_bytes(path.read_bytes() + "ö".encode("latin-1"))
    with pytest.raises(DataError, match="line 6: this is not UTF-8"):
        read_horizons(path, [Path("a.jpg")])
