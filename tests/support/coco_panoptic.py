"""A reader of COCO's panoptic format, written from its definition alone, that refuses whatever breaks it.

The definition is "4. Panoptic Segmentation" on https://cocodataset.org/#format-data. Nothing of skymask is used here,
and areas and boxes are counted pixel by pixel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class Panoptic:
    """One image of the data set."""

    image: dict[str, Any]
    annotation: dict[str, Any]
    categories: NDArray[np.int64]
    """[H, W] category of each pixel, as stored; 0 is void."""


def read_panoptic(index: Path) -> dict[str, Panoptic]:
    """Returns the images by their file names; the PNGs lie in the folder of the JSON file's own name."""
    content = json.loads(index.read_text(encoding="utf-8"))
    assert {"info", "licenses", "images", "annotations", "categories"} <= content.keys()
    classes = {category["id"]: category for category in content["categories"]}
    for category in content["categories"]:
        assert category.keys() >= {"id", "name", "supercategory", "isthing", "color"}
        assert category["isthing"] in (0, 1)
    images = {image["id"]: image for image in content["images"]}
    assert len(images) == len(content["images"]) == len(content["annotations"])
    read = {}
    for annotation in content["annotations"]:
        image = images.pop(annotation["image_id"])
        assert isinstance(image["id"], int)
        ids = _read_ids(index.with_suffix("") / annotation["file_name"])
        assert ids.shape == (image["height"], image["width"])
        read[image["file_name"]] = Panoptic(image, annotation, _categories(ids, annotation["segments_info"], classes))
    assert not images
    return read


def _read_ids(png: Path) -> NDArray[np.int64]:
    with Image.open(png) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        red, green, blue = np.moveaxis(np.asarray(picture, np.int64), -1, 0)
    return red + green * 256 + blue * 256**2


def _categories(
    ids: NDArray[np.int64], segments: list[dict[str, Any]], classes: dict[int, dict[str, Any]]
) -> NDArray[np.int64]:
    categories = np.zeros_like(ids)
    assert {segment["id"] for segment in segments} == set(np.unique(ids)) - {0}
    assert len({segment["id"] for segment in segments}) == len(segments)
    stuff = [segment["category_id"] for segment in segments if not classes[segment["category_id"]]["isthing"]]
    assert len(set(stuff)) == len(stuff), "stuff has one segment an image"
    for segment in segments:
        assert segment.keys() == {"id", "category_id", "area", "bbox", "iscrowd"}
        assert segment["iscrowd"] == 0
        pixels = np.argwhere(ids == segment["id"])
        (top, left), (bottom, right) = pixels.min(axis=0), pixels.max(axis=0)
        assert segment["area"] == len(pixels)
        assert segment["bbox"] == [left, top, right + 1 - left, bottom + 1 - top]
        categories[ids == segment["id"]] = segment["category_id"]
    return categories
