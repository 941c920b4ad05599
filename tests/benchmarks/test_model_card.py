from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from benchmarks.model_card import data_table, speed_table

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
