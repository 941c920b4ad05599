"""Every command of the tutorial is run, in its order, on a miniature SkyFinder that a local server hands out."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image
from torch import nn

from skymask.cli import main
from skymask.data.synthetic import render
from skymask.models import build
from skymask.models.unet import UNet
from skymask.training import checkpoint, start
from tests.support.mini_skyfinder import write_mini_skyfinder
from tests.support.zenodo_server import serve_zenodo
from tests.test_docs import commands

ROOT = Path(__file__).parents[1]
CAMERAS = ("65", "623", "858", "10917", "204", "4679", "9708", "10870", "17218")
HELD_OUT = CAMERAS[-5:]
# A recipe at this scale: what takes hours or memory becomes small, everything else stays as it is shipped.
SMALLER = {
    r"samples_per_epoch = \d+": "samples_per_epoch = 8",
    r"epochs = \d+": "epochs = 1",
    r"batch_size = \d+": "batch_size = 4",
    r"working_size = .*": "working_size = [64, 96]",
    r"frame_size = .*": "frame_size = [64, 96]",
}


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
    (tmp_path / "configs").mkdir()
    for name in ("skyfinder-unet.toml", "skyfinder-fast.toml"):
        text = (ROOT / "configs" / name).read_text(encoding="utf-8")
        for pattern, small in SMALLER.items():
            text, count = re.subn(pattern, small, text)
            assert count, f"{name} has no {pattern}"
        (tmp_path / "configs" / name).write_text(text, encoding="utf-8")
    for folder in ("photos", "photo-masks"):
        (tmp_path / folder).mkdir()
    for seed in range(2):
        scene = render(seed, (90, 120), "day")
        Image.fromarray(scene.image).save(tmp_path / "photos" / f"{seed}.jpg")
        Image.fromarray(scene.alpha).save(tmp_path / "photo-masks" / f"{seed}.png")
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
    with table.open(newline="") as file:
        dropped = [row for row in csv.DictReader(file) if row["verdict"] == "drop"]
    assert [row["camera"] for row in dropped] == [CAMERAS[0]] * 3  # black, truncated, a duplicate


def _check_split(folder: Path) -> None:
    groups = {}
    for side in ("train", "val"):
        with (folder / f"{side}.csv").open(newline="") as file:
            groups[side] = {row["group"] for row in csv.DictReader(file)}
    assert groups == {"train": set(CAMERAS) - set(HELD_OUT), "val": set(HELD_OUT)}
