"""Writes rendered scenes as a training set: images, masks and a manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import cycle
from pathlib import Path

from PIL import Image

from skymask.data.manifest import Sample, check_replaceable, write_manifest
from skymask.data.processes import on_processes
from skymask.data.synthetic.scene import SCENE_KINDS, render, start
from skymask.errors import InputError, suggest
from skymask.files import writing

_JPEG_QUALITY = 92

Task = tuple[Sample, int, tuple[int, int]]


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
        out: Folder, made if needed. The manifest is written last, so a folder that has one is complete; one that is
            there already may list nothing but scenes of this call.
        count: Number of scenes.
        seed: Scene number i is rendered with the seed `seed + i`.
        size_hw: Only the longer side counts: formats alternate between 4:3, 16:9 and 3:4 with that long side.
        jobs: Processes, see `on_processes`: with several, a script needs `if __name__ == "__main__":`.
        kinds: Members of `SCENE_KINDS`, taken in turn; None draws from all of them, ordinary ones more often.
        on_scene: Is called with the number of scenes written so far.

    Returns:
        Path of the manifest.

    Raises:
        InputError: Count or jobs are less than 1, a kind is unknown, the longer side less than 57 pixels, or there is
            a manifest that lists anything else.
        OutputError: A file cannot be written.
    """
    if count < 1 or jobs < 1:
        raise InputError(f"A dataset needs at least one scene and one process; got count={count}, jobs={jobs}.")
    for kind in kinds or ():
        if kind not in SCENE_KINDS:
            raise InputError(f"There is no scene of the kind '{kind}'. {suggest(kind, SCENE_KINDS)}")
    wanted = cycle(kinds or (None,))
    tasks = [_task(out, seed + index, _format(index, max(size_hw)), next(wanted)) for index in range(count)]
    samples = [sample for sample, _, _ in tasks]
    manifest = out / "manifest.csv"
    check_replaceable(manifest, [sample.image for sample in samples], [sample.mask for sample in samples])
    for done, _ in enumerate(on_processes(_write_scene, tasks, jobs, chunk=4), start=1):
        if on_scene is not None:
            on_scene(done)
    write_manifest(manifest, samples)
    return manifest


def _format(index: int, long_side: int) -> tuple[int, int]:
    """Returns height and width; 4:3 twice as often as 16:9 and 3:4."""
    if index % 4 == 1:
        return round(long_side * 9 / 16), long_side
    if index % 4 == 3:
        return long_side, round(long_side * 3 / 4)
    return round(long_side * 3 / 4), long_side


def _task(out: Path, seed: int, size_hw: tuple[int, int], kind: str | None) -> Task:
    _, kind = start(seed, size_hw, kind)
    name = f"{kind}_{seed:06d}"
    return Sample("synthetic", kind, out / f"images/{name}.jpg", out / f"masks/{name}.png", None), seed, size_hw


def _write_scene(task: Task) -> None:
    sample, seed, size_hw = task
    scene = render(seed, size_hw, sample.group)
    encoded = BytesIO()  # written straight into a file, a JPEG may lack its end on a full disk, and Pillow says nothing
    Image.fromarray(scene.image).save(encoded, "JPEG", quality=_JPEG_QUALITY)
    with writing(sample.image) as part:
        part.write_bytes(encoded.getvalue())
    with writing(sample.mask) as part:
        Image.fromarray(scene.alpha).save(part, "PNG")
