from __future__ import annotations

import json
from pathlib import Path

import pytest

from skymask import weights
from skymask.cli import main
from skymask.evaluation.result import read_result
from skymask.models.unet import UNet
from skymask.training import checkpoint
from tests.support.datasets import write_dataset
from tests.support.tiny_training import tiny_config, tiny_network


def test_a_table_to_read_and_files_to_keep(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tiny model calls blue sky: exactly what the miniature data set's sky is."""
    manifest = write_dataset(tmp_path / "data")
    out = tmp_path / "out" / "val"
    assert main(["evaluate", str(tiny_model), str(manifest), "-o", str(out)]) == 0
    shown = capsys.readouterr().out
    table, result = (out / "table.md").read_text(), read_result(out / "result.json")
    assert shown == f"{table}\nWritten to {out}: result.json, table.md and report.html.\n"
    assert result["model"] == {
        "name": "tiny",
        "version": "0.0.1",
        "file": tiny_model.as_posix(),
        "sha256": weights.sha256(tiny_model),
        "engine": result["model"]["engine"],
        "device": "cpu",
        "working_size": [32, 32],
    }
    assert result["model"]["engine"].startswith("onnxruntime ")
    assert result["sources"]["left"]["iou"] > 0.95
    assert "Pictures without sky with more than 1 % called sky: 0 of 1;" in shown
    assert "5.png" in (out / "report.html").read_text() or result["images"][5]["misclassified"] == 0
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "result.json", "table.md"]


def test_a_checkpoint_is_scored_as_it_was_validated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    manifest = write_dataset(tmp_path / "data")
    file = tmp_path / "best.safetensors"
    network = UNet((4, 8))
    checkpoint.save_weights(file, network.state_dict(), tiny_config(manifest), {"epoch": 3, "working_size": [32, 64]})
    assert main(["evaluate", str(file), str(manifest), "-o", str(tmp_path / "out")]) == 0
    model = json.loads((tmp_path / "out" / "result.json").read_text())["model"]
    assert (model["name"], model["version"], model["device"]) == ("tiny", "epoch 3", "cpu")
    assert model["engine"].startswith("torch ")
    assert model["working_size"] == [32, 64]
    assert main(["evaluate", str(file), str(manifest), "--engine", "openvino"]) == 2
    assert "is run by torch, not by openvino" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "manifest", "said"),
    [
        ("fsat", "m.csv", "fast"),
        ("{tiny}", "gone.csv", "There is no manifest at gone.csv"),
        ("gone.safetensors", "m.csv", "There is no checkpoint at gone.safetensors"),
    ],
)
def test_mistakes(
    tiny_model: Path, model: str, manifest: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if manifest == "m.csv":
        manifest = str(write_dataset(tmp_path))
    assert main(["evaluate", model.format(tiny=tiny_model), manifest]) == 2
    assert said in capsys.readouterr().err


def test_empty_manifests_vanished_images_and_files_for_folders(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = write_dataset(tmp_path / "empty", count=0, without_sky=0)
    assert main(["evaluate", str(tiny_model), str(empty)]) == 2
    assert "lists no images" in capsys.readouterr().err
    manifest = write_dataset(tmp_path / "data")
    assert main(["evaluate", str(tiny_model), str(manifest), "-o", str(empty)]) == 2
    assert "-o takes a folder" in capsys.readouterr().err
    (tmp_path / "data" / "3.png").unlink()
    assert main(["evaluate", str(tiny_model), str(manifest)]) == 2
    assert "3.png does not exist" in capsys.readouterr().err
