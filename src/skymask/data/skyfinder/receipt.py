"""The note that an unpacked folder carries: which archive it came from, and how many files it had."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from skymask.data.skyfinder.zenodo import Archive
from skymask.errors import InputError

RECEIPT = ".receipt.json"


@dataclass(frozen=True)
class Receipt:
    """Written into a folder before it is moved into place, so that a folder that has one was whole once."""

    archive: str
    """The archive's file name."""
    size_bytes: int
    md5: str
    files: int

    def write(self, folder: Path) -> None:
        """Writes the receipt into a folder that is still under its temporary name.

        Raises:
            OSError: It cannot be written.
        """
        (folder / RECEIPT).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def is_complete(folder: Path, archive: Archive) -> bool:
    """Tells whether a folder holds what an archive would give, judged by its receipt and its number of files.

    Args:
        folder: Where the archive would be unpacked to.
        archive: Compared by size, and by MD5 where that is known.

    Raises:
        InputError: The folder holds files but no receipt: it is somebody's own.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    try:
        receipt = Receipt(**json.loads((folder / RECEIPT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{folder} was not made by 'skymask data fetch' (no readable {RECEIPT} in it), so it is left alone. Move "
            "it away, or choose another --root."
        ) from error
    if receipt.size_bytes != archive.size_bytes or archive.md5 not in (None, receipt.md5):
        return False
    return sum(not path.name.startswith(".") for path in folder.iterdir()) >= receipt.files
