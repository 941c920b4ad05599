"""From a data set of fixed cameras to the manifests that training and validation read."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from PIL import Image

from skymask.data.cameras import CameraMask, images_by_camera, mask_path
from skymask.data.lock import only_run_in
from skymask.data.manifest import Sample, read_manifest, write_manifest
from skymask.data.split.candidates import Camera, find_candidates
from skymask.data.split.sides import Twins, check_sides, choose_val, deal_folds
from skymask.data.split.spread import spread
from skymask.data.timestamps import taken_at
from skymask.decoding import DECODE_ERRORS
from skymask.errors import DataError, InputError, OutputError

SOURCE = "skyfinder"
TRAIN, VAL = "train.csv", "val.csv"


@dataclass(frozen=True)
class Draw:
    """What was drawn of a camera."""

    camera: Camera
    side: str
    """"train", "val", or "left out"."""
    images: list[str]
    """Paths relative to the data set's folder."""

    @property
    def months(self) -> int:
        """In how many months of the year they were taken."""
        return len({time.month for time in _times(self.images) if time})

    @property
    def hours(self) -> int:
        """At how many hours of the day (UTC) they were taken."""
        return len({time.hour for time in _times(self.images) if time})


@dataclass(frozen=True)
class Split:
    """What was drawn and written."""

    draws: list[Draw]
    """One a camera."""
    train: Path
    """Manifest."""
    val: Path
    """Manifest."""
    folds: list[tuple[Path, list[str]]]
    """Folder of each fold, which holds its own two manifests, and the cameras that validate in it."""
    audited: bool
    """Whether an audit was followed; otherwise, broken and black images may be among those drawn."""


def split(
    root: Path, per_camera: int = 100, val_cameras: Sequence[str] | None = None, folds: int | None = None, seed: int = 0
) -> Split:
    """Draws images and writes split/train.csv and split/val.csv.

    What is drawn of a camera depends on its images, `per_camera` and `seed` alone, not on the other cameras.

    Args:
        root: Folder of the data set, with `images/<camera>/` and `masks/<camera>.png`.
        per_camera: Images a camera; cameras with fewer give all they have.
        val_cameras: Cameras that validate; None takes those of `HELD_OUT` that there are.
        folds: Deals all cameras, also those of `val_cameras`, out to so many folds as well, and writes
            split/fold1/train.csv, split/fold1/val.csv and so on.
        seed: Start of all chance.

    Raises:
        InputError: A number is out of range, a camera is unknown, a side would be empty, or another run is at work.
        DataError: A mask has another size than an image, the audit is of other images than there are now, or one place
            would be on both sides.
        OutputError: A manifest cannot be written.
    """
    if per_camera < 1:
        raise InputError(f"per_camera must be at least 1; got {per_camera}.")
    images = images_by_camera(root)
    with only_run_in(root):
        candidates = find_candidates(root, images)
        names = [camera.name for camera in candidates.cameras if camera.images]
        held_out = choose_val(names, val_cameras)
        draws = [_draw(camera, held_out, per_camera, seed) for camera in candidates.cameras]
        samples = {draw.camera.name: _samples(root, draw) for draw in draws}
        out = root / "split"
        sides = [(out, held_out)]
        if folds is not None:
            dealt = deal_folds(names, folds, random.Random(f"{seed}/folds"))
            sides += [(out / f"fold{number}", cameras) for number, cameras in enumerate(dealt, start=1)]
        for _, cameras in sides:
            check_sides(*_divide(samples, cameras), candidates.twins)
        _remove_manifests(out)
        for folder, cameras in sides:
            _write(folder, *_divide(samples, cameras), candidates.twins)
    return Split(draws, out / TRAIN, out / VAL, sides[1:], candidates.audited)


def _draw(camera: Camera, held_out: Sequence[str], per_camera: int, seed: int) -> Draw:
    rng = random.Random(f"{seed}/{camera.name}")
    drawn = spread(_times(camera.images), per_camera, rng)
    side = "left out" if camera.left_out else "val" if camera.name in held_out else "train"
    return Draw(camera, side, [camera.images[index] for index in drawn])


def _times(paths: Iterable[str]) -> list[datetime | None]:
    return [taken_at(PurePosixPath(path).name) for path in paths]


def _samples(root: Path, draw: Draw) -> list[Sample]:
    mask = mask_path(root, draw.camera.name)
    samples = [Sample(SOURCE, draw.camera.name, root / path, mask, None) for path in draw.images]
    for sample in samples:
        _check_size(sample, draw.camera.mask)
    return samples


def _check_size(sample: Sample, mask: CameraMask) -> None:
    try:
        with Image.open(sample.image) as image:  # reads the header alone
            size_wh = image.size
    except DECODE_ERRORS as error:
        problem = f"is not a readable image ({error})"
    else:
        if size_wh == mask.size_wh:
            return
        (width, height), (mask_width, mask_height) = size_wh, mask.size_wh
        problem = f"is {width}x{height}, but its mask {sample.mask} is {mask_width}x{mask_height} (width x height)"
    raise DataError(
        f"{sample.image} {problem}. Run 'skymask data audit' first: it finds all such images, and the split then "
        "leaves them out."
    )


def _divide(samples: dict[str, list[Sample]], held_out: Sequence[str]) -> tuple[list[Sample], list[Sample]]:
    """Returns what trains and what validates."""
    train = [sample for camera, drawn in samples.items() if camera not in held_out for sample in drawn]
    return train, [sample for camera in held_out for sample in samples[camera]]


def _remove_manifests(out: Path) -> None:
    """Removes what an earlier split has written: half of it beside half of this one would mix the sides."""
    try:
        for folder in (out, *out.glob("fold*")):
            for name in (TRAIN, VAL):
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{error.filename} cannot be replaced: {error.strerror}.") from error


def _write(folder: Path, train: list[Sample], val: list[Sample], twins: Twins) -> None:
    write_manifest(folder / TRAIN, train)
    write_manifest(folder / VAL, val)
    check_sides(read_manifest(folder / TRAIN), read_manifest(folder / VAL), twins)
