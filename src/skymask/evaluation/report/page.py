"""Puts the report together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skymask.evaluation.report.pictures import FALSE_SKY, MISSED_SKY, Pictures, draw
from skymask.evaluation.report.plots import plots
from skymask.evaluation.terms import BY_KEY, DASH, HEADLINES, MAIN, METRICS, MORE, Metric
from skymask.evaluation.worst import WorstImage
from skymask.html.page import write_page

_LONG_TABLE = 16  # rows; longer tables are folded away


def write_report(path: Path, result: dict[str, Any], worst: Sequence[WorstImage]) -> None:
    """Writes the report of an evaluation as one HTML file that loads nothing from elsewhere.

    The same result and images give the same bytes.

    Args:
        path: The file to write, such as `report.html`.
        result: What `skymask evaluate` writes as `result.json`.
        worst: Images to show, the worst first.

    Raises:
        OutputError: The file cannot be written.
    """
    write_page(
        path,
        "evaluation.html",
        result=result,
        headlines=[_number(result["overall"], metric) for metric in HEADLINES],
        mean_iou=_number(result["mean"], BY_KEY["iou"]),
        numbers=[_number(result["overall"], metric) for metric in METRICS],
        tables=_tables(result),
        columns={"main": MAIN, "more": MORE},
        plots=plots(result),
        worst=[_card(image) for image in worst],
        colours={"false_sky": _css(FALSE_SKY), "missed_sky": _css(MISSED_SKY)},
        dash=DASH,
    )


@dataclass(frozen=True)
class _Number:
    metric: Metric
    value: float | None
    text: str
    interval: str


@dataclass(frozen=True)
class _Row:
    name: str
    images: int
    main: list[_Number]
    more: list[_Number]


@dataclass(frozen=True)
class _Table:
    title: str
    first_column: str
    note: str
    rows: list[_Row]

    @property
    def is_long(self) -> bool:
        return len(self.rows) > _LONG_TABLE


@dataclass(frozen=True)
class _Card:
    """One of the worst images."""

    title: str
    facts: str
    name: str
    pictures: Pictures


def _number(group: dict[str, Any], metric: Metric) -> _Number:
    value = group[metric.key]
    return _Number(metric, value, metric.text(value), metric.interval_text(group["interval"].get(metric.key)))


def _tables(result: dict[str, Any]) -> list[_Table]:
    kinds = (
        ("sources", "By source", "source", "Sources differ in what they show and in how exactly they are labelled."),
        ("cameras", "By camera", "source/camera", "Groups with two images or more: one camera, clip or place each."),
        ("conditions", "By light", "light", "Told from the brightness of the image, not from the clock."),
        (
            "sky_share",
            "By share of sky",
            "sky in the labels",
            "IoU is hard on images with little sky. Without any, it says nothing: there, read the last two columns.",
        ),
    )
    return [
        _Table(title, first_column, note, [_row(name, group) for name, group in result[key].items() if group["images"]])
        for key, title, first_column, note in kinds
        if result[key]
    ]


def _row(name: str, group: dict[str, Any]) -> _Row:
    main, more = ([_number(group, metric) for metric in metrics] for metrics in (MAIN, MORE))
    return _Row(name, group["images"], main, more)


def _card(worst: WorstImage) -> _Card:
    record = worst.record
    _, false_sky, missed_sky, _ = record["counts"]
    pixels = max(1, sum(record["counts"]))
    facts = [
        f"{_percent(false_sky / pixels)} false sky, {_percent(missed_sky / pixels)} missed sky",
        f"IoU {BY_KEY['iou'].text(record['iou'])}",
        "no sky" if record["sky_share"] == 0 else f"{_percent(record['sky_share'])} sky",
        record["condition"],
        f"{record['width']}×{record['height']}",
    ]
    return _Card(
        title=f"{_percent(record['misclassified'])} wrong",
        facts=" · ".join(facts),
        name=" · ".join(filter(None, (record["source"], record["group"], record["image"]))),
        pictures=draw(worst),
    )


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.1f} %"


def _css(colour: tuple[int, int, int]) -> str:
    return f"rgb{colour}"
