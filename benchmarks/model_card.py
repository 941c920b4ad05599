"""Writes the measured parts of a model card: nothing in a table is typed by hand.

A card (and the README) has places for them, `<!-- NAME -->` to `<!-- /NAME -->`; all else in it is prose and stays.

    skymask evaluate fast data/val/manifest.csv -o runs/val
    skymask bench --baselines -o benchmarks/results
    python benchmarks/model_card.py src/skymask/weights/fast.md README.md --evaluation runs/val --runs runs/fast
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from skymask.evaluation.markdown import score_text
from skymask.evaluation.result import table
from skymask.training.checkpoint import load_checkpoint
from skymask.training.config import DataConfig
from skymask.training.corrections import read_training_samples


def training_table(run: Path) -> str:
    """One line an epoch: what a run's `metrics.jsonl` says in short."""
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = ["| epoch | working size | loss | images/s | mean IoU | false sky |", "|---|---|---|---|---|---|"]
    for record in records:
        val = record["val"]
        height, width = record["working_size"]
        lines.append(
            f"| {record['epoch']} | {height}x{width} | {record['loss']:.4f} | {record['images_per_s']:.1f} | "
            f"{score_text(val['mean']['iou'])} | {val['false_claims']} of {val['without_sky']} |"
        )
    hours = sum(record["seconds"] for record in records) / 3600
    return (
        "\n".join(lines) + f"\n\n{len(records)} epochs, {records[-1]['step']} steps, {hours:.1f} hours of training.\n"
    )


def data_table(data: DataConfig) -> str:
    """Images trained on per source, without those that the corrections leave out."""
    counts = Counter(sample.source for sample in read_training_samples(data.train, data.corrections))
    rows = [f"| {source} | {count} |" for source, count in sorted(counts.items())]
    return "\n".join(["| source | images |", "|---|---|", *rows]) + "\n"


def seeds_table(evaluations: list[dict[str, Any]]) -> str:
    """Scores of sky per source over runs that differ in their seed alone: mean, standard deviation and range."""

    def spread(scores: list[float | None]) -> str:
        values = [score for score in scores if score is not None]
        if len(values) < len(scores):
            return "- | -"
        return f"{mean(values):.4f} ± {stdev(values):.4f} | {min(values):.4f} to {max(values):.4f}"

    rows = {source: [result["sources"][source] for result in evaluations] for source in evaluations[0]["sources"]}
    rows["mean over sources"] = [result["mean"] for result in evaluations]
    lines = ["| source | IoU of sky | least and most | Boundary IoU | least and most |", "|---|---:|---:|---:|---:|"]
    for name, scores in rows.items():
        columns = [spread([score[metric] for score in scores]) for metric in ("iou", "boundary_iou")]
        lines.append(f"| {name} | {' | '.join(columns)} |")
    claims = ", ".join(str(result["false_claims"]) for result in evaluations)
    return "\n".join([*lines, "", f"Pictures without sky with more than 1 % called sky: {claims}.\n"])


def speed_table(result: dict[str, Any]) -> str:
    """The U-Net and the models it is compared with in a `bench.json` of `skymask bench --baselines`."""
    ratios = [ratio for ratio in result["ratios"] if ratio["of"].startswith("U-Net")]
    rows = {row["name"]: row for row in result["rows"]}
    compared = dict.fromkeys([ratio["of"] for ratio in ratios] + [ratio["over"] for ratio in ratios])
    lines = [f"| {name} | {rows[name]['summary']['p50_ms']['median']:.1f} ms |" for name in compared]
    for ratio in ratios:
        rounds = f"rounds: {ratio['min']:.0f} to {ratio['max']:.0f}"
        lines.append(f"| {ratio['of']} / {ratio['over']} | {ratio['median']:.0f} ({rounds}) |")
    versions = ", ".join(f"{name} {result['versions'][name]}" for name in ("onnxruntime", "torch"))
    return "\n".join(["| | median latency |", "|---|---|", *lines, "", f"{result['machine']['cpu']}, {versions}.\n"])


def evaluation(folder: Path) -> dict[str, Any]:
    """What `skymask evaluate -o FOLDER` wrote."""
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return result


def fill(page: Path, places: dict[str, str]) -> None:
    """Replaces what stands between the marks of those places that the page has."""
    text = page.read_text(encoding="utf-8")
    for name, content in places.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda match, content=content: match[1] + content + match[2], text)
    page.write_text(text, encoding="utf-8")


def main() -> None:
    """Fills the pages in place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--evaluation", type=Path, required=True, help="folder of 'skymask evaluate'")
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="folders of 'skymask train', in order")
    parser.add_argument("--seeds", type=Path, nargs="+", help="evaluations of runs that differ in their seed alone")
    parser.add_argument("--speed", type=Path, default=Path(__file__).parent / "results" / "bench.json")
    arguments = parser.parse_args()
    config = load_checkpoint(arguments.runs[-1] / "last.safetensors").config
    places = {
        "validation": table(evaluation(arguments.evaluation)),
        "training": "\n".join(training_table(run) for run in arguments.runs),
        "data": data_table(config.data),
        "speed": speed_table(json.loads(arguments.speed.read_text(encoding="utf-8"))),
    }
    if arguments.seeds:
        places["seeds"] = seeds_table([evaluation(folder) for folder in arguments.seeds])
    for page in arguments.pages:
        fill(page, places)


if __name__ == "__main__":
    main()
