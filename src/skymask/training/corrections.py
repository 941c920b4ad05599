"""Leaves out training images that people found unfit: a CSV file beside the configuration says which, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skymask.data.hand_lists import numbered_rows
from skymask.data.manifest import Sample, read_manifest
from skymask.errors import DataError, InputError
from skymask.files import reaching

COLUMNS = ("image", "verdict", "note")
LEFT_OUT = ("label-wrong", "in-validation")
"""Verdicts on images that are not trained on: their label is wrong, or a validation image shows the same."""
VERDICTS = (*LEFT_OUT, "label-coarse", "model-wrong")


def read_training_samples(manifests: Sequence[Path], corrections: Path | None = None) -> list[Sample]:
    """Reads what is trained on.

    Args:
        manifests: CSV files of labelled images.
        corrections: CSV file with the columns `COLUMNS`; `image` as the manifest that lists it writes it. Images with
            a verdict of `LEFT_OUT` are left out; the other verdicts are notes, and change nothing.

    Returns:
        The samples in the order of the manifests.

    Raises:
        InputError: A file does not exist.
        DataError: A file is not what it should be, no row of the corrections is in any manifest, or nothing is left.
    """
    listed = [(sample, _name(sample, path.parent)) for path in manifests for sample in read_manifest(path)]
    if corrections is None:
        return [sample for sample, _ in listed]
    verdicts = read_corrections(corrections)
    # Not every row has to match: who has only some of the data sets can train with the same file.
    if not any(name in verdicts for _, name in listed):
        raise DataError(
            f"None of the {len(verdicts)} images in {corrections} is in a training manifest, such as "
            f"'{next(iter(verdicts))}'. Its column 'image' must repeat that of the manifests; or remove the key "
            "data.corrections."
        )
    kept = [sample for sample, name in listed if verdicts.get(name) not in LEFT_OUT]
    if not kept:
        raise DataError(f"{corrections} leaves out every training image: nothing is left to train on.")
    return kept


def read_corrections(path: Path) -> dict[str, str]:
    """Reads and checks a file of corrections; returns the verdict of each image, at least one.

    Raises:
        InputError: There is no such file, or it cannot be reached.
        DataError: A column is missing, a verdict is unknown, an image stands there twice, or there is none.
    """
    with reaching(path):
        if not path.is_file():
            raise InputError(f"There are no corrections at {path}. Correct data.corrections, or remove the key.")
    verdicts: dict[str, str] = {}
    for line, row in numbered_rows(path, COLUMNS):
        if row["verdict"] not in VERDICTS:
            raise DataError(
                f"{path}, line {line}: there is no verdict '{row['verdict']}'. Use one of: {', '.join(VERDICTS)}."
            )
        if row["image"] in verdicts:
            raise DataError(f"{path}, line {line}: {row['image']} stands there twice. Remove one of the lines.")
        verdicts[row["image"]] = row["verdict"]
    if not verdicts:
        raise DataError(f"{path} lists no images. Add rows, or remove the key data.corrections.")
    return verdicts


def _name(sample: Sample, folder: Path) -> str:
    """The image as its manifest writes it."""
    return (sample.image.relative_to(folder) if sample.image.is_relative_to(folder) else sample.image).as_posix()
