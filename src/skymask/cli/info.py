"""`skymask info`: what is installed, and what the model says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from skymask.runtime.engines import EngineStatus
    from skymask.runtime.segmenter import Segmenter


def info(model: str | None = None, /) -> None:
    """Show versions, engines, devices, the shipped models and the card of one.

    Loads the model once, and says which engine and device it got.

    Examples:
        skymask info
        skymask info runs/mine/model.onnx

    Args:
        model: Name of a shipped model (skymask info lists them), or a model file. [default: fast]
    """
    from rich.console import Console

    from skymask import weights
    from skymask.runtime import gpu_build
    from skymask.runtime.engines import engine_statuses
    from skymask.runtime.segmenter import load, model_path

    console = Console(highlight=False)
    console.print(_versions())
    statuses = engine_statuses()
    console.print(_engines(statuses))
    if any(status.engine == "onnxruntime" and gpu_build.is_hidden(status.devices) for status in statuses):
        remark = f"{gpu_build.HIDDEN}, without a GPU. Put that right with {gpu_build.REMEDY}."
        console.print(remark, markup=False, soft_wrap=True)
    console.print(_table("Shipped models", weights.SHIPPED_MODELS.items()))
    path = model_path(model)
    with load(path) as sky:
        console.print(_card(sky, path, _fingerprint(model, path)))
        if sky.info.metrics:
            console.print(_metrics(sky.info.metrics))


def _table(title: str, rows: Iterable[Sequence[str]], columns: Sequence[str] = ()) -> Table:
    """A plain table; without `columns`, two of them without heads."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, show_header=bool(columns))
    for column in columns or ("", ""):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # as Text, since "skymask[openvino]" would be read as markup
    return table


def _versions() -> Table:
    import platform
    from importlib.metadata import version

    from skymask import __version__

    rows = [("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    rows += [(package, version(package)) for package in ("numpy", "pillow", "av")]
    return _table(f"skymask {__version__}", rows)


def _engines(statuses: list[EngineStatus]) -> Table:
    rows = [(status.engine, status.version or "-", status.problem or ", ".join(status.devices)) for status in statuses]
    return _table("Engines", rows, ("engine", "version", "devices"))


def _card(sky: Segmenter, path: Path, fingerprint: str) -> Table:
    card = sky.info
    height, width = card.working_size
    rows = [
        ("file", f"{path} ({path.stat().st_size / 1e6:.1f} MB)"),
        ("SHA-256", fingerprint),
        ("licence", card.license),
        ("looks at", f"{width}x{height} pixels (width x height); frames may have any size"),
        ("trained on", card.training_data),
        ("parity", _parity(card.parity)),
        ("contract", f"version {card.contract}, exported from {card.commit}"),
        ("runs here on", str(sky.engine)),
    ]
    return _table(f"Model {card.title}", rows)


def _parity(parity: dict[str, float]) -> str:
    if not parity:
        return "not stated"
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in parity.items())


def _fingerprint(model: str | None, path: Path) -> str:
    from skymask import weights

    name = weights.DEFAULT_MODEL if model is None else model
    fingerprint = f"{weights.sha256(path)[:16]}..."
    if name not in weights.SHIPPED_MODELS:
        return f"{fingerprint} (a model of your own)"
    if weights.verify(name):
        return f"{fingerprint} (verified, as released)"
    return f"{fingerprint} (differs from the release; install skymask again with pip's --force-reinstall)"


def _metrics(metrics: dict[str, float]) -> Table:
    rows = [(source, f"{iou:.3f}") for source, iou in metrics.items()]
    return _table("Validation", rows, ("source", "IoU of sky"))
