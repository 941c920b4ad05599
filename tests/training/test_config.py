from __future__ import annotations

from pathlib import Path

import pytest

from skymask.errors import ConfigError, InputError
from skymask.training.config import load_config

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))
SMALLEST = """
name = "x"
network = "fast"
[data]
train = ["a.csv"]
val = ["b.csv"]
samples_per_epoch = 10
[[stages]]
epochs = 2
working_size = [64, 96]
frame_size = [64, 96]
[[stages]]
epochs = 1
working_size = [96, 96]
frame_size = [128, 128]
"""


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_shipped_configuration_is_valid(path: Path) -> None:
    config = load_config(path)
    assert config.epochs >= 1
    assert config.data.samples_per_epoch >= config.optimiser.batch_size


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(text)
    return path


def test_defaults_and_stages(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, SMALLEST))
    assert config.optimiser.batch_size == 16
    assert [config.stage(epoch).working_size for epoch in range(3)] == [(64, 96), (64, 96), (96, 96)]
    with pytest.raises(IndexError):
        config.stage(3)


def test_overrides_reach_into_sections(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, SMALLEST), [("optimiser.batch_size", 3), ("seed", 9)])
    assert (config.optimiser.batch_size, config.seed) == (3, 9)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("samples_per_epoch", "sample_per_epoch", "Did you mean 'samples_per_epoch'"),
        ('network = "fast"', 'network = "fats"', "Did you mean 'fast'"),
        ("epochs = 2", "epoch = 2", "stages.0.epoch.*Did you mean 'epochs'"),
        ("[64, 96]\nframe", "[60, 96]\nframe", "multiples of 32"),
        ("epochs = 2", "epochs = 0", "greater than 0"),
        ('name = "x"', "name = ", "not valid TOML"),
        ('name = "x"', "", "name: Field required"),
    ],
)
def test_mistakes_are_named_with_the_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALLEST
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, SMALLEST.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("loss.boundary_width", 8, "loss.boundary_width: .*odd.*got 8.*7 or 9"),
        ("stages", [{"epochs": 1, "working_size": [0, 0], "frame_size": [64, 96]}], "working_size.0: .*greater than 0"),
        ("stages", [{"epochs": 1, "working_size": [-32, 64], "frame_size": [64, 96]}], "working_size.0: .*greater"),
        ("stages", [{"epochs": 1, "working_size": [64, 96], "frame_size": [-1, 48]}], "frame_size.0: .*or equal to 32"),
        ("data.weights", {"water": -1.0}, "data.weights.water: .*greater than or equal to 0"),
        ("data.weights", {"water": float("nan")}, "data.weights.water: .*finite number"),
        ("augment.scale", [1.15, 0.5], r"augment.scale: .*first.*second.*\[1.15, 0.5\]"),
        ("augment.aspect", [0, 1], "augment.aspect.0: .*greater than 0"),
    ],
)
def test_values_that_cannot_be_trained_with_are_refused_at_once(
    tmp_path: Path, key: str, value: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, SMALLEST), [(key, value)])


def test_unknown_override_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'batch_size'"):
        load_config(write(tmp_path, SMALLEST), [("optimiser.batchsize", 3)])
    with pytest.raises(ConfigError, match="'name' is not a section"):
        load_config(write(tmp_path, SMALLEST), [("name.first", 3)])
    with pytest.raises(InputError, match="no configuration"):
        load_config(tmp_path / "none.toml")
