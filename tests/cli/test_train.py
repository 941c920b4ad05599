from __future__ import annotations

from pathlib import Path

import pytest

from skymask.cli import main
from skymask.cli.train import _value
from skymask.training import checkpoint, start
from tests.support.datasets import write_dataset
from tests.support.locked import lock
from tests.support.tiny_training import tiny_network

CONFIG = """
name = "tiny"
network = "unet"
[data]
train = ["{manifest}"]
val = ["{manifest}"]
samples_per_epoch = 4
workers = 0
[[stages]]
epochs = 3
working_size = [32, 32]
frame_size = [32, 48]
[optimiser]
batch_size = 4
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(start, "build", tiny_network)
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "c.toml"
    path.write_text(CONFIG.format(manifest=write_dataset(tmp_path / "data")))
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1e-3", 1e-3), ("true", True), ("false", False), ("[64, 96]", [64, 96]), ("bf16", "bf16")],
)
def test_values_are_read_as_in_toml(text: str, value: object) -> None:
    assert _value(text) == value


def test_a_run_goes_into_a_folder_of_its_name(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages = '[{"epochs": 1, "working_size": [32, 32], "frame_size": [32, 32]}]'
    assert (
        main(["train", str(config), "--accelerator", "cpu", "--optimiser.learning_rate", "0.01", "--stages", stages])
        == 0
    )
    best = Path(capsys.readouterr().out.strip())
    assert best == Path("runs/tiny/best.safetensors")
    assert checkpoint.load_checkpoint(best).config.optimiser.learning_rate == 0.01
    assert len(Path("runs/tiny/metrics.jsonl").read_text(encoding="utf-8").splitlines()) == 1

    assert main(["train", str(config), "--accelerator", "cpu"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_weight_that_names_no_training_source_is_told_and_the_run_goes_on(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = '[{"epochs": 1, "working_size": [32, 32], "frame_size": [32, 32]}]'
    weights = ["--data.weights.lefft", "5", "--data.weights.right", "2"]
    assert main(["train", str(config), "--accelerator", "cpu", "--stages", stages, *weights]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == (
        "data.weights.lefft changes nothing: no training image is of that source. Did you mean 'left'? Known: left, "
        "right."
    )
    assert [line for line in told if "data.weights" in line] == told[:1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.toml"], "There is no configuration at none.toml"),
        (["c.toml", "--optimiser.batchsize", "3"], "Did you mean 'batch_size'"),
        (["c.toml", "--network", "unett"], "Did you mean 'unet'"),
        (["c.toml", "--data.train", '["gone.csv"]'], "There is no manifest at gone.csv"),
        (["c.toml", "--accelerator", "cuda"], "Cannot train on 1 x 'cuda'"),
        (["c.toml", "--accelerator", "cuda", "--precision", "fp16"], "Cannot train on 1 x 'cuda' with fp16"),
        (
            ["c.toml", "--accelerator", "cpu", "--precision", "fp16"],
            'fp16 needs a GPU; on a CPU, use precision = "bf16"',
        ),
        (
            ["c.toml", "--data.weights.left", "0", "--data.weights.right", "0"],
            "data.weights gives all training sources the weight 0: left, right.",
        ),
        (["c.toml", "stray"], "'stray' is not an option"),
        (["c.toml", "--seed"], "--seed needs a value"),
    ],
)
def test_mistakes_are_told_in_one_line(
    config: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *arguments]) == 2
    shown = capsys.readouterr().err.strip()
    assert said in shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("folder", "said"),
    [("locked/run", "locked/run cannot be reached: Permission denied"), ("c.toml", "c.toml is a file"),
     ("c.toml/run", "c.toml/run cannot be reached: Not a directory")],
)  # fmt: skip
def test_a_folder_that_cannot_be_made_is_refused(
    config: Path, folder: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(monkeypatch, "locked")
    assert main(["train", str(config), "-o", folder]) == 2
    assert said in capsys.readouterr().err
