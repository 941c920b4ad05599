"""Finds the network inside an exported graph: what may be computed with fewer bits."""

from __future__ import annotations

import onnx

CONVOLUTIONS = ("Conv", "ConvTranspose")


def core_nodes(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Returns the convolutions and all that lies between two of them, in the graph's order.

    The two ends have none: positions in the frame, normalisation and the product with the frame are outside.
    """
    behind, before = _behind(graph), _before(graph)
    return [
        node
        for node in graph.node
        if node.op_type in CONVOLUTIONS or (behind.issuperset(node.output) and before.intersection(node.output))
    ]


def outer_convolutions(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Returns the convolutions that see the picture, with none before them, and those that draw its edges, with none
    behind them: two in a network that is one chain, two for each look in one that looks several times.
    """
    behind, before = _behind(graph), _before(graph)
    return [
        node
        for node in graph.node
        if node.op_type in CONVOLUTIONS and not (behind.intersection(node.input) and before.intersection(node.output))
    ]


def _behind(graph: onnx.GraphProto) -> set[str]:
    """The tensors that a convolution has a part in."""
    found: set[str] = set()
    for node in graph.node:
        if node.op_type in CONVOLUTIONS or found.intersection(node.input):
            found.update(node.output)
    return found


def _before(graph: onnx.GraphProto) -> set[str]:
    """The tensors that have a part in a convolution."""
    found: set[str] = set()
    for node in reversed(graph.node):
        if node.op_type in CONVOLUTIONS or found.intersection(node.output):
            found.update(node.input)
    return found
