"""What a run says after each epoch."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymask.training.log import RunLog


def test_a_source_whose_labels_hold_no_sky_has_a_dash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = {"fields": {"iou": 0.5}, "rooms": {"iou": None}}
    val = {"sources": sources, "score": 0.25, "false_claims": 1, "without_sky": 4}
    record = {"epoch": 1, "loss": 0.125, "images_per_s": 7.0, "step": 3, "val": val}
    with RunLog(tmp_path, total_steps=3, done_steps=0, done_epochs=0, notes=()) as log:
        log.epoch(record)
        log.epoch({**record, "val": {**val, "sources": {"rooms": {"iou": None}}}})
    both, rooms = capsys.readouterr().err.splitlines()
    start = "epoch 1: loss 0.1250, 7.0 images/s, score 0.2500, false sky in 1 of 4, IoU: "
    assert both == start + "fields 0.500, rooms -"
    assert rooms == start + "rooms -"
