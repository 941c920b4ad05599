from __future__ import annotations

import numpy as np
import pytest

from skymask.data.synthetic import render
from skymask.evaluation.conditions import condition, sky_band


@pytest.mark.parametrize(
    ("grey", "expected"), [(0, "night"), (44, "night"), (46, "dusk"), (69, "dusk"), (71, "day"), (255, "day")]
)
def test_brightness_decides(grey: int, expected: str) -> None:
    assert condition(np.full((4, 5, 3), grey, np.uint8)) == expected


def test_green_counts_most() -> None:
    frames = np.zeros((3, 4, 5, 3), np.uint8)
    for channel in range(3):
        frames[channel, ..., channel] = 130
    assert [condition(frame) for frame in frames] == ["night", "day", "night"]


def test_built_in_scenes_are_told_apart() -> None:
    assert condition(render(3, (60, 80), "day").image) == "day"
    assert condition(render(3, (60, 80), "night").image) == "night"


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (0, "none"),
        (1e-4, "up to 5 %"),
        (0.05, "up to 5 %"),
        (0.051, "5 to 25 %"),
        (0.5, "25 to 50 %"),
        (1, "over 50 %"),
    ],
)
def test_bands_by_share_of_sky(share: float, name: str) -> None:
    assert sky_band(share) == name
