"""Labels for photographs that have none, from models that agree: self-training.

Every model sees every image twice, as it is and mirrored. Where the mean of all answers is sure, it becomes the label;
where it is not, the pixel has no label. Images of a camera that never moves share one label, the mean over all of them:
what one foggy or dark image hides, the others show (Radosavovic et al. 2018, arXiv:1712.04440, average over views of
one image; here time is a view as well). What all of them get wrong together, a horizon drawn by hand puts right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask import __version__
from skymask.contract import METADATA_PREFIX
from skymask.data.horizons import Horizon, amend
from skymask.data.manifest import Sample, check_replaceable, write_manifest
from skymask.decoding import DECODE_ERRORS
from skymask.errors import DataError, InputError, MediaError
from skymask.files import check_distinct
from skymask.photographs.read import Photograph, read_photograph
from skymask.photographs.write import write_mask

SURE = 0.85
"""Mean alpha from which a pixel is labelled sky; up to one less this, not sky."""
MOST_UNSURE = 0.25
"""Images with a larger share of pixels without a label are left out."""

_MADE_BY, _THIS = METADATA_PREFIX + "made_by", "data self-label"

Sky = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

Answer = tuple[Path, int, NDArray[np.float32]]
"""A file, its EXIF orientation, and the mean alpha of the upright photograph, [H, W] from 0 to 1."""


def self_label(
    images: Sequence[Path],
    models: Sequence[Sky],
    out: Path,
    source: str,
    fixed_camera: bool = False,
    horizons: Mapping[str, Sequence[Horizon]] | None = None,
) -> Path:
    """Labels images and writes a manifest of them.

    The models see photographs upright; masks and ignore maps are written as their photographs are stored.

    Args:
        images: Files, all from one camera if `fixed_camera`; of distinct names.
        models: Each uint8 [H, W, 3] RGB -> alpha uint8 [H, W], as `skymask.load()` gives.
        out: Gets masks/, ignore/ and, last, manifest.csv. The images stay where they are. See `check_output`.
        source: Name of the source in the manifest; the group of an image is its folder's name.
        fixed_camera: The camera never moves: all images get one label.
        horizons: Lines below which there is no sky, in pixels of the upright photograph, by name of the image's file;
            of that image alone, even of a fixed camera's.

    Returns:
        Path of the manifest.

    Raises:
        InputError: There are no images or no models, two images have one name, or as from `check_output`.
        DataError: An image cannot be read, images of a fixed camera differ in size, or no image can be labelled.
        OutputError: A file cannot be written.
    """
    if not images or not models:
        raise InputError("Self-labelling needs at least one image and one model.")
    if len({image.stem for image in images}) < len(images):
        raise InputError("Two of the images have the same name; label their folders apart.")
    check_output(images, out)
    samples = []
    for image, orientation, answer in _shared(images, models) if fixed_camera else _single(images, models):
        mean = amend(answer, (horizons or {}).get(image.name, ()))
        unsure = (mean > 1 - SURE) & (mean < SURE)
        if unsure.mean() <= MOST_UNSURE:
            samples.append(_write(image, orientation, mean, unsure, out, source))
    if not samples:
        raise DataError(f"The models are unsure of every one of the {len(images)} images; none was labelled.")
    write_manifest(out / "manifest.csv", samples)
    return out / "manifest.csv"


def check_output(images: Sequence[Path], out: Path) -> None:
    """Refuses, before any work, a folder in which something would be replaced that no earlier run has made.

    Labels say in PNG text who made them; editors drop it, so corrected ones are kept as well.

    Args:
        images: What will be labelled.
        out: As for `self_label`.

    Raises:
        InputError: The place of a label is taken by an image or by a file that does not say so, or the manifest lists
            other images, or other masks.
        OutputError: The place of a label cannot be reached.
    """
    masks = [_place(out, "masks", image) for image in images]
    outputs = [("mask", path) for path in masks] + [("ignore map", _place(out, "ignore", image)) for image in images]
    remedy = "Choose another folder with -o, or move it away."
    check_distinct(outputs, dict.fromkeys(images, "a photograph to label"), remedy)
    check_replaceable(out / "manifest.csv", images, masks)
    for _, path in outputs:
        if path.exists() and not _is_own(path):
            raise InputError(f"{path} is there already and does not say that 'skymask {_THIS}' made it. {remedy}")


def _is_own(label: Path) -> bool:
    try:
        with Image.open(label) as picture:
            return picture.info.get(_MADE_BY) == _THIS
    except DECODE_ERRORS:
        return False


def _place(out: Path, kind: str, image: Path) -> Path:
    return out / kind / f"{image.stem}.png"


def _single(images: Sequence[Path], models: Sequence[Sky]) -> Iterator[Answer]:
    for image in images:
        photograph = _read(image)
        yield image, photograph.orientation, _mean_alpha(photograph.rgb, models)


def _shared(images: Sequence[Path], models: Sequence[Sky]) -> Iterator[Answer]:
    total: NDArray[np.float32] | None = None
    orientations = []
    for image in images:
        photograph = _read(image)
        orientations.append(photograph.orientation)
        mean = _mean_alpha(photograph.rgb, models)
        if total is not None and total.shape != mean.shape:
            raise DataError(f"{image} is of another size than {images[0]}; a fixed camera's images have one size.")
        total = mean if total is None else total + mean
    assert total is not None
    mean = total / np.float32(len(images))
    for image, orientation in zip(images, orientations, strict=True):
        yield image, orientation, mean


def _mean_alpha(frame: NDArray[np.uint8], models: Sequence[Sky]) -> NDArray[np.float32]:
    mirrored = np.ascontiguousarray(frame[:, ::-1])
    answers = [answer for sky in models for answer in (sky(frame), sky(mirrored)[:, ::-1])]
    mean: NDArray[np.float32] = np.mean(answers, axis=0, dtype=np.float32)
    return mean / np.float32(255)


def _read(image: Path) -> Photograph:
    try:
        return read_photograph(image)
    except MediaError as error:
        raise DataError(f"{image} is not a readable image: {error} Repair or remove it.") from None


def _write(
    image: Path, orientation: int, mean: NDArray[np.float32], unsure: NDArray[np.bool_], out: Path, source: str
) -> Sample:
    sample = Sample(
        source=source,
        group=image.resolve().parent.name,
        image=image,
        mask=_place(out, "masks", image),
        ignore=_place(out, "ignore", image),
    )
    said = {"Software": f"skymask {__version__}", _MADE_BY: _THIS}
    for path, where in ((sample.mask, mean > 0.5), (sample.ignore, unsure)):
        assert path is not None
        write_mask(where.astype(np.uint8) * 255, path, orientation, text=said)
    return sample
