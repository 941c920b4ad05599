"""Which cameras train and which validate, and the check that no place is on both sides."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from pathlib import Path

from skymask.data.cameras import in_order
from skymask.data.manifest import Sample
from skymask.errors import DataError, InputError, suggest

HELD_OUT = ("204", "4679", "9708", "10870", "17218")
"""SkyFinder's cameras that validate by default (docs/decisions/split-by-camera.md says why these)."""

Twins = Collection[tuple[str, str]]
"""Pairs of cameras that have a picture in common."""


def choose_val(cameras: Sequence[str], wanted: Sequence[str] | None) -> list[str]:
    """Chooses the cameras that validate.

    Args:
        cameras: All that have images to be used.
        wanted: What was asked for; None takes those of `HELD_OUT` that there are.

    Returns:
        At least one camera, and never all of them.

    Raises:
        InputError: A camera that is wanted is not among them, there is none of `HELD_OUT`, or none is left to train.
    """
    chosen = in_order(set(HELD_OUT) & set(cameras)) if wanted is None else in_order(set(wanted))
    for camera in chosen:
        if camera not in cameras:
            raise InputError(f"There is no camera '{camera}' with images to be used. {suggest(camera, cameras)}")
    if not chosen:
        raise InputError(
            f"Validation needs cameras of its own, and none of those held out by default is here "
            f"({', '.join(HELD_OUT)}). Name some with --val-cameras; there are: {', '.join(cameras)}."
        )
    if len(chosen) == len(cameras):
        raise InputError(
            f"All cameras with images to be used ({', '.join(cameras)}) would validate, and none train. Hold out fewer "
            "with --val-cameras, or fetch more cameras."
        )
    return chosen


def deal_folds(cameras: Sequence[str], folds: int, rng: random.Random) -> list[list[str]]:
    """Deals cameras out to folds; each fold's cameras validate once, while all others train.

    Args:
        cameras: All that have images to be used.
        folds: How many; from 2 to the number of cameras.
        rng: Shuffles the cameras.

    Returns:
        The cameras of each fold; their numbers differ by at most one.

    Raises:
        InputError: There are too many folds, or too few.
    """
    if not 2 <= folds <= len(cameras):
        raise InputError(f"folds must be from 2 to the number of cameras with images, {len(cameras)}; got {folds}.")
    shuffled = list(cameras)
    rng.shuffle(shuffled)
    return [in_order(shuffled[fold::folds]) for fold in range(folds)]


def check_sides(train: Sequence[Sample], val: Sequence[Sample], twins: Twins) -> None:
    """Makes sure that no camera is on both sides, whatever its folder is called.

    Args:
        train: What trains.
        val: What validates.
        twins: Cameras that are the same by the hashes of their pictures.

    Raises:
        DataError: Two cameras on different sides have one name, one folder (through links), or a picture in common.
    """
    train_places, val_places = _places(train), _places(val)
    one_place = {(train_places[place], val_places[place]) for place in train_places.keys() & val_places.keys()}
    train_cameras, val_cameras = set(train_places.values()), set(val_places.values())
    one_name = {(camera, camera) for camera in train_cameras & val_cameras}
    for pairs, what in ((one_name, "one camera"), (one_place, "one folder, or share a file, through a link")):
        for first, second in sorted(pairs):
            raise DataError(
                f"Camera {first} of the training side and camera {second} of the validation side are {what}: a score "
                "would reward memory. Put both on one side with --val-cameras, or remove one of them."
            )
    for first, second in sorted(twins):
        if (first in train_cameras and second in val_cameras) or (second in train_cameras and first in val_cameras):
            raise DataError(
                f"Cameras {first} and {second} have pictures in common (audit/audit.csv has their hashes), but only "
                "one of them validates: a score would reward memory. Put both on one side with --val-cameras, or "
                "remove one of them. If the common pictures are cards such as 'camera offline', drop those in "
                "audit/overrule.csv."
            )


def _places(samples: Sequence[Sample]) -> dict[Path, str]:
    """The camera to which each file and each folder of the samples belongs, links followed."""
    return {
        place: sample.group for sample in samples for place in (sample.image.resolve(), sample.image.parent.resolve())
    }
