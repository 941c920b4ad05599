"""Mask layouts: in which form masks are written and under which names. One file a layout, all of them listed here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from skymask.errors import InputError, suggest
from skymask.masks.layouts.coco_panoptic import CocoPanoptic
from skymask.masks.layouts.colmap import Colmap
from skymask.masks.layouts.cutout import Cutout
from skymask.masks.layouts.layout import Layout
from skymask.masks.layouts.nerfstudio import Nerfstudio
from skymask.masks.layouts.plain import Plain

LAYOUTS: dict[str, Callable[[], Layout]] = {
    "plain": Plain,
    "colmap": Colmap,
    "nerfstudio": Nerfstudio,
    "cutout": Cutout,
    "coco-panoptic": CocoPanoptic,
    "coco-panoptic-void": partial(CocoPanoptic, rest=None),
}


def build(name: str) -> Layout:
    """Makes a layout for one run.

    Args:
        name: One of `LAYOUTS`.

    Raises:
        InputError: The name is unknown; the message has the nearest.
    """
    if name not in LAYOUTS:
        raise InputError(f"There is no mask layout '{name}'. {suggest(name, LAYOUTS)}")
    return LAYOUTS[name]()
