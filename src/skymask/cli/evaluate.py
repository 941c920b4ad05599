"""`skymask evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def evaluate(
    model: str,
    manifest: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
) -> None:
    """Score a model on labelled images.

    Prints a table of IoU, Dice and pixel accuracy per source (alpha > 127 against mask > 127, counts pooled, unlabelled
    pixels left out) and of how often sky is claimed where there is none.

    Examples:
        skymask evaluate fast val/manifest.csv
        skymask evaluate my.onnx val/manifest.csv -o results

    Args:
        model: Name of a shipped model, or an ONNX file of 'skymask export'.
        manifest: CSV files that list images with their masks.
        output: Folder for result.json and table.md.
        engine: Inference engine.
        device: Where to compute.
        threads: Threads for one inference.
    """
    import json

    from rich.console import Console
    from rich.progress import track

    import skymask
    from skymask.data.manifest import read_manifest
    from skymask.evaluation import evaluate as room

    samples = [sample for path in manifest for sample in read_manifest(path)]
    console = Console(stderr=True)
    with skymask.load(model, engine=engine, device=device, threads=threads) as segmenter:
        summary = room.evaluate(
            segmenter, track(samples, "evaluating", console=console, disable=not console.is_terminal)
        )
        summary |= {"model": str(segmenter.info.name), "version": segmenter.info.version}
    text = room.table(summary)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        (output / "result.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        (output / "table.md").write_text(text, encoding="utf-8")
    print(text, end="")
