"""Where a mask comes from, as its PNG says in text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from skymask import __version__
from skymask.contract import METADATA_PREFIX
from skymask.files import way_to
from skymask.runtime.stats import SkyStats

_END_BYTES = 65536
_BLOCK_BYTES = 4096
_BLOCKS = 16


@dataclass(frozen=True)
class Source:
    """The photograph that a mask was made of, as its file was then."""

    size_bytes: int
    """Size of the file."""
    digest: str | None = None
    """Of a sample of its bytes, which nearly every change touches and no copying; None in masks that are older."""
    path: str | None = None
    """Where it was, seen from the mask's folder, with forward slashes; None in masks that are older."""

    @classmethod
    def of(cls, photograph: Path, mask: Path) -> Source:
        """Looks at a photograph as it is now.

        Args:
            photograph: Its file.
            mask: The mask's file, which need not exist.

        Raises:
            OSError: It cannot be read.
        """
        with photograph.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            digest = blake2b(digest_size=8)
            for position, length in _sample(size):
                file.seek(position)
                digest.update(file.read(length))
        return cls(size, digest.hexdigest(), _path_from(mask.parent, photograph))

    def has_contents_of(self, now: Source) -> bool:
        """Whether the file that was is, as far as was noted, the one that is there now."""
        return self.size_bytes == now.size_bytes and self.digest in (None, now.digest)

    def in_another_place(self, photograph: Path, mask: Path) -> Path | None:
        """Where the photograph that was still is, if it is another file than the one now; None also if that is unknown.

        Args:
            photograph: The file whose mask is wanted now.
            mask: The file that this was read from.
        """
        if self.path is None:
            return None
        place = Path(os.path.normpath(mask.parent.resolve() / self.path))
        try:
            return None if place.samefile(photograph) else place
        except PermissionError:
            return place
        except (OSError, ValueError):  # it is gone, or the text was tampered with
            return None


@dataclass(frozen=True)
class Origin:
    """What a mask was made of and by what."""

    layout: str
    """Name of the layout."""
    model: str
    """Name and version of the model."""
    photograph: Source
    sky: SkyStats
    """What the model saw; a mask corrected by hand may show something else."""

    def to_text(self) -> dict[str, str]:
        """Returns the PNG's text, by keyword."""
        values = {
            "layout": self.layout,
            "model": self.model,
            "photograph": self.photograph.path,
            "photograph_bytes": self.photograph.size_bytes,
            "photograph_digest": self.photograph.digest,
            "sky_share": self.sky.sky_share,
            "confidence": self.sky.confidence,
        }
        said = {METADATA_PREFIX + key: str(value) for key, value in values.items() if value is not None}
        return {"Software": f"skymask {__version__}"} | said

    @classmethod
    def from_text(cls, text: Mapping[Any, Any]) -> Origin | None:
        """Reads it back; None if anything is missing or is no number."""
        try:
            return cls(
                layout=text[METADATA_PREFIX + "layout"],
                model=text[METADATA_PREFIX + "model"],
                photograph=Source(
                    int(text[METADATA_PREFIX + "photograph_bytes"]),
                    text.get(METADATA_PREFIX + "photograph_digest"),
                    text.get(METADATA_PREFIX + "photograph"),
                ),
                sky=SkyStats(float(text[METADATA_PREFIX + "sky_share"]), float(text[METADATA_PREFIX + "confidence"])),
            )
        except (KeyError, ValueError):
            return None


def _sample(size: int) -> Iterator[tuple[int, int]]:
    """Yields positions and lengths: both ends of a file, and between them blocks, for what is stored uncompressed."""
    yield 0, _END_BYTES
    for number in range(1, _BLOCKS + 1):
        yield size * number // (_BLOCKS + 1), _BLOCK_BYTES
    yield max(size - _END_BYTES, 0), _END_BYTES


def _path_from(folder: Path, file: Path) -> str:
    # That a link stays one matters: where many of a store's files are linked to, an edit makes it lead to another.
    return way_to(file, folder).encode("utf-8", "backslashreplace").decode()  # a name need not be Unicode, as text is
