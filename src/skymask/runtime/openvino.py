"""The OpenVINO engine, for Intel (and other) processors; needs the extra `openvino`."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skymask.contract import INPUT_NAME, OUTPUT_NAME, Alphas, Frames
from skymask.errors import EngineError, SkymaskError, suggest
from skymask.runtime.cache_folder import cache_folder
from skymask.runtime.engine import EngineDescription
from skymask.weights import sha256


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Lets imports believe that a module is not installed."""
    found = sys.modules.pop(module, None)
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]
        if found is not None:
            sys.modules[module] = found


# Each import is reported to Intel, by a process forked for it, unless the package that does so is missing.
with _without("openvino_telemetry"):
    import openvino as ov


def version() -> str:
    """Returns the version of the installed OpenVINO, without its build number."""
    return str(ov.__version__).split("-", maxsplit=1)[0]


def devices() -> list[str]:
    """Returns the devices OpenVINO has found, in lower case, such as "cpu" and "gpu"."""
    return [str(device).lower() for device in ov.Core().available_devices]


class OpenVinoEngine:
    """Runs a model with OpenVINO. Safe to call from several threads: each call takes an idle request, or a new one."""

    def __init__(self, path: Path, device: str, threads: int) -> None:
        """Loads the model.

        Args:
            path: A file that `read_model_info` has accepted.
            device: A device that OpenVINO has found, such as "cpu" or "gpu"; "auto" is the CPU.
            threads: Threads for one inference on the CPU.

        Raises:
            EngineError: The device is unknown, or OpenVINO refuses the model.
        """
        core = ov.Core()
        found = devices()
        self._device = "cpu" if device == "auto" else device
        if self._device not in found:
            raise EngineError(f"OpenVINO finds no device '{device}' here. {suggest(device, ['auto', *found])}")
        # Left to itself, OpenVINO computes in bfloat16 or float16 where the hardware can. Every engine is to give the
        # alpha that the export was verified against, so float32 it is.
        properties: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self._threads = threads if self._device == "cpu" else None
        if self._threads is not None:
            properties["INFERENCE_NUM_THREADS"] = self._threads
        try:
            self._model: ov.CompiledModel | None = _compile(core, path, self._device.upper(), properties)
        except RuntimeError as error:
            raise EngineError(f"OpenVINO refuses {path}: {_reason(error)}") from error
        self._idle: deque[ov.InferRequest] = deque()

    def run(self, frames: Frames) -> Alphas:
        """See `Engine.run`."""
        model = self._model
        if model is None:
            raise EngineError("The model has been closed; load it again to go on.")
        try:
            request = self._idle.pop()
        except IndexError:
            request = model.create_infer_request()
        try:
            # The frames are lent to OpenVINO for the call; the result is copied out of its buffer.
            alphas: Alphas = request.infer({INPUT_NAME: frames}, share_inputs=True, share_outputs=False)[OUTPUT_NAME]
        except RuntimeError as error:
            shape = list(frames.shape)
            raise SkymaskError(f"OpenVINO failed on frames of the shape {shape}: {_reason(error)}") from error
        self._idle.append(request)
        return alphas

    def describe(self) -> EngineDescription:
        """See `Engine.describe`."""
        return EngineDescription("openvino", version(), self._device, self._threads)

    def close(self) -> None:
        """See `Engine.close`."""
        self._model = None
        self._idle.clear()


def _compile(core: ov.Core, path: Path, device: str, properties: dict[str, str | int]) -> ov.CompiledModel:
    # Compiling takes four times as long as reading what was compiled before. OpenVINO tells models apart by path and
    # time of change alone, so each content has a folder of its own.
    cache = cache_folder(f"openvino/{sha256(path)[:16]}")
    if cache is not None:
        # Of two that fill an empty cache at the same moment, one may fail; a model that is refused is refused again.
        with suppress(RuntimeError):
            return core.compile_model(os.fspath(path), device, properties | {"CACHE_DIR": str(cache)})
    return core.compile_model(os.fspath(path), device, properties)


def _reason(error: Exception) -> str:
    """The last line of OpenVINO's message; the lines before it name source files of OpenVINO."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
