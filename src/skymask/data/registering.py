"""Checks labelled samples file by file and writes their manifest; files stay where they are, or are copied."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
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
from skymask.files import writing
from skymask.photographs.head import opened_as_stored
from skymask.runtime.cpus import usable_cpus

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
    """What became of one file."""

    path: Path
    """Where it lies now."""
    size_hw: tuple[int, int]
    conversion: str | None = None
    doubtful: bool = False


def register(
    samples: Sequence[Sample],
    output: Path,
    files: Path,
    *,
    copy: bool,
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> Registered:
    """Decodes every file, converts masks where needed, and writes `output/manifest.csv` with what is usable.

    Args:
        samples: What to check; masks may be shared.
        output: Folder for the manifest, made if needed.
        files: Folder below which new files are written: `images`, `masks` and `ignore`, with the subfolders below
            what the given files of each kind have in common.
        copy: Copy all files there, where nothing else may be in their places; otherwise only converted masks are
            written.
        on_file: Is called with the number of files checked, and of all.

    Raises:
        DataError: Nothing is usable; gives the first reason.
        InputError: Another run is at work in `output`; or a copy would replace another file, or a manifest that lists
            other images.
        OutputError: A file cannot be written.
    """
    kinds = {
        "images": sorted({sample.image for sample in samples}),
        "masks": sorted({sample.mask for sample in samples}),
        "ignore": sorted({sample.ignore for sample in samples if sample.ignore is not None}),
    }
    total = sum(map(len, kinds.values()))
    checked: dict[str, dict[Path, _Checked]] = {}
    rejected: list[DataError] = []
    with only_run_in(output):
        if copy:
            check_replaceable(output / "manifest.csv", _places(kinds["images"], files / "images"))
        done = 0
        for kind, paths in kinds.items():
            checked[kind] = {}
            for path, result in zip(paths, _check_all(kind, paths, files / kind, copy), strict=True):
                if isinstance(result, DataError):
                    rejected.append(result)
                else:
                    checked[kind][path] = result
                done += 1
                on_file(done, total)
        usable = [found for sample in samples if (found := _assemble(sample, checked, rejected)) is not None]
        if not usable:
            raise DataError(f"None of {len(samples)} images is usable. The first reason: {rejected[0]}")
        write_manifest(output / "manifest.csv", usable)
    labels = {**checked["masks"], **checked["ignore"]}
    return Registered(
        output / "manifest.csv",
        usable,
        [(path, label.conversion) for path, label in labels.items() if label.conversion],
        rejected,
        [path for path, label in checked["masks"].items() if label.doubtful],
    )


def _assemble(sample: Sample, checked: dict[str, dict[Path, _Checked]], rejected: list[DataError]) -> Sample | None:
    """The sample with its files where they lie now; None where one is unusable or of another size."""
    image, mask = checked["images"].get(sample.image), checked["masks"].get(sample.mask)
    ignore = checked["ignore"].get(sample.ignore) if sample.ignore is not None else None
    if image is None or mask is None or (sample.ignore is not None and ignore is None):
        return None  # why is among the rejected already
    for label, path in ((mask, sample.mask), (ignore, sample.ignore)):
        if label is not None and label.size_hw != image.size_hw:
            rejected.append(_wrong_size(sample.image, image.size_hw, str(path), label.size_hw))
            return None
    return replace(sample, image=image.path, mask=mask.path, ignore=ignore.path if ignore else None)


def _wrong_size(image: Path, image_hw: tuple[int, int], label: str, label_hw: tuple[int, int]) -> DataError:
    turned = " The image is stored on its side: turn it for good first." if image_hw == label_hw[::-1] else ""
    return DataError(
        f"{image} is {image_hw[1]}x{image_hw[0]} but {label} is {label_hw[1]}x{label_hw[0]} (width x height). They "
        f"must lie pixel on pixel.{turned}"
    )


def _check_all(kind: str, paths: Sequence[Path], target: Path, copy: bool) -> Iterable[_Checked | DataError]:
    """Checks files of one kind."""
    numbers = _numbers_in(paths) if paths and kind != "images" else None

    def check(path: Path, place: Path) -> _Checked | DataError:
        try:
            return _take_label(path, place, copy, numbers) if numbers else _take_image(path, place, copy)
        except DataError as error:
            return error

    yield from _in_threads(check, paths, _places(paths, target))


def _places(paths: Sequence[Path], target: Path) -> list[Path]:
    """Where files go below a folder: as they lie below what they have in common, or on the drives of Windows."""
    whole = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - keeps links
    try:
        common = os.path.commonpath([path.parent for path in whole]) if whole else ""
        below = [path.relative_to(common) for path in whole]
    except ValueError:  # there are several drives
        below = [path.drive.strip(":\\") / path.relative_to(path.anchor) for path in whole]
    return [target / place for place in below]


def _numbers_in(masks: Sequence[Path]) -> Numbers:
    """Looks through a set of masks for as long as it is not clear what their numbers stand for."""
    deep = [path for path, is_deep in zip(masks, _in_threads(has_sixteen_bits, masks), strict=True) if is_deep]
    return Numbers(
        one_is_sky=not any(largest > 1 for largest in _in_threads(largest_number, masks)),
        sixteen_hold_eight=not any(largest > 255 for largest in _in_threads(largest_number, deep)),
    )


def _in_threads(work: Callable[..., Result], *paths: Sequence[Path]) -> Iterator[Result]:
    """Works with a thread for each usable processor: decoding leaves Python's lock. Results keep the order."""
    pool = ThreadPoolExecutor(usable_cpus(), thread_name_prefix="skymask-import")
    try:
        yield from pool.map(work, *paths)
    finally:
        pool.shutdown(cancel_futures=True)


def _take_image(path: Path, place: Path, copy: bool) -> _Checked:
    size_hw = read_size(path)
    return _Checked(_copied(path, place) if copy else path, size_hw)


def _take_label(path: Path, place: Path, copy: bool, numbers: Numbers) -> _Checked:
    alpha = read_alpha(path, numbers)
    height, width = alpha.pixels.shape
    if alpha.conversion is not None:
        # a.tif and a.bmp may both be there
        source, path = path, place if place.suffix.lower() == ".png" else place.with_name(f"{place.name}.png")
        if copy and path.is_file() and not _holds(path, alpha.pixels):
            raise _other(path, source)
        with writing(path) as part:
            Image.fromarray(alpha.pixels).save(part, "PNG")
    elif copy:
        path = _copied(path, place)
    return _Checked(path, (height, width), alpha.conversion, alpha.looks_like_numbers)


def _copied(path: Path, place: Path) -> Path:
    """Copies a file with its time, by which a second run sees that it is there."""
    if place.is_file():
        here, there = path.stat(), place.stat()
        is_same = (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns)
        if not is_same and not filecmp.cmp(path, place, shallow=False):
            raise _other(place, path)
        return place
    with writing(place) as part:
        shutil.copy2(path, part)
    return place


def _holds(file: Path, pixels: NDArray[np.uint8]) -> bool:
    try:
        with opened_as_stored(file) as image:
            return np.array_equal(np.asarray(image), pixels)
    except DECODE_ERRORS:
        return False


def _other(place: Path, path: Path) -> InputError:
    return InputError(f"{place} is there already and is not {path}. Choose another --root, or move it away.")
