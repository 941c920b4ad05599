"""A graph whose convolutions compute in 8-bit integers, by NNCF's quantisation after training.

One file serves every engine: pairs of QuantizeLinear and DequantizeLinear, signed and symmetric as TensorRT's parser
asks for, scales per channel for the weights, biases in float32. NNCF (Kozlov et al. 2020, arXiv:2002.08679) measures
the ranges of values on pictures and corrects the biases for what rounding shifts.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from importlib.util import find_spec

import numpy as np
import onnx
from onnx import numpy_helper

from skymask.contract import INPUT_NAME, Frames
from skymask.errors import ConfigError
from skymask.export.core import core_nodes, outer_convolutions

STEPS_UP = 255 / 127
"""Of a scale, where 256 unsigned levels become the 128 signed ones that are not negative."""


def to_int8(model: onnx.ModelProto, frames: Iterable[Frames]) -> onnx.ModelProto:
    """Quantises the dense convolutions of a float32 model's network, but the first and the last of every look.

    These see the picture and draw its edges. Depthwise convolutions have a range of values per channel: they lose
    more than they save.

    Args:
        model: Without weights stored as float16 and cast back.
        frames: uint8 [N, H, W, 3] each, RGB: pictures like those to come, to measure the ranges of values on.

    Raises:
        ConfigError: NNCF is not installed.
    """
    _require_nncf()
    import nncf
    from nncf.common.quantization.structs import QuantizationScheme
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, QuantizationParameters

    nncf.set_log_level(logging.ERROR)
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{index}"  # nodes are chosen by name
    pictures = list(frames)
    symmetric = QuantizationParameters(mode=QuantizationScheme.SYMMETRIC)
    with redirect_stdout(sys.stderr):  # NNCF shows its progress
        quantised: onnx.ModelProto = nncf.quantize(
            model,
            nncf.Dataset(pictures, lambda frame: {INPUT_NAME: frame}),
            subset_size=len(pictures),
            ignored_scope=nncf.IgnoredScope(names=_left_alone(model.graph), validate=False),
            advanced_parameters=AdvancedQuantizationParameters(activations_quantization_params=symmetric),
        )
    _make_signed(quantised.graph)
    return quantised


def _require_nncf() -> None:
    os.environ.setdefault("NNCF_CI", "1")  # its word for: send no statistics of use to anybody
    if find_spec("nncf") is None:
        raise ConfigError("int8 needs NNCF, which is not installed. Install it with 'pip install skymask[int8]'.")


def _left_alone(graph: onnx.GraphProto) -> list[str]:
    """Returns the names of the nodes that stay in float32: both ends, and the convolutions that are not worth it."""
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    core = core_nodes(graph)
    convolutions = [node for node in core if node.op_type == "Conv"]
    depthwise = [node.name for node in convolutions if weights.get(node.input[1], [0, 0])[1] == 1]
    outer = [node.name for node in outer_convolutions(graph)]
    inside = {node.name for node in core}
    ends = [node.name for node in graph.node if node.name not in inside]
    return [*ends, *depthwise, *outer]


def _make_signed(graph: onnx.GraphProto) -> None:
    """Turns unsigned levels, which NNCF takes where no value is negative, into signed ones."""
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "QuantizeLinear":
            scale, zero = (tensors[name] for name in node.input[1:])
            if zero.data_type == onnx.TensorProto.UINT8:  # shared with the DequantizeLinear behind it
                values = numpy_helper.to_array(scale)
                scale.CopyFrom(numpy_helper.from_array((values * STEPS_UP).astype(np.float32), scale.name))
                zero.CopyFrom(numpy_helper.from_array(np.zeros(zero.dims, np.int8), zero.name))
    del graph.value_info[:]  # it names the old types
