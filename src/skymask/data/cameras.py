"""The layout of a data set of fixed cameras: `images/<camera>/*.jpg`, and one mask each, `masks/<camera>.png`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skymask.data.label_files import read_alpha
from skymask.errors import DataError, InputError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class CameraMask:
    """What is known of a camera's mask."""

    size_wh: tuple[int, int] = (0, 0)
    """Width and height in pixels."""
    sky_share: float = 0.0
    """Share of its pixels that are sky, 0 to 1; 0 is a camera that sees no sky, and no problem."""
    problem: str = ""
    """Why there is none to be used; empty where there is."""


def images_by_camera(root: Path) -> dict[str, list[str]]:
    """Lists the images of every camera.

    Args:
        root: Folder of the data set.

    Returns:
        Cameras in the order of `in_order`, each with its images: paths relative to `root` with forward slashes,
        sorted. A camera without images has an empty list.

    Raises:
        InputError: There is no folder `images`, or no image in it.
    """
    folder = root / "images"
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder}. Give the folder that 'skymask data fetch' filled: it holds "
            "images/<camera>/*.jpg and masks/<camera>.png."
        )
    cameras = in_order(entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name[0] != ".")
    images = {camera: _images(root, camera) for camera in cameras}
    if not any(images.values()):
        raise InputError(f"{folder} holds no images. They belong in one folder for each camera: images/<camera>/*.jpg.")
    return images


def _images(root: Path, camera: str) -> list[str]:
    entries = (root / "images" / camera).iterdir()
    names = (entry.name for entry in entries if entry.suffix.lower() in IMAGE_SUFFIXES and entry.name[0] != ".")
    return sorted(f"images/{camera}/{name}" for name in names)


def in_order(cameras: Iterable[str]) -> list[str]:
    """Sorts cameras so that numbers stand in the order of their size: 65, 204, 10870."""
    return sorted(cameras, key=lambda camera: (len(camera), camera))


def mask_path(root: Path, camera: str) -> Path:
    """Returns where the mask of a camera belongs."""
    return root / "masks" / f"{camera}.png"


def look_at_mask(root: Path, camera: str) -> CameraMask:
    """Reads a camera's mask as training does; that it is missing, broken or refused is an answer, not an error."""
    path = mask_path(root, camera)
    try:
        mask = read_alpha(path).pixels
    except DataError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return CameraMask(problem=f"there is no masks/{path.name}")
        return CameraMask(problem=f"masks/{path.name} cannot be read: {str(error).replace(str(path), 'it', 1)}")
    return CameraMask((mask.shape[1], mask.shape[0]), float((mask > 127).mean()))
