"""Networks in float16 and in 8-bit integers between two ends in float32."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from skymask.errors import ConfigError, ModelError
from skymask.export.core import core_nodes
from skymask.export.fold import fold_sums
from skymask.export.graph import EngineGraph, SkyGraph
from skymask.export.half import to_half
from skymask.export.int8 import _left_alone, to_int8
from skymask.export.onnx import to_onnx
from skymask.export.verify import compare, require, synthetic_frames
from skymask.models import build
from tests.export.test_fold import trained_looking

SIZE_HW = (64, 96)


@pytest.fixture(scope="module")
def network() -> SkyGraph:
    return SkyGraph(trained_looking(build("fast")), SIZE_HW).eval()


@pytest.fixture(scope="module")
def exported(network: SkyGraph) -> bytes:
    return to_onnx(EngineGraph(fold_sums(network.segmentation.network), SIZE_HW).eval()).SerializeToString()


@pytest.fixture
def model(exported: bytes) -> onnx.ModelProto:
    return onnx.load_from_string(exported)


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


@pytest.fixture(scope="module")
def quantised(exported: bytes) -> onnx.ModelProto:
    return to_int8(onnx.load_from_string(exported), synthetic_frames())


def test_int8_quantises_dense_convolutions_but_the_first_and_the_last(
    model: onnx.ModelProto, quantised: onnx.ModelProto
) -> None:
    weights = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    before = [node for node in core_nodes(model.graph) if node.op_type == "Conv"]
    dense = {node.name for node in before[1:-1] if weights[node.input[1]][1] > 1}
    integers = {tensor.name for tensor in quantised.graph.initializer if tensor.data_type == TensorProto.INT8}
    made_by = {name: node for node in quantised.graph.node for name in node.output}
    found = set()
    for node in quantised.graph.node:
        if node.op_type == "Conv" and node.input[1] in made_by:
            dequantise = made_by[node.input[1]]
            assert dequantise.op_type == "DequantizeLinear"
            assert dequantise.input[0] in integers
            assert len(node.input) < 3 or node.input[2] not in made_by  # its bias is a float
            found.add(node.name)
    assert found == dense


@pytest.mark.parametrize(("network", "ends"), [("fast", 2), ("accurate", 4)])
def test_int8_leaves_both_ends_of_every_look_alone(network: str, ends: int) -> None:
    model = to_onnx(EngineGraph(fold_sums(build(network).eval()), SIZE_HW).eval())
    for index, node in enumerate(model.graph.node):
        node.name = f"{index} {node.name}"
    weights = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    alone = set(_left_alone(model.graph))
    convolutions = [node for node in core_nodes(model.graph) if node.op_type == "Conv"]
    dense = [node.name for node in convolutions if weights[node.input[1]][1] > 1]
    kept = [name for name in dense if name in alone]
    assert len(kept) == ends
    assert all("conv_stem" in name or "/head/" in name for name in kept)


def test_int8_is_signed_and_symmetric_as_tensorrt_asks(quantised: onnx.ModelProto) -> None:
    tensors = {tensor.name: tensor for tensor in quantised.graph.initializer}
    pairs = [node for node in quantised.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    zeros = [numpy_helper.to_array(tensors[node.input[2]]) for node in pairs]
    assert len(zeros) > 40
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)


def test_int8_stays_close_to_the_network(network: SkyGraph, quantised: onnx.ModelProto) -> None:
    onnx.checker.check_model(quantised, full_check=True)
    parity = compare(network, quantised.SerializeToString(), synthetic_frames(), "int8")
    require(parity, "int8")
    assert parity.max_grey_levels > 0


def test_int8_without_nncf_says_what_to_install(model: onnx.ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymask.export.int8.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install skymask\[int8\]"):
        to_int8(model, [])


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
