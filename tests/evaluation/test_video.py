"""Metrics of two frames that follow each other."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from skymask.data.synthetic import render
from skymask.errors import InputError
from skymask.evaluation.video import dense_flow, dtssd, flips, temporal_consistency, warp

GROUND, SKY = np.zeros((8, 10), np.uint8), np.full((8, 10), 255, np.uint8)


def constant_flow(shape: tuple[int, int], right: float, down: float) -> NDArray[np.float32]:
    return np.full((*shape, 2), (right, down), np.float32)


def test_dtssd_compares_changes_not_states() -> None:
    assert dtssd(SKY, GROUND, SKY, GROUND) == 0
    assert dtssd(SKY, SKY, GROUND, GROUND) == 0, "wrong, but steadily so"
    assert dtssd(SKY, GROUND, GROUND, GROUND) == 100
    assert dtssd(SKY, GROUND, GROUND, SKY) == 200


def test_dtssd_by_hand() -> None:
    alpha = GROUND.copy()
    alpha[0, 0] = 51  # 0.2 in one of 80 pixels
    assert dtssd(alpha, GROUND, GROUND, GROUND) == pytest.approx(100 * math.sqrt(0.04 / 80))


def test_flips_are_changes_of_class() -> None:
    before = GROUND.copy()
    before[0] = 128
    assert flips(GROUND, before) == 1 / 8
    assert flips(GROUND, np.full_like(GROUND, 127)) == 0
    still = np.zeros(GROUND.shape, np.bool_)
    assert math.isnan(flips(GROUND, before, still))
    still[:2] = True
    assert flips(GROUND, before, still) == 1 / 2


def test_warping_fetches_what_was_there_before() -> None:
    before = np.arange(80, dtype=np.uint8).reshape(8, 10)
    warped, seen = warp(before, constant_flow(before.shape, 2, 1))
    assert (warped[:-1, :-2] == before[1:, 2:]).all()
    assert seen[:-1, :-2].all()
    assert not seen[-1].any()
    assert not seen[:, -2:].any()


def test_half_a_pixel_is_interpolated() -> None:
    before = np.tile(np.array([0, 100, 200, 0], np.uint8), (4, 1))
    warped, _ = warp(before, constant_flow(before.shape, 0.5, 0))
    assert warped[0, :3].tolist() == [50, 150, 100]


def test_a_mask_that_moves_with_the_picture_is_consistent() -> None:
    scene = render(3, (60, 90), "city")
    before, alpha = scene.alpha[:, :-4], scene.alpha[:, 4:]
    flow = constant_flow(alpha.shape, 4, 0)
    assert temporal_consistency(alpha, before, flow) == 1
    assert temporal_consistency(before, before, flow) < 1
    assert temporal_consistency(255 - alpha, before, flow) == 0
    flow[:] = np.nan
    assert math.isnan(temporal_consistency(alpha, before, flow))


def test_the_flow_of_a_shifted_picture_is_the_shift() -> None:
    pytest.importorskip("cv2")
    image = render(3, (120, 164), "forest").image
    flow = dense_flow(np.ascontiguousarray(image[:, 4:]), np.ascontiguousarray(image[:, :-4]))
    assert flow.shape == (120, 160, 2)
    assert np.nanmedian(flow[60:, ..., 0]) == pytest.approx(4, abs=0.3)
    assert np.nanmedian(flow[60:, ..., 1]) == pytest.approx(0, abs=0.3)


def test_without_opencv_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    image = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(InputError, match=r"pip install 'skymask\[display\]'"):
        dense_flow(image, image)
