"""The plots of the report, as SVG to stand inside an HTML page: text stays text, and every run draws the same bytes."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
from matplotlib import style, ticker
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from skymask.evaluation.conditions import SKY_BANDS

INK, SOFT, LINE = "#1c2733", "#5b6b7b", "#d9e0e7"
BLUE, ORANGE, GREEN = "#2f7fd1", "#c8691c", "#2d7a46"
_SIZE_IN = (5.6, 3.3)
_LEAST_ERROR = 1e-4  # errors below are drawn here, where the logarithmic axes begin
_MOST_DOTS = 1500
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "skymask",
    "text.parse_math": False,
    "font.size": 9,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


@dataclass(frozen=True)
class Plot:
    """A plot with the words around it."""

    title: str
    note: str
    """How to read it."""
    svg: str
    """An `svg` element."""


def plots(result: dict[str, Any]) -> list[Plot]:
    """Draws what an evaluation's result has numbers for.

    Args:
        result: As `skymask evaluate` writes it; what is undefined throughout (no sky in any label) is left out.
    """
    drawings = (_sources, _thresholds, _trimap, _calibration, _sky_share, _errors)
    with style.context(["default", _STYLE]):
        return [plot for drawing in drawings if (plot := drawing(result)) is not None]


def _sources(result: dict[str, Any]) -> Plot | None:
    rows = [(name, group) for name, group in result["sources"].items() if group["iou"] is not None]
    if not rows:
        return None
    rows.sort(key=lambda row: (row[1]["iou"], row[0]))
    figure = Figure(figsize=(_SIZE_IN[0], max(_SIZE_IN[1], 0.7 + 0.25 * len(rows))), layout="constrained")
    axes = figure.add_subplot()
    for height, (_, group) in enumerate(rows):
        ends = _numbers(group["interval"].get("iou") or [None, None])
        axes.plot(ends, [height, height], color=BLUE, linewidth=5, alpha=0.35, solid_capstyle="round")
    axes.plot([group["iou"] for _, group in rows], range(len(rows)), "o", color=BLUE, markersize=5)
    axes.set_yticks(range(len(rows)), [_shorten(name) for name, _ in rows])
    if result["overall"]["iou"] is not None:
        axes.axvline(result["overall"]["iou"], color=SOFT, linestyle="--", linewidth=1, label="all images pooled")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
    axes.set(xlabel="IoU of sky", ylim=(-0.7, len(rows) - 0.3))
    axes.set_xlim(right=min(1, axes.get_xlim()[1]))
    axes.grid(axis="y", visible=False)
    return Plot(
        "IoU of sky per source",
        "Dots are pooled counts, bars the 95 % intervals. Wide bars: few cameras, or cameras that differ.",
        _svg(figure, "sources"),
    )


def _thresholds(result: dict[str, Any]) -> Plot | None:
    curve = result["curve"]
    thresholds = _numbers(curve["thresholds"])
    figure, axes = _panel()
    lowest = [0.9]
    for key, label, colour in (("precision", "precision", ORANGE), ("recall", "recall", GREEN), ("iou", "IoU", BLUE)):
        values = _numbers(curve[key])
        if np.isnan(values).all():
            return None
        axes.plot(thresholds, values, color=colour, label=label)
        # The ends, where nothing or everything is sky, would squeeze the rest.
        lowest.append(float(np.nanmin(values[(thresholds >= 8) & (thresholds <= 247)], initial=1)))
    axes.axvline(result["threshold"], color=INK, linestyle="--", linewidth=1)
    axes.set(xlim=(0, 255), ylim=(np.floor(20 * min(lowest)) / 20, 1), xlabel="threshold: sky where alpha is above")
    axes.set_xticks([0, 64, result["threshold"], 192, 255])
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0, ncols=3)
    return Plot(
        "Threshold",
        f"All pixels pooled. {result['threshold']} (dashed) gives all other numbers on this page. A flat IoU: the "
        "choice hardly matters. Raise the threshold where false sky hurts, lower it where missed sky does.",
        _svg(figure, "thresholds"),
    )


def _trimap(result: dict[str, Any]) -> Plot | None:
    widths, values = _numbers(result["trimap"]["widths_px"]), _numbers(result["trimap"]["iou"])
    if np.isnan(values).all():
        return None
    figure, axes = _panel()
    axes.plot(widths, values, "o-", color=BLUE, markersize=5)
    axes.set_xscale("log", base=2)
    axes.set_xticks(widths, [f"{width:g}" for width in widths])
    axes.set(xlabel="pixels on each side of the true outline", ylabel="IoU within the band")
    axes.set_ylim(top=min(1.0, axes.get_ylim()[1]))
    return Plot(
        "Near the outline",
        "IoU of pixels close to the true edge of the sky. The left end is about leaves and wires, and about how exact "
        "the labels themselves are.",
        _svg(figure, "trimap"),
    )


def _calibration(result: dict[str, Any]) -> Plot | None:
    bins = result["calibration"]
    predicted, observed, pixels = (_numbers(bins[key]) for key in ("predicted", "observed", "pixels"))
    if not pixels.sum():
        return None
    figure = Figure(figsize=_SIZE_IN, layout="constrained")
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    axes.plot([0, 1], [0, 1], color=SOFT, linestyle="--", linewidth=1)
    axes.plot(predicted, observed, "o-", color=BLUE, markersize=4)
    axes.set(ylim=(-0.03, 1.03), ylabel="truly sky")
    edges = _numbers(bins["edges"])
    below.bar(edges[:-1], pixels / pixels.sum(), np.diff(edges), align="edge", color=BLUE, edgecolor="white")
    below.set(yscale="log", ylabel="pixels", xlabel="alpha, as a probability of sky", xlim=(-0.01, 1.01))
    below.yaxis.set_major_locator(ticker.LogLocator(numticks=4))
    below.yaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    below.minorticks_off()
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    return Plot(
        "Calibration",
        "Of the pixels with this alpha, how many are sky? On the dashed line alpha can be read as a probability. "
        f"Below: how many pixels there are. Expected calibration error: {100 * bins['ece']:.2f} %.",
        _svg(figure, "calibration"),
    )


def _sky_share(result: dict[str, Any]) -> Plot | None:
    images = result["images"]
    dots = images[:: -(-len(images) // _MOST_DOTS)]
    shares, errors = (_numbers([image[key] for image in dots]) for key in ("sky_share", "misclassified"))
    known = ~(np.isnan(shares) | np.isnan(errors))
    if not known.any():
        return None
    shares, errors = shares[known], errors[known]
    figure, axes = _panel()
    # Every band is as wide as any other; images without sky are spread over theirs by their order.
    places = np.interp(shares, list(SKY_BANDS.values()), range(1, 6))
    places[shares == 0] = np.linspace(0.15, 0.85, int((shares == 0).sum()))
    axes.plot(places, np.maximum(errors, _LEAST_ERROR), "o", color=BLUE, markersize=2.5, alpha=0.4, markeredgewidth=0)
    for place, band in enumerate(SKY_BANDS):
        mean = result["sky_share"].get(band, {}).get("misclassification")
        if mean is not None:
            mean = max(mean, _LEAST_ERROR)
            axes.plot([place + 0.06, place + 0.94], [mean, mean], color=ORANGE, linewidth=3, zorder=1.5)
    axes.set_xticks([0.5, 1, 2, 3, 4, 5], ["none", "0", "5", "25", "50", "100 %"])
    axes.set(yscale="log", xlim=(0, 5), xlabel="share of sky in the image", ylabel="wrong pixels")
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    return Plot(
        "Error by share of sky",
        "A dot is an image, an orange line the mean of its band. Errors below 0.01 % stand at 0.01 %.",
        _svg(figure, "sky-share"),
    )


def _errors(result: dict[str, Any]) -> Plot | None:
    errors = np.sort(_numbers([image["misclassified"] for image in result["images"]]))
    errors = errors[~np.isnan(errors)]
    if not len(errors):
        return None
    shares = np.linspace(0, 1, min(len(errors), 200) + 1)[1:]
    heights = np.quantile(errors, shares, method="inverted_cdf")
    figure, axes = _panel()
    axes.step(np.maximum(heights, _LEAST_ERROR), shares, color=BLUE, where="post")
    axes.set(xscale="log", ylim=(0, 1.02), xlabel="wrong pixels in an image", ylabel="share of images with fewer")
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_percent))
    half, most = np.quantile(errors, [0.5, 0.9], method="inverted_cdf")
    for share, error in ((0.5, half), (0.9, most)):
        axes.plot(max(error, _LEAST_ERROR), share, "o", color=ORANGE, markersize=6)
    return Plot(
        "Error over images",
        f"Half of the images have at most {100 * half:.2f} % wrong pixels, nine of ten at most {100 * most:.2f} %.",
        _svg(figure, "errors"),
    )


def _panel() -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE_IN, layout="constrained")
    return figure, figure.add_subplot()


def _numbers(values: list[float | None]) -> NDArray[np.float64]:
    """None becomes NaN, which matplotlib leaves out."""
    return np.array(values, dtype=np.float64)


def _percent(share: float, _: object) -> str:
    return f"{100 * share:g} %"


def _shorten(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"


def _svg(figure: Figure, name: str) -> str:
    """Returns the figure as an element whose ids begin with `name`, so that several fit into one page."""
    buffer = StringIO()
    with warnings.catch_warnings():
        # The reader's browser has fonts for names that matplotlib's own cannot write.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    drawing = buffer.getvalue()
    return re.sub(r"<[^>]+>", lambda tag: _ID.sub(rf"\g<1>{name}-", tag[0]), drawing[drawing.index("<svg") :])
