"""The two ends of an exported graph compute what those of the trained one do."""

from __future__ import annotations

import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skymask.export import ends
from skymask.export.graph import EngineGraph
from skymask.export.onnx import to_onnx
from skymask.models import guided
from skymask.models.unet import UNet

sides = st.integers(32, 300)
seeds = st.integers(0, 2**31)


def picture(seed: int, count: int, height: int, width: int) -> torch.Tensor:
    torch.manual_seed(seed)
    return torch.randint(0, 256, (count, height, width, 3)).float()


@settings(max_examples=40)
@given(seeds, st.integers(1, 2), sides, sides, st.sampled_from([(32, 32), (64, 96), (256, 320)]))
def test_shrinking(seed: int, count: int, height: int, width: int, size_hw: tuple[int, int]) -> None:
    pixels = picture(seed, count, height, width)
    expected = guided.shrink(pixels.permute(0, 3, 1, 2), size_hw)
    torch.testing.assert_close(ends.shrink(pixels, size_hw), expected, rtol=0, atol=0.02)


@settings(max_examples=60)
@given(seeds, st.integers(1, 2), sides, sides, st.sampled_from([1, 4]), st.sampled_from([8, 16, 40, 128]))
def test_upsampling(seed: int, count: int, height: int, width: int, channels: int, rows: int) -> None:
    pixels = picture(seed, count, height, width)
    coefficients = torch.randn(count, channels, rows, 20)
    coefficients[:, 1:] /= 128
    expected = guided.upsample(coefficients, pixels.permute(0, 3, 1, 2))
    torch.testing.assert_close(ends.upsample(coefficients, pixels), expected, rtol=0, atol=2e-3)


@pytest.mark.parametrize("height", [32, 33, 47, 48, 1080, 1081, 4000])
def test_every_row_finds_its_coefficients_in_its_block(height: int) -> None:
    """Weights of a row add up to one only if the rows of coefficients on both sides of it are among the block's."""
    for coefficients in (8, 16, 48, 128):
        weights, _, _ = ends._blocks(coefficients, torch.tensor(float(height)))
        inside = weights.flatten(0, 1)[:height]
        torch.testing.assert_close(inside.sum(dim=1), torch.ones(height), rtol=0, atol=1e-4)


def test_alphas_are_rounded() -> None:
    logits = torch.linspace(-12, 12, 100_001)
    difference = ends.to_alpha(logits).int() - guided.to_alpha(logits).int()
    assert difference.abs().max() <= 1
    assert (difference != 0).float().mean() < 1e-3


def test_uint8_meets_nothing_but_a_cast() -> None:
    """TensorRT takes a network's input in uint8 for that alone, and gives it back only as an output."""
    graph = to_onnx(EngineGraph(UNet((4, 8)).eval(), (32, 64))).graph
    readers = [node.op_type for node in graph.node if graph.input[0].name in node.input]
    assert set(readers) <= {"Cast", "Shape"}
    casts = [node for node in graph.node if node.op_type == "Cast" and node.attribute[0].i == onnx.TensorProto.UINT8]
    assert [list(node.output) for node in casts] == [[graph.output[0].name]]
