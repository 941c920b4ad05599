"""Manifests: CSV files that list labelled images, one a line; what every stage from training to evaluation reads."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymask.data.hand_lists import numbered_rows
from skymask.data.label_files import alpha_of, reason
from skymask.decoding import DECODE_ERRORS
from skymask.errors import DataError, InputError, MediaError
from skymask.files import identity, reaching, way_to, writing
from skymask.photographs.head import opened_as_stored, read_orientation, read_stored_size
from skymask.photographs.orientation import turn_upright
from skymask.photographs.read import read_photograph

REQUIRED = ("source", "group", "image", "mask")


@dataclass(frozen=True)
class Sample:
    """One labelled image.

    Its labels lie pixel on pixel over the image as it is stored, as `skymask masks` writes them. Everything is loaded
    upright, turned by the EXIF orientation of the image; the labels' own does not count, since few tools write one.
    """

    source: str
    """The data set it comes from; numbers are reported per source."""
    group: str
    """Images of one camera, clip or place share their group and never stand on both sides of a split."""
    image: Path
    """Colour image."""
    mask: Path
    """8-bit grey: alpha of sky, 255 sky, 0 not sky; other kinds as `label_files.alpha_of` reads one by itself."""
    ignore: Path | None
    """The same kind of image: 255 where there is no label. None: the whole image is labelled."""

    @cached_property
    def orientation(self) -> int:
        """EXIF orientation of the image, 1 to 8.

        Raises:
            DataError: The image cannot be read.
        """
        with _named(self.image):
            return read_orientation(self.image)

    def load_image(self) -> NDArray[np.uint8]:
        """Returns the image, uint8 [H, W, 3], RGB, upright.

        Raises:
            DataError: It cannot be read.
        """
        with _named(self.image):
            photograph = read_photograph(self.image)
        vars(self)["orientation"] = photograph.orientation  # else the labels would open the image again
        return photograph.rgb

    def load_mask(self) -> NDArray[np.uint8]:
        """Returns the sky's alpha, uint8 [H, W], upright.

        Raises:
            DataError: It, or the image, cannot be read, or it is not clear what in it is sky.
        """
        return self._load_label(self.mask)

    def load_valid(self) -> NDArray[np.bool_]:
        """Returns where the labels hold, bool [H, W], upright.

        Raises:
            DataError: The ignore map, the mask or the image cannot be read, or the map is of no kind that masks have.
        """
        if self.ignore is not None:
            return self._load_label(self.ignore) <= 127
        with _named(self.mask):
            width, height = read_stored_size(self.mask)
        return turn_upright(np.ones((height, width), np.uint8), self.orientation).astype(np.bool_)

    def _load_label(self, path: Path) -> NDArray[np.uint8]:
        with _named(path), opened_as_stored(path) as image:
            pixels = alpha_of(image, path).pixels
        return turn_upright(pixels, self.orientation)


def read_manifest(path: Path) -> list[Sample]:
    """Reads and checks a manifest.

    Args:
        path: CSV with at least the columns `REQUIRED`; paths in it are relative to its folder.

    Returns:
        The samples in the order of the file.

    Raises:
        InputError: There is no such file, or it cannot be reached.
        DataError: It is not CSV in UTF-8, a column or an entry is missing, it is empty, a file it names does not exist
            or is no image, or a mask has another size than its image.
    """
    with reaching(path):
        if not path.is_file():
            raise InputError(f"There is no manifest at {path}. Give the path of a manifest.csv.")
    samples = list(_parse(path))
    if not samples:
        raise DataError(f"{path} lists no images.")
    return samples


def write_manifest(path: Path, samples: Iterable[Sample]) -> None:
    """Writes a manifest that `read_manifest` reads; paths become relative to its folder, see `way_to`.

    Args:
        path: The CSV file; it appears only when it is whole.
        samples: What to list, in this order.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*REQUIRED, "ignore"])
        for sample in samples:
            files = (sample.image, sample.mask, sample.ignore)
            names = [_relative(file, path.parent) if file else "" for file in files]
            writer.writerow([sample.source, sample.group, *names])


def check_replaceable(path: Path, images: Iterable[Path], masks: Iterable[Path] | None = None) -> None:
    """Refuses to replace a manifest by one that would forget something which it lists.

    Args:
        path: Where the new one goes.
        images: All that the new one may list. One that does not exist any more need not be among them, nor its mask.
        masks: Likewise; None: images may get other masks than they had.

    Raises:
        InputError: What is there lists more, cannot be read, or is no manifest.
    """
    remedy = "Choose another folder, or move it away."
    with reaching(path):
        if not path.is_file():
            return
    again = {"image": set(map(identity, images))} | ({} if masks is None else {"mask": set(map(identity, masks))})
    try:
        rows = [row for _, row in numbered_rows(path, REQUIRED)]
    except DataError:
        raise InputError(f"{path} is there already and is no manifest. {remedy}") from None
    for row in rows:
        if not _is_there(path.parent / row["image"]):
            continue
        for column, known in again.items():
            file = path.parent / row[column]
            if identity(file) not in known and _is_there(file):
                raise InputError(f"{path} lists {file}, which the new one would not. {remedy}")


def _is_there(file: Path) -> bool:
    """Whether there is a file, or may be: in a folder that cannot be entered."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _relative(file: Path, folder: Path) -> str:
    if file.absolute().is_relative_to(folder.absolute()):
        return file.absolute().relative_to(folder.absolute()).as_posix()
    return way_to(file, folder)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """What goes wrong when a file is read is a `DataError` that names it, and what to do."""
    remedy = "Restore the file or remove its line from the manifest."
    try:
        yield
    except MediaError as error:
        raise DataError(f"{error} {remedy}") from error
    except DECODE_ERRORS as error:
        raise DataError(f"{path} cannot be decoded: {reason(error)}. {remedy}") from error


def _parse(path: Path) -> Iterator[Sample]:
    for line, row in numbered_rows(path, REQUIRED):
        for column in ("image", "mask"):
            if not row[column]:
                raise DataError(
                    f"{path}, line {line}: the column '{column}' is empty. Every row needs an image and a mask."
                )
        ignore = row.get("ignore") or ""
        sample = Sample(
            source=row["source"],
            group=row["group"],
            image=path.parent / row["image"],
            mask=path.parent / row["mask"],
            ignore=path.parent / ignore if ignore else None,
        )
        _check(sample, f"{path}, line {line}")
        yield sample


def _check(sample: Sample, where: str) -> None:
    sizes = {}
    for file in filter(None, (sample.image, sample.mask, sample.ignore)):
        try:
            sizes[file] = read_stored_size(file)
        except FileNotFoundError:
            raise DataError(f"{where}: {file} does not exist. Restore it or remove the line.") from None
        except DECODE_ERRORS as error:
            raise DataError(
                f"{where}: {file} is not a readable image ({reason(error)}). Restore it or remove the line."
            ) from None
    for file, size in sizes.items():
        if size != sizes[sample.image]:
            width, height = sizes[sample.image]
            raise DataError(
                f"{where}: {file} is {size[0]}x{size[1]} but its image is {width}x{height} (width x height). Masks "
                "must have their image's size."
            )
