"""Checks labelled samples file by file and writes their manifest; files stay where they are, or are copied."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask.data.label_files import Numbers, has_sixteen_bits, largest_number, read_alpha, read_size
from skymask.data.lock import only_run_in
from skymask.data.manifest import Sample, check_replaceable, write_manifest
from skymask.decoding import DECODE_ERRORS
from skymask.errors import DataError, InputError
from skymask.files import identity, writing
from skymask.photographs.head import opened_as_stored
from skymask.runtime.cpus import usable_cpus

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Registered:
    """A manifest, and what its files are like."""

    manifest: Path
    samples: list[Sample]
    conversions: list[tuple[Path, str]]
    """Masks that were no 8-bit grey images of alpha, and what was done to them."""
    rejected: list[DataError]
    """What is unusable and left out; each names its file."""
    doubtful: list[Path]
    """Masks with values, but none above 127: perhaps numbers of classes instead of alpha."""


@dataclass(frozen=True)
class _Checked:
    """What one file is like."""

    size_hw: tuple[int, int]
    conversion: str | None = None
    doubtful: bool = False


@dataclass(frozen=True)
class _Move:
    """A file to be written below the folder of the manifest."""

    file: Path
    place: Path
    numbers: Numbers | None
    """What its numbers stand for where it is converted; None: it is copied."""

    def is_done(self) -> bool:
        """Whether the place holds that already.

        Raises:
            InputError: The place holds something else.
        """
        if not self.place.is_file():
            return False
        if self.numbers is None:
            here, there = self.file.stat(), self.place.stat()
            is_same = (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns)
            if is_same or filecmp.cmp(self.file, self.place, shallow=False):
                return True
            wanted = f"{self.file}"
        else:
            if _holds(self.place, read_alpha(self.file, self.numbers).pixels):
                return True
            wanted = f"{self.file} converted"
        raise InputError(f"{self.place} is there already and is not {wanted}. Choose another folder, or move it away.")

    def carry_out(self) -> None:
        """Writes the place; a copy keeps its time, by which `is_done` knows it again."""
        with writing(self.place) as part:
            if self.numbers is None:
                shutil.copy2(self.file, part)
            else:
                Image.fromarray(read_alpha(self.file, self.numbers).pixels).save(part, "PNG")


class _Progress:
    """Counts steps."""

    def __init__(self, on_step: Callable[[int, int], None]) -> None:
        self._on_step = on_step
        self._done = self._total = 0

    def expect(self, steps: int) -> None:
        self._total += steps

    def step(self) -> None:
        self._done += 1
        self._on_step(self._done, self._total)


def register(
    samples: Sequence[Sample],
    output: Path,
    place: Callable[[str, Path], Path],
    *,
    copy: bool,
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> Registered:
    """Decodes every file, converts masks where needed, and writes `output/manifest.csv` with what is usable.

    Nothing is written before all files are found to be usable or not, and nothing else is replaced.

    Args:
        samples: What to check; masks may be shared.
        output: Folder for the manifest, made if needed.
        place: Names the file to write for a given one, which is of the kind "image", "mask" or "ignore". A converted
            mask gets the ending .png after its own.
        copy: Copy all usable files; otherwise only converted masks are written.
        on_file: Is called with the number of files checked or written, and of all that are known to be needed.

    Raises:
        DataError: Nothing is usable; gives the first reason.
        InputError: Another run is at work in `output`; or another file would be replaced, a manifest that lists other
            images, or one file by another.
        OutputError: A file cannot be written.
    """
    kinds = {
        "image": sorted({sample.image for sample in samples}),
        "mask": sorted({sample.mask for sample in samples}),
        "ignore": sorted({sample.ignore for sample in samples if sample.ignore is not None}),
    }
    progress = _Progress(on_file)
    progress.expect(sum(map(len, kinds.values())))
    checked: dict[str, dict[Path, _Checked]] = {kind: {} for kind in kinds}
    rejected: list[DataError] = []
    with only_run_in(output):
        if copy:
            check_replaceable(output / "manifest.csv", [place("image", image) for image in kinds["image"]])
        numbers = {kind: _numbers_in(paths) if kind != "image" else None for kind, paths in kinds.items()}
        for kind, paths in kinds.items():
            for path, result in zip(paths, _in_threads(partial(_check, numbers[kind]), paths), strict=True):
                if isinstance(result, DataError):
                    rejected.append(result)
                else:
                    checked[kind][path] = result
                progress.step()
        usable = [sample for sample in samples if _is_usable(sample, checked, rejected)]
        if not usable:
            raise DataError(f"None of {len(samples)} images is usable. The first reason: {rejected[0]}")
        moves = {}
        for kind, path in ((kind, path) for sample in usable for kind, path in _files(sample)):
            if checked[kind][path].conversion is not None:
                moves[kind, path] = _Move(path, _as_png(place(kind, path)), numbers[kind])
            elif copy:
                moves[kind, path] = _Move(path, place(kind, path), None)
        _carry_out(list(moves.values()), progress)
        placed = [_placed(sample, moves) for sample in usable]
        write_manifest(output / "manifest.csv", placed)
    labels = {**checked["mask"], **checked["ignore"]}
    return Registered(
        output / "manifest.csv",
        placed,
        [(path, label.conversion) for path, label in labels.items() if label.conversion],
        rejected,
        [path for path, label in checked["mask"].items() if label.doubtful],
    )


def _files(sample: Sample) -> list[tuple[str, Path]]:
    """The files of a sample with their kinds, which are the names of its fields."""
    files = [("image", sample.image), ("mask", sample.mask)]
    return files if sample.ignore is None else [*files, ("ignore", sample.ignore)]


def _is_usable(sample: Sample, checked: dict[str, dict[Path, _Checked]], rejected: list[DataError]) -> bool:
    """Whether all files of a sample are usable, and of one size; if not, why is among the rejected afterwards."""
    if any(path not in checked[kind] for kind, path in _files(sample)):
        return False
    image_hw = checked["image"][sample.image].size_hw
    for kind, path in _files(sample):
        size_hw = checked[kind][path].size_hw
        if size_hw != image_hw:
            rejected.append(_wrong_size(sample.image, image_hw, path, size_hw))
            return False
    return True


def _placed(sample: Sample, moves: dict[tuple[str, Path], _Move]) -> Sample:
    where = {kind: moves[kind, path].place if (kind, path) in moves else path for kind, path in _files(sample)}
    return Sample(sample.source, sample.group, where["image"], where["mask"], where.get("ignore"))


def _carry_out(moves: Sequence[_Move], progress: _Progress) -> None:
    """Writes what is not there yet, once it is known that nothing else is in its place."""
    by_place: dict[Path, _Move] = {}
    for move in moves:
        other = by_place.setdefault(identity(move.place), move)
        if (identity(other.file), other.numbers) != (identity(move.file), move.numbers):
            raise InputError(f"{other.file} and {move.file} would both be {move.place}. Rename one of them.")
    once = list(by_place.values())  # one file may be the mask of several images in several spellings
    needed = [move for move, is_done in zip(once, _in_threads(_Move.is_done, once), strict=True) if not is_done]
    progress.expect(len(needed))
    for _ in _in_threads(_Move.carry_out, needed):
        progress.step()


def _as_png(place: Path) -> Path:
    """A name for a converted mask: a.tif and a.bmp may both be there."""
    return place if place.suffix.lower() == ".png" else place.with_name(f"{place.name}.png")


def _wrong_size(image: Path, image_hw: tuple[int, int], label: Path, label_hw: tuple[int, int]) -> DataError:
    turned = " The image is stored on its side: turn it for good first." if image_hw == label_hw[::-1] else ""
    return DataError(
        f"{image} is {image_hw[1]}x{image_hw[0]} but {label} is {label_hw[1]}x{label_hw[0]} (width x height). They "
        f"must lie pixel on pixel.{turned}"
    )


def _check(numbers: Numbers | None, path: Path) -> _Checked | DataError:
    """Decodes an image, or a label whose numbers are known."""
    try:
        if numbers is None:
            return _Checked(read_size(path))
        alpha = read_alpha(path, numbers)
    except DataError as error:
        return error
    height, width = alpha.pixels.shape
    return _Checked((height, width), alpha.conversion, alpha.looks_like_numbers)


def _numbers_in(masks: Sequence[Path]) -> Numbers:
    """Looks through a set of masks for as long as it is not clear what their numbers stand for."""
    deep = [path for path, is_deep in zip(masks, _in_threads(has_sixteen_bits, masks), strict=True) if is_deep]
    return Numbers(
        one_is_sky=not any(largest > 1 for largest in _in_threads(largest_number, masks)),
        sixteen_hold_eight=not any(largest > 255 for largest in _in_threads(largest_number, deep)),
    )


def _in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Works with a thread for each usable processor: decoding leaves Python's lock. Results keep the order."""
    pool = ThreadPoolExecutor(usable_cpus(), thread_name_prefix="skymask-import")
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _holds(file: Path, pixels: NDArray[np.uint8]) -> bool:
    try:
        with opened_as_stored(file) as image:
            return np.array_equal(np.asarray(image), pixels)
    except DECODE_ERRORS:
        return False
