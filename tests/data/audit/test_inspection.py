"""What is measured of one file, above all whether it is whole."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from skymask.data.audit.inspection import Inspection, inspect
from tests.support.webcams import scene


def _inspect(folder: Path, content: bytes) -> Inspection:
    (folder / "a.jpg").write_bytes(content)
    return inspect(folder, "a.jpg")


def _jpeg(seed: int = 0, size_wh: tuple[int, int] = (640, 480), **options: object) -> bytes:
    buffer = BytesIO()
    scene(seed, size_wh).save(buffer, "jpeg", **options)
    return buffer.getvalue()


@settings(max_examples=60)
@given(lost=st.integers(1, 6000), progressive=st.booleans())
def test_a_file_that_breaks_off_is_found_just_as_by_decoding_all_of_it(
    tmp_path: Path, lost: int, progressive: bool
) -> None:
    content = _jpeg(progressive=progressive)[:-lost]
    try:
        with Image.open(BytesIO(content)) as image:
            image.load()
        is_whole = True
    except OSError:
        is_whole = False
    assert (_inspect(tmp_path, content).problem == "") == is_whole
    assert lost < 2 or not is_whole


def test_lost_data_behind_a_proper_end_is_seen_in_the_grey_below(tmp_path: Path) -> None:
    whole = _jpeg()
    cut = _inspect(tmp_path, whole[: len(whole) // 2] + b"\xff\xd9")
    assert cut.problem == ""
    assert 0.2 < cut.lost_rows < 0.8
    assert _inspect(tmp_path, whole).lost_rows == 0


@pytest.mark.parametrize("grey", [0, 16, 120, 255])
def test_bars_and_walls_of_other_grey_are_no_lost_data(tmp_path: Path, grey: int) -> None:
    pixels = np.asarray(scene(0, (160, 120))).copy()
    pixels[60:] = grey
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    assert _inspect(tmp_path, buffer.getvalue()).lost_rows == 0


def test_what_is_no_image_says_so(tmp_path: Path) -> None:
    assert _inspect(tmp_path, b"<html>404</html>").problem == "not an image of a known kind"
    assert _inspect(tmp_path, b"").problem == "not an image of a known kind"
    assert inspect(tmp_path, "none.jpg").problem == "No such file or directory"
    (tmp_path / "b.jpg").mkdir()
    assert inspect(tmp_path, "b.jpg").problem == "Is a directory"


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_the_full_size_is_told_and_brightness_measured_on_the_small_one(tmp_path: Path, kind: str) -> None:
    picture = scene(5, (640, 360))
    buffer = BytesIO()
    picture.save(buffer, kind)
    found = _inspect(tmp_path, buffer.getvalue())
    luma = np.asarray(picture.convert("L"))
    assert (found.width, found.height) == (640, 360)
    assert found.brightness == pytest.approx(luma.mean(), abs=1)
    assert (found.darkest, found.brightest) == pytest.approx(tuple(np.percentile(luma, (5, 95))), abs=3)


def test_the_hash_survives_storing_again_and_tells_pictures_apart(tmp_path: Path) -> None:
    contents = (_jpeg(1, quality=92), _jpeg(1, quality=60), _jpeg(2))
    first, again, other = (_inspect(tmp_path, content) for content in contents)
    bits = [int(found.picture_hash, 16) for found in (first, again, other)]
    assert (bits[0] ^ bits[1]).bit_count() <= 6
    assert (bits[0] ^ bits[2]).bit_count() > 60
    assert first.sha256 != again.sha256
