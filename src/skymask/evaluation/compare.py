"""Two results over the same images, side by side: differences, their intervals, and whether chance explains them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from skymask.errors import DataError
from skymask.evaluation.bootstrap import MIN_UNITS, RESAMPLES, interval, resample, units
from skymask.evaluation.exchange import exchanges
from skymask.evaluation.groups import Record, Rows, mean_of_known, rows_of, scores_of
from skymask.evaluation.markdown import markdown_table, score_text
from skymask.evaluation.metrics.pixels import defined
from skymask.evaluation.terms import BY_KEY, METRICS

SIGNIFICANT_BELOW = 0.05
EXACT_UNITS = 12
"""Groups up to which all exchanges are tried: of five, no result has p below 2/32, but some random exchanges say so."""
PER_SOURCE = ("iou", "boundary_iou")
"""What is compared source by source."""

Verdict = Literal["better", "worse", "no clear difference"]


@dataclass(frozen=True)
class Difference:
    """One number of two results."""

    name: str
    """The source, or what all images together are called."""
    metric: str
    """Key of the metric, such as "iou"."""
    a: float | None
    b: float | None
    difference: float | None
    """b - a; None where either is not defined."""
    interval: list[float] | None
    """95 % of the differences found by resampling the groups, the same ones for both."""
    p: float | None
    """How often exchanging A and B, group by group, makes as large a difference."""
    verdict: Verdict | None
    """Of B against A."""
    units: int
    """How many groups (images, in a source that is one group) were resampled and exchanged."""


def compare(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Compares two results, paired by image.

    An interval comes from the bootstrap: whole groups are drawn, the same ones for A and B. The significance is that of
    a permutation test on the same number: were A and B equally good, exchanging their outcomes in any group would
    change nothing; `p` is how often exchanges make a difference as large, of all that there are where groups are few,
    else of random ones. Both must speak for a difference (interval without 0, p below 5 %) before it is called one.

    Args:
        a: A result, as from `read_result`.
        b: The result to judge against it, over the same images with the same labels.

    Returns:
        `a` and `b`, the models; `images`, how many; `overall`, all metrics over all images; `sources`, per metric of
        `PER_SOURCE`, each source and the plain mean over sources. Differences are `Difference` as dictionaries.

    Raises:
        DataError: The results are over different images or labels.
    """
    pairs = _pair(a["images"], b["images"])
    rows = np.hstack([rows_of([pair[side] for pair in pairs]) for side in (0, 1)])
    found = units(rows, [mine["source"] for mine, _ in pairs], [mine["group"] for mine, _ in pairs])
    observed = {name: part.sum(axis=0, keepdims=True) for name, part in found.items()}
    views = _Views(observed, resample(found), _exchange(found))
    count = sum(map(len, found.values()))
    everything = _differences("all images", [metric.key for metric in METRICS], _pooled, views, count)
    sources: dict[str, list[Difference]] = {key: [] for key in PER_SOURCE}
    for name, part in found.items():
        alone = replace(views, exchanged=_exchange({name: part}))
        for row in _differences(name, PER_SOURCE, partial(_of_source, name), alone, len(part)):
            sources[row.metric].append(row)
    for row in _differences("mean over sources", PER_SOURCE, _mean_of_sources, views, count):
        sources[row.metric].append(row)
    return {
        "a": a["model"],
        "b": b["model"],
        "images": len(pairs),
        "overall": [asdict(row) for row in everything],
        "sources": {key: [asdict(row) for row in rows] for key, rows in sources.items()},
    }


Sums = dict[str, Rows]
"""Per source, float64 [N, 2K]: `Totals` of A, then of B."""

Scores = tuple[dict[str, Rows], dict[str, Rows]]
"""Per metric, float64 [N]: of A, and of B."""


@dataclass(frozen=True)
class _Views:
    observed: Sums
    drawn: Sums
    """By the bootstrap."""
    exchanged: Sums
    """With A and B exchanged in some units; in none of them first."""


def _scores(sums: Rows) -> Scores:
    a, b = np.split(sums, 2, axis=1)
    return scores_of(a), scores_of(b)


def _of_source(name: str, sums: Sums) -> Scores:
    return _scores(sums[name])


def _pooled(sums: Sums) -> Scores:
    return _scores(np.sum(list(sums.values()), axis=0))


def _mean_of_sources(sums: Sums) -> Scores:
    of_sources = [_scores(part) for part in sums.values()]
    a, b = (
        {key: mean_of_known(np.stack([scores[side][key] for scores in of_sources])) for key in PER_SOURCE}
        for side in (0, 1)
    )
    return a, b


def _exchange(units_of: Sums) -> Sums:
    """Exchanges A and B in each unit or not, in many ways, and adds up."""
    cases = exchanges(sum(map(len, units_of.values())), EXACT_UNITS, RESAMPLES)
    exchanged, first = {}, 0
    for source, rows in units_of.items():
        a, b = np.split(rows, 2, axis=1)
        moved = cases[:, first : first + len(rows)] @ (b - a)
        exchanged[source] = np.hstack([a.sum(axis=0) + moved, b.sum(axis=0) - moved])
        first += len(rows)
    return exchanged


def _differences(
    name: str, keys: Iterable[str], of: Callable[[Sums], Scores], views: _Views, count: int
) -> list[Difference]:
    observed, drawn, exchanged = (of(sums) for sums in (views.observed, views.drawn, views.exchanged))
    return [
        _difference(
            name,
            key,
            (float(observed[0][key][0]), float(observed[1][key][0])),
            drawn[1][key] - drawn[0][key],
            exchanged[1][key] - exchanged[0][key],
            count,
        )
        for key in keys
    ]


def _difference(
    name: str, key: str, observed: tuple[float, float], drawn: Rows, exchanged: Rows, count: int
) -> Difference:
    a, b = observed
    difference = b - a
    if math.isnan(difference):
        return Difference(name, key, defined(a), defined(b), None, None, None, None, count)
    bounds = interval(drawn) if count >= MIN_UNITS else None
    known = exchanged[~np.isnan(exchanged)]
    # Sums in another order differ in the last digits: as large is as large up to those.
    p = float(np.mean(np.abs(known) >= abs(difference) - 1e-12))
    verdict: Verdict = "no clear difference"
    if bounds and p < SIGNIFICANT_BELOW and (bounds[0] > 0 or bounds[1] < 0):
        verdict = "better" if (difference > 0) == (BY_KEY[key].better == "higher") else "worse"
    return Difference(name, key, a, b, difference, bounds, p, verdict, count)


def _pair(a: list[Record], b: list[Record]) -> list[tuple[Record, Record]]:
    of_a, of_b = _by_key(a), _by_key(b)
    lonely = {"A": [key for key in of_a if key not in of_b], "B": [key for key in of_b if key not in of_a]}
    if lonely["A"] or lonely["B"]:
        found = "; ".join(
            f"{len(keys)} only in {side}, such as {keys[0][1]} of {keys[0][0]}" for side, keys in lonely.items() if keys
        )
        raise DataError(f"The two results are not over the same images: {found}. Evaluate both on the same manifests.")
    pairs = [(record, of_b[key]) for key, record in of_a.items()]
    for mine, other in pairs:
        if _labels(mine) != _labels(other):
            raise DataError(
                f"The labels of {mine['image']} of {mine['source']} are not the same: {_labels(mine)} in A, "
                f"{_labels(other)} in B. Evaluate both on the same masks."
            )
    return pairs


def _by_key(records: list[Record]) -> dict[tuple[str, str, int], Record]:
    """Finds records by source, path and, for paths listed in several manifests, by which of them it is."""
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for record in records:
        name = (record["source"], record["image"])
        found[*name, seen[name]] = record
        seen[name] += 1
    return found


def _labels(record: Record) -> str:
    true_sky, _, missed_sky, _ = record["counts"]
    return f"{true_sky + missed_sky} of {sum(record['counts'])} labelled pixels are sky"


def comparison_text(comparison: dict[str, Any]) -> str:
    """Formats a comparison as Markdown."""
    models = [f"{side.upper()}: {_model(comparison[side])}" for side in ("a", "b")]
    overall = [_cells(BY_KEY[row["metric"]].label, row) for row in comparison["overall"]]
    text = "\n".join([*models, "", f"All {comparison['images']} images pooled:", "", _table("metric", overall)])
    for key, rows in comparison["sources"].items():
        text += f"\n{BY_KEY[key].label} per source:\n\n{_table('source', [_cells(row['name'], row) for row in rows])}"
    return f"{text}\n{_NOTE}\n"


_NOTE = (
    "Intervals (95 %) resample groups of images, the same ones for A and B; p is that of exchanging A and B group by "
    "group.\nB is called better or worse where the interval excludes 0 and p is below 0.05: of twenty rows "
    "without a true difference, about one is.\nA source with one group is resampled by image: that says nothing about "
    "other cameras."
)


def _model(model: dict[str, Any]) -> str:
    return f"{model['name']} {model['version']} ({model['file']}, {model['engine']} on {model['device']})"


def _table(first: str, rows: list[list[str]]) -> str:
    return markdown_table([first, "units", "A", "B", "B - A", "95 % interval", "p", "B is"], rows)


def _cells(name: str, row: dict[str, Any]) -> list[str]:
    bounds = row["interval"]
    return [
        name,
        str(row["units"]),
        *(score_text(row[key]) for key in ("a", "b")),
        score_text(row["difference"], "+.4f"),
        f"{bounds[0]:+.4f} to {bounds[1]:+.4f}" if bounds else "-",
        score_text(row["p"], ".3f"),
        row["verdict"] or "-",
    ]
