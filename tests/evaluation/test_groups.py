from __future__ import annotations

import json

import pytest

from skymask.evaluation.groups import summarise
from skymask.evaluation.metrics import FALSE_SKY_SHARE, Counts
from tests.support.records import make_record

GOOD, BAD = [490, 10, 0, 500], [100, 0, 300, 600]
ROOM, CLAIMED_ROOM = [0, 0, 0, 1000], [0, 40, 0, 960]


def test_counts_are_pooled_and_what_has_no_counts_is_averaged() -> None:
    records = [
        make_record(image="1", counts=GOOD, boundary=[10, 10], boundary_f1=1.0, mae=0.0),
        make_record(image="2", counts=BAD, boundary=[0, 30], boundary_f1=0.5, mae=0.3),
        make_record(image="3", counts=ROOM, boundary=[0, 0], boundary_f1=None, mae=0.0),
    ]
    group = summarise(records)["overall"]
    pooled = Counts(*GOOD) + Counts(*BAD) + Counts(*ROOM)
    for key in ("iou", "dice", "accuracy", "mean_iou", "precision", "recall"):
        assert group[key] == pytest.approx(getattr(pooled, key))
    assert group["misclassification"] == pytest.approx((0.01 + 0.3 + 0) / 3)
    assert (group["boundary_iou"], group["boundary_f1"]) == (0.25, 0.75)
    assert group["mae"] == pytest.approx(0.1)
    assert group["images"] == 3


def test_false_sky_is_measured_where_no_sky_is() -> None:
    unlabelled = make_record(counts=[0, 0, 0, 0], mae=None, mse=None, gradient_error=None, boundary_f1=None)
    rooms = [make_record(counts=counts) for counts in (ROOM, CLAIMED_ROOM, GOOD)]
    barely = make_record(counts=[0, int(1000 * FALSE_SKY_SHARE), 0, 990])
    summary = summarise([*rooms, unlabelled, barely])
    assert (summary["without_sky"], summary["false_claims"]) == (3, 1)
    assert summary["overall"]["false_sky_area"] == pytest.approx((0 + 0.04 + 0.01) / 3)
    assert summary["overall"]["false_sky_rate"] == pytest.approx(1 / 3)
    assert summarise([make_record()])["overall"]["false_sky_rate"] is None


def test_images_are_split_in_every_way() -> None:
    records = [
        make_record("webcams", "623", "1", condition="night"),
        make_record("webcams", "623", "2", counts=[10, 0, 0, 990]),
        make_record("webcams", "99", "3"),
        make_record("rooms", "", "4", counts=ROOM),
        make_record("rooms", "", "5", counts=ROOM),
    ]
    summary = summarise(records)
    assert {name: group["images"] for name, group in summary["sources"].items()} == {"rooms": 2, "webcams": 3}
    assert {name: group["images"] for name, group in summary["cameras"].items()} == {"webcams/623": 2}
    assert {name: group["images"] for name, group in summary["conditions"].items()} == {"day": 4, "night": 1}
    assert {name: group["images"] for name, group in summary["sky_share"].items()} == {
        "none": 2, "up to 5 %": 1, "5 to 25 %": 0, "25 to 50 %": 2, "over 50 %": 0,
    }  # fmt: skip
    json.dumps(summary, allow_nan=False)


def test_means_over_sources_are_plain_and_skip_what_has_no_number() -> None:
    records = [make_record("a", counts=GOOD), *[make_record("b", counts=BAD)] * 9, make_record("rooms", counts=ROOM)]
    summary = summarise(records)
    assert summary["mean"]["iou"] == pytest.approx((Counts(*GOOD).iou + Counts(*BAD).iou) / 2)
    assert summary["sources"]["rooms"]["iou"] is None
    assert summary["mean"]["false_sky_rate"] == 0


def test_a_source_without_sky_says_nothing_about_sky_whatever_is_claimed_there() -> None:
    field = make_record("field", counts=GOOD)
    empty, claimed = (
        summarise([field, make_record("rooms", counts=counts, boundary=[0, false], boundary_f1=boundary_f1)])
        for counts, false, boundary_f1 in ((ROOM, 0, None), (CLAIMED_ROOM, 20, 0.0))
    )
    for key in ("iou", "dice", "precision", "recall", "boundary_iou", "boundary_f1", "pq", "sq", "rq"):
        assert empty["sources"]["rooms"][key] is claimed["sources"]["rooms"][key] is None
        assert empty["mean"][key] == claimed["mean"][key] == claimed["sources"]["field"][key]
    assert claimed["sources"]["rooms"]["mean_iou"] == claimed["sources"]["rooms"]["accuracy"] == 0.96


def test_resamples_without_sky_are_judged_by_the_labels_too() -> None:
    """Of six cameras one alone sees sky; draws without it say nothing about IoU, though false sky is claimed."""
    rooms = [make_record("rooms", str(camera), f"{camera}", counts=[0, 1, 0, 999]) for camera in range(5)]
    summary = summarise([*rooms, make_record("rooms", "5", "5", counts=GOOD)])
    assert summary["sources"]["rooms"]["interval"]["iou"][0] > 0.9


def test_the_mean_iou_is_that_of_the_classes_that_the_labels_hold() -> None:
    all_sky = make_record("above", counts=[900, 0, 100, 0])
    assert summarise([all_sky])["overall"]["mean_iou"] == 0.9


def test_intervals_hold_the_number_and_need_something_to_draw_from() -> None:
    records = [
        make_record("a", str(camera), f"{camera}/{image}", counts=[400 + 10 * camera, image, 100 - 10 * camera, 500])
        for camera in range(8)
        for image in range(3)
    ]
    summary = summarise(records)
    low, high = summary["overall"]["interval"]["iou"]
    assert low < summary["overall"]["iou"] < high
    assert summary["mean"]["interval"] == summary["sources"]["a"]["interval"] == summary["overall"]["interval"]
    assert "false_sky_rate" not in summary["overall"]["interval"]
    assert summarise(records[:12])["overall"]["interval"] == {}  # four cameras
    assert summarise(records) == summary
