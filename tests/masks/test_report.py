"""The report of a run: the same on every system."""

from __future__ import annotations

from pathlib import PureWindowsPath

from skymask.masks.plan import Job
from skymask.masks.report import Row
from skymask.masks.segment import Outcome, Status


def test_its_paths_have_forward_slashes() -> None:
    photograph, mask = PureWindowsPath(r"trip\day 1\a.jpg"), PureWindowsPath(r"C:\out\day 1\a.png")
    row = Row.of(Outcome(Job(photograph, mask, photograph), Status.WRITTEN))  # type: ignore[arg-type]
    assert (row.photograph, row.mask) == ("trip/day 1/a.jpg", "C:/out/day 1/a.png")
