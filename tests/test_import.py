"""Importing is light and silent, and running a model needs nothing of the extras."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import TIMEOUT_S

HEAVY = ("numpy", "onnxruntime", "openvino", "av", "PIL", "cv2", "torch", "onnx", "pydantic")


def run_python(code: str) -> str:
    """Runs code in a fresh interpreter; returns all it printed, and fails where it fails."""
    process = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout + process.stderr


@pytest.mark.parametrize("module", ["skymask", "skymask.cli", "skymask.errors", "skymask.weights"])
def test_importing_is_light_and_silent(module: str) -> None:
    loaded = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    assert run_python(loaded) == "[]\n"


@pytest.mark.parametrize("command", ["--help", "--version", "masks --help", "video --help", "train --help"])
def test_help_is_light(command: str) -> None:
    code = (
        f"import sys; from skymask.cli import main; assert main({command.split()}) == 0; "
        f"print('loaded:', [name for name in {HEAVY} if name in sys.modules])"
    )
    assert "loaded: []" in run_python(code)


def test_names_are_checked_before_a_window_without_pyav() -> None:
    """OpenCV has to be loaded first."""
    code = (
        "import sys; from skymask.cli.video import video; from skymask.errors import InputError\n"
        "try: video('.', output='o.mp4', show=True)\n"
        "except InputError as error: print(error, 'av' in sys.modules)"
    )
    assert run_python(code).startswith("The folder . holds no images")
    assert run_python(code).endswith(" False\n")


def test_the_list_of_commands_reads_no_markdown() -> None:
    """Its reader takes a fifth of the time until the list is shown."""
    slow = ("markdown_it", "rich.markdown")
    code = (
        "import sys; from skymask.cli import main; assert main(['--help']) == 0; "
        f"print('loaded:', [name for name in {slow} if name in sys.modules])"
    )
    assert "loaded: []" in run_python(code)


def test_the_public_names_are_there() -> None:
    code = "import skymask; print([name for name in skymask.__all__ if not getattr(skymask, name)])"
    assert run_python(code) == "[]\n"


def test_the_public_names_alone_are_listed() -> None:
    assert run_python("import skymask; print(sorted(skymask.__all__) == dir(skymask))") == "True\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    code = """
import skymask
try:
    skymask.lood
except AttributeError as error:
    print(error)
"""
    assert run_python(code) == "module 'skymask' has no attribute 'lood'\n"


def test_a_model_runs_without_any_extra(tiny_model: Path) -> None:
    code = f"""
import sys
for name in ("torch", "torchvision", "timm", "lightning_fabric", "cv2", "onnx", "pydantic", "openvino", "safetensors"):
    sys.modules[name] = None  # importing it now fails
import numpy, skymask
with skymask.load({str(tiny_model)!r}) as sky:
    print(sky(numpy.zeros((40, 50, 3), numpy.uint8)).shape)
"""
    assert run_python(code) == "(40, 50)\n"
