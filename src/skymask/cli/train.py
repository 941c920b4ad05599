"""`skymask train`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def train(
    config: Path,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    resume: bool = False,
    accelerator: str = "auto",
    devices: int = 1,
    **overrides: str,
) -> None:
    """Train a network from labelled images.

    Reads a configuration (TOML; see the folder configs/), writes best.safetensors, last.safetensors, metrics.jsonl and
    TensorBoard curves into the run's folder after every epoch. Any value of the configuration can be replaced by a
    dotted option.

    Examples:
        skymask train configs/fast.toml -o runs/fast
        skymask train configs/fast.toml -o runs/fast --resume
        skymask train configs/fast.toml --optimiser.batch_size 8 --precision fp32

    Args:
        config: Configuration file.
        output: Folder of the run. Default: runs/NAME with the configuration's name.
        resume: Continue an interrupted run after its last finished epoch.
        accelerator: "cpu", "cuda" or "auto".
        devices: How many devices train in step.
        overrides: Values to replace, by their dotted keys.
    """
    from skymask.training.config import load_config
    from skymask.training.loop import Devices
    from skymask.training.loop import train as run

    settings = load_config(config, [(key, _value(text)) for key, text in overrides.items()])
    folder = output or Path("runs") / settings.name
    best = run(settings, folder, resume, Devices(accelerator, devices))
    print(best)


def _value(text: str) -> Any:
    """Numbers, booleans and lists as in TOML; everything else is text."""
    try:
        return ast.literal_eval({"true": "True", "false": "False"}.get(text, text))
    except (ValueError, SyntaxError):
        return text
