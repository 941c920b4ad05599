"""A user's own labelled images to a manifest: pairs found by name, every file checked, masks made 8-bit grey."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skymask.data.manifest import Sample, check_replaceable, read_manifest
from skymask.data.registering import Registered, register
from skymask.errors import DataError, InputError, suggest
from skymask.files import identity
from skymask.photographs.read import SUFFIXES

CONVERTED = "converted"
"""Folder, beside the manifest, of masks that had to be converted."""


@dataclass(frozen=True)
class Pairs:
    """Images with their masks, and what was left over."""

    samples: list[Sample]
    images_without_mask: list[Path]
    masks_without_image: list[Path]


def import_folder(
    images: Path,
    masks: Path,
    output: Path,
    *,
    source: str | None = None,
    ignore: Path | None = None,
    group: str = "folder",
    on_file: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Registered, Pairs]:
    """Writes `output/manifest.csv` for images and masks that stay where they are.

    A mask that is not an 8-bit grey image of alpha is converted into `output/converted/`; the original is not touched.
    What its numbers stand for is decided over all masks: see `label_files.Numbers`.

    Args:
        images: Folder, searched with its subfolders.
        masks: Folder; see `pair_up`.
        output: Folder for the manifest; made if needed.
        source: Name of the data set in reports; None for the name of the folder `output`.
        ignore: Folder of maps, named as masks are, with 255 where there is no label.
        group: "folder", "image", or a regular expression; see `pair_up`.
        on_file: Is called with the number of files checked, and of all.

    Returns:
        What was registered, and the pairs with what was left over.

    Raises:
        InputError: A folder does not exist, a grouping makes no sense; something would be replaced: a mask, another
            file where a converted one goes, a manifest that lists other images; or another run is at work in `output`.
        DataError: No pair is found, or none is usable.
        OutputError: `output` cannot be written to.
    """
    converted = output / CONVERTED
    pairs = pair_up(images, masks, source or output.resolve().name, ignore, group, leave_out=converted)
    inner = identity(converted)
    for label in (label for sample in pairs.samples for label in (sample.mask, sample.ignore)):
        if label is not None and identity(label).is_relative_to(inner):
            raise InputError(f"{label} lies where converted masks go. Choose another folder with -o, or move it away.")
    found = [sample.image for sample in pairs.samples] + pairs.images_without_mask
    check_replaceable(output / "manifest.csv", found)

    def place(kind: str, label: Path) -> Path:
        if kind == "ignore" and ignore is not None:
            return converted / "ignore" / label.relative_to(ignore)
        return converted / "masks" / label.relative_to(masks)

    return register(pairs.samples, output, place, copy=False, on_file=on_file), pairs


def import_source(
    name: str, folder: Path, root: Path, on_file: Callable[[int, int], None] = lambda done, total: None
) -> Registered:
    """Copies one source of a manifest into a folder of its own, with a `manifest.csv`.

    Each file lies below `root` as it lay below `folder`; what lay outside, at `../photos/a.jpg`, at `photos/a.jpg`.

    Args:
        name: The source, as the manifest's column calls it.
        folder: Holds the `manifest.csv`.
        root: Folder of the data set; made if needed. Files that are there already are not copied again, and no other
            is replaced.
        on_file: Is called with the number of files checked and copied, and of all.

    Raises:
        InputError: The manifest has no such source, another run is at work in `root`, or that holds other data.
        DataError: The manifest does not fit its files, or no image is usable.
        OutputError: `root` cannot be written to.
    """
    manifest = folder / "manifest.csv"
    samples = read_manifest(manifest)
    chosen = [sample for sample in samples if sample.source == name]
    if not chosen:
        known = suggest(name, {sample.source for sample in samples})
        raise InputError(f"{manifest} has no source '{name}'. {known}")
    if identity(root) == identity(folder):
        raise InputError(f"{root} is where the data are already. Choose another --root, or train on {manifest} itself.")
    return register(chosen, root, lambda kind, file: root / _way_below(file, folder), copy=True, on_file=on_file)


def _way_below(file: Path, folder: Path) -> Path:
    """Where a file lies seen from a folder, without the steps that lead out of it."""
    try:
        way = Path(os.path.normpath(file.relative_to(folder)))
    except ValueError:  # the manifest gives its whole path
        way = file.drive.strip(":\\") / file.relative_to(file.anchor)
    return Path(*(part for part in way.parts if part != os.pardir))


def pair_up(
    images: Path, masks: Path, source: str, ignore: Path | None = None, group: str = "folder", *, leave_out: Path
) -> Pairs:
    r"""Finds the mask of every image by name.

    The mask of `a/b.jpg` is `a/b.png` below the folder of masks; failing that, the one mask of all images in the
    folder `a`, which is `a.png`. Any kind of image will do for either.

    Args:
        images: Folder, searched with its subfolders; hidden files are left out.
        masks: Folder, may lie below `images`.
        source: For all samples.
        ignore: Folder of maps of what is not labelled; an image needs none.
        group: What must never stand on both sides of a split: "folder" takes the images of a folder as one group,
            "image" each as its own, and a regular expression the first parenthesis of its match in the image's path
            below `images`, such as `(\d+)_` for the camera in 623_20120901_084151.jpg.
        leave_out: A folder in which no images are looked for.

    Raises:
        InputError: A folder does not exist, or the grouping makes no sense or does not match an image.
        DataError: No image has a mask, or two files would be the mask of one image.
    """
    for folder in filter(None, (images, masks, ignore)):
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder}.")
    if identity(images) == identity(masks):
        raise InputError(f"Images and masks lie in the same folder {images}. Move the masks to a folder of their own.")
    name_group = _grouping(group, images)
    others = [folder for folder in (masks, ignore, leave_out) if folder is not None]
    found = {_below(path, images): path for path in _image_files(images, others)}
    by_name = _by_name(masks)
    ignored = _by_name(ignore) if ignore is not None else {}
    pairs = Pairs([], [], [])
    for name, image in found.items():
        mask = _belonging(name, by_name)
        if mask is None:
            pairs.images_without_mask.append(image)
        else:
            pairs.samples.append(Sample(source, name_group(name), image, mask, _belonging(name, ignored)))
    if not pairs.samples:
        raise DataError(_nothing_fits(images, masks, found, by_name))
    used = {sample.mask for sample in pairs.samples}
    pairs.masks_without_image.extend(path for paths in by_name.values() for path in paths if path not in used)
    return pairs


def _image_files(folder: Path, others: Sequence[Path]) -> Iterator[Path]:
    inner = [identity(other) for other in others if identity(other).is_relative_to(identity(folder))]
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() not in SUFFIXES or hidden or not path.is_file():
            continue
        if not any(identity(path).is_relative_to(other) for other in inner):
            yield path


def _below(path: Path, folder: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(folder).as_posix())


def _by_name(folder: Path) -> dict[PurePosixPath, list[Path]]:
    """Image files by their path below the folder, without ending."""
    named = defaultdict(list)
    for path in _image_files(folder, ()):
        named[_below(path, folder).with_suffix("")].append(path)
    return dict(named)


def _belonging(image: PurePosixPath, named: dict[PurePosixPath, list[Path]]) -> Path | None:
    """The file named like an image, or like the nearest folder that it lies in."""
    for name in (image.with_suffix(""), *image.parents[:-1]):
        paths = named.get(name, [])
        if len(paths) > 1:
            raise DataError(f"{' and '.join(map(str, paths))} both fit the image {image}. Keep one of them there.")
        if paths:
            return paths[0]
    return None


def _grouping(group: str, images: Path) -> Callable[[PurePosixPath], str]:
    if group == "folder":
        return lambda name: images.resolve().name if len(name.parts) == 1 else name.parent.as_posix()
    if group == "image":
        return lambda name: name.as_posix()
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise InputError(f"The grouping '{group}' is no regular expression: {error}.") from None
    if not pattern.groups:
        raise InputError(
            f"The grouping '{group}' is neither folder nor image nor a regular expression with a parenthesis."
        )

    def name_group(name: PurePosixPath) -> str:
        match = pattern.search(name.as_posix())
        if match is None or not match[1]:
            raise InputError(f"The grouping '{group}' finds nothing in the image {name}. It must match every image.")
        return match[1]

    return name_group


def _nothing_fits(
    images: Path, masks: Path, found: dict[PurePosixPath, Path], by_name: dict[PurePosixPath, list[Path]]
) -> str:
    image, mask = next(iter(found.values()), None), next(iter(by_name.values()), [None])[0]
    if image is None or mask is None:
        empty = images if image is None else masks
        return f"{empty} holds no images; looked for files ending in {', '.join(sorted(SUFFIXES))}."
    return (
        f"None of {len(found)} images has a mask. The mask of an image must have its name, as {image} and "
        f"{masks / os.path.relpath(image, images)} would, or that of the image's folder; found {mask}."
    )
