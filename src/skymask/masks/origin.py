"""Where a mask comes from, as its PNG says in text, and whether it still fits its photograph.

Only headers are read: thousands of masks from an earlier run are looked at in a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from skymask import __version__
from skymask.contract import METADATA_PREFIX
from skymask.decoding import DECODE_ERRORS
from skymask.errors import LayoutError
from skymask.masks.plan import Job
from skymask.runtime.stats import SkyStats


@dataclass(frozen=True)
class Origin:
    """What a mask was made of and by what."""

    layout: str
    """Name of the layout."""
    model: str
    """Name and version of the model."""
    photograph_bytes: int
    """Size of the photograph's file: it changes with nearly every change of the photograph, and not with copying."""
    sky: SkyStats
    """What the model saw; a mask corrected by hand may show something else."""

    def to_text(self) -> dict[str, str]:
        """Returns the PNG's text, by keyword."""
        values = {
            "layout": self.layout,
            "model": self.model,
            "photograph_bytes": self.photograph_bytes,
            "sky_share": self.sky.sky_share,
            "confidence": self.sky.confidence,
        }
        return {"Software": f"skymask {__version__}"} | {METADATA_PREFIX + key: str(values[key]) for key in values}

    @classmethod
    def from_text(cls, text: Mapping[Any, Any]) -> Origin | None:
        """Reads it back; None if anything is missing or is no number."""
        try:
            return cls(
                layout=text[METADATA_PREFIX + "layout"],
                model=text[METADATA_PREFIX + "model"],
                photograph_bytes=int(text[METADATA_PREFIX + "photograph_bytes"]),
                sky=SkyStats(float(text[METADATA_PREFIX + "sky_share"]), float(text[METADATA_PREFIX + "confidence"])),
            )
        except (KeyError, ValueError):
            return None


@dataclass(frozen=True)
class Before:
    """A file that is in the place of a mask already."""

    fits: bool
    """Whether it is a mask of the photograph as that is now."""
    origin: Origin | None
    """None if the mask does not say: it was made by another tool, or by an older skymask, or was edited."""


def look_at(job: Job, layout: str) -> Before | None:
    """Looks at a mask from an earlier run.

    A mask that says how large its photograph's file was fits as long as that is so; of any other, its height and width
    are compared. Times are not: they change when folders are copied, and masks corrected by hand must not get lost.

    Args:
        job: The photograph and its mask.
        layout: Name of the layout that masks are wanted in.

    Returns:
        None where there is none yet.

    Raises:
        LayoutError: It says that it is of another layout.
    """
    try:
        with Image.open(job.mask) as mask:
            size, origin = mask.size, Origin.from_text(mask.info)
    except FileNotFoundError:
        return None
    except DECODE_ERRORS:
        return Before(False, None)
    if origin is not None and origin.layout != layout:
        raise of_another_layout(job.mask, f"it is {origin.layout}, not {layout}")
    return Before(_fits(job.photograph, size, origin), origin)


def of_another_layout(mask: Path, reason: str) -> LayoutError:
    """Returns the error for a mask of another layout, with the remedy.

    Args:
        mask: The file in its place.
        reason: How that is known, without a full stop.
    """
    return LayoutError(
        f"{mask} is there already and is not of this layout: {reason}. Choose another folder with -o, or give "
        "--overwrite to make the masks again."
    )


def _fits(photograph: Path, mask_size: tuple[int, int], origin: Origin | None) -> bool:
    try:
        if origin is not None:
            return photograph.stat().st_size == origin.photograph_bytes
        with Image.open(photograph) as image:
            # Of a turned TIFF, some versions of Pillow tell the size when upright.
            return sorted(image.size) == sorted(mask_size)
    except DECODE_ERRORS:
        return True  # a photograph that cannot be read is no reason to touch its mask
