from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from benchmarks import diagnose
from skymask.data.manifest import read_manifest
from skymask.errors import DataError
from skymask.evaluation.evaluate import evaluate
from tests.support.labelled import labelled

NOTES = Path(__file__).parents[2] / "benchmarks" / "results" / "diagnosis-0.10.0.csv"


def record(image: str, source: str, *counts: int) -> dict[str, Any]:
    pixels = sum(counts)
    sky_share = (counts[0] + counts[2]) / pixels
    return {"image": image, "source": source, "counts": list(counts), "condition": "day", "sky_share": sky_share}


RECORDS = [
    record("a/1.png", "a", 50, 0, 30, 20),  # union 80, 30 wrong
    record("a/2.png", "a", 15, 5, 0, 80),  # union 20, 5 wrong
    record("b/1.png", "b", 30, 15, 0, 55),  # union 45, 15 wrong
    record("b/2.png", "b", 55, 0, 0, 45),  # union 55, nothing wrong
]


def write_notes(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["image,category,label,note", *rows]) + "\n", encoding="utf-8")
    return path


def cells(table: str) -> dict[str, list[str]]:
    """The rows of a Markdown table by their first cell."""
    lines = [[cell.strip() for cell in line.strip(" |").split("|")] for line in table.splitlines()[2:]]
    return {line[0]: line[1:] for line in lines}


def test_causes_add_up_and_the_rest_comes_last(tmp_path: Path) -> None:
    path = write_notes(tmp_path / "n.csv", "a/2.png,snow,right,", 'a/1.png,crowns,wrong,"a tree, called sky"')
    table = diagnose.causes_table(RECORDS, diagnose.read_notes(path, RECORDS))
    rows = cells(table)
    assert list(rows) == ["crowns", "snow", diagnose.OTHERS]
    # IoU lost: a 35 / 100, b 15 / 100; of both together 0.5 a picture's wrong pixels take their share.
    assert rows["crowns"] == ["1", "60.0 %", "60.0 %", "0.0 %", "0.0 %", "60.0 %"]
    assert rows["snow"] == ["1", "10.0 %", "10.0 %", "100.0 %", "0.0 %", "0.0 %"]
    assert rows[diagnose.OTHERS] == ["2", "30.0 %", "30.0 %", "100.0 %", "0.0 %", "0.0 %"]


def test_changes_are_counted_by_cause(tmp_path: Path) -> None:
    notes = diagnose.read_notes(
        write_notes(tmp_path / "n.csv", "a/1.png,crowns,right,", "b/1.png,crowns,right,"), RECORDS
    )
    later = [
        record("b/1.png", "b", 30, 30, 0, 40),  # 15 more
        record("a/1.png", "a", 65, 0, 15, 20),  # 15 fewer
        record("a/2.png", "a", 15, 1, 0, 84),  # 4 fewer
        record("b/2.png", "b", 55, 0, 0, 45),
    ]
    rows = cells(diagnose.changes_table(RECORDS, later, notes))
    assert list(rows.items()) == [
        ("crowns", ["2", "45", "45", "+0 %", "1"]),
        (diagnose.OTHERS, ["2", "5", "1", "-80 %", "1"]),
        ("all", ["4", "50", "46", "-8 %", "2"]),
    ]
    with pytest.raises(DataError, match="other images"):
        diagnose.changes_table(RECORDS, later[1:], notes)


def test_the_lost_iou_weighs_small_sources_up() -> None:
    records = [record("a", "a", 900, 100, 0, 0), record("b", "b", 5, 5, 0, 90)]
    losses = diagnose.iou_losses(records)
    assert losses == {"a": pytest.approx(0.05), "b": pytest.approx(0.25)}


def test_a_source_without_sky_takes_nothing_from_the_mean_iou() -> None:
    records = [record("a", "a", 900, 100, 0, 0), record("b", "b", 0, 5, 0, 95)]
    assert diagnose.iou_losses(records) == {"a": pytest.approx(0.1), "b": 0}


def test_sources_lights_and_bands() -> None:
    rows = cells(diagnose.groups_table(RECORDS))
    assert rows["a"] == ["2", "70.0 %", "17.5 %", "14.3 %", "31.6 %"]
    assert rows["day"][0] == "4"
    assert rows["night"] == ["0", "0.0 %", "-", "-", "-"]
    assert rows["sky over 50 %"][:2] == ["2", "60.0 %"]


@pytest.mark.parametrize(
    ("row", "message"),
    [("c/1.png,snow,right,", "c/1.png, which is not in the result"), ("a/1.png,snow,bad,", "is 'bad'.*right, coarse")],
)
def test_notes_that_do_not_fit_are_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        diagnose.read_notes(write_notes(tmp_path / "n.csv", row), RECORDS)


def test_each_wrong_pixel_counts_at_one_place() -> None:
    truth = np.zeros((40, 30), np.uint8)
    truth[:20] = 255
    alpha = truth.copy()
    alpha[0:2, 5:10] = 0  # 10 along the edge
    alpha[17:20, 10] = 0  # 3 at the border
    alpha[16, 10] = 0  # 1 just further away
    alpha[30:32, 20:24] = 255  # 8 far from it
    alpha[20, 0] = 255  # at the border and along the edge: the edge comes first
    valid = np.ones(truth.shape, np.bool_)
    assert diagnose.places(alpha, truth, valid).tolist() == [11, 3, 9]
    valid[30:32] = False
    assert diagnose.places(alpha, truth, valid).tolist() == [11, 3, 1]


def test_places_of_a_result_and_refusal_of_another_model(tmp_path: Path) -> None:
    mask = np.zeros((40, 64), np.uint8)
    mask[:20] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    Image.fromarray(np.dstack([mask] * 3)).save(tmp_path / "i.png")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("source,group,image,mask\nleft,0,i.png,m.png\n")

    def blind(frame: np.ndarray) -> np.ndarray:
        return np.zeros(frame.shape[:2], np.uint8)

    result = evaluate(blind, [manifest])
    rows = cells(diagnose.places_table(result, blind))
    # 20 rows of 64 missed: two rows and twice two columns along the edge, then three rows at the border.
    assert rows["left"] == ["15.6 %", "14.1 %", "70.3 %", "0.0000", "0.0000"]

    def perfect_but_for_the_top(frame: np.ndarray) -> np.ndarray:
        alpha = frame[..., 0].copy()
        alpha[0] = 0
        return alpha

    rows = cells(diagnose.places_table(evaluate(perfect_but_for_the_top, [manifest]), perfect_but_for_the_top))
    assert rows["left"] == ["100.0 %", "0.0 %", "0.0 %", "0.9500", "1.0000"]
    with pytest.raises(DataError, match=r"i\.png has other wrong pixels"):
        diagnose.places_table(result, lambda frame: np.ascontiguousarray(frame[..., 0]))


def test_the_notes_are_about_validation_images() -> None:
    manifest = labelled("val/manifest.csv")
    images = [{"image": sample.image.relative_to(manifest.parent).as_posix()} for sample in read_manifest(manifest)]
    assert len(diagnose.read_notes(NOTES, images)) == 148
