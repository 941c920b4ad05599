"""Labelled samples as tensors: an endless, seeded, source-balanced stream for training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from skymask.data.augment import AugmentConfig, augment
from skymask.data.manifest import Sample
from skymask.data.swap import sky_patch, swap_sky
from skymask.errors import ConfigError, suggest

SWAP_TRIES = 4  # half of all images have sky enough to give

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
        image, alpha = sample.load_image(), sample.load_mask()
        # Beside unlabelled borders the old sky would stay: such images keep theirs.
        if self.config.sky_swap and sample.ignore is None and rng.random() < self.config.sky_swap:
            image = self._swap_sky(image, alpha, rng)
        item = augment(image, alpha, sample.load_valid(), size_hw, self.config, rng)
        return {"image": item.image, "alpha": item.alpha, "valid": item.valid}

    def _swap_sky(
        self, image: NDArray[np.uint8], alpha: NDArray[np.uint8], rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        for _ in range(SWAP_TRIES):
            donor = self.samples[rng.integers(len(self.samples))]
            patch = sky_patch(donor.load_image(), np.where(donor.load_valid(), donor.load_mask(), np.uint8(0)))
            if patch is not None:
                return swap_sky(image, alpha, patch)
        return image


def unmatched_weights(weights: Iterable[str], samples: Iterable[Sample]) -> list[str]:
    """Says in a sentence each which of the named sources no sample is of, and which is perhaps meant."""
    sources = {sample.source for sample in samples}
    return [
        f"data.weights.{name} changes nothing: no training image is of that source. {suggest(name, sources)}"
        for name in weights
        if name not in sources
    ]


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
            count: Draws an epoch, over all ranks; what cannot be shared evenly is left out.
            balance: A source's share grows with its size to this power: 0 all alike, 1 as they come.
            weights: Further factor for single sources.
            seed: Start of all chance.
            rank: Index of this process.
            ranks: Number of processes.

        Raises:
            ConfigError: All sources have the weight 0: there is nothing to draw.
        """
        sizes = Counter(sample.source for sample in samples)
        shares = {source: size**balance * weights.get(source, 1.0) for source, size in sizes.items()}
        if not any(shares.values()):
            names = ", ".join(sorted(sizes))
            raise ConfigError(f"data.weights gives all training sources the weight 0: {names}. Give one of them more.")
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
        for position in range(self.rank, len(self) * self.ranks, self.ranks):
            yield int(indices[position]), int(seeds[position]), self.size_hw

    def __len__(self) -> int:
        # As many for each: a process with one batch more would wait for the others for ever.
        return self.count // self.ranks
