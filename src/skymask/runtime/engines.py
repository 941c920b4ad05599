"""Which engines there are, which of them work here, and how to open one."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from skymask.errors import EngineError, suggest
from skymask.runtime.engine import Engine

DEFAULT_ENGINE = "onnxruntime"  # the reference: every export is verified against it

# Name of each engine, which is also that of its module here and of its library: its class, and what to install.
_ENGINES = {
    "onnxruntime": ("OnnxRuntimeEngine", "onnxruntime"),
    "openvino": ("OpenVinoEngine", "skymask[openvino]"),
}
ENGINES = tuple(_ENGINES)


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine can be used here."""

    engine: str
    """A name in `ENGINES`."""
    version: str | None = None
    """Version of the installed library; None where it cannot be used."""
    devices: tuple[str, ...] = ()
    """Devices it offers, as `skymask.load` takes them."""
    problem: str | None = None
    """Why it cannot be used, and the remedy."""


def open_engine(path: Path, engine: str, device: str, threads: int) -> Engine:
    """Loads a model into an engine.

    Args:
        path: A file that `read_model_info` has accepted.
        engine: A name in `ENGINES`, or "auto" for `DEFAULT_ENGINE`.
        device: "auto", or a device of that engine.
        threads: Threads for one inference on the CPU.

    Raises:
        EngineError: The engine or device is unknown or not installed, or refuses the model.
    """
    name = DEFAULT_ENGINE if engine == "auto" else engine
    if name not in ENGINES:
        raise EngineError(f"Unknown engine '{engine}'. {suggest(engine, ['auto', *ENGINES])}")
    opened: Engine = getattr(_import(name), _ENGINES[name][0])(path, device, threads)
    return opened


def engine_statuses() -> list[EngineStatus]:
    """Looks which engines are installed and which devices they offer; imports those that are."""
    return [_status(name) for name in ENGINES]


def _status(name: str) -> EngineStatus:
    try:
        module = _import(name)
    except EngineError as error:
        return EngineStatus(name, problem=str(error))
    return EngineStatus(name, module.version(), tuple(module.devices()))


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"skymask.runtime.{name}")
    except ModuleNotFoundError as error:
        remedy = f"Install it with 'pip install \"{_ENGINES[name][1]}\"'."
        raise EngineError(f"The engine '{name}' is not installed. {remedy}") from error
    except ImportError as error:
        raise EngineError(f"The engine '{name}' is installed but cannot be loaded: {error}.") from error
