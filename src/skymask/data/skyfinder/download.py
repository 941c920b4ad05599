"""Downloads one archive: resumed where it broke off, and whole only when its MD5 says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from skymask.data.skyfinder.session import Session, TransientError
from skymask.data.skyfinder.zenodo import Archive
from skymask.errors import DownloadError

PART_SUFFIX = ".part"


def download(archive: Archive, target: Path, session: Session, on_bytes: Callable[[int], None]) -> None:
    """Downloads an archive to a file.

    What has arrived lies in `<target>.part`, which stays there when the run ends, is interrupted or killed, and is
    gone on with by the next one, where the server can send ranges.

    Args:
        archive: Has an address and an MD5.
        target: The file; its folder exists. One that is there already is kept if its MD5 is right.
        session: What requests go through.
        on_bytes: Is called with the number of bytes gained; negative where some are thrown away.

    Raises:
        DownloadError: Given up: the server refuses, or the content was wrong twice.
        StoppedError: The run is ending.
        OSError: The file cannot be written.
    """
    part = target.with_name(target.name + PART_SUFFIX)
    if target.exists():
        target.replace(part)
    on_bytes(_size(part))
    found = ""
    for _ in range(2):
        session.retrying(partial(_transfer, archive, part, session, on_bytes), archive.file_name, partial(_size, part))
        found = md5_of(part)
        if found == archive.md5:
            part.replace(target)
            return
        _throw_away(part, on_bytes)
    raise DownloadError(
        f"{archive.file_name} arrived twice with another content than the record states: MD5 {found} instead of "
        f"{archive.md5}. Try again later; if it stays like this, the file on the server is damaged."
    )


def md5_of(path: Path) -> str:
    """Returns the MD5 of a file in hexadecimal digits; it guards against damage, not against forgery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def _transfer(archive: Archive, part: Path, session: Session, on_bytes: Callable[[int], None]) -> None:
    """One request: goes on behind what is there, to the end if the line holds."""
    have = _size(part)
    if part.exists() and have == archive.size_bytes:
        return
    if have > archive.size_bytes:
        _throw_away(part, on_bytes)
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else None
    with session.get(str(archive.origin), headers) as response:
        if have and not _continues(response, have):
            _throw_away(part, on_bytes)
            if response.status_code != httpx.codes.OK:
                raise TransientError(f"answered {response.status_code} without the bytes from {have} on")
        with part.open("ab") as file:
            for chunk in response.iter_raw():
                file.write(chunk)
                on_bytes(len(chunk))
                session.check_going_on()
                if file.tell() > archive.size_bytes:  # not what was announced; its MD5 will be wrong
                    return
    if _size(part) < archive.size_bytes:
        raise TransientError(f"broke off after {_size(part)} of {archive.size_bytes} bytes")


def _continues(response: httpx.Response, have: int) -> bool:
    content_range = response.headers.get("Content-Range", "")
    return response.status_code == httpx.codes.PARTIAL_CONTENT and content_range.startswith(f"bytes {have}-")


def _throw_away(part: Path, on_bytes: Callable[[int], None]) -> None:
    on_bytes(-_size(part))
    part.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
