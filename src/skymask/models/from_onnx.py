"""Takes the weights of an exported file back into a network, so that training can go on from a model that was shipped.

An export folds every batch normalisation into the convolution before it. The network computes the same without them,
but it would train badly. Here each convolution gets filters of the length a fresh network has, and each normalisation
the statistics of real frames, with scale and shift chosen so that nothing changes in what the network computes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from skymask.errors import ModelError
from skymask.models.fast import DecoderStep, StripContext

DEAD_LENGTH = 1e-3  # of a fresh filter's length
_NETWORK = "/network/"  # the exporter names nodes by the way to their module; before this lie resize and upsampling


@torch.no_grad()
def load_exported(network: nn.Module, path: Path, working: Tensor) -> None:
    """Gives a fresh network the weights of an exported model of the same kind.

    Args:
        network: As `skymask.models.build` returns it. Changed in place; left in evaluation mode.
        path: ONNX file that `skymask export` wrote in fp32.
        working: float [N, 3, H, W], RGB, 0 to 255: pictures from the training data, for the statistics of the
            normalisations. A few dozen are enough.

    Raises:
        ModelError: The file cannot be read, or its convolutions are not those of the network.
    """
    weights = _read_convolutions(path)
    convolutions = {
        name: module for name, module in network.named_modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    }
    if weights.keys() != convolutions.keys():
        odd = sorted(weights.keys() ^ convolutions.keys())
        raise ModelError(
            f"{path} does not hold the network that the configuration names: convolution '{odd[0]}' is in one of them "
            "alone. Set `network` to the kind that was exported, in fp32."
        )
    biases: dict[nn.Module, Tensor | None] = {}
    # A transposed convolution has no normalisation after it.
    fresh = {module: _lengths([module]) for module in convolutions.values() if isinstance(module, nn.Conv2d)}
    for name, module in convolutions.items():
        weight, bias = weights[name]
        if weight.shape != module.weight.shape:
            raise ModelError(
                f"{path} does not hold the network that the configuration names: '{name}' has the shape "
                f"{list(weight.shape)}, not {list(module.weight.shape)}."
            )
        module.weight.copy_(weight)
        biases[module] = bias
        if module.bias is not None and bias is not None:
            module.bias.copy_(bias)
    _unfold(network, biases, fresh, working)


def holds_two_looks(path: Path) -> bool:
    """Says whether an exported file holds the network 'accurate'.

    Raises:
        ModelError: The file cannot be read.
    """
    return any(name.startswith("second.") for name in _read_convolutions(path))


def _read_convolutions(path: Path) -> dict[str, tuple[Tensor, Tensor | None]]:
    """Returns weight and bias of every convolution, by the name its module has in the network."""
    try:
        graph = onnx.load(path).graph
    except Exception as error:  # protobuf and onnx raise types of their own
        raise ModelError(f"{path} is not a readable ONNX file ({type(error).__name__}).") from None
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:  # large weights are stored as float16 and cast
        if node.op_type == "Cast" and node.input[0] in tensors:
            tensors[node.output[0]] = tensors[node.input[0]]

    def tensor(name: str) -> Tensor:
        return torch.from_numpy(numpy_helper.to_array(tensors[name]).astype(np.float32))

    found = {}
    for node in graph.node:
        if node.op_type in ("Conv", "ConvTranspose") and _NETWORK in node.name and node.input[1] in tensors:
            bias = tensor(node.input[2]) if len(node.input) > 2 else None
            found[_module_name(node.name)] = tensor(node.input[1]), bias
    return found


def _module_name(node_name: str) -> str:
    """Turns "/.../network/encoder/blocks.0/blocks.0.1/conv_dw/Conv" into "encoder.blocks.0.1.conv_dw"."""
    parts: list[str] = []
    for part in node_name.split(_NETWORK, 1)[1].split("/")[:-1]:
        if parts and part.startswith(parts[-1] + "."):  # a member of a sequence repeats the sequence's name
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def _lengths(branches: list[nn.Conv2d]) -> Tensor:
    """Returns the Euclidean length of each output channel's filters, [C]."""
    filters = torch.cat([branch.weight.flatten(1) for branch in branches], dim=1)
    lengths: Tensor = torch.linalg.vector_norm(filters, dim=1)
    return lengths


def _scales(wanted: Tensor, found: Tensor) -> Tensor:
    """Returns the factors to the wanted lengths; filters that died in training stay as they are."""
    return torch.where(found > DEAD_LENGTH * wanted, wanted / found, torch.ones_like(found))


def _unfold(
    network: nn.Module, biases: dict[nn.Module, Tensor | None], fresh: dict[nn.Conv2d, Tensor], working: Tensor
) -> None:
    """Sets every normalisation in one forward pass, each just before its turn."""
    summing = [module for module in network.modules() if isinstance(module, StripContext | DecoderStep)]
    sums = {module.norm: list(module.branches) for module in summing}
    made_by: dict[int, nn.Conv2d] = {}
    alive: list[Tensor] = []  # an id is only good while its tensor lives

    def remember(conv: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        assert isinstance(conv, nn.Conv2d)
        made_by[id(output)] = conv
        alive.append(output)

    def settle(norm: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        assert isinstance(norm, nn.BatchNorm2d)
        branches = sums.get(norm) or [made_by[id(inputs[0])]]
        scale = _scales(torch.stack([fresh[branch] for branch in branches]).norm(dim=0), _lengths(branches))
        for branch in branches:
            branch.weight *= scale[:, None, None, None]
        scaled = inputs[0] * scale[:, None, None]
        variance, mean = torch.var_mean(scaled, dim=(0, 2, 3))
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt() / scale)
        bias = biases[branches[0]]
        norm.bias.copy_(mean / scale + (0 if bias is None else bias))
        return (scaled,)

    def hook(module: nn.Module) -> Callable[[], None] | None:
        if isinstance(module, nn.Conv2d):
            return module.register_forward_hook(remember).remove
        return module.register_forward_pre_hook(settle).remove if isinstance(module, nn.BatchNorm2d) else None

    removals = [remove for module in network.modules() if (remove := hook(module))]
    try:
        network.eval()(working)
    finally:
        for remove in removals:
            remove()
