from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skymask.errors import DataError, InputError
from skymask.evaluation.evaluate import evaluate
from skymask.evaluation.metrics import count
from skymask.evaluation.result import table
from skymask.evaluation.worst import Worst
from tests.support.datasets import write_dataset
from tests.support.tiny_model import reference


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data")


def test_a_result_holds_every_image_and_every_number(manifest: Path) -> None:
    result = evaluate(reference, [manifest])
    assert [record["image"] for record in result["images"]] == [f"{index}.png" for index in range(6)]
    for index, record in enumerate(result["images"]):
        frame, truth = (np.asarray(Image.open(manifest.parent / f"{index}{end}.png")) for end in ("", "_mask"))
        counts = count(reference(frame), truth, np.ones(truth.shape, np.bool_))
        assert record["counts"] == [counts.true_sky, counts.false_sky, counts.missed_sky, counts.true_rest]
    assert result["overall"]["iou"] > 0.95
    assert all(value is not None for value in result["overall"].values())
    at_threshold = result["curve"]["thresholds"].index(result["threshold"])
    assert result["curve"]["iou"][at_threshold] == pytest.approx(result["overall"]["iou"])
    assert sum(result["calibration"]["pixels"]) == 6 * 48 * 64
    assert result["manifests"][0]["images"] == 6
    json.dumps(result, allow_nan=False)


def test_perfect_predictions_are_perfect_everywhere(manifest: Path) -> None:
    masks = iter([np.asarray(Image.open(manifest.parent / f"{index}_mask.png")) for index in range(6)])
    result = evaluate(lambda frame: next(masks), [manifest])
    for group in (result["overall"], result["mean"]):
        assert {group[key] for key in ("iou", "dice", "boundary_iou", "boundary_f1", "pq", "recall", "accuracy")} == {1}
        assert {group[key] for key in ("mae", "mse", "gradient_error", "misclassification", "false_sky_area")} == {0}
    assert result["trimap"]["iou"] == [1] * 6
    assert result["calibration"]["ece"] == 0


def test_a_camera_without_sky_is_kept_and_scored_as_false_sky(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path, count=4, without_sky=4)
    result = evaluate(lambda frame: np.full(frame.shape[:2], 255, np.uint8), [manifest])
    assert (result["without_sky"], result["false_claims"]) == (4, 4)
    assert (result["overall"]["false_sky_area"], result["overall"]["false_sky_rate"]) == (1, 1)
    assert {record["iou"] for record in result["images"]} == {result["overall"]["iou"]} == {None}
    nothing = evaluate(lambda frame: np.zeros(frame.shape[:2], np.uint8), [manifest])
    assert (nothing["overall"]["iou"], nothing["overall"]["false_sky_area"]) == (None, 0)
    assert "4 of 4" in table(result)
    assert "| -" in table(nothing)


def test_unlabelled_pixels_count_nowhere(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path, count=1, without_sky=0)
    ignore = np.zeros((48, 64), np.uint8)
    ignore[:, :20] = 255
    Image.fromarray(ignore).save(tmp_path / "ignore.png")
    manifest.write_text(manifest.read_text().replace("_mask.png,,", "_mask.png,ignore.png,"))

    def wrong_where_unlabelled(frame: np.ndarray) -> np.ndarray:
        alpha = np.array(Image.open(tmp_path / "0_mask.png"))
        return np.where(ignore > 0, 255 - alpha, alpha)

    result = evaluate(wrong_where_unlabelled, [manifest])
    assert sum(result["images"][0]["counts"]) == 48 * 44
    assert {result["overall"][key] for key in ("iou", "boundary_iou", "boundary_f1", "pq")} == {1}
    assert result["overall"]["gradient_error"] == 0


def test_the_worst_images_are_kept_the_worst_first(manifest: Path) -> None:
    worst = Worst(2)
    result = evaluate(lambda frame: np.zeros(frame.shape[:2], np.uint8), [manifest], worst)
    order = sorted(result["images"], key=lambda record: -record["misclassified"])
    kept = worst.images()
    assert [image.record for image in kept] == order[:2]
    wrong = (kept[0].alpha > 127) != (kept[0].truth > 127)
    assert wrong.mean() == pytest.approx(kept[0].record["misclassified"])
    assert kept[0].frame.shape == (48, 64, 3)


def test_images_without_a_wrong_pixel_are_not_among_the_worst(manifest: Path) -> None:
    worst = Worst()
    evaluate(lambda frame: np.zeros(frame.shape[:2], np.uint8), [manifest], worst)
    assert len(worst.images()) == 5  # the sixth has no sky


def test_an_image_that_vanishes_while_others_are_scored(manifest: Path) -> None:
    def segment(frame: np.ndarray) -> np.ndarray:
        (manifest.parent / "1.png").unlink(missing_ok=True)
        return reference(frame)

    with pytest.raises(DataError, match=r"1\.png.*Restore the file or remove its line"):
        evaluate(segment, [manifest])


def test_an_image_that_had_vanished_before(manifest: Path) -> None:
    (manifest.parent / "2_mask.png").unlink()
    with pytest.raises(DataError, match=r"line 4: .*2_mask\.png does not exist"):
        evaluate(reference, [manifest])


def test_an_empty_manifest(tmp_path: Path) -> None:
    manifest = write_dataset(tmp_path, count=0, without_sky=0)
    with pytest.raises(DataError, match="lists no images"):
        evaluate(reference, [manifest])


def test_a_manifest_given_twice_would_count_double(manifest: Path) -> None:
    with pytest.raises(InputError, match="given twice"):
        evaluate(reference, [manifest, manifest.parent / ".." / "data" / "manifest.csv"])


def test_paths_are_those_of_the_manifest(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = manifest.parent.parent / "lists" / "val.csv"
    moved.parent.mkdir()
    far = manifest.parent
    moved.write_text(
        "source,group,image,mask\n"
        "left,g,../data/0.png,../data/0_mask.png\n"
        f"left,g,{far}/2.png,{far}/2_mask.png\n"
    )  # fmt: skip
    monkeypatch.chdir(moved.parent)
    result = evaluate(reference, [Path("val.csv"), manifest])
    assert [record["image"] for record in result["images"][:3]] == [
        "../data/0.png",
        f"{manifest.parent}/2.png",
        "0.png",
    ]
    assert [record["manifest"] for record in result["images"][:3]] == [0, 0, 1]
