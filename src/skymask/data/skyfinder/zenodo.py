"""SkyFinder's archives, as Zenodo's record and a folder on disk list them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skymask.data.skyfinder.session import Session
from skymask.errors import DownloadError, InputError

ZENODO = "https://zenodo.org"
RECORD = 5884485
MASKS = "skyfinder_masks"
"""Name of the archive that holds the masks of all cameras."""

_ARCHIVE = re.compile(rf"(\d+|{MASKS})\.zip")
_MD5 = re.compile(r"md5:([0-9a-f]{32})")


@dataclass(frozen=True)
class Archive:
    """One of SkyFinder's archives."""

    name: str
    """The camera's number, or `MASKS`."""
    size_bytes: int
    md5: str | None
    """In hexadecimal digits; None where the record, which states it, cannot be had."""
    origin: str | Path
    """Where to get it: an address, or a file on disk."""

    @property
    def file_name(self) -> str:
        """Such as `65.zip`."""
        return f"{self.name}.zip"


def read_record(session: Session, zenodo: str) -> dict[str, Archive]:
    """Asks Zenodo's REST API for the files of SkyFinder's record.

    Args:
        session: What requests go through.
        zenodo: Address of the server, such as `ZENODO`.

    Returns:
        The archives by name; files of the record that are neither a camera's archive nor the masks are left out.

    Raises:
        DownloadError: No answer, or one that is no record.
    """
    url = f"{zenodo.rstrip('/')}/api/records/{RECORD}"

    def ask() -> bytes:
        with session.get(url, {"Accept": "application/json"}) as response:
            return response.read()

    answer = session.retrying(ask, url)
    try:
        archives = [_archive(entry) for entry in json.loads(answer)["files"] if _ARCHIVE.fullmatch(entry["key"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DownloadError(
            f"{url} answered with something else than a record of files ({type(error).__name__}: {error}). If a proxy "
            "or a login page stands in between, download the archives with a browser and give their folder as --from."
        ) from error
    if not archives:
        raise DownloadError(f"{url} lists no archives of SkyFinder; expected <camera>.zip and {MASKS}.zip.")
    return {archive.name: archive for archive in archives}


def _archive(entry: Mapping[str, Any]) -> Archive:
    checksum = _MD5.fullmatch(entry["checksum"])
    if checksum is None:
        raise ValueError(f"{entry['key']} has the checksum {entry['checksum']!r}; expected md5:<32 digits>")
    name = entry["key"].removesuffix(".zip")
    return Archive(name, int(entry["size"]), checksum[1], str(entry["links"]["self"]))


def read_folder(folder: Path, record: Mapping[str, Archive] | None) -> dict[str, Archive]:
    """Finds archives that are on disk already.

    Args:
        folder: Holds `<camera>.zip` and `skyfinder_masks.zip`; whatever else lies there is left out.
        record: What Zenodo lists, for size and MD5; None where it cannot be reached.

    Raises:
        InputError: There is no such folder, or none of SkyFinder's archives in it.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Give the one that holds SkyFinder's archives to --from.")
    found = {}
    for path in sorted(folder.glob("*.zip")):
        listed = record.get(path.stem) if record is not None else None
        if not _ARCHIVE.fullmatch(path.name) or (record is not None and listed is None):
            continue
        size_bytes = listed.size_bytes if listed else path.stat().st_size
        found[path.stem] = Archive(path.stem, size_bytes, listed.md5 if listed else None, path)
    if not found:
        raise InputError(
            f"{folder} holds none of SkyFinder's archives (<camera>.zip and {MASKS}.zip), nor a manifest.csv of "
            "labelled images."
        )
    return found
