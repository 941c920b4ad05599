"""Says where a model's wrong pixels lie: by cause, source, light, share of sky, and place in the picture.

Causes are noted by people who looked at the pictures, in a CSV file (`image,category,label,note`; `label` says whether
the label there is right, coarse or wrong). Places need the images: the model is run on the result's manifests again.

    git show COMMIT:src/skymask/weights/fast.onnx > fast-0.10.0.onnx  # the commit that shipped it
    skymask evaluate ./fast-0.10.0.onnx data/val/manifest.csv -o runs/before
    skymask evaluate fast data/val/manifest.csv -o runs/now
    python -m benchmarks.diagnose runs/before/result.json benchmarks/results/diagnosis-0.10.0.csv docs/diagnosis.md \
        --later runs/now/result.json

A page has places for the tables, `<!-- causes -->` to `<!-- /causes -->`, and so on; all else in it stays.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.model_card import fill
from numpy.typing import NDArray
from scipy import ndimage

import skymask
from skymask.contract import THRESHOLD
from skymask.data.manifest import read_manifest
from skymask.errors import DataError
from skymask.evaluation.conditions import CONDITIONS, SKY_BANDS, sky_band
from skymask.evaluation.evaluate import Segment
from skymask.evaluation.markdown import markdown_table, score_text
from skymask.evaluation.metrics.boundary import outline
from skymask.evaluation.metrics.pixels import Counts, count
from skymask.evaluation.result import read_result

Record = dict[str, Any]
Note = dict[str, str]
Mask = NDArray[np.bool_]

LABELS = ("right", "coarse", "wrong")
OTHERS = "others, not looked at"
EDGE_PX = 2  # some labels leave out the picture's outermost rows and columns
BORDER_PX = 3
PLACES = (f"{EDGE_PX} px along the picture's edge", f"within {BORDER_PX} px of the label's border", "further away")


def read_notes(path: Path, records: Iterable[Record]) -> dict[str, Note]:
    """Reads what people noted, by image.

    Raises:
        DataError: A note is about an image that the result does not have, or does not say how good the label is.
    """
    known = {record["image"] for record in records}
    with path.open(newline="", encoding="utf-8") as file:
        notes = {row["image"]: row for row in csv.DictReader(file)}
    for name, note in notes.items():
        if name not in known:
            raise DataError(f"{path} has a note about {name}, which is not in the result. Correct or remove the line.")
        if note["label"] not in LABELS:
            raise DataError(f"{path}: the label of {name} is '{note['label']}'. Say one of: {', '.join(LABELS)}.")
    return notes


def wrong(record: Record) -> int:
    """Pixels called wrong: false sky and missed sky."""
    return int(record["counts"][1] + record["counts"][2])


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def iou_losses(records: Iterable[Record]) -> dict[str, float]:
    """What each image takes from the mean IoU over the sources that have sky: their sum is 1 - that mean."""
    listed = list(records)
    pooled: dict[str, Counts] = {}
    for record in listed:
        pooled[record["source"]] = pooled.get(record["source"], Counts()) + Counts(*record["counts"])
    unions = {source: counts.true_sky + counts.wrong for source, counts in pooled.items() if counts.has_sky}
    return {
        record["image"]: wrong(record) / unions[record["source"]] / len(unions) if record["source"] in unions else 0.0
        for record in listed
    }


def causes_table(records: list[Record], notes: dict[str, Note]) -> str:
    """One line a cause, the largest first; what nobody looked at comes last."""
    losses = iou_losses(records)
    total, total_loss = sum(map(wrong, records)), sum(losses.values())
    rows = []
    for name, group in _by_cause(records, notes):
        part = sum(map(wrong, group))
        doubtful = [
            percent(sum(wrong(r) for r in group if notes.get(r["image"], {}).get("label") == label), total)
            for label in LABELS[1:]
        ]
        false_sky = percent(sum(record["counts"][1] for record in group), part)
        loss = percent(sum(losses[record["image"]] for record in group), total_loss)
        rows.append([name, str(len(group)), percent(part, total), loss, false_sky, *doubtful])
    head = ["cause", "pictures", "of all wrong pixels", "of the lost mean IoU", "false sky in it"]
    return markdown_table([*head, "label coarse", "label wrong"], rows)


def changes_table(records: list[Record], later: list[Record], notes: dict[str, Note]) -> str:
    """One line a cause, as in `causes_table`: how many of its pictures' pixels are wrong, and are in a later result.

    Raises:
        DataError: The later result is of other images.
    """
    wrong_later = {record["image"]: wrong(record) for record in later}
    if set(wrong_later) != {record["image"] for record in records}:
        raise DataError("The later result is of other images. Evaluate both models on the same manifests.")
    rows = []
    for name, group in [*_by_cause(records, notes), ("all", records)]:
        before, now = sum(map(wrong, group)), sum(wrong_later[record["image"]] for record in group)
        fewer = sum(wrong_later[record["image"]] < wrong(record) for record in group)
        rows.append([name, str(len(group)), str(before), str(now), change(before, now), str(fewer)])
    return markdown_table(["cause", "pictures", "wrong pixels", "later", "change", "pictures with fewer"], rows)


def change(before: int, now: int) -> str:
    return f"{100 * (now - before) / before:+.0f} %" if before else "-"


def groups_table(records: list[Record]) -> str:
    """One line a source, a light and a share of sky: its part of all wrong pixels, and how much of it is wrong."""
    total = sum(map(wrong, records))
    sources = _grouped(records, lambda record: record["source"])
    lights = _grouped(records, lambda record: record["condition"])
    bands = _grouped(records, lambda record: "sky " + sky_band(record["sky_share"] or 0.0))
    parts = [*sorted(sources.items()), *((name, lights.get(name, [])) for name in CONDITIONS)]
    parts += [(f"sky {name}", bands.get(f"sky {name}", [])) for name in SKY_BANDS]
    rows = []
    for name, group in parts:
        pixels, sky = (sum(sum(record["counts"][kind] for kind in kinds) for record in group) for kinds in KINDS)
        missed = sum(record["counts"][2] for record in group)
        part = sum(map(wrong, group))
        share = [percent(part, total), percent(part, pixels), percent(part - missed, part), percent(missed, sky)]
        rows.append([name, str(len(group)), *share])
    head = ["pictures of", "pictures", "of all wrong pixels", "of their pixels wrong", "false sky in it", "sky missed"]
    return markdown_table(head, rows)


KINDS = ((0, 1, 2, 3), (0, 2))  # of the counts: all pixels; true sky


def places(alpha: NDArray[np.uint8], truth: NDArray[np.uint8], valid: Mask) -> NDArray[np.int64]:
    """Counts an image's wrong pixels by `PLACES`, int64 [3]; each pixel counts at the first place that it is in."""
    said, true = alpha > THRESHOLD, truth > THRESHOLD
    mistakes = (said != true) & valid
    edge = ~_inside(mistakes.shape)
    border = outline(true, valid)
    # A pixel next to the border is 1 away from it, as in the trimap curve.
    near = ndimage.distance_transform_cdt(~border, "chessboard") < BORDER_PX if border.any() else border
    found = (mistakes & edge, mistakes & near & ~edge, mistakes & ~near & ~edge)
    return np.array([np.count_nonzero(place) for place in found], np.int64)


def places_table(result: dict[str, Any], segment: Segment) -> str:
    """One line a source: where its wrong pixels lie.

    Raises:
        DataError: The model is wrong elsewhere than the result says: it is another one, or the images are others.
    """
    recorded = {(record["manifest"], record["image"]): wrong(record) for record in result["images"]}
    sums: dict[str, NDArray[np.int64]] = {}
    inside: dict[str, Counts] = {}
    for index, manifest in enumerate(result["manifests"]):
        path = Path(manifest["path"])
        for sample in read_manifest(path):
            alpha, truth, valid = segment(sample.load_image()), sample.load_mask(), sample.load_valid()
            counts = places(alpha, truth, valid)
            name = sample.image.relative_to(path.parent).as_posix()
            if counts.sum() != recorded.get((index, name)):
                raise DataError(f"{name} has other wrong pixels than the result says. Evaluate this model again first.")
            sums[sample.source] = sums.get(sample.source, np.zeros(3, np.int64)) + counts
            inner = count(alpha, truth, valid & _inside(valid.shape))
            inside[sample.source] = inside.get(sample.source, Counts()) + inner
    rows = []
    for name, counts in sorted(sums.items()):
        ious = (result["sources"][name]["iou"], inside[name].iou if inside[name].has_sky else None)
        rows.append([name, *(percent(part, counts.sum()) for part in counts), *map(score_text, ious)])
    return markdown_table(["wrong pixels of", *PLACES, "IoU", "IoU without the edge"], rows)


def _inside(shape: tuple[int, ...]) -> Mask:
    """bool [H, W]: all but the picture's edge."""
    inside = np.zeros(shape, np.bool_)
    inside[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX] = True
    return inside


def _grouped(records: list[Record], key: Callable[[Record], str]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


def _by_cause(records: list[Record], notes: dict[str, Note]) -> list[tuple[str, list[Record]]]:
    """Records by the cause that was noted, the largest first; what nobody looked at comes last."""
    groups = _grouped(records, lambda record: notes.get(record["image"], {}).get("category", OTHERS))
    return sorted(groups.items(), key=lambda item: (item[0] == OTHERS, -sum(map(wrong, item[1]))))


def main() -> None:
    """Fills the pages in place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result", type=Path, help="result.json of 'skymask evaluate'")
    parser.add_argument("notes", type=Path, help="CSV of what people saw")
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--later", type=Path, help="result.json of a later model on the same images")
    arguments = parser.parse_args()
    result = read_result(arguments.result)
    notes = read_notes(arguments.notes, result["images"])
    tables = {"causes": causes_table(result["images"], notes), "groups": groups_table(result["images"])}
    if arguments.later:
        tables["changes"] = changes_table(result["images"], read_result(arguments.later)["images"], notes)
    if all(Path(manifest["path"]).is_file() for manifest in result["manifests"]):
        model, file = result["model"]["name"], Path(result["model"]["file"])
        tables["places"] = places_table(result, skymask.load(file if file.is_file() else model))
    for page in arguments.pages:
        fill(page, tables)


if __name__ == "__main__":
    main()
