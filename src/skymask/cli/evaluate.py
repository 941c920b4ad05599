"""`skymask evaluate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from skymask.cli.model_choice import DEFAULT_ENGINE, EngineChoice
from skymask.errors import EngineError, InputError

if TYPE_CHECKING:
    from skymask.evaluation.evaluate import Segment


def evaluate(
    model: str,
    manifest: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    on: EngineChoice = DEFAULT_ENGINE,
) -> None:
    """Score a model on labelled images.

    Prints a table per source: IoU of sky with its 95 % interval, mean IoU, Dice, pixel accuracy and Boundary IoU, and
    how often sky is claimed where there is none. Sky is what has an alpha above 127, in the label too; counts are
    pooled, and pixels without a label left out. With -o, writes all numbers, also per image, camera, light and share of
    sky, and a report with plots and the worst images.

    Examples:
        skymask evaluate fast val/manifest.csv
        skymask evaluate my.onnx val/manifest.csv more/manifest.csv -o results
        skymask evaluate runs/fast/best.safetensors val/manifest.csv -o results

    Args:
        model: Name of a shipped model, an ONNX file of 'skymask export', or a .safetensors file of 'skymask train'. The
            latter is run by torch: it takes --engine auto or torch, and --device auto, cpu or cuda.
        manifest: CSV files that list images with their masks.
        output: Folder for result.json, table.md and report.html.
        on: The engine.
    """
    import json
    from functools import partial

    from rich.console import Console
    from rich.progress import track

    from skymask.evaluation import evaluate as room
    from skymask.evaluation.report import write_report
    from skymask.evaluation.result import table
    from skymask.evaluation.worst import Worst
    from skymask.files import check_folder, write_text

    if output:
        check_folder(output)
    console = Console(stderr=True)
    shown = partial(track, description="evaluating", console=console, disable=not console.is_terminal)
    worst = Worst()
    with _open(model, on) as (segment, about):
        result = {"model": about, **room.evaluate(segment, manifest, worst, shown)}
    text = table(result)
    print(text, end="")
    if output:
        write_text(output / "result.json", json.dumps(result, indent=1, allow_nan=False) + "\n")
        write_text(output / "table.md", text)
        write_report(output / "report.html", result, worst.images())
        print(f"\nWritten to {output}: result.json, table.md and report.html.")


@contextmanager
def _open(model: str, on: EngineChoice) -> Iterator[tuple[Segment, dict[str, Any]]]:
    """Opens a model of either kind; gives the function to score, and what a result says of the model."""
    from skymask import load, weights
    from skymask.runtime.segmenter import model_path

    if Path(model).suffix == ".safetensors":
        yield _open_checkpoint(Path(model), on)
        return
    path = model_path(model)
    with load(path, on.engine, on.device, on.threads) as sky:
        yield (
            sky,
            {
                "name": sky.info.name,
                "version": sky.info.version,
                "file": path.name if model in weights.SHIPPED_MODELS else path.as_posix(),
                "sha256": weights.sha256(path),
                "engine": sky.engine.library,
                "device": sky.engine.device,
                "working_size": list(sky.info.working_size),
            },
        )


def _open_checkpoint(path: Path, on: EngineChoice) -> tuple[Segment, dict[str, Any]]:
    if on.engine not in ("auto", "torch"):
        raise InputError(
            f"A .safetensors file is run by torch, not by {on.engine}. Leave --engine out, or make an ONNX file of it "
            "first with 'skymask export'."
        )
    import torch

    from skymask import weights
    from skymask.models.guided import Segmentation
    from skymask.runtime.cpus import check_threads
    from skymask.training.checkpoint import load_checkpoint
    from skymask.training.validate import segment

    if on.device not in ("auto", "cpu", "cuda"):
        raise InputError(f"A .safetensors file is run on auto, cpu or cuda; got '{on.device}'.")
    if on.device == "cuda" and not torch.cuda.is_available():
        raise EngineError("torch finds no CUDA device here. Use --device cpu, or leave it out.")
    if on.threads is not None:
        check_threads(on.threads)
        torch.set_num_threads(on.threads)
    used = torch.device("cuda" if on.device != "cpu" and torch.cuda.is_available() else "cpu")
    checkpoint = load_checkpoint(path)
    network = Segmentation(checkpoint.network, checkpoint.working_size).to(used).eval()
    about = {
        "name": checkpoint.config.name,
        "version": f"epoch {checkpoint.metrics['epoch']}" if "epoch" in checkpoint.metrics else "",
        "file": path.as_posix(),
        "sha256": weights.sha256(path),
        "engine": f"torch {torch.__version__}",
        "device": used.type,
        "working_size": list(checkpoint.working_size),
    }
    return lambda frame: segment(network, frame, used, checkpoint.config.threshold), about
