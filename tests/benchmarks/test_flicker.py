"""The flicker benchmark, from a scene to the numbers of both ways."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import flicker
from skymask.data import synthetic
from skymask.data.synthetic import Scene


@pytest.mark.parametrize("still", [True, False])
def test_both_ways_are_scored(
    still: bool, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def scenes(seed: int, frames: int, *, still: bool) -> list[Scene]:
        """Every other frame is a little bluer, and the tiny model takes the whole of it for sky."""
        blue = np.full((64, 96, 3), (100, 100, 160), np.uint8)
        bluer = np.full((64, 96, 3), (98, 100, 164), np.uint8)
        cut = np.full((64, 96, 3), (0, 0, 255), np.uint8)
        pictures = [blue if index % 2 else bluer if still else cut for index in range(frames)]
        return [Scene(picture, np.zeros((64, 96), np.uint8), "day") for picture in pictures]

    monkeypatch.setattr(synthetic, "clip", scenes)
    output = tmp_path / "results" / "flicker.json"
    arguments = ["flicker.py", "7", "--frames", "8", "--model", str(tiny_model), "-o", str(output)]
    monkeypatch.setattr(sys, "argv", [*arguments, "--still"] if still else arguments)
    flicker.main()
    result = json.loads(output.read_text())
    assert (result["source"], result["still"], result["frames"], result["size_hw"]) == ("7", still, 8, [64, 96])
    without, smoothed = result["without"], result["with"]
    assert without["flips"] == without["flips_where_still"] == 1
    assert smoothed["flips"] < 0.5 if still else smoothed["flips"] == 1
    assert set(without) == {"mae", "iou", "grey_levels_per_frame", "flips", "dtssd", "flips_where_still"}
    assert "flips" in capsys.readouterr().out
