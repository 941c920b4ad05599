"""What a run starts from, where it is not another run's checkpoint (see test_loop.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import skymask
from skymask.errors import ConfigError, ModelError
from skymask.export.graph import SkyGraph
from skymask.training.corrections import read_training_samples
from skymask.training.start import start_network
from tests.support.datasets import write_dataset
from tests.support.scenes import scene
from tests.support.tiny_training import tiny_config


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_it_starts_as_good_as_the_shipped_model(name: str, tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network=name, init="fast")
    network = start_network(config, read_training_samples(config.data.train, None))
    frame = scene(718, (256, 320), "water").image
    with skymask.load("fast", threads=1) as sky, torch.no_grad():
        expected = torch.tensor(sky(frame)).float()
        alpha = SkyGraph(network, (256, 320)).eval()(torch.tensor(frame)[None])[0].float()
    assert float((alpha - expected).abs().mean()) < 0.1


def test_an_exported_file_of_another_network_is_refused(tmp_path: Path) -> None:
    config = tiny_config(write_dataset(tmp_path), network="unet", init="fast")
    with pytest.raises(ModelError, match="does not hold the network that the configuration names"):
        start_network(config, read_training_samples(config.data.train, None))


def test_two_looks_need_a_model_to_begin_with(tmp_path: Path) -> None:
    """The first one is never trained: fresh, it would spoil the mean for good."""
    with pytest.raises(ConfigError, match="begins with a trained first look: set init"):
        start_network(tiny_config(write_dataset(tmp_path), network="accurate"), [])
