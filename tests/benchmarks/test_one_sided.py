"""The crops at the sky's edge: what is in them, what counts as wrong, and what is printed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import one_sided
from skymask.data.manifest import read_manifest

HEIGHT, WIDTH, EDGE = 160, 200, 80


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Three images: sky above ground, no sky at all, nothing but sky."""
    lines = ["source,group,image,mask"]
    for name, edge in (("both", EDGE), ("ground", 0), ("sky", HEIGHT)):
        alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
        alpha[:edge] = 255
        Image.fromarray(np.where(alpha[..., None], np.uint8([90, 140, 230]), np.uint8([60, 80, 40]))).save(
            tmp_path / f"{name}.png"
        )
        Image.fromarray(alpha).save(tmp_path / f"{name}-mask.png")
        lines.append(f"made,{name},{name}.png,{name}-mask.png")
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def blue_is_sky(image: np.ndarray) -> np.ndarray:
    return np.uint8(255) * (image[..., 2] > 150)


def test_each_part_holds_its_own_side_alone(manifest: Path) -> None:
    samples = read_manifest(manifest)
    tallies = one_sided.judge(blue_is_sky, samples)
    assert {key: (tally.crops, tally.wrong) for key, tally in tallies.items()} == {
        ("made", "below the sky"): (2, {}),
        ("made", "sky alone"): (2, {}),
    }


@pytest.mark.parametrize(("answer", "part"), [(255, "below the sky"), (0, "sky alone")])
def test_a_model_that_always_says_the_same_is_wrong_on_one_side(manifest: Path, answer: int, part: str) -> None:
    tallies = one_sided.judge(lambda image: np.full(image.shape[:2], answer, np.uint8), read_manifest(manifest))
    wrong = {key[1]: set(tally.wrong) for key, tally in tallies.items()}
    whole = "ground.png" if part == "below the sky" else "sky.png"
    assert wrong.pop(part) == {"both.png", whole}
    assert list(wrong.values()) == [set()]


def test_crops_of_few_rows_are_left_out(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_sided, "LEAST_ROWS", EDGE + 1)
    assert [tally.crops for tally in one_sided.judge(blue_is_sky, read_manifest(manifest)).values()] == [1, 1]


def test_it_prints_a_table(manifest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["one_sided.py", str(manifest), "--model", "fast"])
    one_sided.main()
    assert "| fast | made | " in capsys.readouterr().out
