"""Writes the measured parts of a model card: nothing in a table is typed by hand.

A card has places for them, `<!-- NAME -->` to `<!-- /NAME -->`; everything else in it is prose and stays as it is.

    skymask evaluate fast data/val/manifest.csv -o runs/fast/val
    python benchmarks/model_card.py src/skymask/weights/fast.md --evaluation runs/fast/val --run runs/fast
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from skymask.data.manifest import read_manifest
from skymask.evaluation.evaluate import table
from skymask.training.checkpoint import load_checkpoint


def training_table(records: list[dict[str, Any]]) -> str:
    """One line an epoch: what `metrics.jsonl` says in short."""
    lines = ["| epoch | working size | loss | images/s | mean IoU | false sky |", "|---|---|---|---|---|---|"]
    for record in records:
        val = record["val"]
        height, width = record["working_size"]
        lines.append(
            f"| {record['epoch']} | {height}x{width} | {record['loss']:.4f} | {record['images_per_s']:.1f} | "
            f"{val['mean']['iou']:.4f} | {val['false_claims']} of {val['without_sky']} |"
        )
    hours = sum(record["seconds"] for record in records) / 3600
    return "\n".join(lines) + f"\n\n{len(records)} epochs, {records[-1]['step']} steps, {hours:.1f} hours of training.\n"


def data_table(manifests: list[Path]) -> str:
    """Images per training source."""
    counts: dict[str, int] = {}
    for path in manifests:
        for sample in read_manifest(path):
            counts[sample.source] = counts.get(sample.source, 0) + 1
    rows = [f"| {source} | {count} |" for source, count in sorted(counts.items())]
    return "\n".join(["| source | images |", "|---|---|", *rows]) + "\n"


def fill(card: str, name: str, text: str) -> str:
    """Replaces what stands between a place's two marks."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    filled, count = pattern.subn(lambda match: match[1] + text + match[2], card)
    if count != 1:
        raise SystemExit(f"The card has {count} places named '{name}', expected one.")
    return filled


def main() -> None:
    """Fills the card in place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("card", type=Path)
    parser.add_argument("--evaluation", type=Path, required=True, help="folder of 'skymask evaluate'")
    parser.add_argument("--run", type=Path, required=True, help="folder of 'skymask train'")
    arguments = parser.parse_args()
    summary = json.loads((arguments.evaluation / "result.json").read_text(encoding="utf-8"))
    lines = (arguments.run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    config = load_checkpoint(arguments.run / "best.safetensors").config
    card = arguments.card.read_text(encoding="utf-8")
    card = fill(card, "validation", table(summary))
    card = fill(card, "training", training_table([json.loads(line) for line in lines]))
    card = fill(card, "data", data_table(list(config.data.train)))
    arguments.card.write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
