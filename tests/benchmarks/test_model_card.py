from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from benchmarks.model_card import data_table, seeds_table, speed_table, training_table

from skymask.training.config import DataConfig
from tests.support.datasets import write_dataset


def test_the_speed_table_is_made_from_what_bench_measured() -> None:
    def row(name: str, median: float) -> dict[str, Any]:
        return {"name": name, "summary": {"p50_ms": {"median": median, "min": median, "max": median}}}

    ratio = {"quantity": "latency", "median": 189.02, "min": 129.9, "max": 212.7}
    result = {
        "machine": {"cpu": "A processor"},
        "versions": {"onnxruntime": "1.20", "torch": "2.4"},
        "rows": [row("U-Net, eager PyTorch", 3497.6), row("inference alone, fast", 18.41), row("whole file", 1.0)],
        "ratios": [
            {"of": "U-Net, eager PyTorch", "over": "inference alone, fast", **ratio},
            {"of": "whole file", "over": "decode + encode alone", **ratio},
        ],
    }
    assert speed_table(result) == (
        "| | median latency |\n"
        "|---|---|\n"
        "| U-Net, eager PyTorch | 3497.6 ms |\n"
        "| inference alone, fast | 18.4 ms |\n"
        "| U-Net, eager PyTorch / inference alone, fast | 189 (rounds: 130 to 213) |\n"
        "\n"
        "A processor, onnxruntime 1.20, torch 2.4.\n"
    )


def test_the_data_table_counts_what_is_trained_on(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path / "data", count=6)
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(
        "image,verdict,note\n0.png,label-wrong,\n2.png,in-validation,\n3.png,label-coarse,\n", encoding="utf-8"
    )
    data = DataConfig(train=(manifest,), val=(manifest,), samples_per_epoch=4)
    assert data_table(data) == "| source | images |\n|---|---|\n| left | 3 |\n| right | 3 |\n"
    corrected = data.model_copy(update={"corrections": corrections})
    assert data_table(corrected) == "| source | images |\n|---|---|\n| left | 1 |\n| right | 3 |\n"


def test_the_training_table_has_a_dash_where_no_label_holds_sky(tmp_path: Path) -> None:
    record = {"epoch": 1, "working_size": [32, 48], "loss": 0.5, "images_per_s": 9.0, "step": 7, "seconds": 3600}
    scores = [{"mean": {"iou": iou}, "false_claims": 1, "without_sky": 6} for iou in (None, 0.75)]
    lines = [json.dumps({**record, "val": val}) for val in scores]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines), encoding="utf-8")
    _, _, without, with_sky, *_ = training_table(tmp_path).splitlines()
    assert without == "| 1 | 32x48 | 0.5000 | 9.0 | - | 1 of 6 |"
    assert with_sky == "| 1 | 32x48 | 0.5000 | 9.0 | 0.7500 | 1 of 6 |"


def test_the_table_of_seeds_has_dashes_where_the_labels_of_a_source_hold_no_sky() -> None:
    rooms = {"iou": None, "boundary_iou": None}
    fields = [{"iou": 0.75, "boundary_iou": 0.5}, {"iou": 0.25, "boundary_iou": 0.5}]
    results = [{"sources": {"rooms": rooms, "fields": row}, "mean": row, "false_claims": 0} for row in fields]
    _, _, *rows = seeds_table(results).splitlines()
    assert rows[0] == "| rooms | - | - | - | - |"
    assert rows[1] == "| fields | 0.5000 ± 0.3536 | 0.2500 to 0.7500 | 0.5000 ± 0.0000 | 0.5000 to 0.5000 |"
