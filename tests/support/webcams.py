"""A miniature data set of fixed cameras: small seeded pictures, no two alike, with time stamps in their names."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

SIZE_WH = (64, 48)


def scene(seed: int, size_wh: tuple[int, int] = SIZE_WH) -> Image.Image:
    """A cloudy something with structure at all brightnesses, and fine enough for every bit of its hash to mean it."""
    grid = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    return Image.fromarray(grid).resize(size_wh, Image.Resampling.BICUBIC)


def write_mask(root: Path, camera: str, size_wh: tuple[int, int] = SIZE_WH, sky_rows: int = 20) -> None:
    """The upper rows are sky."""
    mask = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    mask[:sky_rows] = 255
    (root / "masks").mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(root / "masks" / f"{camera}.png")


def write_camera(root: Path, camera: str, count: int = 4, sky_rows: int = 20) -> list[Path]:
    """Images some 40 days and 5 hours apart, so that they go through months and hours, and a mask."""
    folder = root / "images" / camera
    folder.mkdir(parents=True)
    start = datetime(2012, 1, 1, 0, 30)
    paths = []
    for index in range(count):
        time = start + index * timedelta(days=40, hours=5)
        paths.append(folder / f"{time:%Y%m%d_%H%M%S}.jpg")
        scene(int(camera) * 1000 + index).save(paths[-1], quality=90)
    write_mask(root, camera, sky_rows=sky_rows)
    return paths
