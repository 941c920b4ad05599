"""The Markdown made from what `bench` measured: nothing in it is typed by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from skymask.bench.rows import TITLES
from skymask.evaluation.markdown import markdown_table

_HEAD = (
    "what",
    "size",
    "model",
    "engine",
    "threads",
    "p50 ms",
    "p95 ms",
    "frames/s",
    "CPU s/frame",
    "peak MiB",
    "cold start s",
)
_NOTE = """Medians over {over}; each round measures every row once, in a fresh process, and every other round
in reverse order. In brackets: the lowest and the highest round. Cold start: from importing skymask to the first mask,
files already in the system's cache. Whole files go through decoding, inference, compositing and encoding (x264
veryfast) at the same time, so their frames have no latency of their own; decoding and encoding alone stays in YUV and
uses all cores.
"""


def table(result: dict[str, Any]) -> str:
    """Writes the result of `bench` as Markdown.

    Args:
        result: As `bench` returned it, or as read back from bench.json.

    Returns:
        Machine, rows, ratios, and what was left out and why.
    """
    parts = [
        _machine(result),
        markdown_table(_HEAD, map(_cells, result["rows"])),
        _NOTE.format(over=_rounds(result["rounds"])),
    ]
    if result["ratios"]:
        rows = (
            [f"{ratio['of']} / {_unlike(ratio)}", ratio["quantity"], *(_number(ratio[key]) for key in _SPREAD)]
            for ratio in result["ratios"]
        )
        parts.append(markdown_table(("ratio, taken round by round", "of", *_SPREAD), rows))
    if result["left_out"]:
        parts.append("Left out:\n\n" + "".join(_left_out(result["left_out"])))
    return "\n".join(parts)


_SPREAD = ("median", "min", "max")


def _machine(result: dict[str, Any]) -> str:
    machine = result["machine"]
    memory = "" if machine["memory_gib"] is None else f", {machine['memory_gib']:g} GiB of memory"
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    commit = "" if result["commit"] is None else f", commit {result['commit']}"
    return f"{machine['cpu']}, {machine['cores']} cores{memory}, {machine['system']}.\n{versions}{commit}.\n"


def _rounds(count: int) -> str:
    return f"{count} round{'s' if count > 1 else ''}"


def _unlike(ratio: dict[str, Any]) -> str:
    """What the baseline does not share with the row that is compared with it."""
    shared = ratio["of"].split(", ")
    return ", ".join(part for part in ratio["over"].split(", ") if part not in shared)


def _cells(row: dict[str, Any]) -> list[str]:
    summary = row["summary"]
    cold_start = summary.get("cold_start_ms")
    return [
        TITLES[row["task"]],
        "-" if row["size_hw"] is None else f"{row['size_hw'][1]}x{row['size_hw'][0]}",
        row["model"] or "-",
        row["engine"] or "-",
        str(row["threads"] or "-"),
        _median(summary, "p50_ms"),
        _median(summary, "p95_ms"),
        "{median} ({min} to {max})".format(**{key: _number(summary["frames_per_s"][key]) for key in _SPREAD}),
        _median(summary, "cpu_s_per_frame"),
        _median(summary, "peak_mib"),
        "-" if cold_start is None else _number(cold_start["median"] / 1000),
    ]


def _median(summary: dict[str, Any], key: str) -> str:
    return _number(summary[key]["median"]) if key in summary else "-"


def _number(value: float) -> str:
    """Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 1234."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    digits = 3 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def _left_out(entries: Iterable[dict[str, str]]) -> list[str]:
    """One line a reason, since what is missing is often missing for several rows."""
    names: dict[str, list[str]] = {}
    for entry in entries:
        names.setdefault(entry["reason"], []).append(entry["name"])
    return [f"- {'; '.join(found)}: {reason}\n" for reason, found in names.items()]
