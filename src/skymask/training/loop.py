"""The training loop, to be read from top to bottom."""

from __future__ import annotations

import json
import math
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from lightning_fabric import Fabric
from lightning_fabric.utilities.exceptions import MisconfigurationException
from torch import Tensor
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel

from skymask.data.dataset import BalancedSampler, unmatched_weights
from skymask.data.manifest import read_manifest
from skymask.errors import InputError, TrainingError
from skymask.files import check_folder, reaching
from skymask.models.guided import Segmentation
from skymask.training.checkpoint import load_resume, save_resume, save_weights
from skymask.training.config import TrainConfig, parse_config
from skymask.training.corrections import read_training_samples
from skymask.training.loader import training_loader
from skymask.training.log import METRICS_FILE, RunLog
from skymask.training.losses import sky_loss
from skymask.training.memory import keep_memory
from skymask.training.optimiser import parameter_groups
from skymask.training.precision import keep_depthwise_fp32
from skymask.training.start import start_network
from skymask.training.validate import validate

PRECISIONS = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}
RESUME_FILE = "resume.pt"
CHECKPOINTS = BEST, LAST = "best.safetensors", "last.safetensors"


@dataclass(frozen=True)
class Devices:
    """Where a run computes."""

    accelerator: str = "auto"
    """"cpu", "cuda" or "auto"."""
    count: int = 1
    """Processes, each with its device; more than one train in step (distributed data parallel)."""


def train(config: TrainConfig, folder: Path, resume: bool = False, devices: Devices = Devices()) -> Path:
    """Trains a network.

    Args:
        config: The run.
        folder: Gets best.safetensors, last.safetensors (averaged weights), resume.pt, metrics.jsonl, tensorboard/.
        resume: Continue the run in `folder` after its last finished epoch; the result is that of a run that was never
            interrupted.
        devices: Where to compute.

    Returns:
        Path of the best checkpoint.

    Raises:
        InputError: The folder cannot be made, it holds another run already, there is none to resume, the devices cannot
            be had, or a manifest or the corrections do not exist; or the precision is fp16 and the device a CPU.
        DataError: A manifest does not fit its files, or the corrections do not fit the manifests.
        ConfigError: All training sources have the weight 0.
        TrainingError: The loss or its gradient is no longer a number; the checkpoints are those of the last good epoch.
    """
    keep_memory()
    _check_folder(folder, resume)
    fabric = _open_devices(devices, config.precision)
    fabric.launch()
    fabric.seed_everything(config.seed, verbose=False)
    run = _Run(config, folder, fabric)
    if resume:
        run.restore(load_resume(folder / RESUME_FILE))
    log = RunLog(folder, run.total_steps, run.step, run.epoch, run.notes) if fabric.is_global_zero else None
    with log or nullcontext():
        for epoch in range(run.epoch, config.epochs):
            record = run.train_epoch(epoch, log)
            if fabric.is_global_zero and log:
                log.epoch(record)  # first: what an interrupted run noted too early, the resumed one removes
                run.keep(record)
            fabric.barrier()
    return folder / BEST


class _Run:
    """The parts of a run that change, and the way they change in one epoch."""

    def __init__(self, config: TrainConfig, folder: Path, fabric: Fabric) -> None:
        self.config, self.folder, self.fabric = config, folder, fabric
        samples = read_training_samples(config.data.train, config.data.corrections)
        self.notes = unmatched_weights(config.data.weights, samples)
        self.val_samples = [sample for path in config.data.val for sample in read_manifest(path)]
        network = start_network(config, samples).to(memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
        if config.precision == "bf16" and fabric.device.type == "cpu":
            keep_depthwise_fp32(network)
        model = Segmentation(network, config.stages[0].working_size)
        self.averaged = AveragedModel(model, avg_fn=_ema(config.optimiser.ema_decay), use_buffers=True)
        self.averaged.to(fabric.device)
        self.model, self.optimiser = fabric.setup(model, AdamW(parameter_groups(model, config.optimiser)))
        self.sampler = BalancedSampler(
            samples,
            config.data.samples_per_epoch,
            config.data.balance,
            config.data.weights,
            config.seed,
            fabric.global_rank,
            fabric.world_size,
        )
        self.loader = fabric.setup_dataloaders(
            training_loader(samples, self.sampler, config, fabric.device.type), use_distributed_sampler=False
        )
        self.steps_per_epoch = len(self.loader)
        if not self.steps_per_epoch:
            raise InputError("samples_per_epoch is smaller than one batch on every device; raise it.")
        self.total_steps = self.steps_per_epoch * config.epochs
        self.epoch = self.step = 0
        self.best_score = -math.inf

    def restore(self, state: dict[str, Any]) -> None:
        """Takes up where an interrupted run left off."""
        if parse_config(json.loads(state["config"]), RESUME_FILE) != self.config:
            raise InputError(
                f"The run in {self.folder} had another configuration. Resume it with the same one, or choose another "
                "folder with --output."
            )
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        if scale := state.get("precision"):  # only float16 has such a state, and files of older versions have none
            self.fabric.strategy.precision.load_state_dict(scale)
        self.epoch, self.step, self.best_score = state["epoch"], state["step"], state["best_score"]

    def train_epoch(self, epoch: int, log: RunLog | None) -> dict[str, Any]:
        """Trains for one epoch and validates on the first process; returns the epoch's record."""
        stage = self.config.stage(epoch)
        for model in (self.model.module, self.averaged.module):
            model.working_size = stage.working_size
        self.sampler.start(epoch, stage.frame_size)
        self.model.train()
        start = lap = time.perf_counter()
        losses = []
        for batch in self.loader:
            loss = self._train_step(batch)
            losses.append(loss)
            if log:
                now = time.perf_counter()
                rate = len(batch["image"]) * self.fabric.world_size / (now - lap)
                lap = now
                log.step(self.step, epoch, loss, rate, self.optimiser.param_groups[-1]["lr"])
        seconds = time.perf_counter() - start
        self.epoch = epoch + 1
        record = {
            "epoch": self.epoch,
            "step": self.step,
            "working_size": stage.working_size,
            "loss": sum(losses) / len(losses),
            "images_per_s": self.steps_per_epoch * self.config.optimiser.batch_size * self.fabric.world_size / seconds,
            "seconds": seconds,
        }
        if log:
            averaged = cast(Segmentation, self.averaged.module).eval()
            record["val"] = validate(averaged, self.val_samples, self.fabric.device, self.config.threshold)
        return record

    def _train_step(self, batch: dict[str, Tensor]) -> float:
        # The rate follows from the step alone, so a resumed run needs no scheduler's state.
        factor = _schedule(self.step, self.total_steps, self.config.optimiser.warmup_steps)
        for group in self.optimiser.param_groups:
            group["lr"] = group["base_lr"] * factor
        frame = batch["image"].float().contiguous(memory_format=torch.channels_last)
        logits = self.model(frame)
        loss = sky_loss(logits, batch["alpha"].float() / 255, batch["valid"], **self.config.loss.model_dump())
        # Every process sees the same mean loss, so all of them stop together.
        mean_loss = float(self.fabric.all_reduce(loss.detach(), reduce_op="mean"))
        if not math.isfinite(mean_loss):
            raise self._lost("loss", mean_loss)
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        clip_norm = self.config.optimiser.clip_norm
        norm = cast(
            Tensor,
            self.fabric.clip_gradients(self.model, self.optimiser, max_norm=clip_norm, error_if_nonfinite=False),
        )
        finite = math.isfinite(norm)
        if not finite and not self._scale_is_too_large():
            raise self._lost("gradient", float(norm))
        self.optimiser.step()  # where float16 gradients overflowed, this halves their scale and changes no weight
        if finite:
            self.averaged.update_parameters(self.model.module)
        self.step += 1
        return mean_loss

    def _scale_is_too_large(self) -> bool:
        """Whether gradients may be infinite because float16 training enlarges them."""
        scaler = getattr(self.fabric.strategy.precision, "scaler", None)
        return scaler is not None and scaler.get_scale() >= 1

    def _lost(self, what: str, value: float) -> TrainingError:
        return TrainingError(
            f"The {what} is {value} at step {self.step + 1}. The checkpoints in {self.folder} are those of the last "
            f'good epoch ({self.epoch}). Lower optimiser.learning_rate, or use precision = "fp32".'
        )

    def keep(self, record: dict[str, Any]) -> None:
        """Writes the checkpoints of a finished epoch."""
        weights = cast(Segmentation, self.averaged.module).network.state_dict()
        save_weights(self.folder / LAST, weights, self.config, record)
        if record["val"]["score"] > self.best_score:
            self.best_score = record["val"]["score"]
            save_weights(self.folder / BEST, weights, self.config, record)
        save_resume(
            self.folder / RESUME_FILE,
            {
                "config": self.config.model_dump_json(),
                "model": self.model.state_dict(),
                "averaged": self.averaged.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "precision": self.fabric.strategy.precision.state_dict(),
                "epoch": self.epoch,
                "step": self.step,
                "best_score": self.best_score,
            },
        )


def _open_devices(devices: Devices, precision: str) -> Fabric:
    try:
        # Asked for float16 on a CPU, Fabric takes bfloat16 instead, so it is first asked what device there is.
        if precision == "fp16" and Fabric(accelerator=devices.accelerator, devices=1).device.type == "cpu":
            raise InputError('Training in fp16 needs a GPU; on a CPU, use precision = "bf16".')
        return Fabric(
            accelerator=devices.accelerator,
            devices=devices.count,
            strategy="ddp" if devices.count > 1 else "auto",
            precision=PRECISIONS[precision],
        )
    except (RuntimeError, ValueError, MisconfigurationException) as error:
        raise InputError(
            f"Cannot train on {devices.count} x '{devices.accelerator}' with {precision}: {error} Choose another "
            "--accelerator, fewer --devices or another precision."
        ) from error


def _check_folder(folder: Path, resume: bool) -> None:
    check_folder(folder)
    with reaching(folder):
        _check_run(folder, resume)
        folder.mkdir(parents=True, exist_ok=True)


def _check_run(folder: Path, resume: bool) -> None:
    if resume and not (folder / RESUME_FILE).exists():
        raise InputError(
            f"There is no run to resume in {folder} ({RESUME_FILE} is missing). Start it without --resume."
        )
    kept = [name for name in (RESUME_FILE, *CHECKPOINTS, METRICS_FILE) if (folder / name).exists()]
    if kept and not resume:
        remedy = "Continue it with --resume, or choose" if RESUME_FILE in kept else "Choose"
        raise InputError(f"{folder} holds a run already ({', '.join(kept)}). {remedy} another with --output.")


def _schedule(step: int, total_steps: int, warmup_steps: int) -> float:
    """Share of the learning rate at a step: a linear warm-up, then half a cosine."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(total_steps - warmup_steps, 1)
    return 0.5 * (1 + math.cos(math.pi * done))


def _ema(decay: float) -> Any:
    """Exponential moving average whose memory grows from a few steps, so that early averages are not the start's."""

    def average(mean: Tensor, value: Tensor, count: int | Tensor) -> Tensor:
        steps = float(count)
        if not mean.is_floating_point():
            return value
        return mean + (1 - min(decay, (1 + steps) / (10 + steps))) * (value - mean)

    return average
