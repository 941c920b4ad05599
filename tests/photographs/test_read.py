"""Any photograph becomes an upright RGB frame, and its mask lies on the stored pixels."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, features
from PIL.PngImagePlugin import PngImageFile

from skymask.errors import MediaError
from skymask.photographs.read import is_photograph, read_photograph
from skymask.photographs.write import write_mask

HEIGHT, WIDTH = 40, 56


def gradient() -> NDArray[np.uint8]:
    """Smooth, so that lossy formats stay close, and without any symmetry."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([x * 4, y * 6, 255 - x * 2 - y], axis=-1).astype(np.uint8)


def with_orientation(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp", "bmp", "ppm", "tga"])
def test_colour_is_read_exactly(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"photo.{suffix}"
    Image.fromarray(gradient()).save(file, lossless=True)
    photograph = read_photograph(file)
    np.testing.assert_array_equal(photograph.rgb, gradient())
    assert photograph.rgb.dtype == np.uint8
    assert photograph.orientation == 1


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG2000", "j2k"), ("JPEG2000", "jpf"), ("MPO", "mpo"), ("PPM", "pbm")])
def test_rarer_kinds_are_taken_from_a_folder_and_read(tmp_path: Path, kind: str, suffix: str) -> None:
    file = tmp_path / f"photo.{suffix}"
    picture = Image.fromarray(gradient()).convert("1" if suffix == "pbm" else "RGB")
    picture.save(file, format=kind)
    assert is_photograph(file)
    difference = read_photograph(file).rgb.astype(int) - np.asarray(picture.convert("RGB"))
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize(("mode", "suffix"), [("RGB", "jpg"), ("CMYK", "jpg"), ("CMYK", "tiff"), ("YCbCr", "tiff")])
def test_other_colour_models_become_rgb(tmp_path: Path, mode: str, suffix: str) -> None:
    file = tmp_path / f"photo.{suffix}"
    Image.fromarray(gradient()).convert(mode).save(file, quality=95)
    difference = read_photograph(file).rgb.astype(int) - gradient()
    assert np.abs(difference).mean() < 4


def test_grey_becomes_three_equal_channels(tmp_path: Path) -> None:
    grey = gradient()[..., 0]
    Image.fromarray(grey).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(read_photograph(tmp_path / "grey.png").rgb, np.dstack([grey] * 3))


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_of_16_bit_grey_the_upper_bits_are_kept(tmp_path: Path, suffix: str) -> None:
    grey = gradient()[..., 0]
    file = tmp_path / f"grey.{suffix}"
    Image.fromarray(grey.astype(np.uint16) * 256 + 77).save(file)
    np.testing.assert_array_equal(read_photograph(file).rgb, np.dstack([grey] * 3))


def png_16_bit_rgb(rgb: NDArray[np.uint8]) -> bytes:
    """Pillow cannot write 16-bit colour; a PNG is quickly made by hand."""
    rows = rgb.astype(">u2") * 256 + 77
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", rgb.shape[1], rgb.shape[0], 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def test_of_16_bit_colour_the_upper_bits_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "deep.png"
    file.write_bytes(png_16_bit_rgb(gradient()))
    np.testing.assert_array_equal(read_photograph(file).rgb, gradient())


def test_the_alpha_channel_is_dropped_not_blended(tmp_path: Path) -> None:
    rgba = np.dstack([gradient(), np.full((HEIGHT, WIDTH), 10, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "cut.png")
    np.testing.assert_array_equal(read_photograph(tmp_path / "cut.png").rgb, gradient())


@pytest.mark.parametrize("transparency", [None, 0, b"\0\x80\xff"], ids=["opaque", "one colour", "table"])
def test_a_palette_is_resolved_without_a_warning(
    tmp_path: Path, transparency: int | bytes | None, recwarn: pytest.WarningsRecorder
) -> None:
    image = Image.fromarray(gradient()).convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    file = tmp_path / "palette.png"
    image.save(file, **({} if transparency is None else {"transparency": transparency}))
    np.testing.assert_array_equal(read_photograph(file).rgb, np.asarray(image.convert("RGB")))
    assert not recwarn.list


def test_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    image = Image.fromarray(gradient()).convert("1")
    image.save(tmp_path / "line.png")
    expected = np.dstack([np.asarray(image).astype(np.uint8) * 255] * 3)
    np.testing.assert_array_equal(read_photograph(tmp_path / "line.png").rgb, expected)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_photograph_is_upright_and_the_mask_as_stored(
    tmp_path: Path, orientation: int, mode: str, suffix: str
) -> None:
    stored = np.asarray(Image.fromarray(gradient()).convert(mode))
    file = tmp_path / f"turned.{suffix}"
    Image.fromarray(stored).save(file, exif=with_orientation(orientation))
    photograph = read_photograph(file)
    png = tmp_path / "same.png"
    Image.fromarray(stored).save(png, exif=with_orientation(orientation))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(png)).convert("RGB"))
    np.testing.assert_array_equal(photograph.rgb, upright)

    # As if the model had returned the first channel: the mask then must lie on the stored pixels.
    write_mask(photograph.rgb[..., 0], tmp_path / "mask.png", photograph.orientation)
    with Image.open(tmp_path / "mask.png") as mask:
        assert mask.mode == "L"
        assert mask.getexif().get(ExifTags.Base.Orientation, 1) == orientation
        np.testing.assert_array_equal(np.asarray(mask), stored if mode == "L" else stored[..., 0])


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_means_upright(tmp_path: Path, orientation: int) -> None:
    Image.fromarray(gradient()).save(tmp_path / "odd.png", exif=with_orientation(orientation))
    photograph = read_photograph(tmp_path / "odd.png")
    np.testing.assert_array_equal(photograph.rgb, gradient())
    assert photograph.orientation == 1


def test_32_bits_per_channel_are_refused(tmp_path: Path) -> None:
    Image.fromarray(gradient()[..., 0].astype(np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(MediaError, match=r"float\.tiff has 32 bits per channel"):
        read_photograph(tmp_path / "float.tiff")


def tiff(pixels: NDArray[Any], channels: int, bits: int, **changes: int) -> bytes:
    """An uncompressed little-endian TIFF of two by one pixels, of kinds that Pillow cannot write.

    Args:
        pixels: As they are stored.
        channels: Samples of a pixel.
        bits: Of each sample.
        changes: Other values for tags, by the names of `ExifTags.Base`.
    """
    depths = struct.pack(f"<{channels}H", *[bits] * channels)
    values = {
        "ImageWidth": 2,
        "ImageLength": 1,
        "Compression": 1,
        "PhotometricInterpretation": min(channels, 2),
    }
    values |= {"StripOffsets": 300, "SamplesPerPixel": channels, "RowsPerStrip": 1, "StripByteCounts": pixels.nbytes}
    numbers = {ExifTags.Base[name].value: (4, 1, value) for name, value in (values | changes).items()}
    numbers[258] = (3, channels, 8 if len(depths) > 4 else int.from_bytes(depths, "little"))
    entries = b"".join(struct.pack("<HHII", tag, *numbers[tag]) for tag in sorted(numbers))
    directory = struct.pack("<H", len(numbers)) + entries + struct.pack("<I", 0)
    header = struct.pack("<2sHI", b"II", 42, 8 + len(depths))
    return (header + depths + directory).ljust(300, b"\0") + pixels.tobytes()


@pytest.mark.parametrize("bits", [32, 64])
def test_floating_point_colours_are_told_from_unknown_files(tmp_path: Path, bits: int) -> None:
    (tmp_path / "hdr.tif").write_bytes(tiff(np.zeros(6 * bits // 8, np.uint8), 3, bits, SampleFormat=3))
    with pytest.raises(MediaError, match=rf"hdr\.tif has {bits} bits per channel, .* Convert it to 8 or 16 bits first"):
        read_photograph(tmp_path / "hdr.tif")


@pytest.mark.parametrize(
    ("channels", "changes", "said"),
    [
        (3, {"SampleFormat": 3}, r"has 16 bits per channel, in floating point, .* Convert it to 8 or 16 bits first"),
        (1, {"SampleFormat": 3}, r"has 16 bits per channel, in floating point, .* Convert it to 8 or 16 bits first"),
        (
            2,
            {"ExtraSamples": 2, "PhotometricInterpretation": 1},
            r"2 channels of 16 bits\. Save it .* without",
        ),
    ],
)
def test_other_deep_tiffs_that_are_not_read_say_why(
    tmp_path: Path, channels: int, changes: dict[str, int], said: str
) -> None:
    (tmp_path / "a.tif").write_bytes(tiff(np.zeros(2 * channels, np.uint16), channels, 16, **changes))
    with pytest.raises(MediaError, match=rf"a\.tif .*{said}"):
        read_photograph(tmp_path / "a.tif")


def test_deep_planes_that_lie_apart_are_refused(tmp_path: Path) -> None:
    planes = np.arange(6, dtype=np.uint16)
    (tmp_path / "a.tif").write_bytes(tiff(planes, 3, 16, PlanarConfiguration=2))
    with pytest.raises(MediaError, match=r"a\.tif stores the planes .* Save it interleaved"):
        read_photograph(tmp_path / "a.tif")


@pytest.mark.parametrize(("white", "expected"), [(1, [1, 254]), (0, [254, 1])])
def test_deep_grey_is_read_whichever_way_round_it_is_stored(tmp_path: Path, white: int, expected: list[int]) -> None:
    stored = np.array([1 * 256 + 77, 254 * 256 + 77], np.uint16)
    (tmp_path / "a.tif").write_bytes(tiff(stored, 1, 16, PhotometricInterpretation=white))
    assert read_photograph(tmp_path / "a.tif").rgb[0, :, 0].tolist() == expected


def test_of_12_bit_grey_the_upper_bits_are_kept(tmp_path: Path) -> None:
    stored = np.array([0x01, 0x7F, 0xE7], np.uint8)  # 0x017 and 0xFE7
    (tmp_path / "a.tif").write_bytes(tiff(stored, 1, 12))
    assert read_photograph(tmp_path / "a.tif").rgb[0, :, 0].tolist() == [0x01, 0xFE]


def test_the_thumbnail_of_a_raw_file_is_no_photograph(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(tiff(np.zeros(6, np.uint8), 3, 8, NewSubfileType=1))
    with pytest.raises(MediaError, match=r"a\.tif begins with a small copy .* Develop it"):
        read_photograph(tmp_path / "a.tif")


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "a.tif").touch()
    with pytest.raises(MediaError, match=r"a\.tif is empty \(0 bytes\)\. Copy it again"):
        read_photograph(tmp_path / "a.tif")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("content", [b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x02\0\x02"])
def test_a_tiff_that_breaks_off_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.tif"):
        read_photograph(tmp_path / "a.tif")


@pytest.mark.parametrize(
    "content", [b"", b"this is text", b"\x89PNG\r\n\x1a\n"], ids=["empty", "text", "only a header"]
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(content)
    with pytest.raises(MediaError, match=r"photo\.jpg"):
        read_photograph(file)


def test_a_missing_photograph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="does not exist"):
        read_photograph(tmp_path / "none.jpg")


def test_more_pixels_than_is_safe_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(gradient()).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(MediaError, match=r"bomb\.png is too large: .* 179 megapixels\. Scale it down"):
        read_photograph(tmp_path / "bomb.png")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150)
@given(
    suffix=st.sampled_from(["jpg", "png", "tiff", "webp", "gif"]),
    keep=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5),
)
def test_a_broken_file_raises_nothing_but_a_media_error(
    tmp_path: Path, suffix: str, keep: float, changes: list[tuple[float, int]]
) -> None:
    whole = tmp_path / f"whole.{suffix}"
    if not whole.exists():
        Image.fromarray(gradient()).save(whole)
    content = bytearray(whole.read_bytes())
    for position, value in changes:
        content[int(position * min(len(content), 400))] = value
    broken = tmp_path / f"broken.{suffix}"
    broken.write_bytes(content[: int(keep * len(content))])
    try:
        photograph = read_photograph(broken)
    except MediaError:
        return
    assert photograph.rgb.ndim == 3


def test_a_truncated_jpeg_is_refused_not_padded_with_grey(tmp_path: Path) -> None:
    file = tmp_path / "cut.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)).save(file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(MediaError, match="truncated"):
        read_photograph(file)


def test_a_damaged_file_that_asks_for_too_much_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(self: Image.Image) -> None:
        raise MemoryError

    Image.fromarray(gradient()).save(tmp_path / "damaged.png")
    monkeypatch.setattr(PngImageFile, "load", load)
    with pytest.raises(MediaError, match=r"damaged\.png cannot be decoded: MemoryError"):
        read_photograph(tmp_path / "damaged.png")


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF")
def test_a_damaged_avif_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "damaged.avif"
    Image.fromarray(gradient()).save(file)
    head, pixels = file.read_bytes().split(b"mdat")
    file.write_bytes(head + b"mdat" + bytes(len(pixels)))
    with pytest.raises(MediaError, match=r"damaged\.avif cannot be decoded: Failed to decode frame 0"):
        read_photograph(file)
