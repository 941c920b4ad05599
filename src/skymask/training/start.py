"""The network a run starts from: fresh, with a pretrained encoder, from a checkpoint, or from an exported model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from skymask import weights
from skymask.data.manifest import Sample
from skymask.errors import ConfigError
from skymask.models import build
from skymask.models.accurate import Accurate
from skymask.models.from_onnx import load_exported
from skymask.models.guided import shrink
from skymask.training.checkpoint import load_checkpoint
from skymask.training.config import TrainConfig

CALIBRATION_PICTURES = 48


def start_network(config: TrainConfig, samples: Sequence[Sample]) -> nn.Module:
    """Builds the network as the run's `init`, `first` and `pretrained` say.

    Args:
        config: The run.
        samples: Its training data; some of them calibrate the normalisations that an exported file no longer has.

    Raises:
        ConfigError: `init` holds another network, or there is nothing for `accurate` to correct.
        InputError: There is no file at `init`.
        ModelError: The file at `init` or `first` cannot be read, or holds another network.
    """
    if config.init is not None and not _is_exported(config.init):
        start = load_checkpoint(config.init)
        if start.config.network != config.network:
            raise ConfigError(f"{config.init} holds the network '{start.config.network}', not '{config.network}'.")
        return start.network
    network = build(config.network, config.pretrained)
    if config.init is not None:
        load_exported(network, _exported(config.init), _some_pictures(samples, config))
    elif isinstance(network, Accurate):
        if config.first is None:
            raise ConfigError("The network 'accurate' corrects another model: set first = \"fast\", or init.")
        load_exported(network.first, _exported(config.first), _some_pictures(samples, config))
    return network


def _is_exported(model: Path) -> bool:
    return str(model) in weights.SHIPPED_MODELS or model.suffix == ".onnx"


def _exported(model: Path) -> Path:
    return weights.path(str(model)) if str(model) in weights.SHIPPED_MODELS else model


def _some_pictures(samples: Sequence[Sample], config: TrainConfig) -> Tensor:
    """Returns pictures of the training data at the first working size, float [N, 3, H, W], 0 to 255."""
    chosen = random.Random(config.seed).sample(samples, min(CALIBRATION_PICTURES, len(samples)))
    pictures = [torch.tensor(sample.load_image()).permute(2, 0, 1)[None].float() for sample in chosen]
    return torch.cat([shrink(picture, config.stages[0].working_size) for picture in pictures])
