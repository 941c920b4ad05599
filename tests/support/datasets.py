"""A miniature labelled data set, written in a moment: a bright half above a dark one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

HEADER = "source,group,image,mask,ignore,width,height,sky_fraction\n"


def write_dataset(folder: Path, count: int = 6, size_hw: tuple[int, int] = (48, 64), without_sky: int = 1) -> Path:
    """Writes images, masks and a manifest with two sources; the last `without_sky` images have no sky.

    Returns:
        Path of the manifest.
    """
    rng = np.random.default_rng(0)
    height, width = size_hw
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for index in range(count):
        horizon = 0 if index >= count - without_sky else int(height * rng.uniform(0.3, 0.7))
        mask = np.zeros((height, width), np.uint8)
        mask[:horizon] = 255
        image = np.where(mask[..., None] > 0, (120, 160, 220), (70, 60, 40)) + rng.integers(-20, 20, (height, width, 3))
        Image.fromarray(image.astype(np.uint8)).save(folder / f"{index}.png")
        Image.fromarray(mask).save(folder / f"{index}_mask.png")
        source = ("left", "right")[index % 2]
        lines.append(f"{source},{index},{index}.png,{index}_mask.png,,{width},{height},{(mask > 0).mean():.4f}\n")
    manifest = folder / "manifest.csv"
    manifest.write_text(HEADER + "".join(lines))
    return manifest
