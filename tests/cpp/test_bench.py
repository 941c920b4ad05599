"""skymask-bench: a table, and JSON with every round."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cpp.programs import run

QUICK = ("--rounds", 2, "--seconds", 0.02, "--size", "64x48")


def test_three_rows_of_which_two_need_a_display(tiny_model: Path, tmp_path: Path) -> None:
    done = run("skymask-bench", *QUICK, "--threads", 1, "--model", tiny_model, "-o", tmp_path / "bench.json")
    assert done.code == 0, done.err
    assert "inference alone" in done.out
    assert done.out.count("left out, see below") == 2
    assert "Left out: There is no display" in done.out
    result = json.loads((tmp_path / "bench.json").read_text())
    assert result["engine"]["engine"] == "openvino"
    assert result["engine"]["precision"] in ("fp32", "bf16", "fp16")
    assert result["engine"]["threads"] == 1
    infer, show, resize_show = result["rows"]
    assert (infer["task"], infer["size"], infer["batch"], len(infer["rounds"])) == ("infer", "64x48", 1, 2)
    assert 0 < infer["p50_ms"] <= infer["p95_ms"]
    assert infer["frames_per_s"] > 0
    assert "left_out" in show
    assert resize_show["title"] == "with resize and display"


def test_engine_precision_and_batch_are_those_asked_for(tiny_model: Path, tmp_path: Path) -> None:
    output = tmp_path / "bench.json"
    asked = ("--engine", "openvino", "--precision", "fp32", "--batch", 3)
    done = run("skymask-bench", *QUICK, "--task", "infer", *asked, "--model", tiny_model, "-o", output)
    assert done.code == 0, done.err
    result = json.loads(output.read_text())
    assert (result["engine"]["engine"], result["engine"]["precision"]) == ("openvino", "fp32")
    (row,) = result["rows"]
    assert row["batch"] == 3
    assert row["rounds"][0]["frames"] % 3 == 0


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("none/bench.json", "none/bench.json cannot be written: No such file or directory"),
        ("results", "results results cannot be written: it is a folder"),
    ],
)
def test_a_result_that_cannot_be_written_is_refused_before_measuring(
    output: str, message: str, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    done = run("skymask-bench", *QUICK, "--model", tiny_model, "-o", output, cwd=tmp_path)
    assert done.code == 1
    assert message in done.err
    assert done.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_what_is_wrong_is_said(tiny_model: Path, tmp_path: Path) -> None:
    for arguments, message in (
        (("--size", "8x8"), "at least 32 pixels each way"),
        (("--rounds", "0"), "See 'skymask-bench --help'"),
        (("--engine", "tensorflow"), "tensorflow"),
    ):
        done = run("skymask-bench", *arguments, "--model", tiny_model)
        assert done.code == 2
        assert message in done.err
