"""A server that behaves like Zenodo on bad days: busy, cut off (or interrupted here), damaged, or no Zenodo at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from skymask.data.skyfinder.fetch import Listener, Status, fetch
from skymask.data.skyfinder.zenodo import MASKS
from skymask.errors import DownloadError
from tests.data.skyfinder.helpers import OFFLINE, QUICK, Heard, assert_camera_is_whole, run
from tests.support import zenodo_server
from tests.support.zenodo_server import Cut, Damaged, Slow, ZenodoServer, serve_zenodo


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_server_is_asked_again(zips: Path, tmp_path: Path, code: int) -> None:
    busy = [zenodo_server.Status(code), zenodo_server.Status(code, retry_after=None)]
    with serve_zenodo(zips, {"65.zip": busy, zenodo_server.RECORD: busy[:1]}) as zenodo:
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED
        assert len(zenodo.asked_for("65.zip")) == 3


def test_a_server_that_stays_busy_is_given_up_and_the_rest_done(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, {"65.zip": [zenodo_server.Status(503)] * 9}) as zenodo:
        outcomes = run(zenodo, tmp_path)
        assert len(zenodo.asked_for("65.zip")) == QUICK.attempts
    error = outcomes["65"].error
    assert isinstance(error, DownloadError)
    assert "65.zip: answered 503 Service Unavailable; given up after 4 failures" in str(error)
    assert_camera_is_whole(tmp_path, "623")


def test_a_pause_of_an_hour_is_not_waited_for(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, {"65.zip": [zenodo_server.Status(429, "3600")]}) as zenodo:
        error = run(zenodo, tmp_path, "65")["65"].error
    assert "asks to wait for 3600 s" in str(error)


def test_a_cut_connection_is_gone_on_with_behind_what_came(zips: Path, tmp_path: Path) -> None:
    # Cut more often than failures are forgiven: each cut comes later than the one before.
    with serve_zenodo(zips, {"65.zip": [Cut(300)] * 7}) as zenodo:
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED
        assert zenodo.asked_for("65.zip") == [None, *(f"bytes={300 * count}-" for count in range(1, 8))]
    assert_camera_is_whole(tmp_path, "65")


def test_without_ranges_a_cut_download_starts_again(zips: Path, tmp_path: Path) -> None:
    heard = Heard()
    with serve_zenodo(zips, {"65.zip": [Cut(700), Cut(900)]}, ranges=False) as zenodo:
        outcomes = run(zenodo, tmp_path, "65", listener=heard.listener())
    assert outcomes["65"].status is Status.UNPACKED
    assert heard.bytes == heard.planned[0][1]


def test_without_ranges_a_line_that_never_holds_is_given_up(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, {"65.zip": [Cut(700), Cut(900)] * 10}, ranges=False) as zenodo:
        assert isinstance(run(zenodo, tmp_path, "65")["65"].error, DownloadError)
        # The second came further than any before; from then on nothing is gained.
        assert len(zenodo.asked_for("65.zip")) == 1 + QUICK.attempts


def test_damage_on_the_way_is_repaired_by_a_second_download(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, {"65.zip": [Damaged()]}) as zenodo:
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED
        assert zenodo.asked_for("65.zip") == [None, None]
    assert_camera_is_whole(tmp_path, "65")


def test_a_wrong_checksum_is_reported_and_the_rest_done(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, wrong_md5=["65.zip"]) as zenodo:
        outcomes = run(zenodo, tmp_path)
        assert len(zenodo.asked_for("65.zip")) == 2
    assert isinstance(outcomes["65"].error, DownloadError)
    assert "arrived twice with another content" in str(outcomes["65"].error)
    assert not (tmp_path / "images" / "65").exists()
    assert not (tmp_path / "downloads").exists()
    assert_camera_is_whole(tmp_path, "623")


@pytest.mark.parametrize(
    ("left_over", "asked"),
    [
        (lambda whole: whole[:1000], ["bytes=1000-"]),
        (lambda whole: whole, []),
        (lambda whole: b"x" * 1000, ["bytes=1000-", None]),
        (lambda whole: whole + b"more", [None]),
        (lambda whole: b"", [None]),
    ],
    ids=["half", "whole", "of another file", "too long", "empty"],
)
def test_half_a_download_of_an_earlier_run_is_used_if_it_fits(
    zips: Path, tmp_path: Path, left_over: Callable[[bytes], bytes], asked: list[str | None]
) -> None:
    part = tmp_path / "downloads" / "65.zip.part"
    part.parent.mkdir()
    part.write_bytes(left_over((zips / "65.zip").read_bytes()))
    heard = Heard()
    with serve_zenodo(zips) as zenodo:
        assert run(zenodo, tmp_path, "65", listener=heard.listener())["65"].status is Status.UNPACKED
        assert zenodo.asked_for("65.zip") == asked
    assert heard.bytes == heard.planned[0][1]
    assert_camera_is_whole(tmp_path, "65")


def test_ctrl_c_keeps_half_a_download_for_the_next_run(zips: Path, tmp_path: Path) -> None:
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    part = tmp_path / "downloads" / "65.zip.part"
    awaited = (zips / f"{MASKS}.zip").stat().st_size + 500
    received = 0

    def interrupt_once(size_bytes: int) -> None:
        nonlocal received
        before, received = received, received + size_bytes
        if before < awaited <= received:
            signal.pthread_kill(main_thread, signal.SIGINT)

    with serve_zenodo(zips, {"65.zip": [Slow(500)]}) as zenodo:
        with pytest.raises(KeyboardInterrupt):
            run(zenodo, tmp_path, "65", listener=Listener(received=interrupt_once))
        had = part.stat().st_size
        assert 500 <= had < (zips / "65.zip").stat().st_size
        assert not (tmp_path / "images" / "65").exists()
        assert run(zenodo, tmp_path, "65")["65"].status is Status.UNPACKED
        assert zenodo.asked_for("65.zip") == [None, f"bytes={had}-"]
    assert_camera_is_whole(tmp_path, "65")


@pytest.mark.parametrize("answer", [b"<html>Log in</html>", b"[]", b'{"files": [{"key": "65.zip"}]}', b'{"files": []}'])
def test_an_answer_that_is_no_record_is_refused(
    zips: Path, tmp_path: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ZenodoServer, "record", lambda self: answer)
    with serve_zenodo(zips) as zenodo, pytest.raises(DownloadError, match=r"a record of files|lists no archives"):
        run(zenodo, tmp_path)


@pytest.mark.parametrize("address", ["zenodo.org", "ftp://zenodo.org", OFFLINE])
def test_an_address_where_nobody_answers(tmp_path: Path, address: str) -> None:
    with pytest.raises(DownloadError, match=r"cannot be asked|connection lost"):
        fetch(tmp_path, zenodo=address, retry=QUICK)


def test_a_refusal_is_not_repeated(zips: Path, tmp_path: Path) -> None:
    with serve_zenodo(zips, {"65.zip": [zenodo_server.Status(403)]}) as zenodo:
        error = run(zenodo, tmp_path, "65")["65"].error
        assert len(zenodo.asked_for("65.zip")) == 1
    assert "65.zip/content answered 403 Forbidden." in str(error)
