"""Where the tests look for the labelled pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled as support
from tests.support.labelled import VARIABLE, labelled

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "val").mkdir()
    return tmp_path


def test_the_folder_that_the_variable_names_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    assert labelled("val") == folder / "val"


def test_without_the_variable_it_is_the_folder_beside_the_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ROOT.parent / "shared" / "data" == support._BESIDE
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(support, "_BESIDE", folder)
    assert labelled("val") == folder / "val"


def test_what_is_not_there_skips_a_test(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    with pytest.raises(pytest.skip.Exception, match="train"):
        labelled("train")


def test_a_variable_that_names_no_folder_fails_a_test(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder / "none"))
    with pytest.raises(pytest.fail.Exception, match="which is no folder"):
        labelled("val")
