"""Checkpoints: weights as safetensors that say how to build their network, and beside them what a resume needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from skymask.errors import InputError, ModelError
from skymask.files import reaching, writing
from skymask.models import build
from skymask.training.config import TrainConfig, parse_config

REMEDY = "Give a best.safetensors or last.safetensors that 'skymask train' wrote."


@dataclass(frozen=True)
class Checkpoint:
    """A trained network with the configuration and the validation results that belong to it."""

    network: nn.Module
    """In evaluation mode, float32, on the CPU."""
    config: TrainConfig
    metrics: dict[str, Any]
    """The last line of `metrics.jsonl` when it was written."""

    @property
    def working_size(self) -> tuple[int, int]:
        """Height and width at which the network looked when the weights were kept, in pixels."""
        height, width = self.metrics.get("working_size", self.config.stages[-1].working_size)
        return height, width


def save_weights(path: Path, weights: dict[str, Tensor], config: TrainConfig, metrics: dict[str, Any]) -> None:
    """Writes weights with configuration and metrics in the file's metadata; replaces an older file at once.

    Raises:
        OutputError: The file cannot be written.
    """
    metadata = {"config": config.model_dump_json(), "metrics": json.dumps(metrics)}
    with writing(path) as part:
        save_file({key: tensor.contiguous() for key, tensor in weights.items()}, part, metadata)


def load_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint that `save_weights` wrote.

    Raises:
        InputError: There is no such file, or it cannot be reached.
        ModelError: It is not a skymask checkpoint, is damaged, or its weights do not fit its network.
    """
    with reaching(path):
        if not path.is_file():
            raise InputError(f"There is no checkpoint at {path}. {REMEDY}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} is not a readable safetensors file ({error}). {REMEDY}") from None
    if "config" not in metadata:
        raise ModelError(f"{path} has no skymask configuration in its metadata. {REMEDY}")
    config = parse_config(json.loads(metadata["config"]), str(path))
    network = build(config.network)
    shapes = {name: tensor.shape for name, tensor in network.state_dict().items()}
    odd = [name for name in shapes.keys() | weights if name not in weights or weights[name].shape != shapes.get(name)]
    if odd:
        raise ModelError(
            f"The weights in {path} do not fit the network '{config.network}': {len(odd)} tensors are missing, unknown "
            f"or of another shape, among them '{min(odd)}'. {REMEDY}"
        )
    network.load_state_dict(weights)
    return Checkpoint(network.eval(), config, json.loads(metadata.get("metrics", "{}")))


def save_resume(path: Path, state: dict[str, Any]) -> None:
    """Writes all that a resumed run needs besides its configuration; replaces an older file at once.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing(path) as part:
        torch.save(state, part)


def load_resume(path: Path) -> dict[str, Any]:
    """Reads what `save_resume` wrote. Tensors and plain values alone: nothing in the file is executed.

    Raises:
        InputError: There is no such file, or it is damaged.
    """
    if not path.is_file():
        raise InputError(f"There is nothing to resume at {path}. Start the run without --resume.")
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many types for damaged files
        raise InputError(f"{path} cannot be read ({type(error).__name__}: {error}). Start without --resume.") from None
    return state
