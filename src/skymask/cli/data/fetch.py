"""`skymask data fetch`: SkyFinder, or a source of a manifest, into a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from skymask.cli.tell import tell

if TYPE_CHECKING:
    from rich.progress import Progress

    from skymask.data.skyfinder.fetch import Outcome

_SKYFINDER = "skyfinder"
_ADDRESS = "SKYMASK_ZENODO_URL"


def fetch(
    name: str,
    /,
    *,
    root: Path,
    cameras: Annotated[Sequence[str], Parameter(consume_multiple=True, negative="", show_default=False)] = ("all",),
    jobs: int = 4,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
) -> None:
    """Get a data set: SkyFinder from Zenodo, or a labelled folder.

    SkyFinder becomes ROOT/images/CAMERA/*.jpg and ROOT/masks/CAMERA.png, which 'skymask data audit' and 'skymask data
    split' read. All 53 cameras are 10.5 GB; the space is checked first. Archives are checked by their MD5, unpacked and
    deleted. What is complete is skipped and half a download gone on with, so an interrupted run is resumed by calling
    it again. An archive that fails is reported, the others are done, and the exit code is 1.

    With --from, archives that are on disk already are used: nothing is downloaded, and nothing in that folder changed.
    They are checked against Zenodo's record where it can be reached, otherwise by the checksums inside them. The
    environment variable SKYMASK_ZENODO_URL names another server that answers as Zenodo does, such as a mirror.

    A folder --from with a manifest.csv (columns source, group, image, mask, and perhaps ignore) serves any data set:
    the images of the source NAME are checked, copied to ROOT, where they lie as in that folder, and listed in
    ROOT/manifest.csv. 'skymask data import' makes such a manifest. What ROOT holds of anything else is not replaced:
    give each source a folder of its own.

    Examples:
        skymask data fetch skyfinder --root data/skyfinder
        skymask data fetch skyfinder --root data/skyfinder --cameras 65 623 --jobs 2
        skymask data fetch skyfinder --root data/skyfinder --from downloads
        skymask data fetch camvid --root data/camvid --from labelled

    Args:
        name: skyfinder, or the name of a source in the manifest of --from.
        root: Folder of the data set.
        cameras: Numbers of SkyFinder's cameras, or all. [default: all]
        jobs: Archives worked on at a time; Zenodo slows down those who ask for many.
        from_: Folder with SkyFinder's archives, or with a manifest.csv.
    """
    from skymask.errors import InputError

    chosen = None if "all" in cameras else list(cameras)
    if from_ is not None and (from_ / "manifest.csv").is_file():
        if chosen is not None:
            raise InputError("--cameras is for SkyFinder's archives; a manifest is taken as a whole.")
        _copy_source(name, from_, root)
    elif name == _SKYFINDER:
        _fetch_skyfinder(root, chosen, jobs, from_)
    elif from_ is not None:
        raise InputError(f"There is no {from_ / 'manifest.csv'}. 'skymask data import' makes one.")
    else:
        raise InputError(
            f"'{name}' cannot be downloaded, only {_SKYFINDER} can. Give a folder with a manifest.csv that lists it to "
            "--from, or use 'skymask data import' for images and masks of your own."
        )


def _fetch_skyfinder(root: Path, cameras: list[str] | None, jobs: int, archives: Path | None) -> None:
    import os

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from skymask.data.skyfinder.fetch import Listener
    from skymask.data.skyfinder.fetch import fetch as run
    from skymask.data.skyfinder.zenodo import ZENODO

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    address = os.environ.get(_ADDRESS) or ZENODO  # for a mirror, and for tests
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = _Bar(progress)
        listener = Listener(bar.planned, bar.received, bar.finished, bar.noted)
        outcomes = run(root, cameras, jobs=jobs, archives=archives, zenodo=address, listener=listener)
    _summarise(outcomes, root)


class _Bar:
    """Bytes and archives in a progress bar; what fails or is worth knowing stands above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("asking for the archives", total=None)
        self._archives = self._finished = 0

    def planned(self, archives: int, size_bytes: int) -> None:
        self._archives = archives
        self._progress.update(self._task, total=size_bytes, description=f"0/{archives} archives")

    def received(self, size_bytes: int) -> None:
        self._progress.advance(self._task, size_bytes)

    def finished(self, outcome: Outcome) -> None:
        self._finished += 1
        self._progress.update(self._task, description=f"{self._finished}/{self._archives} archives")
        if outcome.error is not None:
            self.noted(str(outcome.error))

    def noted(self, message: str) -> None:
        tell(self._progress.console, f"skymask: {message}")


def _summarise(outcomes: Sequence[Outcome], root: Path) -> None:
    from skymask.data.skyfinder.fetch import Status
    from skymask.data.skyfinder.zenodo import MASKS
    from skymask.errors import SkymaskError

    cameras = [outcome for outcome in outcomes if outcome.name != MASKS and outcome.status is not Status.FAILED]
    skipped = sum(outcome.status is Status.SKIPPED for outcome in cameras)
    line = f"{len(cameras)} camera{'' if len(cameras) == 1 else 's'} in {root}"
    line += f", {sum(outcome.files for outcome in cameras)} images unpacked"
    if skipped:
        line += f", {skipped} skipped that {'was' if skipped == 1 else 'were'} there already"
    print(f"{line}.")
    failed = sum(outcome.status is Status.FAILED for outcome in outcomes)
    if failed:
        raise SkymaskError(f"{failed} of {len(outcomes)} archives failed; see above. Run the command again to go on.")


def _copy_source(name: str, folder: Path, root: Path) -> None:
    from skymask.cli.data.import_ import checking_files, report
    from skymask.data.importing import import_source

    with checking_files() as on_file:
        registered = import_source(name, folder, root, on_file)
    report(registered)
