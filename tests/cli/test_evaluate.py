from __future__ import annotations

import json
from pathlib import Path

import pytest

from skymask.cli import main
from tests.support.datasets import write_dataset


def test_a_table_to_read_and_a_file_to_keep(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tiny model calls blue sky: exactly what the miniature data set's sky is."""
    manifest = write_dataset(tmp_path / "data")
    assert main(["evaluate", str(tiny_model), str(manifest), "-o", str(tmp_path / "out" / "val")]) == 0
    shown = capsys.readouterr().out
    result = json.loads((tmp_path / "out" / "val" / "result.json").read_text())
    assert shown == (tmp_path / "out" / "val" / "table.md").read_text()
    assert (result["model"], result["version"]) == ("tiny", "0.0.1")
    assert result["sources"]["left"]["iou"] > 0.95
    assert "Pictures without sky with more than 1 % called sky: 0 of 1." in shown


@pytest.mark.parametrize(
    ("model", "manifest", "said"),
    [("fsat", "m.csv", "fast"), ("{tiny}", "gone.csv", "There is no manifest at gone.csv")],
)
def test_mistakes(
    tiny_model: Path, model: str, manifest: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if manifest == "m.csv":
        manifest = str(write_dataset(tmp_path))
    assert main(["evaluate", model.format(tiny=tiny_model), manifest]) == 2
    assert said in capsys.readouterr().err
