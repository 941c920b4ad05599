"""A graph whose network computes in float16: what TensorRT, strongly typed, takes the precision from."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from skymask.export.core import core_nodes

_SCALES = 2  # input of Resize that stays float32 whatever is resized


def to_half(model: onnx.ModelProto) -> None:
    """Turns the network of a float32 model to float16, in place; both ends and the model's input and output stay.

    Args:
        model: Without weights stored as float16 and cast back.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    core = core_nodes(graph)
    inside = {name for node in core for name in node.output}
    added: dict[str, onnx.NodeProto | onnx.TensorProto] = {}
    for node in core:
        for index, name in enumerate(node.input):
            if name in inside or not name or (node.op_type == "Resize" and index == _SCALES):
                continue
            half = f"{name}_half"
            if name in weights:
                values = numpy_helper.to_array(weights[name]).astype(np.float16)
                added.setdefault(half, numpy_helper.from_array(values, half))
            else:
                added.setdefault(half, helper.make_node("Cast", [name], [half], half, to=TensorProto.FLOAT16))
            node.input[index] = half
    _widen(graph, core, inside, added)
    _drop_unused(graph)


def _widen(
    graph: onnx.GraphProto,
    core: list[onnx.NodeProto],
    inside: set[str],
    added: dict[str, onnx.NodeProto | onnx.TensorProto],
) -> None:
    """Puts the casts into the graph: before the network those in `added`, behind it those back to float32."""
    of_core = {node.output[0] for node in core}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.output[0] in of_core:
            nodes += [added.pop(name) for name in node.input if isinstance(added.get(name), onnx.NodeProto)]
            nodes.append(node)
            continue
        for index, name in enumerate(node.input):
            if name in inside:
                wide = f"{name}_wide"
                if not any(wide in other.output for other in nodes):
                    nodes.append(helper.make_node("Cast", [name], [wide], wide, to=TensorProto.FLOAT))
                node.input[index] = wide
        nodes.append(node)
    graph.initializer.extend(tensor for tensor in added.values() if isinstance(tensor, onnx.TensorProto))
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)
    del graph.value_info[:]  # the types it told of the network are no longer true


def _drop_unused(graph: onnx.GraphProto) -> None:
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    kept = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in kept]
    del graph.initializer[:]
    graph.initializer.extend(kept)
