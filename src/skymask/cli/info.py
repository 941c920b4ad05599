"""`skymask info`: what is installed, and what the model says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from skymask.runtime.engines import EngineStatus
    from skymask.runtime.segmenter import Segmenter


def info(model: str | None = None, /) -> None:
    """Show versions, engines, devices and the model's card.

    Loads the model once, and says which engine and device it got.

    Examples:

        skymask info

        skymask info runs/mine/model.onnx

    Args:
        model: Model file, or name of a shipped model. [default: the shipped one]
    """
    from rich.console import Console

    from skymask.runtime.engines import engine_statuses
    from skymask.runtime.segmenter import load, model_path

    console = Console(highlight=False)
    console.print(_versions())
    console.print(_engines(engine_statuses()))
    path = model_path(model)
    with load(path) as sky:
        console.print(_card(sky, path, _fingerprint(model)))
        if sky.info.metrics:
            console.print(_metrics(sky.info.metrics))


def _table(title: str, *columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_header=bool(columns))
    for column in columns or ("", ""):
        table.add_column(column, overflow="fold")
    return table


def _versions() -> Table:
    import platform
    from importlib.metadata import version

    from skymask import __version__

    table = _table(f"skymask {__version__}")
    table.add_row("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in ("numpy", "pillow", "av"):
        table.add_row(package, version(package))
    return table


def _engines(statuses: list[EngineStatus]) -> Table:
    table = _table("Engines", "engine", "version", "devices")
    for status in statuses:
        if status.version is None:
            table.add_row(status.engine, "-", status.problem)
        else:
            table.add_row(status.engine, status.version, ", ".join(status.devices))
    return table


def _card(sky: Segmenter, path: Path, fingerprint: str) -> Table:
    card, engine = sky.info, sky.engine
    height, width = card.working_size
    table = _table(f"Model {card.name} {card.version}")
    table.add_row("file", f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    table.add_row("SHA-256", fingerprint)
    table.add_row("licence", card.license)
    table.add_row("looks at", f"{width}x{height} pixels (width x height); frames may have any size")
    table.add_row("trained on", card.training_data)
    table.add_row("parity", _parity(card.parity))
    table.add_row("contract", f"version {card.contract}, exported from {card.commit}")
    threads = f", {engine.threads} threads" if engine.threads else ""
    table.add_row("runs here on", f"{engine.engine} {engine.version}, {engine.device}{threads}")
    return table


def _parity(parity: dict[str, float]) -> str:
    if not parity:
        return "not stated"
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in parity.items())


def _fingerprint(model: str | None) -> str:
    from skymask import weights

    name = weights.DEFAULT_MODEL if model is None else model
    if name not in weights.SHIPPED_MODELS:
        return "a model of your own; nothing to compare with"
    if weights.verify(name):
        return "verified, as released"
    return "differs from the release; repair with 'pip install --force-reinstall skymask'"


def _metrics(metrics: dict[str, float]) -> Table:
    table = _table("IoU of sky on the validation sources", "source", "IoU")
    for source, iou in metrics.items():
        table.add_row(source, f"{iou:.3f}")
    return table
