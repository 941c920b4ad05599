"""Writes the graph as ONNX: readable by every engine, weights stored in half the space."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
import onnx
import onnxslim
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from skymask.contract import INPUT_NAME, OUTPUT_NAME, ModelInfo

OPSET = 17  # what TensorRT 8.6 and OpenVINO 2023 already read; nothing newer is needed
IR_VERSION = 9
EXAMPLE_HW = (480, 640)
SMALLEST_HALVED = 65_536  # elements: the wide 1x1 layers, two thirds of the file; small early layers need precision


def to_onnx(graph: nn.Module) -> onnx.ModelProto:
    """Exports a graph in float32.

    The exporter by tracing is used (`dynamo=False`): it needs onnx alone and writes plain, widely readable operators.

    Args:
        graph: `EngineGraph`, or another module that follows the contract; in evaluation mode, float32, on the CPU.

    Returns:
        The model without metadata; N, H and W dynamic at both ends, the network between them at its working size.
    """
    frame = torch.zeros((1, *EXAMPLE_HW, 3), dtype=torch.uint8)
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces the exporter's successor; tracing constants is intended
        torch.onnx.export(
            graph,
            (frame,),
            buffer,  # type: ignore[arg-type]  # the exporter by tracing takes a file object too
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={INPUT_NAME: {0: "N", 1: "H", 2: "W"}, OUTPUT_NAME: {0: "N", 1: "H", 2: "W"}},
        )
    # Folds what tracing wrote down as computation, so that the core between the two dynamic ends is plainly static.
    model = onnxslim.slim(onnx.load_from_string(buffer.getvalue()))
    model.ir_version = IR_VERSION
    return model


def add_info(model: onnx.ModelProto, info: ModelInfo) -> None:
    """Stores what the model says of itself; replaces what it said before."""
    del model.metadata_props[:]
    helper.set_model_props(model, info.to_metadata())


def store_half(graph: onnx.GraphProto, floor: int = SMALLEST_HALVED) -> None:
    """Stores weights of at least `floor` elements as float16 and casts them back to float32 in the graph.

    Computation stays in float32: engines fold the casts when they load the file. Half the file, the same speed.
    """
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims, dtype=np.int64) < floor:
            continue
        values = numpy_helper.to_array(tensor)
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
