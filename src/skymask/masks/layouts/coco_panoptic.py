"""COCO's panoptic format: a PNG of segments for each photograph, and one JSON file that lists them all.

    out/panoptic/day/a.png    8-bit RGB; the segment of a pixel is R + 256 G + 256^2 B, and 0 is void
    out/panoptic.json         images, annotations with their segments, categories

| what | category | segment, which is the category's colour |
|---|---|---|
| sky: alpha > 127 | 187, `sky-other-merged`, COCO's own | 70 + 256 * 130 + 256^2 * 180 = 11829830 |
| the rest | 201, `not-sky`, the first id above COCO's | 60 + 256 * 50 + 256^2 * 40 = 2634300 |
| the rest, where it is left void | none | 0 |

Both are stuff: at most one segment a photograph. A class that a photograph does not show is not listed with it.

Sources: "Panoptic Segmentation" on https://cocodataset.org/#format-data; the categories and their colours, which stuff
has for segment ids, in `panoptic_coco_categories.json` of https://github.com/cocodataset/panopticapi.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from skymask import __version__
from skymask.contract import THRESHOLD, Alphas
from skymask.errors import InputError, MediaError, OccupiedError, OutputError
from skymask.files import reaching, write_text
from skymask.masks.layouts.layout import png_name
from skymask.masks.origin import Origin
from skymask.masks.plan import Job
from skymask.photographs.orientation import as_stored
from skymask.photographs.read import Photograph, read_photograph
from skymask.photographs.write import write_mask

FOLDER = "panoptic"
INDEX = "panoptic.json"  # beside the folder of its name, where COCO's tools look for it
_DESCRIPTION = "Sky masks made by skymask"

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Category:
    """A stuff class."""

    id: int
    name: str
    supercategory: str
    color: Colour
    """RGB; also the segment's pixels in the PNG."""

    @property
    def segment_id(self) -> int:
        """The colour as one number."""
        red, green, blue = self.color
        return red + 256 * green + 256**2 * blue


SKY = Category(187, "sky-other-merged", "sky", (70, 130, 180))
NOT_SKY = Category(201, "not-sky", "other", (60, 50, 40))
VOID: Colour = (0, 0, 0)


@dataclass(frozen=True)
class _Described:
    """What the index says of a mask."""

    width: int
    height: int
    segments: list[dict[str, Any]]
    """The annotation's `segments_info`."""


class CocoPanoptic:
    """`out/panoptic/day/a.png` for the photograph `day/a.jpg`, and `out/panoptic.json`."""

    form = "a PNG"

    def __init__(self, rest: Category | None = NOT_SKY) -> None:
        """Chooses what becomes of all that is not sky.

        Args:
            rest: Its class; None leaves it void.
        """
        self.name = _layout_name(rest is not None)
        self._categories = (SKY,) if rest is None else (SKY, rest)
        self._rest_colour = VOID if rest is None else rest.color
        self._described: dict[Path, _Described] = {}

    def has_form(self, picture: Image.Image) -> bool:
        """Leaves it to `keep`, which looks at the colours."""
        return True

    def place(self, name: Path) -> Path:
        """Keeps subfolder and name, within the folder of PNGs."""
        return FOLDER / png_name(name)

    def index(self, output: Path) -> Path:
        """Names the JSON file."""
        return output / INDEX

    def begin(self, output: Path, overwrite: bool) -> None:
        """Refuses another JSON file in the place of the index."""
        self._listed(self.index(output), overwrite)

    def keep(self, mask: Path) -> None:
        """Reads a mask that is there: the index needs its segments, and here threads share that work."""
        self._described[mask] = self._read(mask)

    def write(self, alpha: Alphas, photograph: Photograph, mask: Path, origin: Origin) -> None:
        """Writes the segments' colours."""
        colours = np.array((self._rest_colour, SKY.color), np.uint8)
        rgb = colours[(alpha > THRESHOLD).astype(np.uint8)]
        write_mask(rgb, mask, photograph.orientation, text=origin.to_text())
        self._described[mask] = self._describe(as_stored(rgb, photograph.orientation))

    def finish(self, jobs: Sequence[Job], output: Path, overwrite: bool = False) -> None:
        """Writes the index of all masks in the folder: those of this run, and those that it listed before.

        Image ids are COCO's own where all names are numbers (`000000000139.jpg` is 139), so that COCO's tools find the
        ground truth; otherwise they count from 1 in the order of the names, including photographs that failed.
        """
        index = self.index(output)
        names = {self.place(name): name for name in (*self._listed(index, overwrite), *(job.name for job in jobs))}
        ordered = sorted(names.values(), key=Path.as_posix)
        images, annotations = [], []
        for image_id, name in zip(_image_ids(ordered), ordered, strict=True):
            mask = output / self.place(name)
            if not mask.exists():
                continue
            found = self._described.get(mask) or self._read(mask)
            images.append({"id": image_id, "file_name": name.as_posix(), "width": found.width, "height": found.height})
            annotations.append(
                {"image_id": image_id, "file_name": png_name(name).as_posix(), "segments_info": found.segments}
            )
        content = {
            "info": {"description": _DESCRIPTION, "version": __version__},
            "licenses": [],
            "images": images,
            "annotations": annotations,
            "categories": [asdict(category) | {"isthing": 0} for category in self._categories],
        }
        write_text(index, json.dumps(content) + "\n")

    def _listed(self, index: Path, overwrite: bool) -> list[Path]:
        """The photographs that an index lists; none where there is no index yet, or another file to be replaced.

        Raises:
            OccupiedError: Another file is there, and may not be replaced.
            InputError: It is a folder.
            OutputError: It cannot be reached.
        """
        with reaching(index, OutputError):
            if index.is_dir():
                raise InputError(f"{index} is a folder, but the index goes there. Choose another folder with -o.")
            if not index.is_file():
                return []
            content = index.read_bytes()
        try:
            return self._parse(content)
        except ValueError as error:
            if overwrite:
                return []
            raise OccupiedError(index, str(error)) from None

    def _parse(self, index: bytes) -> list[Path]:
        """The photographs that an index lists.

        Raises:
            ValueError: It is none, or of another layout; the message is for `OccupiedError`.
        """
        try:
            content = json.loads(index)
            is_by_skymask = content["info"]["description"] == _DESCRIPTION
            layout = _layout_name(NOT_SKY.id in [category["id"] for category in content["categories"]])
            names = [Path(image["file_name"]) for image in content["images"]]
        except (ValueError, LookupError, TypeError):
            is_by_skymask = False
        if not is_by_skymask:
            raise ValueError("is no index that skymask wrote")
        if layout != self.name:
            raise ValueError(f"is not of this layout: it is {layout}, not {self.name}")
        return names

    def _read(self, mask: Path) -> _Described:
        try:
            picture = read_photograph(mask)
        except MediaError as error:
            raise OutputError(f"{error} It is in the place of a mask; delete it, and run again.") from error
        rgb = as_stored(picture.rgb, picture.orientation)
        known = (SKY.color, self._rest_colour)
        if sum(np.count_nonzero(_region(rgb, colour)) for colour in known) != rgb.shape[0] * rgb.shape[1]:
            raise OccupiedError(mask, f"is not of this layout: it has other colours than {known[0]} and {known[1]}")
        return self._describe(rgb)

    def _describe(self, rgb: NDArray[np.uint8]) -> _Described:
        """Lists the segments of a mask, uint8 [H, W, 3], RGB, as stored."""
        height, width = rgb.shape[:2]
        regions = ((category, _region(rgb, category.color)) for category in self._categories)
        segments = [_segment_entry(category, region) for category, region in regions if region.any()]
        return _Described(width, height, segments)


def _layout_name(has_rest: bool) -> str:
    return "coco-panoptic" if has_rest else "coco-panoptic-void"


def _region(rgb: NDArray[np.uint8], colour: Colour) -> NDArray[np.bool_]:
    """Where a picture, [H, W, 3], has a colour: bool [H, W]. Channel by channel, which takes a third of the memory."""
    red, green, blue = colour
    region: NDArray[np.bool_] = (rgb[..., 0] == red) & (rgb[..., 1] == green) & (rgb[..., 2] == blue)
    return region


def _segment_entry(category: Category, region: NDArray[np.bool_]) -> dict[str, Any]:
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "id": category.segment_id,
        "category_id": category.id,
        "area": int(np.count_nonzero(region)),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "iscrowd": 0,
    }


def _image_ids(names: Sequence[Path]) -> list[int]:
    # Up to 15 digits: larger numbers are not read exactly by every JSON reader.
    numbers = [int(name.stem) for name in names if re.fullmatch(r"[0-9]{1,15}", name.stem)]
    return numbers if len(set(numbers)) == len(names) else list(range(1, len(names) + 1))
