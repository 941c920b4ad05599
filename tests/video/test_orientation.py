"""All eight ways a picture can lie."""

from __future__ import annotations

from types import SimpleNamespace

import av
import numpy as np
import pytest

from skymask.video.orientation import Orientation

ONE = 1 << 16  # the matrix holds 16.16 fixed-point numbers
IMAGE = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def orientation(a: int, b: int, c: int, d: int) -> Orientation:
    matrix = np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], np.int32).tobytes()
    return Orientation.of(SimpleNamespace(side_data={"DISPLAYMATRIX": matrix}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), IMAGE),
        ((-1, 0, 0, 1), np.fliplr(IMAGE)),
        ((1, 0, 0, -1), np.flipud(IMAGE)),
        ((-1, 0, 0, -1), np.rot90(IMAGE, 2)),
        ((0, 1, 1, 0), IMAGE.transpose(1, 0, 2)),
        ((0, 1, -1, 0), np.rot90(IMAGE, -1)),  # what phones write when held upright
        ((0, -1, 1, 0), np.rot90(IMAGE, 1)),
        ((0, -1, -1, 0), np.rot90(IMAGE, 2).transpose(1, 0, 2)),
    ],
)
def test_every_orientation(matrix: tuple[int, int, int, int], expected: np.ndarray) -> None:
    found = orientation(*(ONE * value for value in matrix))
    turned = found.turn(IMAGE)
    np.testing.assert_array_equal(turned, expected)
    assert turned.flags.c_contiguous
    assert found.turn_size((2, 3)) == expected.shape[:2]


def test_small_angles_are_rounded_away() -> None:
    np.testing.assert_array_equal(orientation(65500, 900, -900, 65500).turn(IMAGE), IMAGE)


def test_without_a_matrix_nothing_is_copied() -> None:
    assert Orientation.of(av.VideoFrame(4, 4, "rgb24")).turn(IMAGE) is IMAGE
