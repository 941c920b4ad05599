"""A complete skymask model of a few hundred bytes, built with onnx alone: sky is where blue outshines red.

It follows the contract to the letter, so runtime, video and command line are tested without torch and without the
shipped weights. `alpha = clip(2 * (blue - red), 0, 255)`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from skymask.contract import INPUT_NAME, OUTPUT_NAME, ModelInfo

INFO = ModelInfo(
    name="tiny",
    version="0.0.1",
    license="Apache-2.0",
    working_size=(32, 32),
    training_data="none",
    commit="none",
    metrics={"synthetic": 0.5},
)


def reference(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the model computes, in NumPy: uint8 [..., 3] -> uint8 [...]."""
    difference = frames[..., 2].astype(np.float32) - frames[..., 0]
    return np.clip(2 * difference, 0, 255).astype(np.uint8)


def write_tiny_model(path: Path, metadata: dict[str, str] | None = None) -> Path:
    """Writes the model; `metadata` replaces the default entries."""
    constants = [
        numpy_helper.from_array(np.array([-2.0, 0.0, 2.0], np.float32), "weights"),
        numpy_helper.from_array(np.array(0.0, np.float32), "low"),
        numpy_helper.from_array(np.array(255.0, np.float32), "high"),
    ]
    nodes = [
        helper.make_node("Cast", [INPUT_NAME], ["float"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["float", "weights"], ["difference"]),
        helper.make_node("Clip", ["difference", "low", "high"], ["clipped"]),
        helper.make_node("Cast", ["clipped"], [OUTPUT_NAME], to=TensorProto.UINT8),
    ]
    frame = helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["N", "H", "W", 3])
    sky = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.UINT8, ["N", "H", "W"])
    graph = helper.make_graph(nodes, "tiny", [frame], [sky], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, INFO.to_metadata() if metadata is None else metadata)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
