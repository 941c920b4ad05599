"""Which parameters learn how fast, and which of them decay."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from skymask.models.guided import Segmentation
from skymask.training.config import OptimiserConfig


def parameter_groups(model: Segmentation, config: OptimiserConfig) -> list[dict[str, Any]]:
    """Sorts a network's parameters for AdamW: slower steps for a pretrained encoder, no decay of biases and the like.

    Returns:
        Groups of what is trained at all, with `weight_decay` and `base_lr`, the rate before the schedule's factor.
    """
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        key = (".encoder." in name, parameter.ndim > 1)
        groups.setdefault(key, []).append(parameter)
    return [
        {
            "params": parameters,
            "base_lr": config.learning_rate * (config.encoder_factor if encoder else 1.0),
            "weight_decay": config.weight_decay if decays else 0.0,
        }
        for (encoder, decays), parameters in groups.items()
    ]
