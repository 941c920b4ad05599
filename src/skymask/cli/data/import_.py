"""`skymask data import`: a user's own labelled folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from skymask.data.registering import Registered

_SHOWN = 3  # files named in a note that may concern thousands


def import_(
    images: Path,
    masks: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    source: str | None = None,
    ignore: Path | None = None,
    group: str = "folder",
) -> None:
    r"""List your own images and masks in a manifest.

    The mask of IMAGES/a/b.jpg is MASKS/a/b.png or, as one mask for all images in the folder a, MASKS/a.png; any kind of
    image will do. A mask is 255 where there is sky and 0 where there is none. Every file is decoded; sizes must agree.
    Of a photograph that an EXIF orientation turns, the mask lies on the pixels as they are stored, which is how
    'skymask masks' writes it; of its layouts, plain is taken and the others are refused. 'skymask train' and
    'skymask evaluate' read the result, OUTPUT/manifest.csv.

    Your files stay where they are and are not changed: the manifest points to them by relative paths. A mask that is
    not 8-bit grey (16 bits, black-and-white, grey stored as colours) is converted into OUTPUT/converted. So are masks
    of 0 and 1, with 255 for 1, if no mask of all holds more than 1; otherwise 1 is the faintest alpha. An image that
    cannot be used is reported and left out, and the exit code is 1.

    A split keeps images of one group together. The group is the image's folder, which should be one camera, clip or
    place; --group image makes each image its own, and a regular expression takes the group from the image's path.

    Examples:
        skymask data import photos sky-masks -o data/mine
        skymask data import photos sky-masks -o data/mine --source harbour --group image
        skymask data import photos sky-masks -o data/mine --group '(\d+)_'

    Args:
        images: Folder of images, with all subfolders.
        masks: Folder of masks.
        output: Folder for manifest.csv.
        source: Name of the data set in reports. [default: the name of OUTPUT]
        ignore: Folder of maps, named as masks are, with 255 where there is no label.
        group: folder, image, or a regular expression with a parenthesis around the group.
    """
    from skymask.data.importing import import_folder

    with checking_files() as on_file:
        registered, pairs = import_folder(
            images, masks, output, source=source, ignore=ignore, group=group, on_file=on_file
        )
    _note("images without a mask, left out", pairs.images_without_mask)
    _note("masks without an image", pairs.masks_without_image)
    report(registered)


def report(registered: Registered) -> None:
    """Says what was registered: the result on stdout, what is worth knowing before it on stderr.

    Raises:
        SkymaskError: Something was left out because it is unusable.
    """
    import sys

    from skymask.errors import SkymaskError

    _note("masks converted", [f"{path} ({what})" for path, what in registered.conversions])
    _note("masks with values, but none above 127: numbers of classes? sky is 255", registered.doubtful)
    for error in registered.rejected:
        print(f"skymask: {error}", file=sys.stderr)
    samples = registered.samples
    groups = {(sample.source, sample.group) for sample in samples}
    sources = ", ".join(sorted({sample.source for sample in samples}))
    print(f"{registered.manifest}: images {len(samples)}, groups {len(groups)}, source {sources}")
    if registered.rejected:
        raise SkymaskError(f"Left out as unusable: {len(registered.rejected)}; see above.")


@contextmanager
def checking_files() -> Iterator[Callable[[int, int], None]]:
    """Shows a progress bar where stderr is a terminal; gives what is to be called with files done, and all."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("checking files"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _note(what: str, files: Sequence[object]) -> None:
    import sys

    if files:
        shown = ", ".join(map(str, files[:_SHOWN])) + (", ..." if len(files) > _SHOWN else "")
        print(f"skymask: {what} ({len(files)}): {shown}", file=sys.stderr)
