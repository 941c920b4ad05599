"""The views, drawn in YUV, against their definition in RGB and floating point."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from skymask.video import overlay, yuv
from skymask.video.overlay import SKY_BLUE, VIEWS, View, compose, picture_size

Picture = NDArray[np.uint8]


def defined(image: NDArray[Any], alpha: Picture, view: View) -> NDArray[np.float64]:
    """What a view is: float [H, W or 2 W, 3], RGB."""
    share = alpha[..., np.newaxis] / 255
    if view == "mask":
        return 255 * np.repeat(share, 3, axis=2)
    if view == "cutout":
        return image * (1 - share)
    tinted = image * (1 - share / 2) + np.array(SKY_BLUE) * share / 2
    return np.concatenate((image, tinted), axis=1) if view == "side-by-side" else tinted


def to_yuv_of(matrix: int) -> NDArray[np.float64]:
    """From RGB, 0 to 255, to brightness, blueness and redness without their offsets; the inverse is the way back."""
    red, blue = yuv.LUMA_WEIGHTS[matrix]
    light = np.array([red, 1 - red - blue, blue])
    of_blue, of_red = (np.eye(3)[2] - light) / (2 - 2 * blue), (np.eye(3)[0] - light) / (2 - 2 * red)
    return np.stack([219 * light, 224 * of_blue, 224 * of_red]) / 255


def halved(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of 2x2 pixels."""
    return (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4


@st.composite
def frames(draw: st.DrawFn) -> tuple[av.VideoFrame, Picture]:
    """A picture of any content, and any alpha."""
    half_hw = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    size_hw = (2 * half_hw[0], 2 * half_hw[1])
    like = yuv.from_rgb(np.zeros((2, 2, 3), np.uint8), yuv.Colours(draw(st.sampled_from(sorted(yuv.LUMA_WEIGHTS)))))
    frame = yuv.blank(size_hw, like)
    for plane in yuv.planes(frame):
        plane[...] = draw(arrays(np.uint8, plane.shape, elements=st.integers(16, 235)))
    return frame, draw(arrays(np.uint8, size_hw))


@given(frames(), st.sampled_from(VIEWS))
def test_views_are_what_they_are_in_rgb(frame_and_alpha: tuple[av.VideoFrame, Picture], view: View) -> None:
    """Every pixel to RGB, composed there, and back, all in floating point: no plane differs by more than rounding."""
    frame, alpha = frame_and_alpha
    to_yuv = to_yuv_of(frame.colorspace)
    offsets = np.array([16, 128, 128])
    y, u, v = yuv.planes(frame)
    full = np.stack([y, *(plane.repeat(2, axis=0).repeat(2, axis=1) for plane in (u, v))], axis=-1)
    composed = defined((full - offsets) @ np.linalg.inv(to_yuv).T, alpha, view) @ to_yuv.T + offsets
    expected = (composed[..., 0], halved(composed[..., 1]), halved(composed[..., 2]))
    for plane, exact in zip(yuv.planes(compose(frame, alpha, view)), expected, strict=True):
        assert plane.shape == exact.shape
        assert abs(plane - exact).max() < 2


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("size_hw", [(33, 47), (32, 47), (33, 48), (1, 1)])
def test_odd_sides_grow_by_a_repeated_pixel(size_hw: tuple[int, int], view: View) -> None:
    noise = np.random.default_rng(0)
    image = np.full((*size_hw, 3), 90, np.uint8)
    alpha = noise.integers(0, 256, size_hw, np.uint8)
    height, width = size_hw[0] + size_hw[0] % 2, size_hw[1] + size_hw[1] % 2
    picture = compose(yuv.from_rgb(image), alpha, view)
    luma = yuv.planes(picture).y
    assert luma.shape == picture_size(view, size_hw) == (height, width * (1 + (view == "side-by-side")))
    np.testing.assert_array_equal(luma[size_hw[0] - 1], luma[-1])
    np.testing.assert_array_equal(luma[:, size_hw[1] - 1 - width], luma[:, -1])


@pytest.mark.parametrize("view", ["overlay", "cutout", "side-by-side"])
@pytest.mark.parametrize("matrix", sorted(yuv.LUMA_WEIGHTS))
def test_without_sky_nothing_changes_and_the_frame_is_left_alone(matrix: int, view: View) -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    frame = yuv.from_rgb(image, yuv.Colours(matrix))
    before = [plane.copy() for plane in yuv.planes(frame)]
    picture = compose(frame, np.zeros((64, 96), np.uint8), view)
    for plane, now, then in zip(yuv.planes(picture), yuv.planes(frame), before, strict=True):
        np.testing.assert_array_equal(now, then)
        np.testing.assert_array_equal(plane[:, : then.shape[1]], then)
        np.testing.assert_array_equal(plane[:, -then.shape[1] :], then)
        assert not np.shares_memory(plane, now)
    assert (picture.colorspace, picture.color_range) == (matrix, 1)


@pytest.mark.parametrize("matrix", sorted(yuv.LUMA_WEIGHTS))
def test_sure_sky_is_cut_out_to_black_and_half_blue_in_every_matrix(matrix: int) -> None:
    frame = yuv.from_rgb(np.full((8, 8, 3), 200, np.uint8), yuv.Colours(matrix))
    sure = np.full((8, 8), 255, np.uint8)
    assert not yuv.to_rgb(compose(frame, sure, "cutout")).any()
    assert abs(yuv.to_rgb(compose(frame, sure, "overlay")) - (200 + np.array(SKY_BLUE)) / 2).max() <= 4


@pytest.mark.parametrize("view", VIEWS)
def test_blocks_leave_no_seam(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0)
    frame = yuv.from_rgb(noise.integers(0, 256, (70, 64, 3), np.uint8))
    alpha = noise.integers(0, 256, (70, 64), np.uint8)
    whole = yuv.planes(compose(frame, alpha, view))
    monkeypatch.setattr(overlay, "BLOCK_PIXELS", 64 * 7)
    for plane, expected in zip(yuv.planes(compose(frame, alpha, view)), whole, strict=True):
        np.testing.assert_array_equal(plane, expected)
