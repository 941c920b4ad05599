"""What every mask layout offers; planning, segmenting and the command line know nothing else of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from skymask.contract import Alphas
from skymask.masks.origin import Origin
from skymask.masks.plan import Job
from skymask.photographs.read import SUFFIXES, Photograph

_COLOUR_MODES = ("RGB", "RGBA", "P", "PA", "LA")


class Layout(Protocol):
    """Where masks go and how they are written, for one run. `keep` and `write` are called from several threads."""

    @property
    def name(self) -> str:
        """Its key in `LAYOUTS`, which masks are marked with."""
        ...

    @property
    def form(self) -> str:
        """What its masks are, for messages."""
        ...

    def has_form(self, picture: Image.Image) -> bool:
        """Whether a picture may be one of its masks, by what its head says, or its pixels."""
        ...

    def place(self, name: Path) -> Path:
        """Names the mask of a photograph.

        Args:
            name: The photograph's path below the folder that was given, or its file name alone.

        Returns:
            The mask's path below the output folder.
        """
        ...

    def index(self, output: Path) -> Path | None:
        """Names the file that `finish` writes below the output folder; None if it writes none."""
        ...

    def begin(self, output: Path, overwrite: bool) -> None:
        """Looks, before any work, at what is in the place of what `finish` writes.

        Args:
            output: The folder for the masks.
            overwrite: Whether that may be replaced, whatever it is.

        Raises:
            OccupiedError: It may not, and is not what `finish` writes.
            InputError: It is a folder.
            OutputError: It cannot be reached.
        """
        ...

    def keep(self, mask: Path) -> None:
        """Takes note of a mask from an earlier run, which is not made again.

        Raises:
            OccupiedError: What is there is not of this layout.
            OutputError: What is there cannot be read.
        """
        ...

    def write(self, alpha: Alphas, photograph: Photograph, mask: Path, origin: Origin) -> None:
        """Writes the mask of a photograph; it appears under its name only when it is whole.

        Args:
            alpha: uint8 [H, W], upright, 255 surely sky, 0 surely not.
            photograph: What it was made of; the mask is stored the way its file is.
            mask: The file to write; its folder is made.
            origin: What the mask is to say of itself, see `skymask.masks.origin`.

        Raises:
            OutputError: The file cannot be written.
        """
        ...

    def finish(self, jobs: Sequence[Job], output: Path, overwrite: bool = False) -> None:
        """Writes what belongs to all masks together, once they are done.

        Args:
            jobs: All that was asked for, also where it failed or was there already.
            output: The folder for the masks.
            overwrite: As for `begin`.

        Raises:
            OccupiedError: As `begin` raises, if it has come there since.
            OutputError: It cannot be written.
        """
        ...


class Standalone:
    """The part of a layout whose masks each stand for themselves."""

    def index(self, output: Path) -> None:
        """There is none."""

    def begin(self, output: Path, overwrite: bool) -> None:
        """Does nothing."""

    def keep(self, mask: Path) -> None:
        """Does nothing."""

    def finish(self, jobs: Sequence[Job], output: Path, overwrite: bool = False) -> None:
        """Does nothing."""


def is_grey(picture: Image.Image) -> bool:
    """Whether a picture has up to 8 bits of grey alone, however it is stored: programs save masks in one bit or as RGB.

    Raises:
        DECODE_ERRORS: It has channels of colour, and they are damaged.
    """
    if picture.mode not in _COLOUR_MODES:
        return picture.mode in ("1", "L")
    red, green, blue, opacity = map(np.asarray, picture.convert("RGBA").split())
    return bool(opacity.min() == 255) and np.array_equal(red, green) and np.array_equal(red, blue)


def png_name(name: Path) -> Path:
    """`a.jpg` becomes `a.png`, but `shot.0001`, whose ending is none of an image, `shot.0001.png`."""
    return name.with_suffix(".png") if name.suffix.lower() in SUFFIXES else name.with_name(name.name + ".png")
