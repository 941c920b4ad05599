"""Pictures in YUV: what becomes of other formats, ranges and matrices."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from skymask.video import yuv
from skymask.video.open_source import open_source
from skymask.video.yuv import BT709, LUMA_WEIGHTS, Colours
from tests.video.clips import BLUE, MS, RED, picture

FORMATS = (
    "yuv420p",
    "yuvj420p",
    "yuv422p",
    "yuv444p",
    "yuv420p10le",
    "nv12",
    "yuyv422",
    "yuva420p",
    "rgba",
    "gbrp",
    "p010le",
)


def frame_of(image: np.ndarray, format: str, colours: Colours = BT709) -> av.VideoFrame:  # noqa: A002
    """As a decoder would give it: in any format, tagged."""
    full = format in ("yuvj420p", "rgba", "gbrp")
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    matrix = 5 if colours.matrix == 6 else colours.matrix
    frame = frame.reformat(format=format, dst_colorspace=matrix, dst_color_range=2 if full else 1)
    if not frame.format.is_rgb:
        frame.colorspace = colours.matrix
    return frame


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size_hw", [(64, 96), (33, 47)])
def test_every_format_keeps_its_colours(format: str, size_hw: tuple[int, int]) -> None:  # noqa: A002
    if format == "yuyv422" and size_hw[1] % 2:
        pytest.skip("holds pairs of pixels")
    frame = frame_of(picture(size_hw), format)
    made = yuv.to_yuv(frame, size_hw, Colours.of(frame))
    assert (made.format.name, made.color_range) == ("yuv420p", 1)
    image = yuv.to_rgb(made).astype(int)
    assert image.shape == (*size_hw, 3)
    for row, colour in ((5, BLUE), (-5, RED)):
        assert abs(image[row, 20] - (colour[0], 20, colour[2])).max() <= 5


def test_what_is_a_picture_already_is_not_copied() -> None:
    frame = frame_of(picture(), "yuv420p", Colours(6))
    assert yuv.to_yuv(frame, (64, 96), Colours(6)) is frame
    assert yuv.to_yuv(frame, (64, 96), BT709) is not frame
    assert yuv.to_yuv(frame, (32, 48), Colours(6)) is not frame


@pytest.mark.parametrize("matrix", sorted(LUMA_WEIGHTS))
def test_every_matrix_there_and_back(matrix: int) -> None:
    for colour in (BLUE, RED, (0, 0, 0), (255, 255, 255), (9, 200, 100)):
        frame = yuv.from_rgb(np.full((4, 4, 3), colour, np.uint8), Colours(matrix))
        found = [int(plane[0, 0]) for plane in yuv.planes(frame)]
        assert np.abs(np.subtract(found, yuv.to_limited(colour, matrix))).max() <= 1
        assert abs(yuv.to_rgb(frame)[0, 0].astype(int) - colour).max() <= 4


def by_definition(frame: av.VideoFrame) -> np.ndarray:
    """float [H, W, 3], RGB from 0 to 255, as the standards define it, each sample of colour for its four pixels."""
    of_red, of_blue = LUMA_WEIGHTS[frame.colorspace]
    y, *colours = (plane.astype(float) for plane in yuv.planes(frame))
    u, v = ((plane.repeat(2, 0).repeat(2, 1)[: y.shape[0], : y.shape[1]] - 128) / 224 for plane in colours)
    light = (y - 16) / 219
    red, blue = light + v * (2 - 2 * of_red), light + u * (2 - 2 * of_blue)
    green = (light - of_red * red - of_blue * blue) / (1 - of_red - of_blue)
    return (np.stack((red, green, blue), -1) * 255).clip(0, 255)


@pytest.mark.parametrize("matrix", sorted(LUMA_WEIGHTS))
@pytest.mark.parametrize("size_hw", [(64, 96), (64, 97), (65, 96), (65, 97)])
def test_rgb_is_what_the_standards_say(size_hw: tuple[int, int], matrix: int) -> None:
    frame, noise = yuv.from_rgb(picture(size_hw), Colours(matrix)), np.random.default_rng(matrix)
    for plane, (low, high) in zip(yuv.planes(frame), [(16, 236), (60, 196), (60, 196)], strict=True):
        plane[...] = noise.integers(low, high, plane.shape)
    expected = by_definition(frame)
    exact, quick = yuv.to_exact_rgb(frame), yuv.to_rgb(frame)
    assert np.abs(exact - expected).max() < 0.6, "rounded to the nearest level"
    assert np.abs(quick - expected).max() < 4
    assert np.array_equal(yuv.to_rgb(frame, "bgr24")[..., ::-1], quick)
    assert all(image.dtype == np.uint8 and image.flags.c_contiguous for image in (exact, quick))


@pytest.mark.parametrize("size_hw", [(404, 720), (405, 720), (404, 721), (405, 721)])
@pytest.mark.parametrize("level", [0, 255])
def test_black_stays_black_and_white_white(level: int, size_hw: tuple[int, int]) -> None:
    frame = yuv.from_rgb(np.full((*size_hw, 3), level, np.uint8))
    assert (yuv.to_exact_rgb(frame) == level).all()
    assert np.abs(yuv.to_rgb(frame).astype(int) - level).max() <= 2


def test_planes_share_the_memory_of_their_picture() -> None:
    frame = yuv.blank((6, 10), yuv.from_rgb(picture()))
    for plane, shape, level in zip(yuv.planes(frame), [(6, 10), (3, 5), (3, 5)], (126, 128, 128), strict=True):
        assert plane.shape == shape
        plane[...] = level
    assert (yuv.to_rgb(frame) == 128).all()
    assert (yuv.to_rgb(frame, "bgr24") == 128).all()


def test_what_is_not_said_is_taken_from_the_size() -> None:
    for height, matrix in ((480, 6), (720, 1)):
        frame = av.VideoFrame(64, height, "yuv420p")
        frame.colorspace = 2
        assert Colours.of(frame).matrix == matrix
    frame.colorspace, frame.color_trc = 9, 3  # 3 is reserved, and encoders refuse it
    assert Colours.of(frame) == Colours(9, frame.color_primaries, 2)


@pytest.mark.parametrize("matrix", [5, 6, 9])
def test_a_video_keeps_its_matrix_down_to_the_bytes(matrix: int, tmp_path: Path) -> None:
    path = tmp_path / "in.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = 64, 96, "yuv420p"
        stream.codec_context.time_base = MS
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 1
        frame = yuv.from_rgb(picture(), Colours(matrix))
        frame.pts, frame.time_base = 0, MS
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    source = open_source(str(path))
    read = next(source.frames())
    assert source.info.colours.matrix == read.picture.colorspace == matrix
    for plane, expected in zip(yuv.planes(read.picture), yuv.planes(frame), strict=True):
        np.testing.assert_array_equal(plane, expected)
    np.testing.assert_array_equal(read.luma, yuv.planes(frame).y)
    assert abs(read.image[5, 5].astype(int) - (BLUE[0], 20, BLUE[2])).max() <= 4
    source.close()
