"""Networks in float16 and in 8-bit integers between two ends in float32."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, numpy_helper

from skymask.errors import ModelError
from skymask.export.core import core_nodes
from skymask.export.fold import fold_sums
from skymask.export.graph import EngineGraph, SkyGraph
from skymask.export.half import to_half
from skymask.export.int8 import SMALLEST_QUANTISED, to_int8
from skymask.export.onnx import to_onnx
from skymask.export.verify import compare, require, synthetic_frames
from skymask.models import build
from tests.export.test_fold import trained_looking

SIZE_HW = (64, 96)


@pytest.fixture(scope="module")
def network() -> SkyGraph:
    return SkyGraph(trained_looking(build("fast")), SIZE_HW).eval()


@pytest.fixture
def model(network: SkyGraph) -> onnx.ModelProto:
    return to_onnx(EngineGraph(fold_sums(network.segmentation.network), SIZE_HW).eval())


def types(model: onnx.ModelProto) -> dict[str, int]:
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    found = {info.name: info.type.tensor_type.elem_type for info in inferred.graph.value_info}
    return found | {tensor.name: tensor.data_type for tensor in model.graph.initializer}


def test_the_core_is_the_network_without_its_normalisation(model: onnx.ModelProto) -> None:
    core = core_nodes(model.graph)
    names = [node.name for node in core]
    assert all(name.startswith("/network/") for name in names)
    assert {node.op_type for node in core} <= {"Conv", "Clip", "Relu", "Add", "Resize", "ReduceMean", "Pad"}
    assert not any(node.op_type in ("Sub", "Div") for node in core)


def test_half_computes_the_network_in_float16_and_the_ends_in_float32(
    network: SkyGraph, model: onnx.ModelProto
) -> None:
    before = types(model)
    core = [node.output[0] for node in core_nodes(model.graph)]
    ends = [name for node in model.graph.node for name in node.output if name not in core and name in before]
    to_half(model)
    onnx.checker.check_model(model, full_check=True)
    after = types(model)
    assert all(after[name] == TensorProto.FLOAT16 for name in core)
    assert all(after[name] == before[name] for name in ends)
    parity = compare(network, model.SerializeToString(), synthetic_frames(), "fp16")
    require(parity, "fp16")


def test_int8_quantises_large_dense_convolutions(network: SkyGraph, model: onnx.ModelProto) -> None:
    weights = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    quantised = to_int8(model, synthetic_frames())
    made = {name: node for node in quantised.graph.node for name in node.output}
    convolutions = [node for node in quantised.graph.node if node.op_type == "Conv"]
    integers = [node for node in convolutions if node.input[1] in made]
    assert len(convolutions) - 5 > len(integers) > 20
    for node in integers:
        weight = made[made[node.input[1]].input[0]].input[0]  # behind Quantize and Dequantize
        assert weights[weight][1] > 1
        assert np.prod(weights[weight]) >= SMALLEST_QUANTISED
        assert len(node.input) < 3 or node.input[2] in weights  # its bias is a float
    zeros = [numpy_helper.to_array(t) for t in quantised.graph.initializer if t.name.endswith("zero_point")]
    assert zeros
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)  # symmetric: all that TensorRT takes
    session = onnxruntime.InferenceSession(quantised.SerializeToString(), providers=["CPUExecutionProvider"])
    frame = next(synthetic_frames())
    assert session.run(None, {"frame": frame})[0].shape == frame.shape[:3]


def test_each_precision_has_a_limit_of_its_own(network: SkyGraph, model: onnx.ModelProto) -> None:
    bias = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("head.bias"))
    values = numpy_helper.to_array(bias).copy()
    values[0] += 0.1  # of a logit: at most 7 grey levels
    bias.CopyFrom(numpy_helper.from_array(values, bias.name))
    shifted = model.SerializeToString()
    frames = list(synthetic_frames())
    for precision in ("fp16", "int8"):
        require(compare(network, shifted, frames, precision), precision)
    with pytest.raises(ModelError, match=r"more than 2 grey levels .* accepted for fp32\)"):
        require(compare(network, shifted, frames))
