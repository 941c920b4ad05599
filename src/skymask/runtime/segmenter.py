"""What people call: a model that turns a frame into the alpha of its sky."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask import weights
from skymask.contract import Alphas, ModelInfo, check_frames
from skymask.errors import EngineError, InputError, ModelError
from skymask.runtime.cpus import check_threads, usable_cpus
from skymask.runtime.engine import Engine, EngineDescription
from skymask.runtime.engines import open_engine
from skymask.runtime.lifetime import keep_in_forks, library_call
from skymask.runtime.model_file import read_model_info


class Segmenter:
    """A loaded model. Call it with frames; safe to call from several threads at once.

    Made by `load`. Close it, or use it in a `with` statement, to free its memory early. It belongs to the process that
    loaded it: one that is forked from there loads its own.
    """

    def __init__(self, engine: Engine, info: ModelInfo) -> None:
        self._engine = engine
        self._info = info
        self._process = os.getpid()
        keep_in_forks(engine)

    @property
    def info(self) -> ModelInfo:
        """What the model file says of itself: name, version, licence, working size, numbers."""
        return self._info

    @property
    def engine(self) -> EngineDescription:
        """Which engine runs it on which device, as it turned out."""
        return self._engine.describe()

    def __call__(self, frames: NDArray[np.uint8]) -> Alphas:
        """Computes the sky's alpha.

        Args:
            frames: One frame, uint8 [H, W, 3], or a batch, uint8 [N, H, W, 3]; RGB, values 0 to 255, H and W at least
                32 pixels. Need not be contiguous.

        Returns:
            uint8 [H, W] for a frame, [N, H, W] for a batch: 255 surely sky, 0 surely not, in between along leaves,
            wires and haze. A new array that the caller owns.

        Raises:
            InputError: The array has another type or shape.
            EngineError: The model has been closed or was loaded in another process, or the interpreter is ending.
            SkymaskError: The engine failed, for instance for want of memory.
        """
        if isinstance(frames, list | tuple):
            raise InputError(
                f"Frames must be one array, not a {type(frames).__name__}. Frames of one size are joined with "
                "numpy.stack(frames); others are given one by one."
            )
        single = isinstance(frames, np.ndarray) and frames.ndim == 3
        batch: NDArray[Any] = frames[np.newaxis] if single else frames
        check_frames(batch)
        with library_call(self._process):
            alphas = self._engine.run(np.ascontiguousarray(batch))
        return alphas[0] if single else alphas

    def close(self) -> None:
        """Frees the model; calling it afterwards raises an `EngineError`, closing it again does nothing.

        Nor does closing it in a process forked from the one that loaded it.
        """
        with contextlib.suppress(EngineError), library_call(self._process):  # it is freed where it may be called
            self._engine.close()

    def __enter__(self) -> Segmenter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        height, width = self._info.working_size
        return f"<skymask.Segmenter {self._info.title}, looks at {width}x{height}, {self.engine}>"


def load(
    model: str | Path | None = None, engine: str = "auto", device: str = "auto", threads: int | None = None
) -> Segmenter:
    """Loads a model.

    Args:
        model: The path of an ONNX file made by `skymask export`, or the name of a shipped model, a key of
            `skymask.weights.SHIPPED_MODELS`; None is "fast".
        engine: "onnxruntime", "openvino" (needs the extra of that name), or "auto" for ONNX Runtime.
        device: "auto", "cpu", "cuda" or "tensorrt" (these two need the package onnxruntime-gpu in the place of
            onnxruntime); with OpenVINO a device it has found, such as "gpu". "auto" takes CUDA where it works and the
            CPU otherwise; `Segmenter.engine` says which.
        threads: Threads for one inference on the CPU; None is as many as this process may use.

    Returns:
        A `Segmenter`, to be called with frames.

    Raises:
        ModelError: The name is unknown, or the file is not a (whole) skymask model of this contract version.
        EngineError: The engine or device is unknown, not installed, or refuses the model.
        InputError: `threads` is less than 1, or more than 256 and the machine's processors; or an argument has another
            type.
    """
    _check_types(engine, device, threads)
    if threads is not None:
        check_threads(threads)
    path = model_path(model)
    info = read_model_info(path)
    with library_call():
        return Segmenter(open_engine(path, engine, device, int(threads or usable_cpus())), info)


def _check_types(engine: object, device: object, threads: object) -> None:
    for name, value in (("engine", engine), ("device", device)):
        if not isinstance(value, str):
            raise InputError(f"{name} must be text, such as 'auto'; got {value!r}.")
    if not isinstance(threads, int | np.integer | None):
        raise InputError(f"threads must be a whole number, or left out; got {threads!r}.")


def model_path(model: str | Path | None = None) -> Path:
    """Finds a model's file.

    Args:
        model: As `load` takes it. A name wins over a file of the same name, which is given as "./name".

    Raises:
        ModelError: It is neither a file nor the name of a shipped model.
    """
    if model is None:
        return weights.path(weights.DEFAULT_MODEL)
    if not isinstance(model, str | os.PathLike):
        raise ModelError(f"The model must be a path or a name; got {model!r}.")
    path = Path(model)
    there = os.path.exists(path)  # noqa: PTH110 - Path.exists raises where a name is too long for a file
    is_name = isinstance(model, str) and model == path.name and not path.suffix and not there
    if model in weights.SHIPPED_MODELS or is_name:
        return weights.path(str(model))
    return path
