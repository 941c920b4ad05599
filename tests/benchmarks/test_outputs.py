"""Benchmarks of minutes make the folder of their results before they begin, not when it is too late."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import cpp_python, tensorrt_builds


def test_builds_of_tensorrt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new" / "results"

    def builds(_: object) -> Iterator[tensorrt_builds.Build]:
        assert folder.is_dir()
        yield tensorrt_builds.Build("fast", "Python", "1.4", "8.6", 9.5, 2.0)

    monkeypatch.setattr(tensorrt_builds, "builds", builds)
    monkeypatch.setattr(sys, "argv", ["tensorrt_builds.py", "fast.onnx", "-o", str(folder)])
    with pytest.raises(SystemExit, match="0"):
        tensorrt_builds.main()
    assert {path.name for path in folder.iterdir()} == {"tensorrt_builds.json", "tensorrt_builds.md"}


def test_cpp_against_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "new" / "results" / "cpp_python.json"

    def measure_rounds(*_: object) -> dict[str, list[float]]:
        assert output.parent.is_dir()
        return {name: [1.0, 2.0] for name in cpp_python.CONTESTANTS}

    monkeypatch.setattr(cpp_python, "measure_rounds", measure_rounds)
    arguments = ["cpp_python.py", str(tmp_path), "--size", "640x480", "--no-files", "-o", str(output)]
    monkeypatch.setattr(sys, "argv", arguments)
    cpp_python.main()
    assert output.is_file()
