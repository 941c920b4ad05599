from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

import skymask
from skymask.contract import CONTRACT_VERSION, ModelInfo
from skymask.data.manifest import Sample
from skymask.errors import InputError, ModelError
from skymask.export import export as room
from skymask.export.export import export
from skymask.export.graph import EngineGraph, SkyGraph
from skymask.export.onnx import store_half, to_onnx
from skymask.export.verify import compare, real_frames, require, synthetic_frames
from skymask.models import build
from skymask.training import checkpoint
from skymask.training.checkpoint import save_weights
from tests.support.datasets import write_dataset
from tests.support.tiny_training import tiny_config, tiny_network


def frames() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = [(1, 96, 128), (1, 33, 517), (2, 101, 67), (1, 32, 32), (1, 64, 2048)]
    return [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


@pytest.fixture(scope="module")
def fast() -> SkyGraph:
    torch.manual_seed(0)
    graph = SkyGraph(build("fast"), (64, 96)).eval()
    torch.nn.init.normal_(graph.segmentation.network.head.weight, std=2.0)  # untrained: spread the alphas
    return graph


@pytest.fixture(scope="module")
def exported(fast: SkyGraph) -> bytes:
    segmentation = fast.segmentation
    graph = EngineGraph(segmentation.network, segmentation.working_size, fast.threshold).eval()
    return to_onnx(graph).SerializeToString()


@pytest.fixture
def model(exported: bytes) -> onnx.ModelProto:
    return onnx.load_from_string(exported)


def test_the_exported_network_computes_what_torch_does(fast: SkyGraph, exported: bytes) -> None:
    parity = compare(fast, exported, [*frames(), *synthetic_frames()])
    require(parity)
    assert parity.frames == len(frames()) + len(list(synthetic_frames()))


@pytest.mark.parametrize("size_hw", [(64, 96), (288, 352)])
def test_a_second_look_is_exported_with_the_first(size_hw: tuple[int, int]) -> None:
    """At the larger size the first look is a smaller one."""
    torch.manual_seed(0)
    network = build("accurate").eval()
    for look in (network.first, network.second):
        torch.nn.init.normal_(look.head.weight, std=2.0)
    graph = SkyGraph(network, size_hw).eval()
    model = to_onnx(EngineGraph(network, size_hw).eval()).SerializeToString()
    parity = compare(graph, model, frames())
    require(parity)
    assert parity.frames == len(frames())


def test_alphas_spread_over_the_whole_range(fast: SkyGraph) -> None:
    """The comparison above would say little if everything were 0 or 255."""
    with torch.no_grad():
        alpha = fast(torch.from_numpy(frames()[0]))
    assert alpha.dtype == torch.uint8
    assert len(alpha.unique()) > 50


def test_ends_are_dynamic_and_the_core_is_static(model: onnx.ModelProto) -> None:
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    ends = [*model.graph.input, *model.graph.output]
    assert [[dim.dim_param or dim.dim_value for dim in end.type.tensor_type.shape.dim] for end in ends] == [
        ["N", "H", "W", 3],
        ["N", "H", "W"],
    ]
    shapes = {
        info.name: [dim.dim_value for dim in info.type.tensor_type.shape.dim][1:] for info in model.graph.value_info
    }
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    assert len(convolutions) > 40
    assert all(all(shapes[node.output[0]]) for node in convolutions)


def test_large_weights_take_half_the_space(model: onnx.ModelProto) -> None:
    whole = len(model.SerializeToString())
    store_half(model.graph)
    half = len(model.SerializeToString())
    assert half < 0.66 * whole
    assert half < 8_000_000


def test_a_model_that_differs_is_refused(fast: SkyGraph, model: onnx.ModelProto) -> None:
    bias = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("head.bias"))
    bias.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + 1, bias.name))
    parity = compare(fast, model.SerializeToString(), frames())
    assert parity.max_grey_levels > 2
    with pytest.raises(ModelError, match=r"Nothing was written"):
        require(parity)


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    config = tiny_config(write_dataset(tmp_path / "data"))
    metrics = {"working_size": [32, 64], "val": {"sources": {"left": {"iou": 0.5}}}}
    path = tmp_path / "best.safetensors"
    save_weights(path, tiny_network("unet").state_dict(), config, metrics)
    return path


def test_the_file_says_what_it_is(trained: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an export is silent
        parity = export(trained, tmp_path / "out" / "m.onnx", "1.2.3")
    model = onnx.load(tmp_path / "out" / "m.onnx")
    info = ModelInfo.from_metadata({entry.key: entry.value for entry in model.metadata_props}, "m.onnx")
    assert (info.name, info.version, info.contract) == ("tiny", "1.2.3", CONTRACT_VERSION)
    assert info.working_size == (32, 64)
    assert info.training_data == "left, right"
    assert info.metrics == {"left": 0.5}
    assert info.parity["share_above_2"] == parity.share_above_2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["m.onnx"]


@pytest.mark.parametrize(
    ("source", "said"), [("abc+changes", "abc+changes"), (None, "unknown: not a git checkout")], ids=["changed", "none"]
)
def test_the_file_says_which_source_exported_it(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, said: str
) -> None:
    monkeypatch.setattr(room, "commit", lambda: source)
    export(trained, tmp_path / "m.onnx", "1")
    metadata = {entry.key: entry.value for entry in onnx.load(tmp_path / "m.onnx").metadata_props}
    assert ModelInfo.from_metadata(metadata, "m.onnx").commit == said


def test_the_threshold_of_the_run_is_in_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    manifest, weights = write_dataset(tmp_path / "data"), tiny_network("unet").state_dict()
    frame = next(synthetic_frames())
    alphas = []
    for threshold in (0.4, 0.5, 0.6):
        path = tmp_path / f"{threshold}.safetensors"
        save_weights(path, weights, tiny_config(manifest, threshold=threshold), {})
        export(path, tmp_path / "m.onnx", "1")
        with skymask.load(tmp_path / "m.onnx") as sky:
            alphas.append(sky(frame[0]).mean())
    assert alphas[0] > alphas[1] + 5 > alphas[2] + 10


def test_a_refused_export_leaves_the_old_file(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "m.onnx"
    output.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise ModelError("differs")

    monkeypatch.setattr(room, "require", refuse)
    with pytest.raises(ModelError):
        export(trained, output, "1")
    assert output.read_bytes() == b"old"


class Numbered(Sample):
    """A sample whose image is its number."""

    def load_image(self) -> np.ndarray:
        return np.array([[[int(self.group)]]])


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 31, 399])
def test_photographs_are_spread_over_the_manifest_and_no_more_than_asked_for(count: int) -> None:
    samples = [Numbered("s", str(index), Path(), Path(), None) for index in range(count)]
    chosen = [int(frame.item()) for frame in real_frames(samples, 16)]
    assert len(chosen) == min(count, 16)
    assert chosen[:1] == [0][:count]
    assert chosen[-1:] == [count - 1][:count]
    steps = np.diff(chosen)
    assert not len(steps) or (steps.min() >= 1 and steps.max() - steps.min() <= 1)


def test_bad_requests(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be an \.onnx file"):
        export(trained, tmp_path / "m.pt", "1")
    with pytest.raises(InputError, match="no checkpoint"):
        export(tmp_path / "none.safetensors", tmp_path / "m.onnx", "1")


def test_an_export_does_not_replace_what_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(b"weights")
    for read, what in ((path, "checkpoint"), (tmp_path / "b", "manifest of frames")):
        with pytest.raises(InputError, match=rf"The output .*a\.onnx is the {what}, which it would replace"):
            export(read, path, "1.0.0", path if read != path else None)
    assert path.read_bytes() == b"weights"
