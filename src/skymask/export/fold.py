"""Folds batch normalisation where engines do not: behind sums of convolutions.

Engines fold a normalisation into the one convolution before it. Behind a sum it stays, as a pass over memory. It is
linear, and so are the convolutions and the bilinear growth in the sum: scaling every branch and adding the shift once
gives the same numbers.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn

from skymask.models.fast import DecoderStep, StripContext


def fold_sums(network: nn.Module) -> nn.Module:
    """Returns a copy in which the sums of `StripContext` and `DecoderStep` need no normalisation.

    Args:
        network: In evaluation mode; networks without such parts come back as they are.
    """
    network = deepcopy(network)
    for module in network.modules():
        if isinstance(module, StripContext | DecoderStep):
            _fold(module)
    return network


@torch.no_grad()
def _fold(module: StripContext | DecoderStep) -> None:
    norm = module.norm
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    for branch in module.branches:
        branch.weight *= scale[:, None, None, None]
    module.branches[0].bias = nn.Parameter(norm.bias - norm.running_mean * scale)
    module.norm = nn.Identity()
