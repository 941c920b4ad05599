"""A miniature SkyFinder: archives in the original's layout, fixed cameras with a horizon each, in a moment."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CAMERAS = ("65", "623", "684", "858", "3395", "9730", "10917")


def write_mini_skyfinder(
    folder: Path,
    cameras: Sequence[str] = CAMERAS,
    images_per_camera: int = 6,
    size_hw: tuple[int, int] = (48, 64),
    *,
    seed: int = 0,
    without_sky: Collection[str] = ("10917",),
    without_mask: Collection[str] = (),
    flaws: bool = False,
) -> Path:
    """Writes `<camera>.zip` and `skyfinder_masks.zip`.

    Every camera has its own ground and horizon, which never change, as its mask; its images differ by hour, season and
    noise, and are named by their time stamps. The same arguments give the same archives.

    Args:
        folder: Made if needed.
        cameras: Their numbers.
        images_per_camera: Good images each.
        size_hw: Height and width of images and masks.
        seed: Start of all chance.
        without_sky: Cameras whose mask is all zero.
        without_mask: Cameras that the archive of masks leaves out.
        flaws: Give the first camera a black frame, a truncated file and a copy of its first image in addition.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    masks = {}
    for camera in cameras:
        rng = np.random.default_rng((seed, int(camera)))
        mask = _mask(rng, size_hw, sky=camera not in without_sky)
        images = _images(rng, mask, images_per_camera)
        if flaws and camera == cameras[0]:
            images |= _flawed(images, size_hw)
        members = {f"{camera}/{stamp:%Y%m%d_%H%M%S}.jpg": content for stamp, content in images.items()}
        (folder / f"{camera}.zip").write_bytes(zip_of(members))
        if camera not in without_mask:
            masks[f"skyfinder_masks/{camera}.png"] = _encoded(mask, "PNG")
    (folder / "skyfinder_masks.zip").write_bytes(zip_of(masks))
    return folder


def zip_of(
    members: Mapping[str, bytes] | Mapping[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Returns the bytes of a zip file; names may be as bad as a test needs."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2015, 1, 1, 0, 0, 0)) if isinstance(name, str) else name
            file.writestr(info, content, compression)
    return buffer.getvalue()


def _mask(rng: np.random.Generator, size_hw: tuple[int, int], *, sky: bool) -> NDArray[np.uint8]:
    """A sloping horizon with a tower."""
    height, width = size_hw
    horizon = height * rng.uniform(0.35, 0.65) + rng.uniform(-0.15, 0.15) * height * np.linspace(-1, 1, width)
    left = int(rng.integers(width // 8, width // 2))
    horizon[left : left + width // 8] -= height * 0.2
    rows = np.arange(height)[:, None]
    return np.where((rows < horizon) & sky, 255, 0).astype(np.uint8)


def _images(rng: np.random.Generator, mask: NDArray[np.uint8], count: int) -> dict[datetime, bytes]:
    height, width = mask.shape
    ground = rng.integers(30, 110, 3) + rng.normal(0, 12, (height, width, 1))
    images = {}
    for index in range(count):
        stamp = datetime(2012, 1, 3) + timedelta(
            days=365 * (index + 0.5) / count, hours=7 * index % 24, seconds=int(rng.integers(1800))
        )
        daylight = 0.3 + 0.7 * np.sin(np.pi * stamp.hour / 24)
        zenith, haze = np.array((90, 140, 220)), np.array((215, 220, 225))
        sky = zenith + (haze - zenith) * (np.arange(height)[:, None, None] / height) + rng.normal(0, 6, 3)
        pixels = np.where(mask[..., None] > 0, sky, ground) * daylight + rng.normal(0, 4, (height, width, 3))
        images[stamp.replace(microsecond=0)] = _encoded(pixels.clip(0, 255).astype(np.uint8), "JPEG")
    return images


def _flawed(images: Mapping[datetime, bytes], size_hw: tuple[int, int]) -> dict[datetime, bytes]:
    first, content = next(iter(images.items()))
    black = _encoded(np.zeros((*size_hw, 3), np.uint8), "JPEG")
    flawed = (black, content[: len(content) // 2], content)
    return {first + timedelta(days=index): bad for index, bad in enumerate(flawed, start=1)}


def _encoded(pixels: NDArray[np.uint8], form: str) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, form, **({"quality": 90} if form == "JPEG" else {}))
    return buffer.getvalue()
