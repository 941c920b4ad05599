"""Convolutions that autocast leaves alone."""

from __future__ import annotations

import copy
from unittest.mock import patch

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from skymask.models import build
from skymask.training.precision import keep_depthwise_fp32


def dtypes_of_weights_used(network: nn.Module, x: Tensor) -> list[torch.dtype]:
    """Runs the network under autocast; returns what each of its convolutions was asked to compute with."""
    seen = []
    original = nn.Conv2d.forward

    def spy(conv: nn.Conv2d, inputs: Tensor) -> Tensor:
        seen.append(torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else inputs.dtype)
        return original(conv, inputs)

    with patch.object(nn.Conv2d, "forward", spy), torch.autocast("cpu", torch.bfloat16):
        network(x)
    return seen


@pytest.mark.parametrize(
    ("conv", "dtype"),
    [
        (nn.Conv2d(8, 8, 5, padding=2, groups=8), torch.float32),
        (nn.Conv2d(8, 8, 3, stride=2, groups=8), torch.float32),
        (nn.Conv2d(8, 8, 3, padding=1, groups=8), torch.bfloat16),
        (nn.Conv2d(8, 8, 5, padding=2), torch.bfloat16),
        (nn.Conv2d(8, 8, 1), torch.bfloat16),
    ],
)
def test_only_slow_depthwise_convolutions_stay_in_float32(conv: nn.Conv2d, dtype: torch.dtype) -> None:
    network = nn.Sequential(conv)
    keep_depthwise_fp32(network)
    assert dtypes_of_weights_used(network, torch.rand(1, 8, 16, 16)) == [dtype]


def test_their_result_goes_on_in_the_type_that_came_in() -> None:
    conv = nn.Conv2d(8, 8, 5, padding=2, groups=8)
    keep_depthwise_fp32(nn.Sequential(conv))
    x = torch.rand(1, 8, 16, 16).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        y = conv(x)
    assert conv.bias is not None
    assert torch.equal(y, F.conv2d(x.float(), conv.weight, conv.bias, padding=2, groups=8).bfloat16())


def test_without_autocast_nothing_changes_nor_does_a_name_and_copies_are_their_own() -> None:
    network = build("fast").eval()
    x = torch.rand(1, 3, 64, 64) * 255
    with torch.no_grad():
        before, names = network(x), list(network.state_dict())
        keep_depthwise_fp32(network)
        twin = copy.deepcopy(network)
        assert torch.equal(network(x), before)
        assert list(network.state_dict()) == names
        for parameter in network.parameters():
            parameter.zero_()
        assert torch.equal(twin(x), before)
