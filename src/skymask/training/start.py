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
from skymask.models.from_onnx import holds_two_looks, load_exported
from skymask.models.guided import shrink
from skymask.training.checkpoint import load_checkpoint
from skymask.training.config import TrainConfig

CALIBRATION_PICTURES = 48


def start_network(config: TrainConfig, samples: Sequence[Sample]) -> nn.Module:
    """Builds the network as the run's `init`, `first_look` and `pretrained` say.

    Args:
        config: The run.
        samples: Its training data; some of them calibrate the normalisations that an exported file no longer has.

    Raises:
        ConfigError: `init` or `first_look` holds another network, `init` is missing where the network cannot begin
            without, or `pretrained` is set beside it.
        InputError: There is no file at one of them.
        ModelError: One of the files cannot be read.
    """
    if config.init is None:
        network = build(config.network, config.pretrained)
        if isinstance(network, Accurate):
            raise ConfigError("The network 'accurate' begins with a trained first look: set init = \"fast\".")
        return network
    if config.pretrained:
        raise ConfigError(
            f"A run begins with the ImageNet weights of `pretrained` or with `init`, {config.init}, not with both. Set "
            "pretrained = false, or remove `init`."
        )
    network = _read(config.init, config.network, config, samples)
    if config.first_look is not None:
        assert isinstance(network, Accurate)
        network.first.load_state_dict(_read(config.first_look, "fast", config, samples).state_dict())
    return network


def _read(source: Path, kind: str, config: TrainConfig, samples: Sequence[Sample]) -> nn.Module:
    """Reads a network of a kind; where 'accurate' is asked for and there is one of 'fast', both looks are that one."""
    path = weights.path(str(source)) if str(source) in weights.SHIPPED_MODELS else source
    held: str
    if path.suffix == ".onnx":
        held = "accurate" if holds_two_looks(path) else "fast" if kind == "accurate" else kind
        network = build(held)
        load_exported(network, path, _some_pictures(samples, config))
    else:
        checkpoint = load_checkpoint(path)
        held, network = checkpoint.config.network, checkpoint.network
    if held == kind:
        return network
    if (held, kind) != ("fast", "accurate"):
        raise ConfigError(f"{source} holds the network '{held}', not '{kind}'.")
    return Accurate.from_fast(network)


def _some_pictures(samples: Sequence[Sample], config: TrainConfig) -> Tensor:
    """Returns pictures of the training data at the first working size, float [N, 3, H, W], 0 to 255."""
    chosen = random.Random(config.seed).sample(samples, min(CALIBRATION_PICTURES, len(samples)))
    pictures = [torch.tensor(sample.load_image()).permute(2, 0, 1)[None].float() for sample in chosen]
    return torch.cat([shrink(picture, config.stages[0].working_size) for picture in pictures])
