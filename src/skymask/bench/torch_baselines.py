"""What skymask is compared with, as far as it needs torch: the U-Net of the original assignment, and its export.

Needs the extra `train`. Nothing may import this module: the worker finds it by name, in a process of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx.utils import Extractor

from skymask.bench.material import Material
from skymask.bench.rows import Row
from skymask.bench.turn import Turn, time_calls
from skymask.contract import ModelInfo
from skymask.errors import ModelError
from skymask.export.graph import SkyGraph
from skymask.export.onnx import add_info, to_onnx
from skymask.files import writing
from skymask.models import build
from skymask.runtime.segmenter import model_path

SKY_PROBABILITY = 0.75  # from which the assignment called a pixel sky
_COUNTED = ("Conv", "ConvTranspose")


def unet_torch(row: Row, material: Material, bout_s: float, start_s: float) -> Turn:
    """The U-Net as the assignment ran it: float32 in PyTorch, at the frame's own size, a threshold at the end."""
    assert row.size_hw is not None, "the U-Net looks at frames"
    torch.set_num_threads(row.threads or 1)
    torch.manual_seed(0)
    network = build("unet").eval()
    frame = np.load(material.frame(row.size_hw))

    @torch.inference_mode()
    def call() -> None:
        logits = network(torch.from_numpy(frame).permute(2, 0, 1)[None].float())
        (torch.sigmoid(logits[0, 0]) > SKY_PROBABILITY).numpy()

    call()
    return time_calls(call, bout_s)


def prepare(row: Row, material: Material) -> None:
    """Makes the files that a row needs beyond the frames: the exported U-Net, or the core of a model."""
    if row.task == "unet-onnx":
        assert row.size_hw is not None, "the U-Net looks at frames"
        _export_unet(material.unet(row.size_hw), row.size_hw)
    elif row.model is not None:
        cut, operations = cut_core(model_path(row.model))
        with writing(material.core(row.model)) as part:
            part.write_bytes(cut.SerializeToString())
        material.operations(row.model).write_text(str(operations), encoding="ascii")


def cut_core(path: Path) -> tuple[onnx.ModelProto, int]:
    """Cuts the network out of a model: from its first convolution to its last, all at the working size.

    Args:
        path: An ONNX file that follows the contract.

    Returns:
        The network as an ONNX model, and how many multiplications and additions (each counts) its convolutions
        take for one frame.

    Raises:
        ModelError: There is no part whose shapes are known, or it does not hang together.
    """
    model = onnx.shape_inference.infer_shapes(onnx.load(str(path)), data_prop=True)
    shapes = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim[1:]]
        for value in (*model.graph.value_info, *model.graph.input, *model.graph.output)
    }
    weights = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    weights |= {  # large ones are stored as float16, or all of them as int8
        node.output[0]: weights[node.input[0]]
        for node in model.graph.node
        if node.op_type in ("Cast", "DequantizeLinear") and node.input[0] in weights
    }
    counted = [
        (node, 2 * _products(node, shapes, weights[node.input[1]]))
        for node in model.graph.node
        if node.op_type in _COUNTED and node.input[1] in weights and all(shapes.get(node.output[0], [0]))
    ]
    if not counted:
        raise ModelError(f"{path} has no convolution of a known shape, so its operations cannot be counted.")
    first, last = counted[0][0], counted[-1][0]
    try:
        cut = Extractor(model).extract_model([first.input[0]], [last.output[0]])
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path}: the network cannot be cut out of the graph: {error}.") from error
    return cut, sum(operations for _, operations in counted)


def _products(node: onnx.NodeProto, shapes: dict[str, list[int]], weight: Sequence[int]) -> int:
    """Multiplications of one node for one frame."""
    if node.op_type == "Conv":  # weight: outputs, inputs per group, kernel; each pixel of each output takes the rest
        return math.prod(shapes[node.output[0]]) * math.prod(weight[1:])
    # ConvTranspose has inputs, outputs per group, kernel; each pixel of each input goes to the rest
    return math.prod(shapes[node.input[0]]) * math.prod(weight[1:])


def _export_unet(path: Path, size_hw: tuple[int, int]) -> None:
    torch.manual_seed(0)
    model = to_onnx(SkyGraph(build("unet").eval(), size_hw).eval())
    add_info(model, ModelInfo("unet", "random weights", "Apache-2.0", size_hw, "none", "none"))
    with writing(path) as part:
        part.write_bytes(model.SerializeToString())
