"""The network a run starts from: fresh, with a pretrained encoder, from a checkpoint, or from an exported model."""

from __future__ import annotations

import random
from collections.abc import Sequence

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
    """Builds the network as the run's `init` and `pretrained` say.

    Args:
        config: The run.
        samples: Its training data; some of them calibrate the normalisations that an exported file no longer has.

    Raises:
        ConfigError: `init` holds another network, or is missing where the network cannot begin without.
        InputError: There is no file at `init`.
        ModelError: The file at `init` cannot be read.
    """
    if config.init is None:
        network = build(config.network, config.pretrained)
        if isinstance(network, Accurate):
            raise ConfigError("The network 'accurate' begins with a trained first look: set init = \"fast\".")
        return network
    name = str(config.init)
    if name in weights.SHIPPED_MODELS or config.init.suffix == ".onnx":
        network = build(config.network, config.pretrained)
        path = weights.path(name) if name in weights.SHIPPED_MODELS else config.init
        pictures = _some_pictures(samples, config)
        if isinstance(network, Accurate):  # both looks begin as this model of `fast`
            load_exported(network.first, path, pictures)
            network.second.load_state_dict(network.first.state_dict())
        else:
            load_exported(network, path, pictures)
        return network
    start = load_checkpoint(config.init)
    if start.config.network != config.network:
        raise ConfigError(f"{config.init} holds the network '{start.config.network}', not '{config.network}'.")
    return start.network


def _some_pictures(samples: Sequence[Sample], config: TrainConfig) -> Tensor:
    """Returns pictures of the training data at the first working size, float [N, 3, H, W], 0 to 255."""
    chosen = random.Random(config.seed).sample(samples, min(CALIBRATION_PICTURES, len(samples)))
    pictures = [torch.tensor(sample.load_image()).permute(2, 0, 1)[None].float() for sample in chosen]
    return torch.cat([shrink(picture, config.stages[0].working_size) for picture in pictures])
