"""Every command of the tutorial is run, in its order, on a miniature SkyFinder that a local server hands out."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest
from torch import nn

from skymask.cli import main
from skymask.models import build
from skymask.models.unet import UNet
from skymask.training import checkpoint, start
from tests.support.mini_skyfinder import write_mini_skyfinder
from tests.support.scenes import write_photographs
from tests.support.small_recipe import write_small_recipe
from tests.support.zenodo_server import serve_zenodo
from tests.test_docs import commands

ROOT = Path(__file__).parents[1]
CAMERAS = ("65", "623", "858", "10917", "204", "4679", "9708", "10870", "17218")
HELD_OUT = CAMERAS[-5:]


def small_build(name: str, pretrained: bool = False) -> nn.Module:
    """The U-Net at a fraction of its width; 31 million parameters would be most of the test."""
    return UNet((4, 8)) if name == "unet" else build(name, pretrained)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a reader of the tutorial has: configurations, downloads, photographs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(start, "build", small_build)
    monkeypatch.setattr(checkpoint, "build", small_build)
    write_mini_skyfinder(tmp_path / "downloads", CAMERAS, flaws=True)
    for name in ("skyfinder-unet.toml", "skyfinder-fast.toml"):
        write_small_recipe(ROOT / "configs" / name, tmp_path / "configs")
    write_photographs(tmp_path / "photos", tmp_path / "photo-masks")
    return tmp_path


def test_from_the_archive_to_a_trained_model(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = commands(ROOT / "docs" / "tutorial.md")
    assert len(steps) > 12
    with serve_zenodo(desk / "downloads") as zenodo:
        monkeypatch.setenv("SKYMASK_ZENODO_URL", zenodo.url)
        for step in steps:
            assert main(shlex.split(step)[1:]) == 0, step
        assert {f"{camera}.zip" for camera in CAMERAS} <= {name for name, _ in zenodo.requests}
    _check_audit(desk / "data/skyfinder/audit/audit.csv")
    _check_split(desk / "data/skyfinder/split")
    for name in ("unet", "fast"):
        result = json.loads((desk / "results" / name / "result.json").read_text())
        assert len(result["images"]) == 6 * len(HELD_OUT)
        assert (desk / "results" / name / "report.html").stat().st_size > 10_000
    assert len(list((desk / "masks").glob("*.png"))) == 6


def _check_audit(table: Path) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        dropped = [row for row in csv.DictReader(file) if row["verdict"] == "drop"]
    assert [row["camera"] for row in dropped] == [CAMERAS[0]] * 3  # black, truncated, a duplicate


def _check_split(folder: Path) -> None:
    groups = {}
    for side in ("train", "val"):
        with (folder / f"{side}.csv").open(newline="") as file:
            groups[side] = {row["group"] for row in csv.DictReader(file)}
    assert groups == {"train": set(CAMERAS) - set(HELD_OUT), "val": set(HELD_OUT)}
