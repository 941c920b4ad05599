"""The options that choose a model and what runs it, for the commands that take them."""

from __future__ import annotations

from dataclasses import dataclass

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class EngineChoice:
    """What `skymask.load` takes besides the model."""

    engine: str = "auto"
    """auto, onnxruntime or openvino."""
    device: str = "auto"
    """auto, cpu, cuda or tensorrt; with openvino auto, cpu or another device that it finds, such as gpu."""
    threads: int | None = None
    """CPU threads for inference. [default: all CPUs]"""


DEFAULT_ENGINE = EngineChoice()


@Parameter(name="*")
@dataclass(frozen=True)
class ModelChoice:
    """What `skymask.load` takes."""

    model: str | None = None
    """Name of a shipped model (skymask info lists them), or a file made by 'skymask export'. [default: fast]"""
    on: EngineChoice = DEFAULT_ENGINE


DEFAULT_CHOICE = ModelChoice()
