"""The views, against their definition in floating point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from skymask.video.overlay import SKY_BLUE, VIEWS, View, compose, picture_size


@st.composite
def frames(draw: st.DrawFn) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    height, width = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    return draw(arrays(np.uint8, (height, width, 3))), draw(arrays(np.uint8, (height, width)))


@given(frames(), st.sampled_from(VIEWS))
def test_shape_and_inputs_left_alone(frame: tuple[NDArray[np.uint8], NDArray[np.uint8]], view: View) -> None:
    image, alpha = frame
    image_before, alpha_before = image.copy(), alpha.copy()
    picture = compose(image, alpha, view)
    assert picture.dtype == np.uint8
    assert picture.shape == (*picture_size(view, alpha.shape), 3)
    assert picture.flags.c_contiguous
    np.testing.assert_array_equal(image, image_before)
    np.testing.assert_array_equal(alpha, alpha_before)
    assert not np.shares_memory(picture, image)


@given(frames())
def test_overlay_blends_half_of_alpha(frame: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    image, alpha = frame
    strength = alpha[..., None] / 255 / 2
    exact = image * (1 - strength) + np.array(SKY_BLUE) * strength
    assert abs(compose(image, alpha, "overlay") - exact).max() < 2


@given(frames())
def test_cutout_keeps_what_is_not_sky(frame: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    image, alpha = frame
    exact = image * (1 - alpha[..., None] / 255.0)
    assert abs(compose(image, alpha, "cutout") - exact).max() < 2


@given(frames())
def test_mask_is_alpha_and_side_by_side_is_frame_and_overlay(
    frame: tuple[NDArray[np.uint8], NDArray[np.uint8]],
) -> None:
    image, alpha = frame
    assert (compose(image, alpha, "mask") == alpha[..., None]).all()
    both = compose(image, alpha, "side-by-side")
    np.testing.assert_array_equal(both[:, : image.shape[1]], image)
    np.testing.assert_array_equal(both[:, image.shape[1] :], compose(image, alpha, "overlay"))


@pytest.mark.parametrize("view", ["overlay", "cutout"])
def test_without_sky_nothing_changes(view: View) -> None:
    image = np.arange(256 * 3, dtype=np.uint8).reshape(16, 16, 3)
    np.testing.assert_array_equal(compose(image, np.zeros((16, 16), np.uint8), view), image)


def test_sure_sky_is_cut_out_to_black() -> None:
    assert not compose(np.full((4, 4, 3), 255, np.uint8), np.full((4, 4), 255, np.uint8), "cutout").any()
