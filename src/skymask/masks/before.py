"""What is in the place of a mask before it is made.

A file that says in PNG text that skymask made it is a mask, and may be replaced where its photograph has changed. Any
other may be somebody's work: it is kept if it can be a mask by its form, and is never replaced unasked.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from skymask.decoding import DECODE_ERRORS
from skymask.errors import OccupiedError, OutputError
from skymask.files import reaching
from skymask.masks.layouts.layout import Layout
from skymask.masks.origin import Origin, Source
from skymask.masks.plan import Job
from skymask.masks.png_text import read_png_text
from skymask.photographs.head import read_stored_size


@dataclass(frozen=True)
class Before:
    """A mask that is there already."""

    fits: bool
    """Whether it is whole, and of the photograph as that is now."""
    origin: Origin | None
    """None if the mask does not say: it was made by another tool, or by an older skymask, or was edited."""


def look_at(job: Job, layout: Layout) -> Before | None:
    """Looks at what is in the place of a mask.

    A mask that says of which photograph it was made fits as long as that has the same contents, wherever it is. Times
    are not compared: they change when folders are copied, and masks corrected by hand must not get lost. Where the
    contents differ, the photograph was edited, unless the other one is still where it was.

    Args:
        job: The photograph and its mask.
        layout: The one that masks are wanted in.

    Returns:
        None where there is nothing yet.

    Raises:
        OccupiedError: It is of another layout or of another photograph, or may be no mask at all.
        OutputError: The place cannot be reached.
    """
    with reaching(job.mask, OutputError):
        try:
            job.mask.stat()
        except FileNotFoundError:
            return None
    try:
        with Image.open(job.mask) as picture:
            text = read_png_text(job.mask)
            origin = Origin.from_text(text.by_keyword)
            if origin is None:
                if not text.is_whole:
                    raise OccupiedError(job.mask, "is cut off")
                _check_form(job, layout, picture)
                return Before(True, None)
            size = picture.size
    except DECODE_ERRORS:
        raise OccupiedError(job.mask, "is no picture that can be read") from None
    if origin.layout != layout.name:
        raise OccupiedError(job.mask, f"is not of this layout: it is {origin.layout}, not {layout.name}")
    is_of_photograph = _is_of_photograph(job, origin.photograph, size)
    return Before(is_of_photograph and text.is_whole, origin)


def _is_of_photograph(job: Job, noted: Source, mask_size: tuple[int, int]) -> bool:
    try:
        now = Source.of(job.photograph, job.mask)
        if noted.has_contents_of(now):
            return read_stored_size(job.photograph) == mask_size
    except DECODE_ERRORS:
        return True  # a photograph that cannot be read is no reason to touch its mask
    other = noted.in_another_place(job.photograph, job.mask)
    if other is not None:
        raise OccupiedError(job.mask, f"is the mask of another photograph: of {other}, not of {job.photograph}")
    return False


def _check_form(job: Job, layout: Layout, picture: Image.Image) -> None:
    """Refuses a file that says nothing of itself and looks unlike the mask that would be written."""
    if picture.format != "PNG" or not layout.has_form(picture):
        raise OccupiedError(job.mask, f"is not of this layout: {layout.name} is {layout.form}")
    try:
        wanted = read_stored_size(job.photograph)
    except DECODE_ERRORS:
        return
    if picture.size != wanted:
        sizes = "{}x{}, not {}x{}".format(*picture.size, *wanted)
        raise OccupiedError(job.mask, f"is no mask of {job.photograph}: it is {sizes}")
