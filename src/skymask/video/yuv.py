"""Pictures as videos hold them: brightness at full size, colour at half (yuv420p).

They stay so from the decoder to the encoder; only the network and the window ask for RGB. Everywhere here a picture is
an `av.VideoFrame` in yuv420p of limited range (brightness 16 to 235, colour 16 to 240) that names its own matrix, so
that it can be turned into RGB without knowing where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FORMAT = "yuv420p"
LIMITED, FULL = ColorRange.MPEG, ColorRange.JPEG
HD_HEIGHT = 720  # from here on, video that does not say otherwise is BT.709
UNSPECIFIED = 2
RESERVED = (0, 3)
# Rounded right: libswscale does so in planes of RGB; in rgb24 it does not, or takes twice as long.
PLANAR_RGB = "gbrp"
EXACT = 0x10 | 0x40000  # SWS_POINT, each sample of colour for its four pixels, and SWS_ACCURATE_RND

# Weights of red and blue in the brightness, by the number of the matrix (ISO/IEC 23091-2): those that libswscale knows.
LUMA_WEIGHTS = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601, 625 lines
    6: (0.299, 0.114),  # BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
}


@dataclass(frozen=True)
class Colours:
    """What the numbers of a picture mean, in the numbers of ISO/IEC 23091-2."""

    matrix: int = 1
    """From RGB to brightness and colour; a key of `LUMA_WEIGHTS`."""
    primaries: int = 1
    """Which red, green and blue are meant."""
    transfer: int = 1
    """From light to number."""

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Colours:
        """Reads what a decoded frame says, or what is usual where it says nothing."""
        if frame.format.is_rgb:
            return BT709
        unnamed = frame.colorspace not in LUMA_WEIGHTS
        if unnamed and frame.height >= HD_HEIGHT:
            return BT709
        primaries, transfer = (
            UNSPECIFIED if number in RESERVED else number for number in (frame.color_primaries, frame.color_trc)
        )
        return cls(6 if unnamed else frame.colorspace, primaries, transfer)


BT709 = Colours()


class Planes(NamedTuple):
    """The three planes of a picture as arrays that share its memory; writing to them changes the picture."""

    y: Image
    """uint8 [H, W], brightness, 16 to 235."""
    u: Image
    """uint8 [ceil(H / 2), ceil(W / 2)], blueness, 128 for grey."""
    v: Image
    """uint8 [ceil(H / 2), ceil(W / 2)], redness, 128 for grey."""


def planes(picture: av.VideoFrame) -> Planes:
    """Returns the planes of a picture. Those of a decoded frame must not be written to: later frames refer to it."""
    return Planes(*(_plane(picture, index) for index in range(3)))


def blank(size_hw: tuple[int, int], like: av.VideoFrame) -> av.VideoFrame:
    """Makes a picture of undefined content, of the same colours as another one."""
    picture = av.VideoFrame(size_hw[1], size_hw[0], FORMAT)
    tag(picture, Colours(like.colorspace, like.color_primaries, like.color_trc))
    return picture


def tag(picture: av.VideoFrame, colours: Colours) -> None:
    """Notes in a picture of limited range what its numbers mean; they stay as they are."""
    picture.colorspace, picture.color_primaries, picture.color_trc = colours.matrix, colours.primaries, colours.transfer
    picture.color_range = LIMITED


def to_yuv(frame: av.VideoFrame, size_hw: tuple[int, int], colours: Colours) -> av.VideoFrame:
    """Scales a decoded frame of any format and makes it a picture; one that already is comes back as it is.

    Args:
        frame: As it was decoded: any pixel format, depth, range and matrix.
        size_hw: Height and width wanted, in pixels.
        colours: What its numbers shall mean afterwards. Only the matrix is converted.
    """
    height, width = size_hw
    source = Colours.of(frame)
    as_it_is = (
        frame.format.name == FORMAT
        and (frame.height, frame.width) == size_hw
        and frame.color_range != FULL
        and source.matrix == colours.matrix
    )
    if not as_it_is:
        frame = frame.reformat(
            width,
            height,
            FORMAT,
            src_colorspace=None if frame.format.is_rgb else _swscale(source.matrix),
            dst_colorspace=_swscale(colours.matrix),
            dst_color_range=LIMITED,
        )
    tag(frame, colours)
    return frame


def from_rgb(image: Image, colours: Colours = BT709) -> av.VideoFrame:
    """Makes a picture of an image.

    Args:
        image: uint8 [H, W, 3], RGB.
        colours: What its numbers shall mean.
    """
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
    return to_yuv(frame, (frame.height, frame.width), colours)


def to_rgb(picture: av.VideoFrame, order: str = "rgb24") -> Image:
    """Returns a picture as networks and windows take it: quickly made, and up to 3 levels too dark, 1 on average.

    Returns:
        uint8 [H, W, 3], C-contiguous: RGB, or BGR with `order` "bgr24".
    """
    matrix = _swscale(picture.colorspace)
    even = _made_even(picture)
    image = even.to_ndarray(format=order, src_colorspace=matrix, dst_colorspace=matrix, threads=1)
    return np.ascontiguousarray(image[: picture.height, : picture.width], np.uint8)


def to_exact_rgb(picture: av.VideoFrame) -> Image:
    """Returns a picture as it is kept: rounded to the nearest level, in several times the time of `to_rgb`.

    Returns:
        uint8 [H, W, 3], RGB, C-contiguous.
    """
    matrix = _swscale(picture.colorspace)
    planar = _made_even(picture).reformat(
        format=PLANAR_RGB, src_colorspace=matrix, dst_colorspace=matrix, interpolation=EXACT, threads=1
    )
    return np.ascontiguousarray(planar.to_ndarray()[: picture.height, : picture.width], np.uint8)


def to_limited(rgb: tuple[int, int, int], matrix: int) -> tuple[int, int, int]:
    """Returns brightness, blueness and redness, as in `Planes`, of one colour: red, green and blue, 0 to 255."""
    red, green, blue = (value / 255 for value in rgb)
    of_red, of_blue = LUMA_WEIGHTS[matrix]
    light = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
    u, v = (blue - light) / (2 - 2 * of_blue), (red - light) / (2 - 2 * of_red)
    return round(16 + 219 * light), round(128 + 224 * u), round(128 + 224 * v)


def _made_even(picture: av.VideoFrame) -> av.VideoFrame:
    """Repeats the last row or column where a side is odd: there, libswscale would stretch the planes of colour."""
    height, width = picture.height, picture.width
    if height % 2 == 0 and width % 2 == 0:
        return picture
    even = blank((height + height % 2, width + width % 2), picture)
    source, target = planes(picture), planes(even)
    target.y[...] = np.pad(source.y, ((0, height % 2), (0, width % 2)), mode="edge")
    target.u[...], target.v[...] = source.u, source.v
    return even


def _plane(picture: av.VideoFrame, index: int) -> Image:
    plane = picture.planes[index]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)  # type: ignore[call-overload]
    view: Image = rows[:, : plane.width]
    return view


def _swscale(matrix: int) -> int:
    """Both kinds of BT.601 have one number in libswscale."""
    return 5 if matrix == 6 else matrix
