"""The mean of two networks' weights, where one was trained on from the other.

Training on gains where the new material is and loses a little everywhere else. On the straight line between start and
end the losses shrink faster than the gains (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models",
arXiv:2109.01903).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from skymask.data.manifest import read_manifest
from skymask.errors import InputError
from skymask.files import check_distinct
from skymask.models.accurate import Accurate
from skymask.models.guided import Segmentation
from skymask.training.checkpoint import load_checkpoint, save_weights
from skymask.training.validate import validate


def average(end: Path, start: Path, share: float, output: Path) -> dict[str, Any]:
    """Averages two checkpoints, validates the result and writes it.

    Args:
        end: Checkpoint of the later run; configuration and working size are taken from it.
        start: Checkpoint that it was trained on from, of the same network; for 'accurate' one of 'fast' will do. The
            first look of 'accurate' is no part of it: that of `end` stays as it is.
        share: How much `start` counts, between 0 and 1.
        output: The safetensors file to write; holds the validation results, as those of `skymask train` do.

    Returns:
        The results on the validation manifests of `end`, as from `validate`.

    Raises:
        InputError: A checkpoint is missing or `output` itself, the networks are not the same, or the share is out of
            range.
        ModelError: A checkpoint is damaged.
        DataError: A validation manifest does not fit its files.
        OutputError: `output` cannot be written.
    """
    if not 0 < share < 1:
        raise InputError(f"The share of the first weights must lie between 0 and 1; got {share}.")
    check_distinct([("output", output)], {end: "the later checkpoint", start: "the earlier checkpoint"})
    last, first = load_checkpoint(end), load_checkpoint(start)
    kinds = first.config.network, last.config.network
    if kinds[0] != kinds[1] and kinds != ("fast", "accurate"):
        raise InputError(
            f"{start} holds the network '{kinds[0]}' and {end} '{kinds[1]}'; only weights of the same network can be "
            "averaged."
        )
    ours, theirs = _trained(last.network), _trained(first.network).state_dict()
    # Counters of batches are no weights: they stay those of the later run.
    mean = {
        name: torch.lerp(value, theirs[name], share) if value.is_floating_point() else value
        for name, value in ours.state_dict().items()
    }
    ours.load_state_dict(mean)
    samples = [sample for path in last.config.data.val for sample in read_manifest(path)]
    model = Segmentation(last.network, last.working_size).eval()
    results = validate(model, samples, torch.device("cpu"), last.config.threshold)
    save_weights(output, last.network.state_dict(), last.config, {"working_size": last.working_size, "val": results})
    return results


def _trained(network: nn.Module) -> nn.Module:
    """The part of a network that training changes."""
    return network.second if isinstance(network, Accurate) else network
