from __future__ import annotations

from pathlib import Path

import pytest
import torch

from skymask.cli import main
from skymask.errors import InputError, OutputError
from skymask.models import build
from skymask.models.accurate import Accurate
from skymask.training import checkpoint
from skymask.training.average import average
from skymask.training.checkpoint import load_checkpoint, save_weights
from skymask.training.config import TrainConfig
from tests.support.datasets import write_dataset
from tests.support.tiny_training import tiny_config, tiny_network


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Checkpoints of two runs, whose weights are all 1 and all 3."""
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    config = tiny_config(write_dataset(tmp_path / "data"))
    paths = []
    for name, value in (("start", 1), ("end", 3)):
        weights = {key: torch.full_like(tensor, value) for key, tensor in tiny_network("unet").state_dict().items()}
        paths.append(tmp_path / f"{name}.safetensors")
        save_weights(paths[-1], weights, config, {"working_size": [32, 64]})
    return paths[1], paths[0]


def test_weights_lie_between_and_counters_are_the_later_ones(pair: tuple[Path, Path], tmp_path: Path) -> None:
    results = average(*pair, 0.25, tmp_path / "new" / "mean.safetensors")
    mean = load_checkpoint(tmp_path / "new" / "mean.safetensors")
    for tensor in mean.network.state_dict().values():
        expected = 2.5 if tensor.is_floating_point() else 3
        assert (tensor == expected).all()
    assert mean.working_size == (32, 64)
    assert mean.metrics["val"]["sources"].keys() == results["sources"].keys() == {"left", "right"}


def test_pictures_without_sky_have_no_mean_to_print(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dataset(tmp_path / "data", without_sky=6)
    output = tmp_path / "mean.safetensors"
    assert main(["average", *map(str, pair), "-o", str(output)]) == 0
    assert "Mean IoU -; pictures without sky with more than 1 % called sky: " in capsys.readouterr().out


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5])
def test_a_share_outside_is_refused(pair: tuple[Path, Path], tmp_path: Path, share: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        average(*pair, share, tmp_path / "mean.safetensors")
    assert not (tmp_path / "mean.safetensors").exists()


def test_a_place_that_cannot_be_written_to_is_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"mean\.safetensors cannot be written"):
        average(*pair, 0.5, tmp_path / "file" / "mean.safetensors")


def test_networks_must_be_the_same(pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(path: Path) -> checkpoint.Checkpoint:
        loaded = load_checkpoint(path)
        config: TrainConfig = loaded.config.model_copy(update={"network": path.stem})
        return checkpoint.Checkpoint(loaded.network, config, loaded.metrics)

    monkeypatch.setattr("skymask.training.average.load_checkpoint", other)
    with pytest.raises(InputError, match=r"the network 'start' and .* 'end'"):
        average(*pair, 0.5, tmp_path / "mean.safetensors")


def test_of_accurate_the_second_look_is_averaged(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path / "data"), network="fast")
    fast, accurate = build("fast"), Accurate()
    save_weights(tmp_path / "start.safetensors", fast.state_dict(), config, {"working_size": [32, 64]})
    config = tiny_config(write_dataset(tmp_path / "data"), network="accurate", init="fast")
    save_weights(tmp_path / "end.safetensors", accurate.state_dict(), config, {"working_size": [32, 64]})
    average(tmp_path / "end.safetensors", tmp_path / "start.safetensors", 0.25, tmp_path / "mean.safetensors")
    mean = load_checkpoint(tmp_path / "mean.safetensors").network
    assert isinstance(mean, Accurate)
    assert torch.equal(mean.first.head.weight, accurate.first.head.weight)
    torch.testing.assert_close(mean.second.head.weight, 0.75 * accurate.second.head.weight + 0.25 * fast.head.weight)


def test_the_command(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "mean.safetensors"
    assert main(["average", *map(str, pair), "-o", str(output)]) == 0
    printed = capsys.readouterr().out
    assert "IoU of sky" in printed
    assert printed.strip().endswith(str(output))
    assert main(["average", str(tmp_path / "none.safetensors"), str(pair[1]), "-o", str(output)]) == 2
    assert "no checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize(("place", "which"), [(0, "later"), (1, "earlier")])
def test_a_mean_does_not_replace_what_it_is_of(pair: tuple[Path, Path], place: int, which: str) -> None:
    before = pair[place].read_bytes()
    with pytest.raises(InputError, match=rf"{pair[place].name} is the {which} checkpoint, which it would replace"):
        average(*pair, 0.25, pair[place])
    assert pair[place].read_bytes() == before
