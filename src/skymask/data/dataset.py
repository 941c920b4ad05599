"""Labelled samples as tensors: an endless, seeded, source-balanced stream for training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from skymask.data.augment import AugmentConfig, augment
from skymask.data.manifest import Sample

Draw = tuple[int, int, tuple[int, int]]
"""Which sample, with which seed, at which height and width."""


class TrainingSet(Dataset[dict[str, Tensor]]):
    """Augmented samples; an item is asked for by a `Draw`, so its content depends on nothing else."""

    def __init__(self, samples: list[Sample], config: AugmentConfig) -> None:
        self.samples = samples
        self.config = config

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, draw: Draw) -> dict[str, Tensor]:
        """Loads and varies one sample.

        Returns:
            `image` uint8 [3, H, W] RGB, `alpha` uint8 [H, W], `valid` bool [H, W].
        """
        index, seed, size_hw = draw
        sample = self.samples[index]
        rng = np.random.default_rng(seed)
        item = augment(sample.load_image(), sample.load_mask(), sample.load_valid(), size_hw, self.config, rng)
        return {"image": item.image, "alpha": item.alpha, "valid": item.valid}


class BalancedSampler(Sampler[Draw]):
    """Draws the samples of one epoch, every source with the share that the configuration gives it.

    The draws follow from seed, epoch and rank alone: an interrupted run that starts again at an epoch sees the same.
    """

    def __init__(
        self,
        samples: list[Sample],
        count: int,
        balance: float,
        weights: dict[str, float],
        seed: int,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        """Prepares the shares.

        Args:
            samples: What to draw from.
            count: Draws an epoch, over all ranks.
            balance: A source's share grows with its size to this power: 0 all alike, 1 as they come.
            weights: Further factor for single sources.
            seed: Start of all chance.
            rank: Index of this process.
            ranks: Number of processes.
        """
        sizes = Counter(sample.source for sample in samples)
        shares = {source: size**balance * weights.get(source, 1.0) for source, size in sizes.items()}
        each = np.array([shares[sample.source] / sizes[sample.source] for sample in samples])
        self.probabilities = each / each.sum()
        self.count, self.seed, self.rank, self.ranks = count, seed, rank, ranks
        self.epoch = 0
        self.size_hw = (0, 0)

    def start(self, epoch: int, size_hw: tuple[int, int]) -> None:
        """Sets the epoch and the size of its images, before iterating."""
        self.epoch, self.size_hw = epoch, size_hw

    def __iter__(self) -> Iterator[Draw]:
        rng = np.random.default_rng((self.seed, self.epoch))
        indices = rng.choice(len(self.probabilities), size=self.count, p=self.probabilities)
        seeds = rng.integers(2**62, size=self.count)
        for position in range(self.rank, self.count, self.ranks):
            yield int(indices[position]), int(seeds[position]), self.size_hw

    def __len__(self) -> int:
        return len(range(self.rank, self.count, self.ranks))
