"""From a server to a folder of images and masks; space, locks and bad archives."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from skymask.data.cameras import look_at_mask
from skymask.data.lock import only_run_in
from skymask.data.skyfinder import fetch as module
from skymask.data.skyfinder.fetch import Status, fetch
from skymask.errors import DataError, InputError, OutputError
from tests.data.skyfinder.helpers import CAMERAS, IMAGES, QUICK, Heard, assert_camera_is_whole, run
from tests.support import zenodo_server
from tests.support.mini_skyfinder import write_mini_skyfinder, zip_of
from tests.support.zenodo_server import serve_zenodo


def test_archives_become_images_and_masks(zips: Path, tmp_path: Path) -> None:
    heard = Heard()
    with serve_zenodo(zips) as zenodo:
        outcomes = fetch(tmp_path, zenodo=zenodo.url, retry=QUICK, listener=heard.listener())
    assert [outcome.name for outcome in outcomes] == ["skyfinder_masks", *CAMERAS]
    assert {outcome.status for outcome in outcomes} == {Status.UNPACKED}
    assert [outcome.files for outcome in outcomes] == [3, IMAGES, IMAGES, IMAGES]
    for camera in CAMERAS:
        assert_camera_is_whole(tmp_path, camera)
        assert look_at_mask(tmp_path, camera).problem == ""
    assert not (tmp_path / "downloads").exists()
    assert all(agent.startswith("skymask/") for agent in zenodo.agents)
    total = sum(path.stat().st_size for path in zips.iterdir())
    assert heard.planned == [(4, total)]
    assert heard.bytes == total
    assert sorted(heard.finished) == sorted(["skyfinder_masks", *CAMERAS])
    assert heard.notes == []


def test_what_is_complete_is_skipped_and_what_is_not_fetched_again(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips) as zenodo:
        run(zenodo, tmp_path, "65", "623")
        assert not zenodo.asked_for("10917.zip")
        next((tmp_path / "images" / "623").glob("*.jpg")).unlink()
        zenodo.requests.clear()
        outcomes = run(zenodo, tmp_path)
        statuses = {name: outcome.status for name, outcome in outcomes.items()}
        done = {"skyfinder_masks": Status.SKIPPED, "65": Status.SKIPPED}
        assert statuses == done | {"623": Status.UNPACKED, "10917": Status.UNPACKED}
        assert not zenodo.asked_for("65.zip")
    assert_camera_is_whole(tmp_path, "623")


def test_an_archive_that_has_changed_is_fetched_again(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips) as zenodo:
        run(zenodo, tmp_path)
        receipt = tmp_path / "images" / "65" / ".receipt.json"
        receipt.write_text(json.dumps(json.loads(receipt.read_text()) | {"md5": "0" * 32}))
        assert run(zenodo, tmp_path)["65"].status is Status.UNPACKED
        assert run(zenodo, tmp_path)["65"].status is Status.SKIPPED


def test_a_camera_that_does_not_exist_is_named_beside_those_that_do(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips) as zenodo, pytest.raises(InputError, match=r"no camera 66.*Known: 65, 623, 10917\."):
        run(zenodo, tmp_path / "root", "65", "66")
    assert not (tmp_path / "root").exists()


def test_too_little_space_is_noticed_before_any_download(
    zips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = module.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage._replace(free=5000))
    with serve_zenodo(zips) as zenodo:
        with pytest.raises(OutputError, match=r"0\.0 GB of free space, and 4 archives need"):
            run(zenodo, tmp_path)
        assert [name for name, _ in zenodo.requests] == [zenodo_server.RECORD]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_during_the_download_stops_the_run(zips: Path, tmp_path: Path) -> None:
    part = tmp_path / "downloads" / "65.zip.part"
    part.parent.mkdir()
    part.symlink_to("/dev/full")
    with serve_zenodo(zips) as zenodo:
        with pytest.raises(OutputError, match=r"65\.zip cannot be stored in .*: No space left on device"):
            run(zenodo, tmp_path, "65")
        part.unlink()
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED


def test_a_full_disk_while_unpacking_leaves_no_half_camera(
    zips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack = module.unpack

    def full(path: Path, folder: str, *rest: object) -> object:
        if folder == "65":
            (tmp_path / "downloads" / "65" / "20120101_000000.jpg").write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        return unpack(path, folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "unpack", full)
    with serve_zenodo(zips) as zenodo:
        with pytest.raises(OutputError, match="No space left on device"):
            run(zenodo, tmp_path, "65")
        assert not (tmp_path / "images" / "65").exists()
        assert (tmp_path / "downloads" / "65.zip").exists()
        assert not (tmp_path / "downloads" / "65").exists()
        monkeypatch.setattr(module, "unpack", unpack)
        zenodo.requests.clear()
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED
        assert not zenodo.asked_for("65.zip"), "the archive was here already"


def test_two_runs_in_one_folder_are_refused(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips) as zenodo, only_run_in(tmp_path), pytest.raises(InputError, match="Another run"):
        run(zenodo, tmp_path)


def test_folders_of_other_people_are_left_alone(zips: Path, tmp_path: Path) -> None:
    own = tmp_path / "images" / "65" / "own.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    with serve_zenodo(zips) as zenodo, pytest.raises(InputError, match="was not made by 'skymask data fetch'"):
        run(zenodo, tmp_path)
    assert own.read_bytes() == b"mine"


def test_a_camera_without_a_mask_is_noted(tmp_path: Path) -> None:
    folder = write_mini_skyfinder(tmp_path / "zips", CAMERAS[:2], 1, without_mask=["65"])
    heard = Heard()
    with serve_zenodo(folder) as zenodo:
        outcomes = run(zenodo, tmp_path / "root", listener=heard.listener())
    assert outcomes["65"].status is Status.UNPACKED
    assert heard.notes == ["No mask for camera 65: its images cannot be used for training."]


def test_an_archive_with_names_outside_its_folder_is_refused(changed: Callable[..., Path], tmp_path: Path) -> None:
    folder = changed(camera_65=zip_of({"65/a.jpg": b"good", "../../../evil.jpg": b"evil"}))
    with serve_zenodo(folder) as zenodo:
        outcomes = run(zenodo, tmp_path / "root")
    assert isinstance(outcomes["65"].error, DataError)
    assert "'../../../evil.jpg' names a place outside" in str(outcomes["65"].error)
    assert not list(tmp_path.rglob("evil.jpg"))
    assert not (tmp_path / "root" / "images" / "65").exists()
    assert_camera_is_whole(tmp_path / "root", "623")


def test_members_of_another_kind_are_left_out_and_noted(changed: Callable[..., Path], tmp_path: Path) -> None:
    extra = {"65/Thumbs.db": b"", "65/.hidden.jpg": b"", "__MACOSX/65/._a.jpg": b"", "65/": b""}
    folder = changed(camera_65=zip_of({"65/a.JPG": b"image", **extra}))
    heard = Heard()
    with serve_zenodo(folder) as zenodo:
        assert run(zenodo, tmp_path / "root", "65", listener=heard.listener())["65"].files == 1
    assert heard.notes == ["65.zip: 3 members of another kind were left out."]
    assert sorted(path.name for path in (tmp_path / "root/images/65").iterdir()) == [".receipt.json", "a.JPG"]


def test_no_jobs_is_no_way_to_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="jobs=0"):
        fetch(tmp_path, jobs=0)
