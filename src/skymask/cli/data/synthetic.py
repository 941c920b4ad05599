"""`skymask data synthetic`: renders training scenes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def synthetic(
    out: Path,
    /,
    *,
    count: int = 500,
    seed: int = 0,
    kinds: Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")] = None,
    jobs: int | None = None,
) -> None:
    """Render outdoor scenes with exact sky masks, as training images.

    Writes `OUT/images/*.jpg`, `OUT/masks/*.png` and OUT/manifest.csv, which `skymask train` reads, and prints the
    path of the manifest. Formats alternate between 4:3, 16:9 and 3:4, with a long side of 640 pixels. The same
    call with the same or a larger count goes over its own folder; one with a manifest of anything else is refused.

    Examples:
        skymask data synthetic scenes/ --count 2000
        skymask data synthetic dunes/ --count 200 --kinds desert snow

    Args:
        out: Folder to write to; made if needed.
        count: How many scenes.
        seed: The same seed gives the same scenes on the same platform.
        kinds: Kinds of scenes: aerial, city, day, desert, dusk, facade, fog, forest, lamplight, night, overcast, ridge,
            room, sea_fog, shore, sky, snow, water; all when left out.
        jobs: Processes to render with; one for each processor that may be used when left out.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from skymask.data.synthetic import write_dataset
    from skymask.runtime.cpus import usable_cpus

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("Rendering scenes", total=count)
        manifest = write_dataset(
            out,
            count,
            seed,
            jobs=usable_cpus() if jobs is None else jobs,
            kinds=kinds,
            on_scene=lambda done: progress.update(task, completed=done),
        )
    print(manifest)
