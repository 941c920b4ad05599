"""`skymask data audit`: finds the images that are no use for training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skymask.data.audit import Audit


def audit(root: Path, /, *, jobs: int | None = None) -> None:
    """Find the images that are no use for training.

    Looks at every image in ROOT/images/CAMERA against its mask ROOT/masks/CAMERA.png: broken files, black, over-exposed
    and fogged-out frames, frozen and duplicate ones, wrong sizes, missing masks. Nothing is deleted.

    Writes ROOT/audit/audit.csv and audit.parquet with one line an image, and audit.html with pictures of what is
    dropped or borderline. There a person can overrule the rules: decisions saved as ROOT/audit/overrule.csv are
    followed by the audit and by 'skymask data split', and are never written over. Prints how many images of each camera
    are kept, borderline and dropped, and why.

    Only images that are new or have changed are opened, so an interrupted run is resumed by calling it again.

    Examples:
        skymask data audit data/skyfinder

    Args:
        root: Folder of the data set, as 'skymask data fetch' makes it.
        jobs: Processes to inspect with; one for each processor that may be used when left out.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from skymask.data.audit import audit as inspect_and_judge
    from skymask.runtime.cpus import usable_cpus

    console = Console(stderr=True)
    columns = (TextColumn("Inspecting images"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        result = inspect_and_judge(
            root,
            usable_cpus() if jobs is None else jobs,
            on_start=lambda total: progress.update(task, total=total),
            on_image=lambda done: progress.update(task, completed=done),
        )
    _print(result)


def _print(result: Audit) -> None:
    from skymask.cli.data.text_table import text_table
    from skymask.data.audit.table import Verdict

    rows: list[list[str | int]] = []
    for count in result.counts:
        mask = result.masks.get(count.camera)
        sky = "" if mask is None else "?" if mask.problem else f"{mask.sky_share:.0%}"
        rows.append(
            [count.camera, count.images, sky, *(count.verdicts[verdict] for verdict in Verdict), count.findings]
        )
    print(text_table(["camera", "images", "sky", *Verdict, "found"], rows))
    print(f"Table: {result.table}\nPage to look at and overrule: {result.page}")
    overruled = sum(row.verdict != row.by_rule for row in result.rows)
    if overruled:
        print(f"Overruled by a person: {overruled}.")
    if result.lost_overrules:
        print(f"No image has this path of overrule.csv: {', '.join(result.lost_overrules)}.")
