from __future__ import annotations

import json
from pathlib import Path

import pytest

from skymask.errors import DataError, InputError
from skymask.evaluation.markdown import markdown_table, score_text
from skymask.evaluation.result import read_result, table
from tests.support.records import make_record, make_result


def test_the_table_has_a_row_a_source_their_mean_and_the_pool() -> None:
    result = make_result(
        [*[make_record("fields", str(i), str(i)) for i in range(6)], make_record("rooms", counts=[0, 0, 0, 9])]
    )
    head, rule, *rows, _, last = table(result).splitlines()
    assert "IoU of sky" in head
    assert "Boundary IoU" in head
    assert [row.split("|")[1].strip() for row in rows] == ["fields", "rooms", "mean over sources", "all images pooled"]
    assert {len(row) for row in (head, rule, *rows)} == {len(head)}
    assert rows[0].split("|")[2:5] == ["      6 ", "     0.9802 ", " 0.9802 to 0.9802 "]
    assert rows[1].split("|")[4].strip() == "-"
    assert (
        last
        == "Pictures without sky with more than 1 % called sky: 0 of 1; false sky covers 0.000 % of them on average."
    )


def test_cells_are_laid_out_and_escaped() -> None:
    text = markdown_table(["name", "n"], [["a|b", "1"], ["longer name", "1000"]])
    assert text == (
        "| name        |    n |\n"
        "| ----------- | ---: |\n"
        "| a\\|b        |    1 |\n"
        "| longer name | 1000 |\n"
    )  # fmt: skip


def test_what_was_written_is_read(tmp_path: Path) -> None:
    result = make_result([make_record()])
    (tmp_path / "result.json").write_text(json.dumps(result))
    assert read_result(tmp_path / "result.json") == result


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "lists no images"),
        ('{"sources": {}}', "lists no images"),
        ('{"images": []}', "lists no images"),
        ('{"images": [{}], "format": 9}', "has the format 9; this skymask reads format 1"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(DataError, match=said):
        read_result(tmp_path / "r.json")


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json does not exist.*result\.json"):
        read_result(tmp_path / "gone.json")
    with pytest.raises(InputError, match="is a folder"):
        read_result(tmp_path)


def test_a_score_that_is_not_defined_is_a_dash() -> None:
    assert [score_text(score) for score in (None, 0.0, 0.98765)] == ["-", "0.0000", "0.9877"]
    assert [score_text(score, "+.3f") for score in (None, 0.5)] == ["-", "+0.500"]
