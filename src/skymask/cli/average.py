"""`skymask average`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def average(
    end: Path,
    start: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    share: float = 0.3,
) -> None:
    """Average a network with the one that it was trained on from.

    Training on gains where the new material is and loses a little elsewhere; the mean of both weights keeps most of
    the gain. The result is validated on the manifests of END's configuration, and their scores are printed.

    Examples:
        skymask average runs/finish/last.safetensors runs/first/best.safetensors -o runs/mean.safetensors

    Args:
        end: Checkpoint of the later run.
        start: Checkpoint of the earlier run, of the same network; for 'accurate' one of 'fast' will do. Its first look
            stays that of END.
        output: File to write; 'skymask export' takes it.
        share: How much START counts, between 0 and 1.
    """
    from skymask.evaluation.markdown import markdown_table, score_text
    from skymask.training.average import average as run

    results = run(end, start, share, output)
    rows = [[source, str(row["images"]), score_text(row["iou"])] for source, row in results["sources"].items()]
    print(markdown_table(["source", "images", "IoU of sky"], rows))
    claims = f"{results['false_claims']} of {results['without_sky']}"
    mean = score_text(results["mean"]["iou"])
    print(f"Mean IoU {mean}; pictures without sky with more than 1 % called sky: {claims}.")
    print(output)
