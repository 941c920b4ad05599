"""A graph whose convolutions compute in 8-bit integers, by ONNX Runtime's static quantisation.

The settings are those that TensorRT's parser accepts: pairs of QuantizeLinear and DequantizeLinear, signed and
symmetric, also around the weights, biases in float32.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from skymask.contract import INPUT_NAME, Frames
from skymask.export.core import core_nodes

SMALLEST_QUANTISED = 15_000
"""Weights of a dense convolution from which it is quantised.

Smaller ones see the picture first or draw its edges last, and depthwise ones have a range of values per channel: both
lose more than they save.
"""


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, frames: Iterable[Frames]) -> None:
        self._frames: Iterator[Frames] = iter(frames)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        frame = next(self._frames, None)
        return None if frame is None else {INPUT_NAME: frame}


def to_int8(model: onnx.ModelProto, frames: Iterable[Frames]) -> onnx.ModelProto:
    """Quantises the large dense convolutions of a float32 model's network.

    Args:
        model: Without weights stored as float16 and cast back.
        frames: uint8 [N, H, W, 3] each, RGB: pictures like those to come, to measure the ranges of values on.
    """
    for index, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{index}"  # nodes are chosen by name
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        source.write_bytes(model.SerializeToString())
        with _without_advice():
            quantize_static(
                source,
                target,
                _Reader(frames),
                quant_format=QuantFormat.QDQ,
                nodes_to_quantize=_large_convolutions(model.graph),
                per_channel=True,
                activation_type=QuantType.QInt8,
                weight_type=QuantType.QInt8,
                extra_options={"ActivationSymmetric": True, "QuantizeBias": False, "AddQDQPairToWeight": True},
            )
        return onnx.load(target)


@contextmanager
def _without_advice() -> Iterator[None]:
    """Keeps ONNX Runtime's advice to prepare the graph otherwise, given to the root logger, off the user's screen."""
    root = logging.getLogger()
    root.addFilter(_reject)
    try:
        yield
    finally:
        root.removeFilter(_reject)


def _reject(_: logging.LogRecord) -> bool:
    return False


def _large_convolutions(graph: onnx.GraphProto) -> list[str]:
    lengths = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    chosen = []
    for node in core_nodes(graph):
        weight = lengths.get(node.input[1], []) if node.op_type == "Conv" else []
        if weight and weight[1] > 1 and np.prod(weight) >= SMALLEST_QUANTISED:
            chosen.append(node.name)
    return chosen
