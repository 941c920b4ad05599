"""What a model makes of pictures without sky and of pictures of nothing else: labelled images cut at the sky's edge.

    skymask data synthetic banks --count 60 --seed 93000 --kinds shore
    python benchmarks/one_sided.py banks/manifest.csv data/val/manifest.csv --model fast accurate

Below the edge stand water, roads and walls as they do below a sky, and reach the upper edge of the picture. They are
harder than photographs that were taken without sky, and what they show is labelled by the image they were cut from.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import skymask
from skymask.contract import THRESHOLD
from skymask.data.manifest import Sample, read_manifest

Picture = NDArray[np.uint8]

LEAST_ROWS = 60
"""Lower crops are left out: they would be stretched too far."""
TOLERANCE = 0.01
"""Share of a crop that may be wrong."""


def below_sky(image: Picture, alpha: Picture) -> Picture:
    """Returns the rows below the lowest with any sky, uint8 [h, W, 3]; all of an image without sky."""
    rows = np.flatnonzero(alpha.any(axis=1))
    return image[rows[-1] + 1 if rows.size else 0 :]


def sky_alone(image: Picture, alpha: Picture) -> Picture:
    """Returns the rows above the highest with anything but sky, uint8 [h, W, 3]."""
    rows = np.flatnonzero((alpha < 255).any(axis=1))
    return image[: rows[0] if rows.size else len(image)]


@dataclass
class Tally:
    """Crops of one kind, and the names of those that are more than `TOLERANCE` wrong with their wrong share."""

    crops: int = 0
    wrong: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, wrong: float) -> None:
        """Counts one crop."""
        self.crops += 1
        if wrong > TOLERANCE:
            self.wrong[name] = wrong


def judge(sky: Callable[[Picture], Picture], samples: list[Sample]) -> dict[tuple[str, str], Tally]:
    """Cuts every image at the sky's edge and asks a model about both parts; tallies by source and part."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for sample, part, crop in _crops(samples):
        share = float((sky(np.ascontiguousarray(crop)) > THRESHOLD).mean())
        tallies[sample.source, part].add(sample.image.name, share if part == "below the sky" else 1 - share)
    return tallies


def _crops(samples: list[Sample]) -> Iterator[tuple[Sample, str, Picture]]:
    for sample in samples:
        if sample.ignore is not None:  # there may be sky where there is no label
            continue
        image, alpha = sample.load_image(), sample.load_mask()
        for part, cut in (("below the sky", below_sky), ("sky alone", sky_alone)):
            crop = cut(image, alpha)
            if len(crop) >= LEAST_ROWS:
                yield sample, part, crop


def main() -> None:
    """Prints a table and the worst crops."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifests", type=Path, nargs="+", help="labelled images")
    parser.add_argument("--model", nargs="+", default=["fast"], help="shipped models or files, as for 'skymask masks'")
    arguments = parser.parse_args()
    samples = [sample for manifest in arguments.manifests for sample in read_manifest(manifest)]
    print(f"Crops of which more than {TOLERANCE:.0%} is wrong:\n\n| model | source | below the sky | sky alone |")
    print("|---|---|---:|---:|")
    worst: list[str] = []
    for model in arguments.model:
        tallies = judge(skymask.load(model), samples)
        for source in dict.fromkeys(source for source, _ in tallies):
            parts = [tallies[source, part] for part in ("below the sky", "sky alone")]
            print(f"| {model} | {source} | {' | '.join(f'{len(tally.wrong)} of {tally.crops}' for tally in parts)} |")
        for (source, part), tally in tallies.items():
            ranked = sorted(tally.wrong.items(), key=lambda item: -item[1])[:3]
            worst += [f"{model}, {source}, {part}: {name} {share:.1%}" for name, share in ranked]
    print("\nThe worst of each:\n")
    print("\n".join(worst))


if __name__ == "__main__":
    main()
