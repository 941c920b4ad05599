"""The process that measures one row once: `python -m skymask.bench.worker`, asked on stdin, answering on stdout.

A fresh process has a cold start and a peak memory of its own, and what other rows left in memory does not help it.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skymask.bench.rows import Row, Task
    from skymask.bench.turn import Turn

# The module and function of each task, found by name: torch_baselines needs torch, and nothing else here does.
_TASKS: dict[Task, tuple[str, str]] = {
    "infer": ("tasks", "infer"),
    "show": ("tasks", "show"),
    "resize-show": ("tasks", "resize_show"),
    "file": ("tasks", "file"),
    "recode": ("tasks", "recode"),
    "play": ("tasks", "play"),
    "unet-torch": ("torch_baselines", "unet_torch"),
    "unet-onnx": ("baselines", "unet_onnx"),
    "core": ("baselines", "core"),
    "dense": ("baselines", "dense"),
}
PREPARED: tuple[Task, ...] = ("unet-onnx", "core")
"""Tasks whose `prepare_row` comes first; "core" prepares for "dense" as well."""

_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def measure_row(row: Row, folder: Path, bout_s: float) -> Turn:
    """Measures a row in a new process.

    Args:
        row: What to measure.
        folder: Where its material is.
        bout_s: As `Choice.bout_s`.

    Raises:
        LeftOutError: The engine, the display or an extra that the row needs is missing.
        SkymaskError: The process failed otherwise.
    """
    from skymask.bench.turn import Turn

    return Turn(**_ask(row, {"row": asdict(row), "folder": str(folder), "bout_s": bout_s}))


def prepare_row(row: Row, folder: Path) -> None:
    """Lets a new process make what a row of `PREPARED` needs; raises as `measure_row`."""
    _ask(row, {"row": asdict(row), "folder": str(folder), "prepare": True})


def _ask(row: Row, request: dict[str, Any]) -> dict[str, Any]:
    from skymask.bench.interleave import LeftOutError
    from skymask.errors import SkymaskError

    environment = dict(os.environ)
    if row.task == "dense":  # NumPy's library reads it when it is loaded
        environment |= dict.fromkeys(_BLAS_THREADS, str(row.threads))
    done = subprocess.run(
        [sys.executable, "-P", "-m", "skymask.bench.worker"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        errors="replace",  # of what libraries write
        check=False,
        env=environment,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise SkymaskError(f"Measuring '{row.name}' failed: {reason}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "left_out" in answer:
        raise LeftOutError(answer["left_out"])
    return answer


def main() -> None:
    """Does what stdin asks for and prints one line of JSON."""
    start_s = time.perf_counter()  # nothing of skymask but this file and its two empty packages is loaded yet
    request = json.load(sys.stdin)
    from skymask.errors import DisplayError, EngineError, ModelError

    try:
        answer = _answer(request, start_s)
    except DisplayError as error:
        from skymask.video.display import INSTEAD

        answer = {"left_out": str(error).removesuffix(INSTEAD).strip()}
    except (EngineError, ModelError) as error:
        answer = {"left_out": str(error)}
    except ModuleNotFoundError as error:
        if (error.name or "skymask").startswith("skymask"):
            raise
        answer = {"left_out": f"{error.name} is not installed: pip install 'skymask[train]'"}
    print(json.dumps(answer))


def _answer(request: dict[str, Any], start_s: float) -> dict[str, Any]:
    from skymask.bench.material import Material
    from skymask.bench.rows import Row
    from skymask.bench.turn import with_peak

    asked = request["row"]
    row = Row(**{**asked, "size_hw": asked["size_hw"] and tuple(asked["size_hw"])})
    material = Material(Path(request["folder"]))
    if request.get("prepare"):
        importlib.import_module("skymask.bench.torch_baselines").prepare(row, material)
        return {}
    module, function = _TASKS[row.task]
    measure = getattr(importlib.import_module(f"skymask.bench.{module}"), function)
    return asdict(with_peak(measure(row, material, request["bout_s"], start_s)))


if __name__ == "__main__":
    main()
