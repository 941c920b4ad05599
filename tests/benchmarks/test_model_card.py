from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

from benchmarks.model_card import speed_table


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
