"""`skymask compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from skymask.errors import InputError


def compare(a: Path, b: Path, /, *, output: Annotated[Path | None, Parameter(alias="-o")] = None) -> None:
    """Compare two results of 'skymask evaluate', image by image.

    Prints what B is against A, over all images and per source: the difference, its 95 % interval by resampling cameras
    (images, where a source has one camera), how likely chance alone makes as large a difference, and a verdict. Both
    must have been evaluated on the same images with the same labels.

    Examples:
        skymask compare runs/old/result.json runs/new/result.json
        skymask compare unet/result.json fast/result.json -o comparison.md

    Args:
        a: The result to start from.
        b: The result to judge against it.
        output: File for the comparison as well: .md for the text, .json for all numbers.
    """
    import json

    from skymask.evaluation import compare as room
    from skymask.evaluation.result import read_result
    from skymask.files import check_distinct, write_text

    if output and output.suffix not in (".md", ".json"):
        raise InputError(f"The comparison is written to a .md or a .json file; got {output}.")
    check_distinct([("output", output)], {a: "the result A", b: "the result B"})
    comparison = room.compare(read_result(a), read_result(b))
    text = room.comparison_text(comparison)
    if output:
        write_text(output, text if output.suffix == ".md" else json.dumps(comparison, indent=2) + "\n")
    print(text, end="")
