"""From the records of images to the numbers of a group: a source, a camera, all nights, everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skymask.evaluation.bootstrap import MIN_UNITS, interval, resample, units
from skymask.evaluation.conditions import CONDITIONS, SKY_BANDS, sky_band
from skymask.evaluation.metrics.panoptic import Matching
from skymask.evaluation.metrics.pixels import (
    FALSE_SKY_SHARE,
    Counts,
    defined,
    judged_by_labels,
    mean_of_defined,
    share,
)

Record = dict[str, Any]
"""One entry of `images` in a result."""


@dataclass(frozen=True)
class Totals:
    """Sums over images, from which all numbers of a group follow; the bootstrap draws such sums."""

    images: float
    labelled: float
    """Images with at least one labelled pixel."""
    true_sky: float
    false_sky: float
    missed_sky: float
    true_rest: float
    boundary_both: float
    boundary_either: float
    boundary_f1: float
    outlined: float
    """Images with an outline, true or predicted: those that have a boundary F1."""
    misclassified: float
    mae: float
    mse: float
    gradient_error: float
    without_sky: float
    """Labelled images without sky."""
    false_sky_area: float
    """Sum of the shares called sky in those."""
    false_claims: float
    """Those of them with more than 1 % called sky."""
    segment_iou: float
    segments_matched: float
    segments_false: float
    segments_missed: float

    @classmethod
    def of(cls, record: Record) -> Self:
        """Takes in one image."""
        counts = Counts(*record["counts"])
        called = counts.called_sky if counts.pixels and not counts.has_sky else None
        has_outline = record["boundary_f1"] is not None
        sums = [
            *(1, counts.pixels > 0, *record["counts"], *record["boundary"]),
            *(record["boundary_f1"] if has_outline else 0, has_outline),
            *(record[key] or 0 for key in ("misclassified", "mae", "mse", "gradient_error")),
            *(called is not None, called or 0, called is not None and called > FALSE_SKY_SHARE),
            *record["panoptic"],
        ]
        return cls(*sums)

    @property
    def counts(self) -> Counts:
        """The pooled pixels."""
        return Counts(self.true_sky, self.false_sky, self.missed_sky, self.true_rest)

    def scores(self) -> dict[str, float]:
        """Returns all numbers of a group, NaN where one is not defined."""
        counts = self.counts
        segments = Matching(self.segment_iou, self.segments_matched, self.segments_false, self.segments_missed)
        scores = {
            "iou": counts.iou,
            "dice": counts.dice,
            "accuracy": counts.accuracy,
            "mean_iou": counts.mean_iou,
            "precision": counts.precision,
            "recall": counts.recall,
            "misclassification": share(self.misclassified, self.labelled),
            "boundary_iou": share(self.boundary_both, self.boundary_either),
            "boundary_f1": share(self.boundary_f1, self.outlined),
            "mae": share(self.mae, self.labelled),
            "mse": share(self.mse, self.labelled),
            "gradient_error": share(self.gradient_error, self.labelled),
            "false_sky_area": share(self.false_sky_area, self.without_sky),
            "false_sky_rate": share(self.false_claims, self.without_sky),
            "pq": segments.pq,
            "sq": segments.sq,
            "rq": segments.rq,
        }
        return judged_by_labels(scores, counts)


Rows = NDArray[np.float64]
"""float64 [N, K]: the fields of `Totals`, one row an image, a group of images, or a resample."""


def rows_of(records: Sequence[Record]) -> Rows:
    """Returns one row an image."""
    return np.array([astuple(Totals.of(record)) for record in records], np.float64)


def units_of(records: Sequence[Record]) -> dict[str, Rows]:
    """Returns what the bootstrap draws: per source, the sums of its groups (see `bootstrap.units`)."""
    return units(rows_of(records), [record["source"] for record in records], [record["group"] for record in records])


def scores_of(rows: Rows) -> dict[str, Rows]:
    """Computes every number for each row; float64 [N] each, NaN where one is not defined."""
    scores = [Totals(*row).scores() for row in rows.tolist()]
    return {key: np.array([score[key] for score in scores]) for key in scores[0]}


def mean_of_known(values: Rows) -> Rows:
    """Averages over the first axis, NaN left out: float64 [S, N] -> [N], NaN where all are."""
    known = np.isfinite(values).sum(axis=0)
    means: Rows = np.full(known.shape, np.nan)
    np.divide(np.nansum(values, axis=0), known, out=means, where=known > 0)
    return means


def summarise(records: Sequence[Record]) -> dict[str, Any]:
    """Computes the numbers of all groups that a result reports.

    Args:
        records: The images, at least one.

    Returns:
        `overall`, `mean`, `sources`, `cameras`, `conditions`, `sky_share` (every band, also without an image),
        `without_sky` and `false_claims` of a result.
    """
    by_source = units_of(records)
    drawn = resample(by_source)
    sources = {name: _group({name: rows}, {name: drawn[name]}) for name, rows in by_source.items()}
    cameras = _split(records, lambda record: f"{record['source']}/{record['group']}" if record["group"] else None)
    lights = _split(records, lambda record: record["condition"])
    bands = _split(records, lambda record: None if record["sky_share"] is None else sky_band(record["sky_share"]))
    total = _total(by_source)
    return {
        "overall": _group(by_source, drawn),
        "mean": _mean_over_sources(sources, by_source, drawn),
        "sources": sources,
        "cameras": {name: _group_of(part) for name, part in sorted(cameras.items()) if len(part) > 1},
        "conditions": {name: _group_of(lights[name]) for name in CONDITIONS if name in lights},
        "sky_share": {name: _group_of(bands.get(name, [])) for name in SKY_BANDS},
        "without_sky": int(total.without_sky),
        "false_claims": int(total.false_claims),
    }


def _split(records: Iterable[Record], key: Callable[[Record], str | None]) -> dict[str, list[Record]]:
    parts: dict[str, list[Record]] = {}
    for record in records:
        name = key(record)
        if name is not None:
            parts.setdefault(name, []).append(record)
    return parts


def _group_of(records: Sequence[Record]) -> dict[str, Any]:
    by_source = units_of(records) if records else {}
    return _group(by_source, resample(by_source))


def _group(by_source: dict[str, Rows], drawn: dict[str, Rows]) -> dict[str, Any]:
    total = _total(by_source)
    return {
        "images": int(total.images),
        **{key: defined(value) for key, value in total.scores().items()},
        "interval": _intervals(scores_of(np.sum(list(drawn.values()), axis=0))) if _suffices(by_source) else {},
    }


def _mean_over_sources(
    sources: dict[str, dict[str, Any]], by_source: dict[str, Rows], drawn: dict[str, Rows]
) -> dict[str, Any]:
    scores = [scores_of(rows) for rows in drawn.values()]
    means = {key: mean_of_defined(group[key] for group in sources.values()) for key in scores[0]}
    replicates = {key: mean_of_known(np.stack([score[key] for score in scores])) for key in scores[0]}
    return {**means, "interval": _intervals(replicates) if _suffices(by_source) else {}}


def _total(by_source: dict[str, Rows]) -> Totals:
    return Totals(*np.concatenate([*by_source.values(), np.zeros((1, len(fields(Totals))))]).sum(axis=0).tolist())


def _suffices(by_source: dict[str, Rows]) -> bool:
    """Whether the bootstrap has enough to draw from."""
    return sum(len(rows) for rows in by_source.values()) >= MIN_UNITS


def _intervals(scores: dict[str, Rows]) -> dict[str, list[float]]:
    found = {key: interval(values) for key, values in scores.items()}
    return {key: bounds for key, bounds in found.items() if bounds is not None}
