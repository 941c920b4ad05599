"""Archives that are damaged or hostile."""

from __future__ import annotations

import stat
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skymask.data.skyfinder.archive import Unpacked, unpack
from skymask.errors import DataError
from tests.support.mini_skyfinder import zip_of

GOOD = zip_of({"65/": b"", "65/a.jpg": bytes(range(256)) * 2, "65/b.jpg": b"second"})


def unpacked(content: bytes, folder: Path) -> Unpacked:
    (folder / "65.zip").write_bytes(content)
    (folder / "target").mkdir()
    return unpack(folder / "65.zip", "65", ".jpg", folder / "target")


def member(name: str, **values: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info


def test_files_come_out_as_they_went_in(tmp_path: Path) -> None:
    assert unpacked(GOOD, tmp_path) == Unpacked(files=2, left_out=0)
    assert (tmp_path / "target" / "a.jpg").read_bytes() == bytes(range(256)) * 2
    assert (tmp_path / "target" / "b.jpg").read_bytes() == b"second"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("../evil.jpg", "names a place outside"),
        ("65/../../evil.jpg", "names a place outside"),
        ("/evil.jpg", "names a place outside"),
        ("..\\evil.jpg", "names a place outside"),
        ("C:evil.jpg", "names a place outside"),
        (member("65/link.jpg", external_attr=(stat.S_IFLNK | 0o777) << 16), "is a link"),
        (member("65/pipe.jpg", external_attr=(stat.S_IFIFO | 0o666) << 16), "is a link or a device"),
        ("65/A.jpg", "appears twice"),
    ],
    ids=str,
)
def test_what_could_reach_elsewhere_is_refused_as_a_whole(
    bad: str | zipfile.ZipInfo, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=f"nothing was unpacked.*{said}"):
        unpacked(zip_of({"65/a.jpg": b"good", bad: b"bad"}), tmp_path)
    assert not list((tmp_path / "target").iterdir())
    assert not list(tmp_path.rglob("evil*"))


def test_a_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"would become 3000000\."):
        unpacked(zip_of({f"65/{name}.jpg": bytes(1_000_000) for name in "abc"}), tmp_path)
    assert not list((tmp_path / "target").iterdir())


def test_a_header_that_understates_a_member_does_not_let_it_grow(tmp_path: Path) -> None:
    bomb = bytearray(zip_of({"65/a.jpg": bytes(1_000_000)}))
    stated = (1_000_000).to_bytes(4, "little")
    while (place := bomb.find(stated)) >= 0:
        bomb[place : place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(DataError, match="damaged"):
        unpacked(bytes(bomb), tmp_path)
    assert sum(path.stat().st_size for path in (tmp_path / "target").iterdir()) <= 1000


def test_encrypted_and_oddly_packed_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="packed by method 14"):
        unpacked(zip_of({"65/a.jpg": b"image" * 50}, zipfile.ZIP_LZMA), tmp_path)
    encrypted = bytearray(zip_of({"65/a.jpg": b"image"}))
    encrypted[encrypted.index(b"PK\1\2") + 8] |= 1  # the flags in the central directory
    (tmp_path / "65.zip").write_bytes(encrypted)
    with pytest.raises(DataError, match="is encrypted"):
        unpack(tmp_path / "65.zip", "65", ".jpg", tmp_path / "target")


@pytest.mark.parametrize("members", [{}, {"66/a.jpg": b""}, {"65/a.png": b""}, {"65/sub/a.jpg": b""}], ids=str)
def test_an_archive_of_something_else_is_refused(members: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no 65/\*\.jpg; found"):
        unpacked(zip_of(members), tmp_path)


@settings(max_examples=60)
@given(st.integers(0, len(GOOD) - 1))
def test_an_archive_cut_short_anywhere_is_refused(length: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.raises(DataError, match="cut short or damaged"):
        unpacked(GOOD[:length], Path(folder))


@settings(max_examples=120)
@example({490: 0})  # makes a name empty
@given(st.dictionaries(st.integers(0, len(GOOD) - 1), st.integers(0, 255), min_size=1, max_size=4))
def test_changed_bytes_are_noticed_or_harmless(changes: dict[int, int]) -> None:
    content = bytearray(GOOD)
    for place, value in changes.items():
        content[place] = value
    with tempfile.TemporaryDirectory() as folder:
        try:
            unpacked(bytes(content), Path(folder))
        except DataError:
            return
        originals = {bytes(range(256)) * 2, b"second"}
        assert {path.read_bytes() for path in (Path(folder) / "target").iterdir()} <= originals


@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("a./\\:~65\x01é"), min_size=1, max_size=12), max_size=4))
def test_no_name_leads_out_of_the_target(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with suppress(DataError):
            unpacked(zip_of({"65/good.jpg": b"x"} | {f"{name}.jpg": b"x" for name in names}), Path(folder))
        assert {path.name for path in Path(folder).iterdir()} == {"65.zip", "target"}
        assert all(path.is_file() for path in (Path(folder) / "target").iterdir())
