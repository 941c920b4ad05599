from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from skymask.errors import DataError
from skymask.evaluation import bootstrap
from skymask.evaluation import compare as module_compare
from skymask.evaluation.compare import compare, comparison_text
from tests.support.records import make_record, make_result


def records(wrong: np.ndarray, source: str = "webcams") -> list[dict[str, Any]]:
    """Two images a camera; `wrong` is the missed sky of each camera, in pixels of 500."""
    return [
        make_record(source, str(camera), f"{camera}/{image}.jpg", counts=[500 - missed, 5, missed, 495])
        for camera, missed in enumerate(wrong.tolist())
        for image in range(2)
    ]


def row(comparison: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(row for row in comparison["overall"] if row["metric"] == metric)


RANDOM = np.random.default_rng(0)
BASE = RANDOM.integers(40, 80, 12)


def test_a_steady_gain_is_better_and_the_reverse_worse() -> None:
    a, b = make_result(records(BASE), "old"), make_result(records(BASE - 10), "new")
    forth, back = compare(a, b), compare(b, a)
    for metric in ("iou", "misclassification"):
        better, worse = row(forth, metric), row(back, metric)
        assert (better["verdict"], worse["verdict"]) == ("better", "worse")
        assert better["difference"] == -worse["difference"]
        assert better["interval"][0] <= better["difference"] <= better["interval"][1]
        assert better["p"] < 0.01
    assert row(forth, "iou")["difference"] > 0 > row(forth, "misclassification")["difference"]
    assert row(forth, "iou")["a"] == a["overall"]["iou"]
    assert row(forth, "iou")["units"] == 12
    assert [each["name"] for each in forth["sources"]["iou"]] == ["webcams", "mean over sources"]


def test_gains_and_losses_that_cancel_are_no_clear_difference() -> None:
    swing = np.where(np.arange(12) % 2, 20, -18)
    found = row(compare(make_result(records(BASE)), make_result(records(BASE + swing))), "iou")
    assert found["verdict"] == "no clear difference"
    assert found["interval"][0] < 0 < found["interval"][1]
    assert found["p"] > 0.2


def test_equal_results_do_not_differ() -> None:
    result = make_result(records(BASE))
    comparison = compare(result, result)
    assert {row["difference"] for row in comparison["overall"]} <= {0, None}
    assert {row["p"] for row in comparison["overall"]} <= {1, None}
    assert row(comparison, "false_sky_rate")["verdict"] is None  # no image without sky


def test_a_pixel_of_false_sky_does_not_change_which_sources_are_averaged() -> None:
    def result(gain: int, false_sky: int) -> dict[str, Any]:
        counts = [0, false_sky, 0, 100_000 - false_sky]
        rooms = [make_record("rooms", str(room), f"{room}.jpg", counts=counts) for room in range(6)]
        return make_result(records(BASE - gain) + rooms)

    mean = compare(result(0, 0), result(10, 1))["sources"]["iou"][-1]
    webcams = compare(result(0, 0), result(10, 1))["sources"]["iou"][1]
    assert (mean["name"], webcams["name"]) == ("mean over sources", "webcams")
    assert (mean["a"], mean["b"], mean["interval"]) == (webcams["a"], webcams["b"], webcams["interval"])
    assert mean["verdict"] == "better"


def test_few_cameras_prove_nothing_however_many_images() -> None:
    a, b = (make_result(records(BASE[:2] - gain)) for gain in (0, 20))
    assert row(compare(a, b), "iou")["verdict"] == "no clear difference"


def test_chance_is_called_a_difference_about_as_rarely_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bootstrap, module_compare):
        monkeypatch.setattr(module, "RESAMPLES", 100)
    monkeypatch.setattr(module_compare, "EXACT_UNITS", 0)  # all of twelve cameras' exchanges take longer
    rng = np.random.default_rng(7)
    called = 0
    for _ in range(40):
        wrong = np.clip(BASE + rng.normal(0, 8, (2, 12)), 0, 500).astype(int)
        results = ({"model": {}, "images": records(each)} for each in wrong)
        called += row(compare(*results), "iou")["verdict"] != "no clear difference"
    assert called <= 6


@pytest.mark.parametrize(("cameras", "p", "verdict"), [(5, 2 / 32, "no clear difference"), (6, 2 / 64, "better")])
def test_few_cameras_are_exchanged_in_all_ways(cameras: int, p: float, verdict: str) -> None:
    """A gain in every camera is the clearest result there is: only no exchange, and all of them, differ as much."""
    a, b = (
        make_result([image for source in "xyz" for image in records(BASE[:cameras] - gain, source)]) for gain in (0, 20)
    )
    of_sources = compare(a, b)["sources"]["iou"][:3]
    assert [(row["p"], row["verdict"]) for row in of_sources] == [(p, verdict)] * 3


def test_the_order_of_the_images_does_not_matter() -> None:
    a, b = records(BASE), records(BASE - 3)
    assert (
        compare(make_result(a), make_result(b))["overall"] == compare(make_result(a), make_result(b[::-1]))["overall"]
    )


def test_other_images_are_refused_and_named() -> None:
    a, b = make_result(records(BASE)), make_result(records(BASE)[1:])
    with pytest.raises(DataError, match=r"1 only in A, such as 0/0\.jpg of webcams\. Evaluate both"):
        compare(a, b)
    with pytest.raises(DataError, match=r"24 only in A, such as .* of webcams; 24 only in B, such as .* of streets"):
        compare(a, make_result(records(BASE, "streets")))


def test_other_labels_are_refused_and_named() -> None:
    a = records(BASE)
    b = copy.deepcopy(a)
    b[3]["counts"] = [510, 0, 0, 490]
    with pytest.raises(DataError, match=r"1/1\.jpg of webcams are not the same: 500 of 1000 .* in A, 510 of 1000"):
        compare(make_result(a), make_result(b))


def test_the_text_is_complete_and_the_numbers_go_into_json() -> None:
    rooms = [make_record("rooms", "", f"room{i}", counts=[0, 0, 0, 900]) for i in range(3)]
    claimed = [make_record("rooms", "", f"room{i}", counts=[0, 90, 0, 810]) for i in range(3)]
    comparison = compare(make_result(records(BASE) + claimed, "old"), make_result(records(BASE - 9) + rooms, "new"))
    text = comparison_text(comparison)
    assert text.startswith("A: old 1.0 (old.onnx, onnxruntime 1 on cpu)\nB: new 1.0")
    assert "All 27 images pooled" in text
    assert "IoU of sky per source" in text
    assert " better |" in text
    assert row(comparison, "false_sky_rate")["difference"] == -1
    assert comparison["sources"]["iou"][0]["name"] == "rooms"
    assert comparison["sources"]["iou"][0]["difference"] is None  # the rooms of B have no IoU
    json.dumps(comparison, allow_nan=False)
