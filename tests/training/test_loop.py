from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision
from safetensors.torch import load_file

from skymask.data.dataset import BalancedSampler
from skymask.data.manifest import Sample, read_manifest
from skymask.errors import ConfigError, InputError, TrainingError
from skymask.training import checkpoint, loop, start
from skymask.training.checkpoint import load_checkpoint
from tests.support import tiny_training
from tests.support.datasets import write_dataset
from tests.support.tiny_training import tiny_config, tiny_network
from tests.support.waiting import TIMEOUT_S


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "build", tiny_network)
    monkeypatch.setattr(checkpoint, "build", tiny_network)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data")


def records(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_a_run_leaves_checkpoints_metrics_and_curves(manifest: Path, tmp_path: Path) -> None:
    config = tiny_config(manifest)
    best = loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    lines = records(tmp_path / "run")
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert [line["working_size"] for line in lines] == [[32, 32], [32, 64], [32, 64]]
    assert set(lines[0]["val"]["sources"]) == {"left", "right"}
    assert list((tmp_path / "run" / "tensorboard").iterdir())
    loaded = load_checkpoint(best)
    assert loaded.config == config
    assert loaded.metrics["val"]["score"] == max(line["val"]["score"] for line in lines)
    assert not list(tmp_path.glob("run/*.part"))


def test_it_learns(manifest: Path, tmp_path: Path) -> None:
    config = tiny_config(manifest, stages=[{"epochs": 12, "working_size": [32, 32], "frame_size": [32, 48]}])
    loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    lines = records(tmp_path / "run")
    assert lines[0]["val"]["mean"]["iou"] < 0.5
    assert lines[-1]["val"]["mean"]["iou"] > 0.8
    assert lines[-1]["loss"] < lines[0]["loss"]


def test_a_resumed_run_is_the_uninterrupted_one(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_config(manifest)
    loop.train(config, tmp_path / "whole", devices=loop.Devices("cpu"))

    def interrupt(*args: object) -> float:
        raise KeyboardInterrupt

    steps = []

    def counted(run: loop._Run, batch: dict) -> float:
        steps.append(run.step)
        return original(run, batch) if len(steps) <= 3 else interrupt()

    original = loop._Run._train_step
    monkeypatch.setattr(loop._Run, "_train_step", counted)
    with pytest.raises(KeyboardInterrupt):  # in the middle of the second epoch
        loop.train(config, tmp_path / "parts", devices=loop.Devices("cpu"))
    monkeypatch.setattr(loop._Run, "_train_step", original)
    assert len(records(tmp_path / "parts")) == 1
    loop.train(config, tmp_path / "parts", resume=True, devices=loop.Devices("cpu"))

    whole, parts = (load_file(tmp_path / name / "last.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert [line["loss"] for line in records(tmp_path / "whole")] == [
        line["loss"] for line in records(tmp_path / "parts")
    ]


@pytest.fixture
def scalers(monkeypatch: pytest.MonkeyPatch) -> list[torch.amp.GradScaler]:
    """Lets runs train in float16 on the CPU, and collects their scalers; the first scale is much too large."""
    made: list[torch.amp.GradScaler] = []

    def open_devices(devices: loop.Devices, precision: str) -> Fabric:
        made.append(torch.amp.GradScaler("cpu", init_scale=2.0**20))
        return Fabric(accelerator="cpu", devices=1, plugins=[MixedPrecision("16-mixed", "cpu", made[-1])])

    monkeypatch.setattr(loop, "_open_devices", open_devices)
    return made


@pytest.mark.parametrize("count", [1, 2])
def test_float16_on_a_cpu_is_refused_before_anything_else_is_taken(
    manifest: Path, tmp_path: Path, count: int, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InputError, match=r'fp16 needs a GPU; on a CPU, use precision = "bf16"'):
        loop.train(tiny_config(manifest, precision="fp16"), tmp_path / "run", devices=loop.Devices("cpu", count))
    assert not [str(warning.message) for warning in recwarn if "bf16" in str(warning.message)]
    assert "bfloat16" not in caplog.text


def test_steps_whose_float16_gradients_overflow_are_skipped(
    manifest: Path, tmp_path: Path, scalers: list[torch.amp.GradScaler]
) -> None:
    loop.train(tiny_config(manifest, precision="fp16"), tmp_path / "run")
    skipped = round(20 - math.log2(scalers[0].get_scale()))
    assert 0 < skipped < 6
    state = checkpoint.load_resume(tmp_path / "run" / "resume.pt")
    assert state["step"] == 6
    assert state["averaged"]["n_averaged"] == 6 - skipped
    assert all(torch.isfinite(tensor.float()).all() for tensor in state["model"].values())


def test_a_resumed_float16_run_is_the_uninterrupted_one(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scalers: list[torch.amp.GradScaler]
) -> None:
    def stop(run: loop._Run, epoch: int, log: object) -> dict:
        if epoch == 2:
            raise KeyboardInterrupt
        return original(run, epoch, log)  # type: ignore[arg-type]

    config, original = tiny_config(manifest, precision="fp16"), loop._Run.train_epoch
    loop.train(config, tmp_path / "whole")
    monkeypatch.setattr(loop._Run, "train_epoch", stop)
    with pytest.raises(KeyboardInterrupt):
        loop.train(config, tmp_path / "parts")
    monkeypatch.setattr(loop._Run, "train_epoch", original)
    loop.train(config, tmp_path / "parts", resume=True)
    whole, parts = (load_file(tmp_path / name / "last.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert scalers[2].state_dict() == scalers[0].state_dict()


def without_gradient(logits: torch.Tensor, *args: object, **kwargs: object) -> torch.Tensor:
    return torch.sqrt(logits.sum() * 0)  # 0, and NaN backwards


def test_gradients_that_are_no_numbers_stop_a_run(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "sky_loss", without_gradient)
    with pytest.raises(TrainingError, match=r"gradient is nan at step 1\..*Lower optimiser\.learning_rate"):
        loop.train(tiny_config(manifest), tmp_path / "run", devices=loop.Devices("cpu"))


def test_gradients_that_no_scale_makes_numbers_stop_a_float16_run(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scalers: list[torch.amp.GradScaler]
) -> None:
    monkeypatch.setattr(loop, "sky_loss", without_gradient)
    stages = [{"epochs": 20, "working_size": [32, 32], "frame_size": [32, 32]}]
    with pytest.raises(TrainingError, match=r"gradient is nan at step 22\."):
        loop.train(tiny_config(manifest, precision="fp16", stages=stages), tmp_path / "run")


BUSY = threading.Lock()
"""As libraries have them: held by one of this process's threads for a moment."""


class Guarded(Sample):
    """A sample whose image is read under the lock."""

    def load_image(self) -> np.ndarray:
        assert BUSY.acquire(timeout=5), "the lock of another process's thread, which nobody here will release"
        BUSY.release()
        return super().load_image()


def test_workers_do_not_wait_for_threads_that_only_their_parent_has(manifest: Path) -> None:
    config = tiny_config(manifest)
    config = config.model_copy(update={"data": config.data.model_copy(update={"workers": 1})})
    samples = [Guarded(**vars(sample)) for sample in read_manifest(manifest)]
    sampler = BalancedSampler(samples, count=4, balance=1.0, weights={}, seed=0)
    sampler.start(0, (32, 48))
    with BUSY:
        batches = list(loop.training_loader(samples, sampler, config, "cpu"))
    assert [batch["image"].shape for batch in batches] == [(4, 3, 32, 48)]


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_epoch(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken(logits: torch.Tensor, *args: object, **kwargs: object) -> torch.Tensor:
        calls.append(1)
        return logits.mean() * (float("nan") if len(calls) > 2 else 1.0)

    monkeypatch.setattr(loop, "sky_loss", broken)
    with pytest.raises(TrainingError, match=r"nan at step 3.*last good epoch \(1\)"):
        loop.train(tiny_config(manifest), tmp_path / "run", devices=loop.Devices("cpu"))
    weights = load_file(tmp_path / "run" / "last.safetensors")
    assert all(torch.isfinite(tensor.float()).all() for tensor in weights.values())


def test_an_epoch_is_noted_before_its_checkpoints(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(path: Path, state: dict) -> None:
        if state["epoch"] == 2:
            raise KeyboardInterrupt
        original(path, state)

    config, original = tiny_config(manifest), loop.save_resume
    monkeypatch.setattr(loop, "save_resume", interrupt)
    with pytest.raises(KeyboardInterrupt):
        loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    monkeypatch.setattr(loop, "save_resume", original)
    loop.train(config, tmp_path / "run", resume=True, devices=loop.Devices("cpu"))
    assert [line["epoch"] for line in records(tmp_path / "run")] == [1, 2, 3]


def test_a_folder_with_a_run_is_not_overwritten(manifest: Path, tmp_path: Path) -> None:
    config = tiny_config(manifest)
    loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    with pytest.raises(InputError, match="--resume"):
        loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    (tmp_path / "run" / "resume.pt").rename(tmp_path / "resume.pt")
    with pytest.raises(InputError, match=r"holds a run already \(best.safetensors, last.safetensors, metrics.jsonl\)"):
        loop.train(config, tmp_path / "run", devices=loop.Devices("cpu"))
    (tmp_path / "resume.pt").rename(tmp_path / "run" / "resume.pt")
    changed = config.model_copy(update={"seed": 7})
    with pytest.raises(InputError, match="another configuration"):
        loop.train(changed, tmp_path / "run", resume=True, devices=loop.Devices("cpu"))
    with pytest.raises(InputError, match="no run to resume"):
        loop.train(config, tmp_path / "nothing", resume=True, devices=loop.Devices("cpu"))


def test_a_run_starts_from_the_weights_of_another(manifest: Path, tmp_path: Path) -> None:
    best = loop.train(tiny_config(manifest), tmp_path / "first", devices=loop.Devices("cpu"))
    still = {"batch_size": 4, "learning_rate": 1e-12, "warmup_steps": 0, "ema_decay": 0.0, "weight_decay": 0.0}
    stages = [{"epochs": 1, "working_size": [32, 64], "frame_size": [48, 64]}]
    config = tiny_config(manifest, init=best, optimiser=still, stages=stages)
    loop.train(config, tmp_path / "second", devices=loop.Devices("cpu"))
    before, after = load_file(best), load_file(tmp_path / "second" / "last.safetensors")
    torch.testing.assert_close(after["head.weight"], before["head.weight"])
    with pytest.raises(ConfigError, match="holds the network 'unet', not 'fast'"):
        loop.train(config.model_copy(update={"network": "fast"}), tmp_path / "third")


def test_two_processes_train_one_network(manifest: Path, tmp_path: Path) -> None:
    """Every process sees half the draws; the record counts all of them and there is one set of files."""
    command = [sys.executable, tiny_training.__file__, str(manifest), str(tmp_path / "run"), "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    lines = records(tmp_path / "run")
    assert [line["step"] for line in lines] == [1, 2, 3]  # 8 draws an epoch / (2 processes x batches of 4)
    assert load_checkpoint(tmp_path / "run" / "best.safetensors").metrics["val"]["score"] is not None


def test_the_learning_rate_warms_up_and_ends_near_zero() -> None:
    rates = [loop._schedule(step, 100, 10) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.001
    assert rates[10:] == sorted(rates[10:], reverse=True)
