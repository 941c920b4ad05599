"""A training run of seconds: a two-level U-Net on a miniature data set; as a script, for runs of several processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from torch import nn

from skymask.models.unet import UNet
from skymask.training import checkpoint, loop, start
from skymask.training.config import TrainConfig, parse_config


def tiny_network(name: str, pretrained: bool = False) -> nn.Module:
    """Stands in for `skymask.models.build`."""
    return UNet((4, 8))


def tiny_config(manifest: Path, **changes: Any) -> TrainConfig:
    """Three epochs of two steps; `changes` replace whole sections."""
    values: dict[str, Any] = {
        "name": "tiny",
        "network": "unet",
        "data": {"train": [manifest], "val": [manifest], "samples_per_epoch": 8, "workers": 0},
        "stages": [
            {"epochs": 1, "working_size": [32, 32], "frame_size": [32, 48]},
            {"epochs": 2, "working_size": [32, 64], "frame_size": [48, 64]},
        ],
        "optimiser": {"batch_size": 4, "warmup_steps": 1, "learning_rate": 0.01},
    }
    return parse_config(values | changes, "test")


if __name__ == "__main__":
    start.build = checkpoint.build = tiny_network  # type: ignore[assignment]
    loop.train(tiny_config(Path(sys.argv[1])), Path(sys.argv[2]), devices=loop.Devices("cpu", int(sys.argv[3])))
