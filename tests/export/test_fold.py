from __future__ import annotations

import pytest
import torch
from torch import nn

from skymask.export.fold import fold_sums
from skymask.models import build
from skymask.models.fast import Fast
from skymask.models.unet import UNet


def trained_looking(network: nn.Module) -> nn.Module:
    """Normalisations that do something, as after training."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.3)
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
        if isinstance(module, Fast):
            nn.init.normal_(module.head.weight, std=0.3)  # far enough from nothing to be compared
    return network.eval()


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_the_folded_network_computes_the_same(name: str) -> None:
    torch.manual_seed(0)
    network = trained_looking(build(name))
    folded = fold_sums(network)
    frame = torch.rand(2, 3, 64, 96) * 255
    with torch.no_grad():
        expected, found = network(frame), folded(frame)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_the_sums_need_no_normalisation_and_the_original_keeps_its_own() -> None:
    network = build("fast").eval()
    norms = sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    folded = fold_sums(network)
    assert sum(isinstance(module, nn.BatchNorm2d) for module in folded.modules()) == norms - 5
    assert sum(isinstance(module, nn.BatchNorm2d) for module in network.modules()) == norms


def test_other_networks_are_left_alone() -> None:
    network = trained_looking(UNet((4, 8)))
    folded = fold_sums(network)
    assert folded.state_dict().keys() == network.state_dict().keys()
