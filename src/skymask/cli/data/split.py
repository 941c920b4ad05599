"""`skymask data split`: images to manifests for training and validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from skymask.data.split import Split


def split(
    root: Path,
    /,
    *,
    per_camera: int = 100,
    val_cameras: Annotated[Sequence[str] | None, Parameter(consume_multiple=True, negative="")] = None,
    folds: int | None = None,
    seed: int = 0,
) -> None:
    """List images for training and for validation, split by camera.

    Draws images of every camera, spread over months and hours of the day by the time stamps in their names, and writes
    ROOT/split/train.csv and val.csv, which 'skymask train' reads. Prints what was drawn. No camera is ever on both
    sides; two folders with the same pictures count as one camera.

    Follows the audit and ROOT/audit/overrule.csv: what is dropped is not drawn, what is borderline is. Without an
    audit all images may be drawn. Cameras without a mask are left out; a camera whose mask has no sky is not.

    Examples:
        skymask data split data/skyfinder
        skymask data split data/skyfinder --per-camera 20 --val-cameras 65 623 --seed 1
        skymask data split data/skyfinder --folds 5

    Args:
        root: Folder of the data set, as 'skymask data fetch' makes it.
        per_camera: Images a camera; cameras with fewer give all.
        val_cameras: Cameras that validate. [default: those of 204, 4679, 9708, 10870 and 17218 that are there]
        folds: Also write so many folds, ROOT/split/fold1 and so on: all cameras are dealt out to them, and each
            validates in one while the others train.
        seed: The same seed draws the same images.
    """
    from skymask.data.split import split as draw_and_write

    result = draw_and_write(root, per_camera, val_cameras, folds, seed)
    _print(result)
    if not result.audited:
        print(
            f"There is no audit of {root}: broken and black images may be among these. 'skymask data audit {root}' "
            "finds them; then split again."
        )


def _print(result: Split) -> None:
    from skymask.cli.data.text_table import text_table

    rows: list[list[str | int]] = []
    for side in ("train", "val", "left out"):
        draws = [draw for draw in result.draws if draw.side == side]
        for draw in draws:
            camera = draw.camera
            sky = "?" if camera.mask.problem else f"{camera.mask.sky_share:.0%}"
            rows.append(
                [side, camera.name, len(draw.images), len(camera.images), draw.months, draw.hours, sky, camera.left_out]
            )
        if draws:
            total = [sum(len(draw.images) for draw in draws), sum(len(draw.camera.images) for draw in draws)]
            rows.append([side, f"all {len(draws)}", *total, "", "", "", ""])
    print(text_table(["side", "camera", "images", "of", "months", "hours", "sky", ""], rows, left=2))
    print(f"{result.train}\n{result.val}")
    for folder, cameras in result.folds:
        print(f"{folder}  validates on {', '.join(cameras)}")
