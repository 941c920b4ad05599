"""What an evaluation leaves behind: `result.json`, read back and checked, and its short table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skymask.errors import DataError, InputError
from skymask.evaluation.evaluate import FORMAT
from skymask.evaluation.markdown import markdown_table, score_text
from skymask.files import reaching

_COLUMNS = {
    "mean IoU": "mean_iou",
    "Dice": "dice",
    "pixel accuracy": "accuracy",
    "Boundary IoU": "boundary_iou",
}
_REMEDY = "Give a result.json that 'skymask evaluate ... -o FOLDER' wrote with this version."


def read_result(path: Path) -> dict[str, Any]:
    """Reads a `result.json`.

    Args:
        path: The file.

    Returns:
        The result, of this version's format.

    Raises:
        InputError: There is no such file, or it cannot be reached.
        DataError: It is not a result, or one of another format.
    """
    with reaching(path):
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise InputError(f"{path} {what}. {_REMEDY}")
        content = path.read_bytes()
    try:
        result = json.loads(content.decode())
    except ValueError as error:
        raise DataError(f"{path} is not JSON ({error}). {_REMEDY}") from None
    if not isinstance(result, dict) or not result.get("images"):
        raise DataError(f"{path} is not the result of an evaluation: it lists no images. {_REMEDY}")
    if result.get("format") != FORMAT:
        raise DataError(f"{path} has the format {result.get('format')}; this skymask reads format {FORMAT}. {_REMEDY}")
    return result


def table(result: dict[str, Any]) -> str:
    """Formats a result as a Markdown table, one row a source, and a line about images without sky."""
    rows = [_row(source, group) for source, group in result["sources"].items()]
    rows.append(_row("mean over sources", result["mean"]))
    rows.append(_row("all images pooled", result["overall"]))
    head = ["source", "images", "IoU of sky", "95 % interval", *_COLUMNS]
    overall = result["overall"]
    area = overall["false_sky_area"]
    covers = "" if area is None else f"; false sky covers {100 * area:.3f} % of them on average"
    return (
        f"{markdown_table(head, rows)}\nPictures without sky with more than 1 % called sky: "
        f"{result['false_claims']} of {result['without_sky']}{covers}.\n"
    )


def _row(name: str, group: dict[str, Any]) -> list[str]:
    bounds = group["interval"].get("iou")
    interval = f"{bounds[0]:.4f} to {bounds[1]:.4f}" if bounds else "-"
    numbers = (score_text(group[key]) for key in ("iou", *_COLUMNS.values()))
    iou, *others = numbers
    return [name, str(group.get("images", "")), iou, interval, *others]
