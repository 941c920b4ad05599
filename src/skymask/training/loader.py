"""The batches of a training run, made by processes of their own."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader

from skymask.data.dataset import BalancedSampler, TrainingSet
from skymask.data.manifest import Sample
from skymask.interruption import kept_from_children
from skymask.training.config import TrainConfig


class _Loader(DataLoader[dict[str, Tensor]]):
    """One whose workers, which take seconds to import torch, are not met by Ctrl-C."""

    def __iter__(self) -> Any:
        with kept_from_children():
            return super().__iter__()


def training_loader(
    samples: list[Sample], sampler: BalancedSampler, config: TrainConfig, device_type: str
) -> DataLoader[dict[str, Tensor]]:
    """Returns the batches of an epoch, made by `data.workers` processes.

    Args:
        samples: To draw from.
        sampler: Draws them.
        config: Of the run.
        device_type: Where the batches go, "cpu" or "cuda".

    Returns:
        Batches as `TrainingSet` makes its items, each with one more dimension in front; an incomplete one is dropped.
    """
    workers = config.data.workers
    return _Loader(
        TrainingSet(samples, config.augment),
        batch_size=config.optimiser.batch_size,
        sampler=sampler,
        num_workers=workers,
        # A forked worker inherits locks that threads of this process hold, and waits for them for ever.
        multiprocessing_context="spawn" if workers else None,
        persistent_workers=workers > 0,  # a spawned one takes seconds to import torch
        drop_last=True,
        pin_memory=device_type == "cuda",
    )
