from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skymask.models.guided import Segmentation, fold, shrink, to_alpha, upsample

sides = st.integers(32, 200)


class Constant(torch.nn.Module):
    """Predicts the same values everywhere."""

    def __init__(self, *values: float) -> None:
        super().__init__()
        self.values = torch.tensor(values)[None, :, None, None]

    def forward(self, working: torch.Tensor) -> torch.Tensor:
        return self.values.expand(len(working), -1, working.shape[2] // 2, working.shape[3] // 2)


@settings(max_examples=25)
@given(sides, sides, st.integers(0, 255))
def test_shrinking_keeps_flat_pictures_flat(height: int, width: int, level: int) -> None:
    small = shrink(torch.full((1, 3, height, width), float(level)), (32, 64))
    assert small.shape == (1, 3, 32, 64)
    torch.testing.assert_close(small, torch.full_like(small, float(level)))


def test_shrinking_counts_every_pixel() -> None:
    """A single bright column of a frame four times as wide must not vanish between samples."""
    for column in range(256):
        frame = torch.zeros(1, 1, 64, 256)
        frame[..., column] = 64
        assert shrink(frame, (32, 64)).sum() > 0


@settings(max_examples=25)
@given(sides, sides)
def test_any_size_comes_back_at_its_own_size(height: int, width: int) -> None:
    logits = Segmentation(Constant(1.5), (32, 32))(torch.rand(2, 3, height, width) * 255)
    assert logits.shape == (2, height, width)
    torch.testing.assert_close(logits, torch.full_like(logits, 1.5))


def test_a_flat_frame_gets_the_predicted_logit_whatever_the_slopes() -> None:
    frame = torch.full((1, 3, 70, 90), 200.0)
    logits = Segmentation(Constant(-2.0, 5.0, -3.0, 8.0), (64, 64))(frame)
    torch.testing.assert_close(logits, torch.full_like(logits, -2.0), atol=1e-3, rtol=0)


def test_edges_follow_the_frame_at_full_resolution() -> None:
    """A wire one pixel wide in a frame eight times the prediction's size is cut out to the pixel."""
    frame = torch.full((1, 3, 256, 256), 200.0)
    frame[:, :, :, 101] = 20.0
    logits = Segmentation(Constant(2.0, 2.0, 2.0, 2.0), (64, 64))(frame)[0]
    assert (logits[:, 101] < 0).all()
    assert (logits[:, :101] > 0).all()
    assert (logits[:, 102:] > 0).all()


def test_plain_logits_pass_unchanged() -> None:
    prediction = torch.randn(1, 1, 8, 8)
    assert fold(prediction, torch.rand(1, 3, 16, 16)) is prediction
    assert torch.equal(upsample(prediction, torch.rand(1, 3, 8, 8)), prediction[:, 0])


def test_alpha_saturates_and_keeps_the_threshold() -> None:
    logits = torch.tensor([-20.0, -5.0, -0.01, 0.01, 5.0, 20.0])
    assert to_alpha(logits).tolist() == [0, 0, 127, 128, 255, 255]
    ramp = to_alpha(torch.linspace(-8, 8, 1000)).to(torch.int16)
    assert (ramp.diff() >= 0).all()


@pytest.mark.parametrize("threshold", [0.25, 0.5, 0.75])
def test_the_threshold_comes_out_as_the_middle_of_the_grey_levels(threshold: float) -> None:
    at = math.log(threshold / (1 - threshold))
    below, above = to_alpha(torch.tensor([at - 0.02, at + 0.02]), threshold).tolist()
    assert below <= 127 < above
    assert to_alpha(torch.tensor([-30.0, 30.0]), threshold).tolist() == [0, 255]
