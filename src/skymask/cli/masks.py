"""`skymask masks`: photographs to mask files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from skymask.masks.layouts.layout import Layout
    from skymask.masks.plan import Job
    from skymask.masks.segment import Outcome
    from skymask.runtime.segmenter import Segmenter


def masks(
    inputs: list[str],
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    layout: str = "plain",
    overwrite: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    model: str | None = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
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
        overwrite: Make masks again that are there already.
        model: Name of a shipped model (skymask info lists them), or a model file. [default: fast]
        engine: auto, onnxruntime or openvino.
        device: auto, cpu, cuda or tensorrt.
        threads: Threads for one inference. [default: all CPUs]
    """
    from skymask.errors import SkymaskError
    from skymask.masks.layouts import build
    from skymask.masks.plan import plan
    from skymask.masks.segment import Status
    from skymask.runtime.segmenter import load

    _quieten_pillow()
    form = build(layout)
    planned = plan(inputs, output, form)
    jobs = planned.jobs
    if planned.left_out:
        print(f"skymask: {planned.left_out}.", file=sys.stderr)
    with load(model, engine, device, threads) as sky:
        outcomes = _run(jobs, sky, form, overwrite)
        used, engine = f"{sky.info.name} {sky.info.version}", f"{sky.engine.engine} on {sky.engine.device}"
    form.finish(jobs, output)
    print(f"{_summary(outcomes, output, used, engine)}.")
    failed = sum(outcome.status is Status.FAILED for outcome in outcomes)
    if failed:
        raise SkymaskError(f"{failed} of {len(jobs)} photographs failed; see above.")


def _summary(outcomes: list[Outcome], output: Path, model: str, engine: str) -> str:
    """The closing line: what was written, and what stayed as it was."""
    from collections import Counter

    from skymask.masks.segment import Status

    written = [outcome for outcome in outcomes if outcome.status is Status.WRITTEN]
    skipped = [outcome for outcome in outcomes if outcome.status is Status.SKIPPED]
    line = f"{len(written)} mask{'' if len(written) == 1 else 's'} written to {output} ({model}, {engine})"
    again = sum(outcome.again for outcome in written)
    if again:
        line += f", {again} of them again, as they did not fit their photographs any more"
    if skipped:
        makers = Counter("an unknown model" if outcome.origin is None else outcome.origin.model for outcome in skipped)
        del makers[model]
        others = "".join(f", {number} of them by {maker}" for maker, number in makers.most_common())
        line += f", {len(skipped)} skipped that were there already{others} (--overwrite makes them again)"
    return line


def _run(jobs: list[Job], sky: Segmenter, layout: Layout, overwrite: bool) -> list[Outcome]:
    """Makes the masks, with a progress bar where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from skymask.masks.segment import segment

    model = f"{sky.info.name} {sky.info.version}"
    console = Console(stderr=True)
    columns = (TextColumn("masks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    outcomes = []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        for outcome in progress.track(segment(jobs, sky, layout, model, overwrite), total=len(jobs)):
            if outcome.error is not None:
                console.print(f"skymask: {outcome.error}", markup=False, highlight=False, soft_wrap=True)
            outcomes.append(outcome)
    return outcomes


def _quieten_pillow() -> None:
    """Pillow remarks on odd metadata and large pictures; what stops a photograph is reported as its error."""
    import logging
    import warnings

    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("PIL").addHandler(logging.NullHandler())
