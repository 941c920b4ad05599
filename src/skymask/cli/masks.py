"""`skymask masks`: photographs to mask files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from skymask.cli.model_choice import DEFAULT_CHOICE, ModelChoice


def masks(
    inputs: list[str],
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    layout: str = "plain",
    overwrite: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    choice: ModelChoice = DEFAULT_CHOICE,
    report: Path | None = None,
) -> None:
    """Write the sky masks of photographs, in the form that COLMAP, nerfstudio, Brush and others take.

    Each mask is an 8-bit PNG of the photograph's own size, and subfolders are kept. Masks that are there already are
    skipped, so an interrupted run is resumed by calling it again. A photograph that cannot be read is reported, the
    others are done, and the exit code is 1. A photograph with an EXIF orientation gets a mask with the same stored
    layout and the same orientation.

    Layouts, for the photograph day/a.jpg:

    - plain: day/a.png, grey, sky is white (255), in between along leaves and wires
    - colmap: day/a.jpg.png, grey, sky is black (0), all else white, nothing in between
    - nerfstudio: day/a.png, otherwise as colmap; also for Brush, in a folder called masks
    - cutout: day/a.png, the photograph with its sky transparent (RGBA)
    - coco-panoptic: panoptic/day/a.png and panoptic.json, sky is category 187, sky-other-merged, the rest 201, not-sky
    - coco-panoptic-void: the same with the rest left void

    Examples:
        skymask masks photos -o masks
        skymask masks images -o masks --layout colmap
        skymask masks a.jpg b.png 'trip/**/*.tif' -o masks --overwrite

    Args:
        inputs: Photographs, folders (with all subfolders) and globs.
        output: Folder for the masks.
        layout: plain, colmap, nerfstudio, cutout, coco-panoptic or coco-panoptic-void; see above.
        overwrite: Make masks again that are there already, also those that fit their photographs, and replace whatever
            else has their names.
        choice: The model and its engine.
        report: JSON file to write: for each photograph its mask, how much sky and how sure, or the error.
    """
    from skymask.cli.run_masks import run_masks, summary
    from skymask.errors import SkymaskError
    from skymask.masks.layouts import build
    from skymask.masks.plan import check_report, plan
    from skymask.runtime.segmenter import load, model_path

    _quieten_pillow()
    form = build(layout)
    planned = plan(inputs, output, form.place)
    if report is not None:
        check_report(report, planned, form.index(output), model_path(choice.model))
    form.begin(output, overwrite)
    if planned.left_out:
        print(f"skymask: {planned.left_out}.", file=sys.stderr)
    with load(choice.model, choice.on.engine, choice.on.device, choice.on.threads) as sky:
        outcomes, told = run_masks(planned.jobs, sky, form, output, overwrite, report)
        line = summary(outcomes, output, sky)
    try:
        form.finish(planned.jobs, output, overwrite)
        print(line)
    finally:
        if report is not None:
            told.write(report)
    failed = sum(outcome.error is not None for outcome in outcomes)
    if failed:
        raise SkymaskError(f"{failed} of {len(outcomes)} photographs failed; see above.")


def _quieten_pillow() -> None:
    """Pillow remarks on odd metadata and large pictures; what stops a photograph is reported as its error."""
    import logging
    import warnings

    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("PIL").addHandler(logging.NullHandler())
