"""The reference engine: ONNX Runtime on the CPU, or on an NVIDIA GPU through its CUDA and TensorRT providers."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np

from skymask.contract import INPUT_NAME, OUTPUT_NAME, Alphas, Frames
from skymask.errors import EngineError, SkymaskError, suggest
from skymask.runtime import gpu_build
from skymask.runtime.engine import EngineDescription
from skymask.runtime.ort import ort, ort_errors

# What each device asks of ONNX Runtime, in order of preference: operators that one provider lacks go to the next.
_PROVIDERS = {
    "cpu": ["CPUExecutionProvider"],
    "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"],
    "tensorrt": ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
}
_HAS_SPIN_DURATION = (1, 26)
_AS_REQUESTED = 1  # "kSameAsRequested"
_SEVERITY_ERROR, _SEVERITY_FATAL, _SEVERITY_DEFAULT = 3, 4, 2

# ONNX Runtime's exceptions have no common base of their own.
_OrtError = (
    ort_errors.EPFail,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    RuntimeError,
)


def version() -> str:
    """Returns the version of the installed ONNX Runtime."""
    return str(ort.__version__)


def _release() -> tuple[int, int]:
    major, minor, *_ = version().split(".")
    return int(major), int(minor)


def devices() -> list[str]:
    """Returns the devices this build of ONNX Runtime knows; that one is listed does not say that a GPU is present."""
    available = ort.get_available_providers()
    return [device for device, providers in _PROVIDERS.items() if providers[0] in available]


class OnnxRuntimeEngine:
    """Runs a model with ONNX Runtime. Safe to call from several threads: a session's `run` is."""

    def __init__(self, path: Path, device: str, threads: int) -> None:
        """Loads the model.

        Args:
            path: A file that `read_model_info` has accepted.
            device: "cpu", "cuda", "tensorrt", or "auto" for CUDA where it can be had and the CPU otherwise. TensorRT
                is taken only when asked for: it may spend minutes building an engine when it meets a new frame size.
            threads: Threads for one inference on the CPU.

        Raises:
            EngineError: The device is unknown or not available, or ONNX Runtime refuses the model.
        """
        if device not in ("auto", *_PROVIDERS):
            raise EngineError(f"Unknown device '{device}' for onnxruntime. {suggest(device, ['auto', *_PROVIDERS])}")
        available = devices()
        if device not in ("auto", *available):
            raise _not_built(device)
        self._session: ort.InferenceSession | None
        if device == "auto":
            self._session = _open_best_session(path, threads, "cuda" in available)
        else:
            self._session = _open_session(path, device, threads)
        self._device = _device_in_use(self._session)
        self._threads = threads
        if device not in ("auto", self._device):
            raise EngineError(
                f"Device '{device}' cannot be used: no such GPU, driver or library was found. It needs an NVIDIA "
                "driver, CUDA and cuDNN; or leave the device at 'auto'."
            )

    def run(self, frames: Frames) -> Alphas:
        """See `Engine.run`."""
        session = self._session
        if session is None:
            raise EngineError("The model has been closed; load it again to go on.")
        try:
            if self._device != "cpu":
                alphas: Alphas = session.run([OUTPUT_NAME], {INPUT_NAME: frames})[0]
                return alphas
            # On a CPU a batch is no faster than its frames one by one, and takes more memory.
            found = [session.run([OUTPUT_NAME], {INPUT_NAME: frame})[0] for frame in frames[:, np.newaxis]]
        except _OrtError as error:
            shape = list(frames.shape)
            raise SkymaskError(f"ONNX Runtime failed on frames of the shape {shape}: {_first_line(error)}") from error
        return found[0] if len(found) == 1 else np.concatenate(found)

    def describe(self) -> EngineDescription:
        """See `Engine.describe`."""
        return EngineDescription("onnxruntime", version(), self._device, self._threads)

    def close(self) -> None:
        """See `Engine.close`."""
        session, self._session = self._session, None
        if session is not None and self._device == "cpu":
            # What the store has taken from the system goes back at the end of a run that asks for it: of a small frame.
            options = ort.RunOptions()
            options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
            session.run([], {INPUT_NAME: np.zeros((1, 32, 32, 3), np.uint8)}, options)


def _open_best_session(path: Path, threads: int, try_cuda: bool) -> ort.InferenceSession:
    if try_cuda:
        try:
            return _open_session(path, "cuda", threads)
        except EngineError:
            pass  # a driver or library is missing or too old; if it is the model, the CPU says so as well
    return _open_session(path, "cpu", threads)


def session_options(threads: int) -> ort.SessionOptions:
    """Returns what is asked of ONNX Runtime for any network on any device.

    Args:
        threads: Threads for one inference on the CPU.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _SEVERITY_ERROR
    # Threads that wait spin for as long as the gap between two operators lasts: 1.1 times faster on an idle machine, no
    # slower on a busy one. Spinning for milliseconds, the default, takes the core of a decoder or an encoder beside
    # them: 2 times slower. Releases that cannot be told for how long do not spin.
    if _release() >= _HAS_SPIN_DURATION:
        options.add_session_config_entry("session.intra_op.spin_duration_us", "10")
    else:
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The pattern of the first frame's memory is kept as a second block beside the first: 100 MiB more at 1920x1080, and
    # no faster.
    options.enable_mem_pattern = False
    return options


def _open_session(path: Path, device: str, threads: int) -> ort.InferenceSession:
    options = session_options(threads)
    if device == "cpu":
        # Where the number of frames is known, sums and activations are fused into the convolutions before them.
        options.add_free_dimension_override_by_name("N", 1)
        _register_store()
        options.add_session_config_entry("session.use_env_allocators", "1")
    else:
        # A GPU provider that cannot start complains at length through the process-wide logger and then falls back.
        # `describe` and the errors below say the same in one line.
        ort.set_default_logger_severity(_SEVERITY_FATAL)
    try:
        # Without this flag, ONNX Runtime prints its own fallback messages to stdout.
        return ort.InferenceSession(_as_taken(path), options, providers=_PROVIDERS[device], enable_fallback=0)
    except _OrtError as error:
        raise EngineError(f"ONNX Runtime refuses {path} on '{device}': {_first_line(error)}") from error
    finally:
        if device != "cpu":
            ort.set_default_logger_severity(_SEVERITY_DEFAULT)


def _as_taken(path: Path) -> str | bytes:
    """A model's name, or where that is no UTF-8, which ONNX Runtime needs, its content."""
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return path.read_bytes()
    return name


@cache
def _register_store() -> None:
    """Gives ONNX Runtime a store of memory, for all sessions that ask for it, which grows by what is needed.

    A session's own store doubles with each block it takes: 1.2 GB for a photograph of 24 megapixels, instead of 0.8.
    Having none is as small, but 3 to 4 times slower: the system clears every page of every plane of each photograph.
    """
    memory = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ort.create_and_register_allocator(memory, ort.OrtArenaCfg({"arena_extend_strategy": _AS_REQUESTED}))


def _device_in_use(session: ort.InferenceSession) -> str:
    active = session.get_providers()[0]
    return next(device for device, providers in _PROVIDERS.items() if providers[0] == active)


def _not_built(device: str) -> EngineError:
    hidden = f": {gpu_build.HIDDEN}" if gpu_build.is_hidden(devices()) else ""
    return EngineError(
        f"Device '{device}' cannot be used: this ONNX Runtime {version()} was built without it{hidden}. It needs an "
        f"NVIDIA driver, CUDA, cuDNN and ONNX Runtime's GPU build: {gpu_build.REMEDY}; or leave the device at 'auto'."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
