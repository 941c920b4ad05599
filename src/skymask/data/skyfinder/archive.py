"""Unpacks an archive that may be damaged or hostile."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skymask.errors import DataError

MAX_RATIO = 20
"""Unpacked to packed size of an archive. JPEG and PNG files hardly shrink in a zip; a bomb grows a thousandfold."""
MAX_BYTES = 8 * 10**9
"""Unpacked size of one archive; all 53 cameras together are 10.5 GB."""

_CHUNK_BYTES = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ORDINARY_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made on a system that stores none
_ENCRYPTED = 0x1
# What zipfile raises on broken archives; it has no common base of its own. OSError: a place in the file that cannot be.
_BrokenError = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive."""

    files: int
    left_out: int
    """Members of another kind, which were not unpacked."""


def unpack(
    path: Path, folder: str, suffix: str, target: Path, check_going_on: Callable[[], None] = lambda: None
) -> Unpacked:
    """Unpacks the members `<folder>/<name><suffix>` of a zip file; everything is checked before anything is written.

    Names to write to are put together from the target and the members' checked last parts; a member is never longer
    than its header says (zipfile stops there and compares the CRC), so the sum of the headers bounds what is written.

    Args:
        path: The zip file.
        folder: The only folder in it whose files are wanted.
        suffix: Ending of the files that are wanted, such as ".jpg"; upper case is taken too.
        target: An empty folder.
        check_going_on: Is called before each file; what it raises ends the work.

    Raises:
        DataError: The archive is cut short or damaged; holds a name outside its folder, a link, something encrypted,
            the same name twice, or far more than its size allows; or holds no file that is wanted.
        OSError: A file cannot be written.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BrokenError as error:
        raise _broken(path, error) from error
    with archive:
        _check_members(archive, path)
        wanted = _wanted(archive, folder, suffix)
        members = [info for info in archive.infolist() if not info.is_dir()]
        if not wanted:
            seen = ", ".join(info.filename for info in members[:3]) or "nothing"
            raise DataError(f"{path} holds no {folder}/*{suffix}; found {seen}. It is not the archive its name says.")
        for name, info in wanted.items():
            check_going_on()
            with (target / name).open("xb") as file:
                for chunk in _content(archive, info, path):
                    file.write(chunk)
    return Unpacked(len(wanted), len(members) - len(wanted))


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    names = set()
    for info in archive.infolist():
        flaw = _flaw(info)
        if info.filename.casefold() in names:
            flaw = "appears twice"
        if flaw:
            raise DataError(f"{path} is refused, nothing was unpacked: its member {info.filename!r} {flaw}.")
        names.add(info.filename.casefold())
    packed, unpacked = path.stat().st_size, sum(info.file_size for info in archive.infolist())
    if unpacked > min(MAX_BYTES, MAX_RATIO * packed):
        raise DataError(
            f"{path} is refused, nothing was unpacked: its {packed} bytes would become {unpacked}. Archives of "
            f"photographs grow less than {MAX_RATIO} times and stay under {MAX_BYTES} bytes."
        )


def _flaw(info: zipfile.ZipInfo) -> str | None:
    name = info.filename.replace("\\", "/")
    if not name:
        return "has no name"
    if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name:
        return "names a place outside the archive's folder"
    if stat.S_IFMT(info.external_attr >> 16) not in _ORDINARY_TYPES:
        return "is a link or a device"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in _METHODS:
        return f"is packed by method {info.compress_type}; expected stored or deflated"
    return None


def _wanted(archive: zipfile.ZipFile, folder: str, suffix: str) -> dict[str, zipfile.ZipInfo]:
    """File names to write and their members; hidden files, such as macOS adds, are none of them."""
    pattern = re.compile(rf"{re.escape(folder)}/([^./\\\x00-\x1f][^/\\\x00-\x1f]*{re.escape(suffix)})", re.IGNORECASE)
    matches = ((pattern.fullmatch(info.filename), info) for info in archive.infolist())
    return {match[1]: info for match, info in matches if match}


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while chunk := member.read(_CHUNK_BYTES):
                yield chunk
    except _BrokenError as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path} is cut short or damaged ({str(error) or type(error).__name__}). Delete it and download it again."
    )
