"""Finds the network inside an exported graph: what may be computed with fewer bits."""

from __future__ import annotations

import onnx

CONVOLUTIONS = ("Conv", "ConvTranspose")


def core_nodes(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Returns the convolutions and all that lies between two of them, in the graph's order.

    The two ends have none: positions in the frame, normalisation and the product with the frame are outside.
    """
    behind: set[str] = set()  # tensors that a convolution has a part in
    for node in graph.node:
        if node.op_type in CONVOLUTIONS or behind.intersection(node.input):
            behind.update(node.output)
    before: set[str] = set()  # tensors that have a part in a convolution
    for node in reversed(graph.node):
        if node.op_type in CONVOLUTIONS or before.intersection(node.output):
            before.update(node.input)
    return [
        node
        for node in graph.node
        if node.op_type in CONVOLUTIONS or (behind.issuperset(node.output) and before.intersection(node.output))
    ]
