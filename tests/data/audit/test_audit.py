"""The audit as a whole, on a data set with one of everything."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from skymask.data.audit import audit
from skymask.data.audit.overrule import OVERRULE
from skymask.data.audit.page import MAX_CARDS
from skymask.data.audit.table import PARQUET, read_table, write_table
from skymask.data.lock import only_run_in
from skymask.errors import DataError, InputError
from tests.support.webcams import SIZE_WH, scene, write_camera, write_mask

FLAWS = {
    "20130101_000000.jpg": "black",
    "20130102_000000.jpg": "unreadable",
    "20130103_000000.jpg": "duplicate",
    "20130104_000000.jpg": "frozen",
    "20130105_000000.jpg": "wrong-size",
    "20130106_000000.jpg": "over-exposed",
    "20130107_000000.jpg": "fogged-out",
    "20130108_000000.jpg": "dark",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Camera 65 has good images and all flaws, 75 a mask without sky, 204 no mask, 260 names without a time."""
    good = write_camera(tmp_path, "65", 4)
    folder = tmp_path / "images" / "65"
    clock = np.zeros((SIZE_WH[1], SIZE_WH[0]), np.uint8)
    clock[:2] = 255
    rng = np.random.default_rng(0)
    pictures = {
        "black": Image.fromarray(clock),
        "frozen": Image.open(good[1]),
        "wrong-size": scene(5, (48, 64)),
        "over-exposed": Image.new("L", SIZE_WH, 255),
        "fogged-out": Image.fromarray(rng.integers(178, 184, SIZE_WH[::-1], np.uint8)),
        "dark": scene(6).point(lambda level: level // 10),
    }
    for name, flaw in FLAWS.items():
        if flaw in pictures:
            pictures[flaw].save(folder / name, quality=92)
    (folder / "20130102_000000.jpg").write_bytes(good[0].read_bytes()[:-60])
    shutil.copy(good[2], folder / "20130103_000000.jpg")
    (folder / ".receipt.json").write_text("{}")
    write_camera(tmp_path, "75", 2, sky_rows=0)
    write_camera(tmp_path, "204", 2)
    (tmp_path / "masks" / "204.png").unlink()
    shutil.move(write_camera(tmp_path, "260", 1)[0], tmp_path / "images" / "260" / "first.jpg")
    return tmp_path


def _tree(root: Path) -> dict[str, bytes]:
    folders = (root / "images", root / "masks")
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_every_flaw_is_found_and_nothing_else_and_no_file_is_touched(root: Path) -> None:
    before = _tree(root)
    result = audit(root, jobs=1)
    assert _tree(root) == before
    found = {row.path: str(row.reason) for row in result.rows if row.reason}
    assert found == {f"images/65/{name}": flaw for name, flaw in FLAWS.items()} | dict.fromkeys(
        (row.path for row in result.rows if row.camera == "204"), "no-mask"
    )
    counts = {count.camera: count for count in result.counts}
    assert list(counts) == ["65", "75", "204", "260", "all"]
    assert counts["65"].verdicts == {"keep": 4, "borderline": 1, "drop": 7}
    assert counts["75"].verdicts == {"keep": 2}
    assert counts["204"].findings == "no-mask 2"
    assert counts["260"].findings == "(no time stamp 1)"
    assert counts["all"].images == 17


def test_the_table_is_the_same_for_any_number_of_processes_and_in_both_files(root: Path) -> None:
    alone = audit(root, jobs=1)
    lines = alone.table.read_text(encoding="utf-8")
    shutil.rmtree(root / "audit")
    together = audit(root, jobs=2)
    assert together.rows == alone.rows
    assert together.table.read_text(encoding="utf-8") == lines
    entries = pq.read_table(root / PARQUET).to_pylist()
    texts = [{name: "" if value is None else value for name, value in entry.items()} for entry in entries]
    for line, text in zip(csv.DictReader(lines.splitlines()), texts, strict=True):
        time = text["time"] and text["time"].isoformat()
        assert line == {name: str(value) for name, value in (text | {"time": time}).items()}
    assert read_table(root) == alone.rows


def test_decisions_are_followed_and_kept_over_runs(root: Path) -> None:
    lines = "path,verdict\nimages/65/20130101_000000.jpg,keep\nimages/75/gone.jpg,drop\n"
    (root / "audit").mkdir()
    (root / OVERRULE).write_text(lines)
    for _ in range(2):
        result = audit(root, jobs=1)
        assert result.counts[0].verdicts == {"keep": 5, "borderline": 1, "drop": 6}
        assert result.lost_overrules == ["images/75/gone.jpg"]
    assert (root / OVERRULE).read_text() == lines
    page = result.page.read_text(encoding="utf-8")
    decided = json.loads(re.search(r"Object\.entries\((.*?)\)\)", page)[1])  # type: ignore[index]
    assert decided == {"images/65/20130101_000000.jpg": "keep", "images/75/gone.jpg": "drop"}


def test_a_broken_decision_file_is_told_before_the_work(root: Path) -> None:
    (root / "audit").mkdir()
    (root / OVERRULE).write_text("picture,verdict\n")
    with pytest.raises(DataError, match="has no column 'path'"):
        audit(root, jobs=1, on_image=lambda _: pytest.fail("began"))


def test_the_page_stands_alone_and_shows_what_was_found(root: Path) -> None:
    page = audit(root, jobs=1).page.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["']?(https?:|//|/)""", page)
    assert page.count('<figure class="card">') == 6
    assert page.count("data:image/jpeg;base64,") == 6 + 2  # and what the duplicate and the frozen one repeat
    assert page.count("<li>") == 4  # what nobody can overrule: one broken, one of the wrong size, two without mask
    assert 'data-choice="keep" data-path="images/65/20130101_000000.jpg"' in page
    assert 'data-choice="drop" data-path="images/65/20130108_000000.jpg"' in page
    assert 'data-path="images/65/20130105_000000.jpg"' not in page  # of the wrong size: no choice


def test_the_page_shows_some_of_many_and_takes_any_name(tmp_path: Path) -> None:
    write_mask(tmp_path, "65")
    folder = tmp_path / "images" / "65"
    folder.mkdir(parents=True)
    for index in range(30):
        Image.new("L", SIZE_WH, index // 3).save(folder / f"<i>{index:02}'&\".png")
    page = audit(tmp_path, jobs=1).page.read_text(encoding="utf-8")
    assert page.count('<figure class="card">') == MAX_CARDS
    assert f"30 images, {MAX_CARDS} of them shown" in page
    assert "keep all 30" in page
    assert "<i>0" not in page
    group = re.search(r'data-group="(.*?)"', page)
    assert group is not None
    names = json.loads(group[1].replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&"))["names"]
    assert names == sorted(path.name for path in folder.iterdir())


def test_a_second_run_at_once_is_refused(root: Path) -> None:
    with only_run_in(root), pytest.raises(InputError, match="Another run"):
        audit(root, jobs=1)


def test_a_folder_of_another_kind_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no folder .*images"):
        audit(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())
    (tmp_path / "images" / "65").mkdir(parents=True)
    with pytest.raises(InputError, match="holds no images"):
        audit(tmp_path)
    with pytest.raises(InputError, match="jobs must be at least 1; got 0"):
        audit(tmp_path, jobs=0)


def test_a_mask_that_cannot_be_read_is_a_finding(root: Path) -> None:
    (root / "masks" / "75.png").write_bytes(b"text")
    rows = [row for row in audit(root, jobs=1).rows if row.camera == "75"]
    assert {row.reason for row in rows} == {"no-mask"}
    assert "masks/75.png cannot be read" in rows[0].detail


def test_a_table_that_is_damaged_or_of_another_version_is_told(root: Path) -> None:
    rows = audit(root, jobs=1).rows
    write_table(root, [replace(rows[0], verdict="maybe")])  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"audit\.parquet is not a table of this version .*'maybe'.* again"):
        read_table(root)
    (root / PARQUET).write_bytes(b"text")
    with pytest.raises(DataError, match="Run 'skymask data audit"):
        read_table(root)
