"""`skymask train`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from skymask.errors import InputError


def train(
    config: Path,
    /,
    *overrides: Annotated[str, Parameter(allow_leading_hyphen=True)],
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    resume: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    accelerator: str = "auto",
    devices: int = 1,
) -> None:
    """Train a network from labelled images.

    Reads a configuration (TOML; see the folder configs/), writes best.safetensors, last.safetensors, metrics.jsonl and
    TensorBoard curves into the run's folder after every epoch. Any value of the configuration can be replaced by a
    dotted option; skymask/training/config.py lists them all.

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
        overrides: Values to replace, as dotted keys: --data.workers 4.
    """
    from skymask.training.config import load_config
    from skymask.training.loop import Devices
    from skymask.training.loop import train as run

    settings = load_config(config, _pairs(overrides))
    folder = output or Path("runs") / settings.name
    best = run(settings, folder, resume, Devices(accelerator, devices))
    print(best)


def _pairs(tokens: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Takes "--key value" and "--key=value" apart."""
    pairs = []
    rest = iter(tokens)
    for token in rest:
        key, equals, text = token.partition("=")
        if not key.startswith("--"):
            raise InputError(f"'{token}' is not an option. A value of the configuration is replaced by --key value.")
        value = text if equals else next(rest, None)
        if value is None:
            raise InputError(f"{key} needs a value.")
        pairs.append((key.removeprefix("--"), _value(value)))
    return pairs


def _value(text: str) -> Any:
    """Numbers, booleans and lists as in TOML; everything else is text."""
    try:
        return ast.literal_eval({"true": "True", "false": "False"}.get(text, text))
    except (ValueError, SyntaxError):
        return text
