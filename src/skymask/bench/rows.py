"""What is measured: a row is one task on one size of frames, with one model, engine and number of threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from skymask.contract import MIN_SIDE
from skymask.errors import EngineError, InputError, suggest
from skymask.runtime.cpus import check_threads
from skymask.runtime.engines import ENGINES
from skymask.runtime.model_file import read_model_info
from skymask.runtime.segmenter import model_path

Task = Literal["infer", "show", "resize-show", "file", "recode", "play", "unet-torch", "unet-onnx", "core", "dense"]

TITLES: dict[Task, str] = {
    "infer": "inference alone",
    "show": "with display",
    "resize-show": "with resize and display",
    "file": "whole file",
    "recode": "decode + encode alone",
    "play": "decode + display alone",
    "unet-torch": "U-Net, eager PyTorch",
    "unet-onnx": "U-Net, ONNX Runtime",
    "core": "core network alone",
    "dense": "matrix product of as many operations",
}
ENGINE_TASKS: tuple[Task, ...] = ("infer", "show", "resize-show", "file")
ENGINELESS_TASKS: tuple[Task, ...] = ("recode", "play")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    task: Task
    """What is done again and again."""
    size_hw: tuple[int, int] | None = None
    """Height and width of the frames in pixels; None where there are none."""
    model: str | None = None
    """As `skymask.load` takes it; None where no model of skymask's is involved."""
    engine: str | None = None
    """Name of the engine or library that computes; None where nothing is inferred."""
    threads: int | None = None
    """Threads for one inference; None where nothing is inferred. Decoders and encoders take all cores."""
    label: str | None = None
    """What the model is called, where its file's name alone would also mean another."""

    @property
    def size(self) -> str:
        """Width x height, as `--size` takes it; "-" where there are no frames."""
        return "-" if self.size_hw is None else f"{self.size_hw[1]}x{self.size_hw[0]}"

    @property
    def model_name(self) -> str:
        """The model without its folder and ending, or its label; "-" where there is none."""
        return "-" if self.model is None else self.label or Path(self.model).stem

    @property
    def name(self) -> str:
        """Says everything, such as "inference alone, fast, onnxruntime, 640x480, 2 threads"."""
        engine = None if self.task.startswith("unet") else self.engine
        threads = None if self.threads is None else f"{self.threads} thread{'s' if self.threads > 1 else ''}"
        parts = (TITLES[self.task], self.model_name, engine, self.size, threads)
        return ", ".join(part for part in parts if part not in (None, "-"))


@dataclass(frozen=True)
class Choice:
    """What the user wants to know; the options of `skymask bench`."""

    sizes_hw: tuple[tuple[int, int], ...]
    """Height and width of the frames in pixels. The first is what the others, and the U-Net, are compared at."""
    models: tuple[str, ...]
    """As `skymask.load` takes them."""
    engines: tuple[str, ...]
    """Names in `ENGINES`."""
    threads: tuple[int, ...]
    """Threads for one inference."""
    rounds: int = 5
    """How often every row is measured."""
    baselines: bool = False
    """Whether the U-Net and the matrix product are measured too."""
    bout_s: float = 0.7
    """How long a row is called again and again in one round, in seconds; at least once."""


def check(choice: Choice) -> None:
    """Refuses what cannot be measured, before anything is.

    Raises:
        InputError: A size is too small or odd, or there are no rounds or threads, or too many of these.
        EngineError: An engine's name is unknown.
        ModelError: A model cannot be read.
    """
    for height, width in choice.sizes_hw:
        if min(height, width) < MIN_SIDE:
            raise InputError(f"A size must be at least {MIN_SIDE} pixels each way; got {width}x{height}.")
        if height % 2 or width % 2:
            raise InputError(f"A size must be even each way, as H.264 wants it; got {width}x{height}.")
    for engine in choice.engines:
        if engine not in ENGINES:
            raise EngineError(f"Unknown engine '{engine}'. {suggest(engine, ENGINES)}")
    if choice.rounds < 1:
        raise InputError(f"--rounds must be at least 1; got {choice.rounds}.")
    for threads in choice.threads:
        check_threads(threads, "--threads")
    for model in choice.models:
        read_model_info(model_path(model))


def plan(choice: Choice) -> list[Row]:
    """Returns every row of a choice, each once, in the order of the table."""
    rows = []
    labels = _labels(choice.models)
    for size_hw in choice.sizes_hw:
        for (model, label), engine, threads in product(labels.items(), choice.engines, choice.threads):
            rows += [Row(task, size_hw, model, engine, threads, label) for task in ENGINE_TASKS]
        rows += [Row(task, size_hw) for task in ENGINELESS_TASKS]
    if choice.baselines:
        rows += _baselines(choice.sizes_hw[0], labels, choice.threads)
    return list(dict.fromkeys(rows))


def _labels(models: Sequence[str]) -> dict[str, str | None]:
    """The label of each model: its path as it was given, if another one has the same name; else None."""
    stems = Counter(Path(model).stem for model in set(models))
    return {model: model if stems[Path(model).stem] > 1 else None for model in models}


def _baselines(size_hw: tuple[int, int], labels: Mapping[str, str | None], threads: Sequence[int]) -> list[Row]:
    rows = []
    for count in threads:
        rows.append(Row("unet-torch", size_hw, None, "torch", count))
        rows.append(Row("unet-onnx", size_hw, None, "onnxruntime", count))
        for model, label in labels.items():
            rows.append(Row("core", None, model, "onnxruntime", count, label))
            rows.append(Row("dense", None, model, "numpy", count, label))
    return rows
