"""`skymask data self-label`: labels from models that agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def self_label(
    images: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    model: Annotated[list[str] | None, Parameter(negative="")] = None,
    source: str = "self_labelled",
    fixed_camera: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    horizons: Path | None = None,
) -> None:
    """Label photographs that have no masks, with models that agree.

    Every model answers twice, for the image and for its mirror. Where the mean of the answers is sure the pixel gets
    its label, elsewhere none; images without a label for a quarter of their pixels are left out. Writes OUTPUT/masks,
    OUTPUT/ignore and OUTPUT/manifest.csv, which 'skymask train' reads, and prints the path of the manifest. A repeated
    run replaces what an earlier one made of these photographs; anything else in their places is refused.

    Examples:
        skymask data self-label harbour/ -o data/harbour
        skymask data self-label webcam/ -o data/webcam --fixed-camera --model fast --model other.onnx
        skymask data self-label shores/ -o data/shores --horizons configs/shore-horizons.csv

    Args:
        images: Folder of photographs.
        output: Folder to write to; made if needed.
        model: Name of a shipped model, or an ONNX file; repeat for several. [default: fast]
        source: Name of the source in the manifest.
        fixed_camera: The images come from one camera that never moves, and share one label.
        horizons: CSV file of lines below which there is no sky, in pixels of the upright photograph:
            image,x0,y0,x1,y1,slack,open. Where open is 1 nothing rises above the line.
    """
    from contextlib import ExitStack

    from skymask import load
    from skymask.data.horizons import read_horizons
    from skymask.data.self_label import check_output
    from skymask.data.self_label import self_label as label
    from skymask.errors import InputError
    from skymask.photographs.read import SUFFIXES, is_photograph
    from skymask.weights import DEFAULT_MODEL

    if not images.is_dir():
        raise InputError(f"{images} is not a folder. Give a folder of photographs.")
    files = sorted(filter(is_photograph, images.iterdir()))
    if not files:
        raise InputError(f"No photograph found in {images}; looked for {', '.join(sorted(SUFFIXES))}.")
    lines = read_horizons(horizons, files) if horizons else None
    check_output(files, output)
    with ExitStack() as stack:
        models = [stack.enter_context(load(name)) for name in model or [DEFAULT_MODEL]]
        print(label(files, models, output, source, fixed_camera, lines))
