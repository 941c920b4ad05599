from __future__ import annotations

from typing import Any

import pytest

from skymask.bench.table import table


def result() -> dict[str, Any]:
    def summary(**values: float) -> dict[str, Any]:
        return {key: {"median": value, "min": value / 2, "max": value * 2} for key, value in values.items()}

    row = {"size_hw": [480, 640], "model": "fast", "engine": "onnxruntime", "threads": 2}
    numbers = {"p50_ms": 18.234, "p95_ms": 21.5, "frames_per_s": 54.84, "cpu_s_per_frame": 0.03456}
    infer = summary(**numbers, peak_mib=180.4, cold_start_ms=812.0)
    recode = {"size_hw": [480, 640], "model": None, "engine": None, "threads": None}
    return {
        "commit": "0123abc",
        "machine": {"cpu": "A processor", "cores": 2, "memory_gib": 7.8, "system": "Linux"},
        "versions": {"python": "3.11.7", "onnxruntime": "1.20"},
        "rounds": 5,
        "rows": [
            {**row, "task": "infer", "summary": infer},
            {**recode, "task": "recode", "summary": summary(frames_per_s=251.0, cpu_s_per_frame=0.007)},
        ],
        "ratios": [
            {
                "of": "U-Net, 1x1, 2 threads",
                "over": "infer, fast, 1x1, 2 threads",
                "quantity": "latency",
                "median": 189.02,
                "min": 130.0,
                "max": 212.7,
            }
        ],
        "left_out": [
            {"name": "with display, 640x480", "reason": "There is no display."},
            {"name": "with display, 1920x1080", "reason": "There is no display."},
        ],
    }


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_says_everything() -> None:
    lines = table(result()).splitlines()
    assert any(line.startswith("Medians over 5 rounds; ") for line in lines)
    assert lines[0] == "A processor, 2 cores, 7.8 GiB of memory, Linux."
    assert lines[1] == "python 3.11.7, onnxruntime 1.20, commit 0123abc."
    rows = {cells(line)[0]: cells(line)[1:] for line in lines if line.startswith("|")}
    assert rows["inference alone"] == [
        *("640x480", "fast", "onnxruntime", "2"),
        *("18.2", "21.5", "54.8 (27.4 to 110)", "0.0346", "180", "0.812"),
    ]
    rates = ("-", "-", "251 (126 to 502)", "0.00700", "-", "-")
    assert rows["decode + encode alone"] == ["640x480", "-", "-", "-", *rates]
    assert rows["U-Net, 1x1, 2 threads / infer, fast"] == ["latency", "189", "130", "213"]
    assert lines[-1] == "- with display, 640x480; with display, 1920x1080: There is no display."


@pytest.mark.parametrize("missing", ["ratios", "left_out"])
def test_what_there_is_none_of_is_not_announced(missing: str) -> None:
    text = table({**result(), missing: []})
    assert {"ratios": "taken round by round", "left_out": "Left out"}[missing] not in text


def test_a_copy_that_is_no_checkout_has_no_commit() -> None:
    assert "commit" not in table({**result(), "commit": None}).splitlines()[1]
