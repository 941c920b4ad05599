"""Archives that are on disk already, with Zenodo's record and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skymask.data.skyfinder.fetch import Status, fetch
from skymask.errors import DataError, InputError
from tests.data.skyfinder.helpers import OFFLINE, Heard, assert_camera_is_whole, run
from tests.support import zenodo_server
from tests.support.zenodo_server import serve_zenodo


def test_archives_on_disk_are_used_and_not_changed(zips: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in zips.iterdir()}
    heard = Heard()
    with serve_zenodo(zips) as zenodo:
        outcomes = run(zenodo, tmp_path, archives=zips, listener=heard.listener())
        assert {name for name, _ in zenodo.requests} == {zenodo_server.RECORD}
    assert {outcome.status for outcome in outcomes.values()} == {Status.UNPACKED}
    assert_camera_is_whole(tmp_path, "65")
    assert {path.name: path.read_bytes() for path in zips.iterdir()} == before
    assert heard.bytes == heard.planned[0][1]
    assert heard.notes == []


def test_archives_on_disk_that_the_record_contradicts_are_refused(
    zips: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    whole = (zips / "65.zip").read_bytes()
    folder = changed(camera_65=whole[:-100], camera_623=bytes([whole[0] ^ 1]) + (zips / "623.zip").read_bytes()[1:])
    with serve_zenodo(zips) as zenodo:
        outcomes = run(zenodo, tmp_path / "root", archives=folder)
    assert f"{len(whole) - 100} bytes where Zenodo's record states {len(whole)}" in str(outcomes["65"].error)
    assert "has the MD5" in str(outcomes["623"].error)
    assert {type(outcomes[name].error) for name in ("65", "623")} == {DataError}
    assert outcomes["10917"].status is Status.UNPACKED


def test_without_a_record_archives_on_disk_are_checked_by_their_crcs(
    zips: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    folder = changed(camera_65=(zips / "65.zip").read_bytes()[:-100])
    heard = Heard()
    first, second = (
        fetch(tmp_path / "root", zenodo=OFFLINE, archives=folder, listener=heard.listener()) for _ in range(2)
    )
    assert [outcome.status for outcome in first][1:] == [Status.FAILED, Status.UNPACKED, Status.UNPACKED]
    assert "65.zip is cut short or damaged" in str(first[1].error)
    assert [outcome.status for outcome in second][1:] == [Status.FAILED, Status.SKIPPED, Status.SKIPPED]
    assert heard.notes[0].startswith("Zenodo's record cannot be had, so archives are checked by their inner CRCs alone")


def test_a_folder_without_masks_or_archives_is_refused(
    zips: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        fetch(tmp_path, archives=tmp_path / "none", zenodo=OFFLINE)
    with pytest.raises(InputError, match="holds none of SkyFinder's archives"):
        fetch(tmp_path, archives=tmp_path, zenodo=OFFLINE)
    with pytest.raises(InputError, match=r"skyfinder_masks\.zip is missing"):
        fetch(tmp_path / "root", archives=changed(camera_skyfinder_masks=None), zenodo=OFFLINE)
