"""Each rule at its limit, and which of two goes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skymask.data.audit.inspection import Inspection
from skymask.data.audit.rules import BORDERLINE, FINAL, MEANING, Reason, judge
from skymask.data.audit.table import Row, Verdict
from skymask.data.cameras import CameraMask

MASK = CameraMask((64, 48), 0.4)
FINE = Inspection(
    "images/65/20120101_000000.jpg",
    width=64,
    height=48,
    brightness=120.0,
    darkest=30.0,
    brightest=220.0,
    picture_hash="0" * 64,
    sha256="first",
)


def _judge(*inspections: Inspection, **masks: CameraMask) -> list[Row]:
    return judge(inspections, {"65": MASK, "66": MASK, **masks})


def _later(hour: int, name: str = "", **changes: object) -> Inspection:
    """Another picture, unlike in content unless the changes say otherwise."""
    path = f"images/65/20120101_{hour:02}0000{name}.jpg"
    return replace(FINE, **{"path": path, "sha256": path, "picture_hash": f"{2 ** (30 * hour) - 1:064x}"} | changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"problem": "image file is truncated"}, Reason.UNREADABLE),
        ({"width": 48, "height": 64}, Reason.WRONG_SIZE),
        ({"lost_rows": 0.051}, Reason.CUT_OFF),
        ({"lost_rows": 0.05}, ""),
        ({"darkest": 0.0, "brightest": 16.0}, Reason.BLACK),
        ({"darkest": 0.0, "brightest": 16.1}, Reason.DARK),
        ({"darkest": 0.0, "brightest": 32.0}, Reason.DARK),
        ({"darkest": 0.0, "brightest": 33.0}, ""),
        ({"clipped": 0.95}, Reason.OVER_EXPOSED),
        ({"clipped": 0.949}, Reason.PALE),
        ({"clipped": 0.75}, Reason.PALE),
        ({"clipped": 0.749}, ""),
        ({"darkest": 120.0, "brightest": 129.9}, Reason.FOGGED_OUT),
        ({"darkest": 120.0, "brightest": 130.0}, Reason.FLAT),
        ({"darkest": 120.0, "brightest": 140.0}, ""),
    ],
)
def test_a_picture_by_itself(changes: dict[str, object], reason: str) -> None:
    (row,) = _judge(replace(FINE, **changes))
    assert row.reason == reason
    expected = Verdict.KEEP if not reason else Verdict.BORDERLINE if reason in BORDERLINE else Verdict.DROP
    assert row.verdict == row.by_rule == expected


def test_the_darkest_and_flattest_usable_nights_stay() -> None:
    night = replace(FINE, brightness=27.7, darkest=19.0, brightest=40.0)
    assert _judge(night)[0].verdict == Verdict.KEEP


def test_a_camera_without_mask_is_dropped_and_one_without_sky_is_kept() -> None:
    rows = judge([FINE], {"65": CameraMask(problem="there is no masks/65.png")})
    assert (rows[0].verdict, rows[0].reason, rows[0].detail) == ("drop", "no-mask", "there is no masks/65.png")
    assert judge([FINE], {"65": CameraMask((64, 48), 0.0)})[0].verdict == Verdict.KEEP


def test_a_size_that_does_not_fit_is_told() -> None:
    assert _judge(replace(FINE, width=640, height=480))[0].detail == "640x480, its mask is 64x48"


def test_the_same_file_is_kept_once_the_earliest_first_over_all_cameras() -> None:
    late, early = _later(3, sha256="same"), _later(2, sha256="same")
    other = replace(early, path="images/66/20110101_000000.jpg")
    rows = {row.path: row for row in _judge(late, early, other)}
    assert rows[early.path].verdict == Verdict.KEEP
    assert rows[late.path].reason == rows[other.path].reason == Reason.DUPLICATE
    assert rows[late.path].detail == rows[other.path].detail == early.path


@pytest.mark.parametrize(
    ("bits", "levels", "reason"),
    [
        (0, 0.0, Reason.FROZEN),
        (2, 0.14, Reason.FROZEN),
        (3, 0.14, Reason.ALIKE),
        (2, 0.3, Reason.ALIKE),
        (6, 0.4, Reason.ALIKE),
        (7, 0.0, ""),
        (0, 0.6, ""),
    ],
)
def test_pictures_stored_again_and_quiet_nights(bits: int, levels: float, reason: str) -> None:
    again = _later(5, picture_hash=f"{2**bits - 1:064x}", brightness=FINE.brightness + levels)
    assert [row.reason for row in _judge(FINE, again)] == ["", reason]


def test_another_camera_may_look_alike() -> None:
    other = replace(FINE, path="images/66/20120101_000000.jpg", sha256="other")
    assert [row.reason for row in _judge(FINE, other)] == ["", ""]


def test_a_frozen_run_is_compared_with_its_first_picture_so_a_slow_change_is_none() -> None:
    dusk = [_later(hour, picture_hash=FINE.picture_hash, brightness=120 - 0.12 * hour) for hour in range(1, 6)]
    reasons = [row.reason for row in _judge(FINE, *dusk)]
    assert reasons == ["", Reason.FROZEN, Reason.ALIKE, Reason.FROZEN, Reason.ALIKE, Reason.FROZEN]


def test_black_frames_are_black_and_not_copies_of_each_other() -> None:
    black = {"brightness": 1.0, "darkest": 0.0, "brightest": 3.0, "sha256": "black"}
    assert [row.reason for row in _judge(_later(1, **black), _later(2, **black))] == [Reason.BLACK] * 2


def test_rows_come_by_time_and_those_without_a_stamp_last() -> None:
    unstamped = _later(0, path="images/65/a.jpg", sha256="a")
    rows = _judge(unstamped, _later(7), _later(2))
    assert [row.path for row in rows] == [_later(2).path, _later(7).path, unstamped.path]
    assert rows[2].time is None
    assert rows[2].verdict == Verdict.KEEP
    assert rows[0].time is not None
    assert rows[0].time.hour == 2


def test_every_reason_is_explained_and_has_one_consequence() -> None:
    assert set(MEANING) == set(Reason)
    assert not BORDERLINE & FINAL
