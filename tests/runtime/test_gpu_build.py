"""ONNX Runtime's GPU build, which has the files of the plain one: whichever was installed last is the one that runs."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import skymask
from skymask.cli import main
from skymask.errors import EngineError
from skymask.runtime import gpu_build

ROOT = Path(__file__).parents[2]
COMMANDS = "'pip uninstall -y onnxruntime', then 'pip install --force-reinstall --no-deps onnxruntime-gpu'"
BOTH = "onnxruntime and onnxruntime-gpu are both installed, and the first is what runs"


def install(monkeypatch: pytest.MonkeyPatch, *packages: str, providers: tuple[str, ...] = ()) -> None:
    """Makes these the installed packages, and these the providers of what runs, beside the CPU's."""

    def version(package: str) -> str:
        if package in packages:
            return "1.32.0"
        raise PackageNotFoundError(package)

    monkeypatch.setattr(gpu_build, "version", version)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: [*providers, "CPUExecutionProvider"])


@pytest.mark.parametrize("device", ["cuda", "tensorrt"])
def test_the_plain_build_says_how_to_get_the_other(
    device: str, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, "onnxruntime")
    with pytest.raises(EngineError) as refused:
        skymask.load(tiny_model, device=device)
    assert "was built without it. " in str(refused.value)
    assert COMMANDS in str(refused.value)


def test_two_builds_over_each_other_are_told_apart(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "onnxruntime", "onnxruntime-gpu")
    with pytest.raises(EngineError) as refused:
        skymask.load(tiny_model, device="cuda")
    assert f"was built without it: {BOTH}. " in str(refused.value)
    assert COMMANDS in str(refused.value)


@pytest.mark.parametrize(
    ("packages", "providers", "said"),
    [
        (("onnxruntime",), (), False),
        (("onnxruntime", "onnxruntime-gpu"), (), True),
        (("onnxruntime", "onnxruntime-gpu"), ("CUDAExecutionProvider",), False),
        (("onnxruntime-gpu",), ("CUDAExecutionProvider",), False),
    ],
)
@pytest.mark.filterwarnings("ignore:Specified provider")  # which this ONNX Runtime does not have
def test_info_tells_that_the_gpu_build_is_hidden(
    packages: tuple[str, ...],
    providers: tuple[str, ...],
    said: bool,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(monkeypatch, *packages, providers=providers)
    assert main(["info", str(tiny_model)]) == 0
    assert (f"{BOTH}, without a GPU. Put that right with {COMMANDS}.\n" in capsys.readouterr().out) is said


def test_the_readme_has_the_commands_and_no_extra_promises_them() -> None:
    assert " && ".join(gpu_build.COMMANDS) in (ROOT / "README.md").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert not any("onnxruntime" in package for packages in extras.values() for package in packages)
