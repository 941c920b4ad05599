"""What a person decides, and what is said when the file is not as it should be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skymask.data.audit.overrule import OVERRULE, apply_overrules, read_overrules
from skymask.data.audit.rules import Reason, judge
from skymask.data.audit.table import Row, Verdict
from skymask.data.cameras import CameraMask
from skymask.errors import DataError
from tests.data.audit.test_rules import FINE

PATH = FINE.path


def _write(root: Path, text: str) -> Path:
    (root / "audit").mkdir(exist_ok=True)
    (root / OVERRULE).write_text(text, encoding="utf-8")
    return root


def _row(**changes: object) -> Row:
    return judge([replace(FINE, **changes)], {"65": CameraMask((64, 48), 0.4)})[0]


def test_lines_are_read_as_spreadsheets_and_people_write_them(tmp_path: Path) -> None:
    text = '\ufeffpath,verdict\n images/65/a.jpg , keep\n\n"images/65/b, c.jpg",drop\nimages/65/a.jpg,keep\n,\n'
    expected = {"images/65/a.jpg": Verdict.KEEP, "images/65/b, c.jpg": Verdict.DROP}
    assert read_overrules(_write(tmp_path, text)) == expected


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    assert read_overrules(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"overrule\.csv has no column 'path'\. Its first line must name path, verdict, separated by commas"),
        ("images/65/a.jpg,keep\n", "has no column 'path'.* it is: images/65/a.jpg,keep"),
        ("path,verdict\na.jpg,kep\n", r"line 2: 'kep' is no verdict. Did you mean 'keep'\? Known: drop, keep"),
        ("path,verdict\na.jpg,borderline\n", "'borderline' is no verdict"),
        ("path;verdict\na.jpg;keep\n", "separated by commas; it is: path;verdict"),
        ("path,verdict\na.jpg\n", "line 2: expected a path and a verdict, found 1 cells: a.jpg"),
        ("path,verdict\na.jpg,keep\na.jpg,drop\n", r"line 3: a.jpg is to be kept by one line and dropped by another"),
    ],
)
def test_other_content_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_overrules(_write(tmp_path, text))


def test_a_file_that_a_spreadsheet_saved_as_ansi_says_how_to_save_it(tmp_path: Path) -> None:
    _write(tmp_path, "")
    (tmp_path / OVERRULE).write_bytes("path,verdict\nimages/Zürich/a.jpg,keep\n".encode("cp1252"))
    with pytest.raises(DataError, match=r"overrule\.csv, line 2: this is not UTF-8\. In a spreadsheet, save it as"):
        read_overrules(tmp_path)


def test_spaces_around_the_names_of_the_columns_do_not_matter(tmp_path: Path) -> None:
    text = "path, verdict, why\nimages/65/a.jpg, keep, fog"
    assert read_overrules(_write(tmp_path, text)) == {"images/65/a.jpg": Verdict.KEEP}


def test_a_decision_takes_the_place_of_the_rules_and_goes_with_its_line() -> None:
    black = _row(brightest=3.0, darkest=0.0)
    (kept,) = apply_overrules([black], {PATH: Verdict.KEEP})
    assert (kept.by_rule, kept.verdict, kept.reason) == (Verdict.DROP, Verdict.KEEP, Reason.BLACK)
    assert apply_overrules([kept], {}) == [black]
    assert apply_overrules([_row()], {PATH: Verdict.DROP})[0].verdict == Verdict.DROP


def test_what_cannot_be_used_cannot_be_kept() -> None:
    broken = _row(problem="image file is truncated")
    with pytest.raises(DataError, match=r"cannot be used: unreadable \(image file is truncated\)\. Repair"):
        apply_overrules([broken], {PATH: Verdict.KEEP})
    assert apply_overrules([broken], {PATH: Verdict.DROP})[0].verdict == Verdict.DROP
