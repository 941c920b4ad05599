"""Writes rendered scenes as a training set: images, masks and a manifest."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from itertools import cycle
from pathlib import Path

import numpy as np
from PIL import Image

from skymask.data.processes import on_processes
from skymask.data.synthetic.scene import SCENE_KINDS, render
from skymask.errors import InputError, suggest
from skymask.files import write_text, writing

_COLUMNS = ("source", "group", "image", "mask", "ignore", "width", "height", "sky_fraction")
_JPEG_QUALITY = 92

Row = tuple[str | int, ...]


def write_dataset(
    out: Path,
    count: int,
    seed: int = 0,
    size_hw: tuple[int, int] = (480, 640),
    jobs: int = 1,
    kinds: Sequence[str] | None = None,
    on_scene: Callable[[int], None] | None = None,
) -> Path:
    """Renders scenes into `images/*.jpg`, `masks/*.png` and `manifest.csv`.

    Args:
        out: Folder, made if needed. The manifest is written last, so a folder that has one is complete.
        count: Number of scenes.
        seed: Scene number i is rendered with the seed `seed + i`.
        size_hw: Only the longer side counts: formats alternate between 4:3, 16:9 and 3:4 with that long side.
        jobs: Processes, see `on_processes`: with several, a script needs `if __name__ == "__main__":`.
        kinds: Members of `SCENE_KINDS`, taken in turn; None draws from all of them, ordinary ones more often.
        on_scene: Is called with the number of scenes written so far.

    Returns:
        Path of the manifest, whose columns are source, group, image, mask, ignore, width, height, sky_fraction.

    Raises:
        InputError: Count or jobs are less than 1, a kind is unknown, or the longer side less than 57 pixels.
        OutputError: A file cannot be written.
    """
    if count < 1 or jobs < 1:
        raise InputError(f"A dataset needs at least one scene and one process; got count={count}, jobs={jobs}.")
    for kind in kinds or ():
        if kind not in SCENE_KINDS:
            raise InputError(f"There is no scene of the kind '{kind}'. {suggest(kind, SCENE_KINDS)}")
    wanted = cycle(kinds or (None,))
    tasks = [(out, seed + index, _format(index, max(size_hw)), next(wanted)) for index in range(count)]
    rows = []
    for row in on_processes(_write_scene, tasks, jobs, chunk=4):
        rows.append(row)
        if on_scene is not None:
            on_scene(len(rows))
    return _write_manifest(out, rows)


Task = tuple[Path, int, tuple[int, int], str | None]


def _format(index: int, long_side: int) -> tuple[int, int]:
    """Returns height and width; 4:3 twice as often as 16:9 and 3:4."""
    if index % 4 == 1:
        return round(long_side * 9 / 16), long_side
    if index % 4 == 3:
        return long_side, round(long_side * 3 / 4)
    return round(long_side * 3 / 4), long_side


def _write_scene(task: Task) -> Row:
    out, seed, size_hw, kind = task
    scene = render(seed, size_hw, kind)
    image, mask = f"images/{scene.kind}_{seed:06d}.jpg", f"masks/{scene.kind}_{seed:06d}.png"
    with writing(out / image) as part:
        Image.fromarray(scene.image).save(part, "JPEG", quality=_JPEG_QUALITY)
    with writing(out / mask) as part:
        Image.fromarray(scene.alpha).save(part, "PNG")
    height, width = size_hw
    sky_fraction = float(np.mean(scene.alpha, dtype=np.float64)) / 255
    return "synthetic", scene.kind, image, mask, "", width, height, f"{sky_fraction:.4f}"


def _write_manifest(out: Path, rows: list[Row]) -> Path:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(rows)
    path = out / "manifest.csv"
    write_text(path, text.getvalue())
    return path
