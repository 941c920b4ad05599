"""Whoever uses skymask is not reported to anybody."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "skymask"


def test_onnx_runtime_collects_nothing(tmp_path: Path, tiny_model: Path) -> None:
    places = {name: str(tmp_path) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME")}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"} | places
    program = f"import skymask; skymask.load({str(tiny_model)!r}, 'onnxruntime')"
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == []


def test_openvino_reports_nothing(tiny_model: Path) -> None:
    pytest.importorskip("openvino")
    program = f"""
import sys, skymask
skymask.load({str(tiny_model)!r}, 'openvino')
print([name for name in sys.modules if name.startswith("openvino_telemetry")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_onnx_runtime_is_imported_in_one_place() -> None:
    imports = re.compile(r"^\s*(import|from) onnxruntime\b", re.MULTILINE)
    found = [path for path in SOURCES.rglob("*.py") if imports.search(path.read_text(encoding="utf-8"))]
    assert found == [SOURCES / "runtime" / "ort.py"]
