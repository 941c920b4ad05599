"""`skymask data fetch`, as a user meets it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skymask.cli import main
from tests.support.datasets import write_dataset
from tests.support.mini_skyfinder import write_mini_skyfinder
from tests.support.zenodo_server import serve_zenodo

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mini_skyfinder(tmp_path_factory.mktemp("zips"), ["65", "623"], 2)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["data", "fetch", *map(str, arguments), "--root", str(tmp_path / "root")])
        return code, *capsys.readouterr()

    return run


def test_cameras_are_fetched_and_counted(zips: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_zenodo(zips) as zenodo:
        monkeypatch.setenv("SKYMASK_ZENODO_URL", zenodo.url)
        assert run("skyfinder", "--cameras", "65") == (0, f"1 camera in {tmp_path}/root, 2 images unpacked.\n", "")
        expected = f"2 cameras in {tmp_path}/root, 2 images unpacked, 1 skipped that was there already.\n"
        assert run("skyfinder", "--cameras", "65", "623", "--jobs", "2") == (0, expected, "")
        assert run("skyfinder", "--cameras", "all")[1].endswith("2 skipped that were there already.\n")
    assert len(list((tmp_path / "root/images/623").glob("*.jpg"))) == 2


def test_a_failure_is_reported_and_the_rest_done(
    zips: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_zenodo(zips, wrong_md5=["65.zip"]) as zenodo:
        monkeypatch.setenv("SKYMASK_ZENODO_URL", zenodo.url)
        code, out, err = run("skyfinder")
    assert (code, out) == (1, f"1 camera in {tmp_path}/root, 2 images unpacked.\n")
    first, last = err.splitlines()
    assert first.startswith("skymask: 65.zip arrived twice with another content")
    assert last == "skymask: error: 1 of 3 archives failed; see above. Run the command again to go on."


def test_a_camera_that_does_not_exist_exits_2_with_the_list(
    zips: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_zenodo(zips) as zenodo:
        monkeypatch.setenv("SKYMASK_ZENODO_URL", zenodo.url)
        expected = "skymask: error: There is no camera 66 here. Known: 65, 623.\n"
        assert run("skyfinder", "--cameras", "66") == (2, "", expected)


def test_archives_on_disk_do_without_a_server(zips: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYMASK_ZENODO_URL", "http://127.0.0.1:1")
    code, out, err = run("skyfinder", "--from", zips)
    assert code == 0
    assert out.startswith("2 cameras in")
    assert err.startswith("skymask: Zenodo's record cannot be had")


def test_a_source_of_a_manifest_is_taken(tmp_path: Path, run: Run) -> None:
    folder = write_dataset(tmp_path / "labelled").parent
    code, out, err = run("right", "--from", folder)
    assert (code, err) == (0, "")
    assert out == f"{tmp_path}/root/manifest.csv: images 3, groups 3, source right\n"


def test_requests_that_make_no_sense_exit_2(tmp_path: Path, run: Run) -> None:
    folder = write_dataset(tmp_path / "labelled").parent
    for arguments, said in (
        (("camvid",), "'camvid' cannot be downloaded, only skyfinder can"),
        (("camvid", "--from", tmp_path), "There is no"),
        (("left", "--from", folder, "--cameras", "65"), "--cameras is for SkyFinder's archives"),
        (("skyfinder", "--jobs", "0"), "jobs=0"),
    ):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert said in err


def test_a_plain_install_says_which_extra_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("skymask.data.skyfinder")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx", None)  # importing it now fails
    code, out, err = run("skyfinder")
    assert (code, out) == (2, "")
    assert err.endswith('pip install "skymask[data]"\n')
