from __future__ import annotations

import json
from pathlib import Path

import pytest

from skymask.cli import main
from tests.support.records import make_record, make_result


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, missed in (("a", 50), ("b", 10)):
        records = [
            make_record("s", str(i), f"{i}.jpg", counts=[500 - missed + i, 5, missed - i, 495]) for i in range(9)
        ]
        (tmp_path / f"{name}.json").write_text(json.dumps(make_result(records, name)))
    return str(tmp_path / "a.json"), str(tmp_path / "b.json")


def test_the_comparison_is_shown_and_kept(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *files, "-o", str(tmp_path / "out" / "c.md")]) == 0
    shown = capsys.readouterr().out
    assert (tmp_path / "out" / "c.md").read_text() == shown
    assert "| better |" in shown.replace("  ", " ").replace("  ", " ")
    assert main(["compare", *files, "-o", str(tmp_path / "c.json")]) == 0
    assert json.loads((tmp_path / "c.json").read_text())["b"]["name"] == "b"


def test_mistakes(files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", files[0], str(tmp_path / "gone.json")]) == 2
    assert "gone.json does not exist" in capsys.readouterr().err
    assert main(["compare", *files, "-o", "c.html"]) == 2
    assert ".md or a .json" in capsys.readouterr().err


@pytest.mark.parametrize("place", [0, 1])
def test_a_comparison_does_not_replace_what_it_compares(
    place: int, files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(files[place]).read_bytes()
    assert main(["compare", *files, "-o", files[place]]) == 2
    assert f"The output {files[place]} is the result {'AB'[place]}, which it would replace." in capsys.readouterr().err
    assert Path(files[place]).read_bytes() == before
