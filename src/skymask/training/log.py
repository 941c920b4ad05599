"""What a run tells while it goes: a progress bar, TensorBoard and `metrics.jsonl`; only the first process speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter

from skymask.evaluation.markdown import score_text

METRICS_FILE = "metrics.jsonl"


class RunLog:
    """Progress on stderr (quiet where that is no terminal) and the run's records in its folder."""

    def __init__(self, folder: Path, total_steps: int, done_steps: int, done_epochs: int, notes: Sequence[str]) -> None:
        """Opens the records.

        Args:
            folder: The run's folder.
            total_steps: Steps of the whole run.
            done_steps: Steps done by the interrupted run that this one continues.
            done_epochs: Its epochs; records of later ones, never finished, are dropped.
            notes: What to tell first, a line each.
        """
        self.folder = folder
        self.console = Console(stderr=True)
        for note in notes:
            self.console.print(note, markup=False, highlight=False, soft_wrap=True)
        self.progress = Progress(
            TextColumn("[bold]epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("loss {task.fields[loss]:.4f}  {task.fields[rate]:.1f} images/s  left"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.task = self.progress.add_task("", total=total_steps, completed=done_steps, epoch=0, loss=0.0, rate=0.0)
        self.writer = SummaryWriter(str(folder / "tensorboard"), purge_step=done_steps)
        _keep_lines(folder / METRICS_FILE, done_epochs)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()
        self.writer.close()

    def step(self, step: int, epoch: int, loss: float, rate: float, learning_rate: float) -> None:
        """Records one step; `rate` in images/s over all devices."""
        self.progress.update(self.task, completed=step, epoch=epoch + 1, loss=loss, rate=rate)
        self.writer.add_scalar("train/loss", loss, step)
        self.writer.add_scalar("train/images_per_s", rate, step)
        self.writer.add_scalar("train/learning_rate", learning_rate, step)

    def epoch(self, record: Mapping[str, Any]) -> None:
        """Records one epoch: a line in `metrics.jsonl`, curves in TensorBoard, a line on stderr."""
        with (self.folder / METRICS_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        val = record["val"]
        ious = {source: row["iou"] for source, row in val["sources"].items()}
        for source, iou in ious.items():
            if iou is not None:
                self.writer.add_scalar(f"val/iou/{source}", iou, record["step"])
        self.writer.add_scalar("val/score", val["score"], record["step"])
        self.writer.flush()
        scores = ", ".join(f"{source} {score_text(iou, '.3f')}" for source, iou in ious.items())
        self.console.print(
            f"epoch {record['epoch']}: loss {record['loss']:.4f}, {record['images_per_s']:.1f} images/s, "
            f"score {val['score']:.4f}, false sky in {val['false_claims']} of {val['without_sky']}, IoU: {scores}",
            highlight=False,
            soft_wrap=True,
        )


def _keep_lines(path: Path, count: int) -> None:
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:count]), encoding="utf-8")
