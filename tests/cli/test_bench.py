from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from skymask.bench import bench as room
from skymask.bench.rows import Row
from skymask.bench.turn import Turn
from skymask.cli import main


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """What would be measured, instead of measuring it."""
    rows: list[Row] = []

    def measure(row: Row, folder: Path, bout_s: float) -> Turn:
        rows.append(row)
        return Turn(3, 30.0, 0.1, p50_ms=10.0)

    monkeypatch.setattr(room, "measure_row", measure)
    monkeypatch.setattr(room, "make_material", lambda material, size_hw: None)
    return rows


def test_a_table_to_read_and_files_to_keep(
    tiny_model: Path, tmp_path: Path, measured: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    sizes = ["--size", "48x32", "64x64", "--size", "96x64"]
    assert main(["bench", *sizes, "--model", str(tiny_model), "--rounds", "1", "--threads", "1", "-o", str(out)]) == 0
    table = (out / "bench.md").read_text()
    shown, err = capsys.readouterr()
    assert shown == f"{table}\nWritten to {out}: bench.json and bench.md.\n"
    assert err == ""
    result = json.loads((out / "bench.json").read_text())
    assert {row.size for row in measured} == {"48x32", "64x64", "96x64"}
    assert {tuple(row["size_hw"]) for row in result["rows"]} == {(32, 48), (64, 64), (64, 96)}
    assert str(tiny_model.parent) not in (out / "bench.json").read_text()


def test_two_models_of_one_file_name_have_rows_of_their_own(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    models = ["a/model.onnx", "b/model.onnx"]
    for model in models:
        Path(model).parent.mkdir()
        shutil.copy(tiny_model, model)
    arguments = ["--size", "64x64", "48x32", "--rounds", "1", "--threads", "1", "-o", "out"]
    assert main(["bench", *arguments, "--model", *models]) == 0
    result = json.loads(Path("out/bench.json").read_text(encoding="utf-8"))
    assert {row["model"] for row in result["rows"]} == {*models, None}
    assert set(result["rows"][0]) == {*("task", "size_hw", "model", "engine", "threads", "name", "summary", "turns")}, (
        "the file's format is as it was"
    )
    pairs = [(ratio["of"], ratio["over"]) for ratio in result["ratios"]]
    assert len(set(pairs)) == len(pairs) > 0
    shown = capsys.readouterr().out
    assert all(f"| {model} |" in shown for model in models)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "640"], "--size must be WIDTHxHEIGHT in pixels"),
        (["--size", "641x480"], "must be even"),
        (["--engine", "openvin"], "Did you mean 'openvino'?"),
        (["--rounds", "0"], "--rounds must be at least 1"),
        (["--threads", "0"], "--threads must be at least 1"),
        (["--model", "gone.onnx"], "gone.onnx"),
        (["-o", __file__], "-o takes a folder"),
        (["-o", "a" * 300], "aaa cannot be reached"),
    ],
    ids=str,
)
def test_mistakes(arguments: list[str], said: str, measured: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert measured == []


def test_the_help_shows_defaults_as_they_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "[default: 640x480 1920x1080]" in shown
    assert "[default: fast]" in shown
