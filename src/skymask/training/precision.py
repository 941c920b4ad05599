"""What autocast should leave alone: on a CPU, some convolutions are several times slower backwards in bfloat16."""

from __future__ import annotations

import types

import torch
from torch import Tensor, nn


def keep_depthwise_fp32(network: nn.Module) -> None:
    """Lets depthwise convolutions with a stride or a 5x5 kernel compute in float32 under autocast.

    oneDNN has no fast bfloat16 kernel for their gradients: measured on 384x480 pictures, each takes 3 to 5 times as
    long as in float32. What a whole training step gains is in docs/decisions/training-loop.md. Nothing changes
    outside autocast.

    Args:
        network: Changed in place; its parameters and their names stay as they are.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and _is_slow_in_bf16(module):
            module.forward = types.MethodType(_fp32_forward, module)  # type: ignore[method-assign]


def _is_slow_in_bf16(conv: nn.Conv2d) -> bool:
    return conv.groups == conv.in_channels > 1 and (conv.stride[0] > 1 or conv.kernel_size[0] > 3)


def _fp32_forward(conv: nn.Conv2d, x: Tensor) -> Tensor:
    with torch.autocast(x.device.type, enabled=False):
        return type(conv).forward(conv, x.float()).to(x.dtype)
