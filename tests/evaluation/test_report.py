"""The report: complete, self-contained, escaped, the same every time."""

from __future__ import annotations

import base64
import copy
import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from skymask.evaluation.report import write_report
from skymask.evaluation.report.pictures import FALSE_SKY, LONGEST_PX, MISSED_SKY, draw
from skymask.evaluation.terms import BY_KEY, METRICS
from skymask.evaluation.worst import WorstImage

NASTY = "<img src=x onerror=alert(1)>&\"'.jpg"
VOID = {"meta", "img", "br", "link", "input", "hr"}


def group(images: int, iou: float | None) -> dict[str, Any]:
    """A group whose metrics all follow from one number."""
    values = {metric.key: iou if iou is None or metric.better == "higher" else (1 - iou) / 10 for metric in METRICS}
    interval = {key: [value - 0.01, value + 0.005] for key, value in values.items() if value is not None}
    return {"images": images, **values, "interval": interval}


def make_result(sources: Sequence[str] = ("webcams", "streets", "rooms"), images: int = 30) -> dict[str, Any]:
    """A plausible result of `skymask evaluate`."""
    random = np.random.default_rng(4)
    thresholds = list(range(0, 256, 5))
    edges = np.linspace(0, 1, 11)
    bands = ("none", "up to 5 %", "5 to 25 %", "25 to 50 %", "over 50 %")
    return {
        "format": 1,
        "model": {
            "name": "fast", "version": "1.2.3", "file": "fast.onnx", "sha256": "ab" * 32,
            "engine": "onnxruntime", "device": "cpu", "working_size": [256, 320],
        },
        "skymask": "0.3.0",
        "manifests": [{"path": "val/manifest.csv", "images": images, "sha256": "cd" * 32}],
        "threshold": 127,
        "overall": group(images, 0.9412),
        "mean": group(images, 0.8762),
        "sources": {**{name: group(10, 0.97 - 0.03 * i) for i, name in enumerate(sources)}, "dark": group(3, None)},
        "cameras": {f"webcams/{camera}": group(5, 0.9) for camera in ("a", "b")},
        "conditions": {"day": group(20, 0.95), "night": group(10, 0.81)},
        "sky_share": {**{band: group(6, 0.8 + 0.04 * i) for i, band in enumerate(bands)}, "none": group(0, None)},
        "without_sky": 6,
        "false_claims": 2,
        "curve": {
            "thresholds": thresholds,
            "precision": [*(0.9 + 0.1 * t / 255 for t in thresholds[:-1]), None],
            "recall": [1 - 0.1 * t / 255 for t in thresholds],
            "iou": [0.94 - 0.1 * abs(t - 127) / 255 for t in thresholds],
        },
        "trimap": {"widths_px": [1, 2, 4, 8, 16, 32], "iou": [0.5, 0.6, 0.7, 0.8, 0.85, 0.9]},
        "calibration": {
            "edges": edges.tolist(),
            "predicted": [*(edges[:-1] + 0.05)[:-1], None],
            "observed": [*(edges[:-1] + 0.02)[:-1], None],
            "pixels": [10**6, *[10**4] * 8, 0],
            "ece": 0.0123,
        },
        "images": [make_record(index, float(error)) for index, error in enumerate(random.uniform(0, 0.2, images))],
    }  # fmt: skip


def make_record(index: int, error: float) -> dict[str, Any]:
    return {
        "source": "webcams", "group": "a", "image": f"webcams/{index}.jpg", "manifest": 0, "width": 64, "height": 48,
        "condition": "day", "sky_share": index % 5 / 5, "counts": [1000, 10, 20, 2042], "misclassified": error,
        "iou": 0.97,
    }  # fmt: skip


def make_worst(record: dict[str, Any], size_hw: tuple[int, int] = (48, 64)) -> WorstImage:
    """Truth is the upper half; the prediction misses the left of it, claims the lower right; the middle is ignored."""
    height, width = size_hw
    frame = np.full((height, width, 3), 120, np.uint8)
    truth = np.zeros(size_hw, np.uint8)
    truth[: height // 2] = 255
    alpha = truth.copy()
    alpha[: height // 2, : width // 4] = 0
    alpha[height // 2 :, -width // 4 :] = 255
    valid = np.ones(size_hw, np.bool_)
    valid[:, width // 2 - 8 : width // 2 + 8] = False
    return WorstImage(record, frame, truth, valid, alpha)


class Page(HTMLParser):
    """Reads a page strictly: what is opened is closed in order, ids are unique."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "srcset", "data", "poster", "action"}:
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written(folder: Path, result: dict[str, Any], worst: Sequence[WorstImage] = ()) -> str:
    write_report(folder / "report.html", result, worst)
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    result = make_result()
    return written(tmp_path_factory.mktemp("report"), result, [make_worst(record) for record in result["images"][:3]])


def test_numbers_intervals_and_dashes_are_shown(report: str) -> None:
    text = Page(report).text
    for words in (
        "fast 1.2.3",
        "30 labelled images",
        "val/manifest.csv",
        "above 127",
        "onnxruntime on cpu",
        "0.876 (0.866–0.881)",
    ):
        assert words in text
    assert "0.941 0.931–0.946" in text
    assert "Images without sky: 6, of which 2" in text
    assert "dark 3 – – – – – – – –" in text, "a source without a defined metric gets dashes"
    for metric in METRICS:
        assert metric.meaning in text


def test_every_plot_is_there_with_text_as_text(report: str) -> None:
    page = Page(report)
    assert page.tags.count("svg") == 6
    for words in ("webcams", "recall", "Expected calibration error: 1.23 %", "truly sky", "Half of the images"):
        assert words in page.text


def test_nothing_is_loaded_from_elsewhere(report: str) -> None:
    page = Page(report)
    assert all(address.startswith(("data:image/", "#")) for address in page.addresses)
    assert not {"link", "iframe", "object", "embed", "base"} & set(page.tags)
    outside = set(re.findall(r'(?:https?:)?//[\w.]+[^\s"\')<]*', re.sub(r"base64,[^\"]+", "", report)))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, "XML's namespaces are no links"
    assert "@import" not in report


def test_ids_are_unique_and_references_lead_somewhere(report: str) -> None:
    page = Page(report)
    assert len(page.ids) == len(set(page.ids))
    references = re.findall(r'(?:url\(|href=")#([^)"]+)', report)
    assert references
    assert set(references) <= set(page.ids)


def test_the_same_result_gives_the_same_bytes(report: str, tmp_path: Path) -> None:
    result = make_result()
    again = written(tmp_path, result, [make_worst(record) for record in result["images"][:3]])
    assert again == report


def test_names_are_escaped_everywhere(tmp_path: Path) -> None:
    result = make_result(sources=(NASTY, "$no$ math", "雪"))
    result["cameras"] = {f"{NASTY}/{NASTY}": group(2, 0.9)}
    result["manifests"][0]["path"] = result["model"]["file"] = result["model"]["name"] = NASTY
    record = result["images"][0] | {"source": NASTY, "group": NASTY, "image": NASTY}
    page = Page(written(tmp_path, result, [make_worst(record)]))
    assert page.tags.count("img") == 4
    assert page.text.count(NASTY) >= 8
    assert "$no$ math" in page.text
    assert all(address.startswith(("data:image/", "#")) for address in page.addresses)


def test_what_is_undefined_throughout_is_left_out(tmp_path: Path) -> None:
    result = make_result()
    result["overall"] = group(3, None)
    result["sources"], result["cameras"] = {"dark": group(3, None)}, {}
    result["mean"] = group(3, None)
    result["curve"] = {key: [None] * 3 for key in ("precision", "recall", "iou")} | {"thresholds": [0, 127, 254]}
    result["trimap"]["iou"] = [None] * 6
    result["calibration"]["pixels"] = [0] * 10
    page = Page(written(tmp_path, result))
    assert page.tags.count("svg") == 2
    assert "By camera" not in page.text
    assert "Worst images" not in page.text


def test_a_long_table_is_folded_away(tmp_path: Path) -> None:
    result = make_result()
    few = Page(written(tmp_path, result)).tags.count("details")
    result["cameras"] = {f"webcams/{camera}": group(5, 0.9) for camera in range(53)}
    page = Page(written(tmp_path, result))
    assert page.tags.count("details") == few + 1
    assert "53 rows" in page.text


def test_the_result_is_left_as_it_was(tmp_path: Path) -> None:
    result = make_result()
    before = copy.deepcopy(result)
    written(tmp_path, result)
    assert result == before


def test_pictures_show_each_mistake_in_its_colour() -> None:
    pictures = draw(make_worst(make_record(0, 0.2), size_hw=(480, 640)))
    errors = _decode(pictures.errors)
    assert errors.shape == (LONGEST_PX * 3 // 4, LONGEST_PX, 3)
    height, width, _ = errors.shape
    assert np.abs(errors[height // 4, width // 8] - np.array(MISSED_SKY)).max() < 12
    assert np.abs(errors[3 * height // 4, -width // 8] - np.array(FALSE_SKY)).max() < 12
    right = errors[height // 4, 3 * width // 4]
    assert np.ptp(right) < 8, "what is right stays grey"
    ignored = errors[height // 4, width // 2 - 3 : width // 2 + 4]
    assert np.ptp(ignored, axis=0).min() > 40, "what has no label is hatched"


def test_a_mistake_of_one_pixel_in_a_large_image_is_seen() -> None:
    worst = make_worst(make_record(0, 0.2), size_hw=(1440, 1440))
    worst.alpha[:] = worst.truth
    worst.alpha[1000] = 255
    row = _decode(draw(worst).errors)[1000 * LONGEST_PX // 1440, 40]
    assert row[0] - row[2] > 40


def test_24_photographs_stay_below_4_mb(tmp_path: Path) -> None:
    result = make_result()
    worst = make_worst(result["images"][0], size_hw=(720, 960))
    grain = np.random.default_rng(1).normal(0, 12, worst.frame.shape)
    worst.frame[:] = np.clip(worst.frame + grain, 0, 255).astype(np.uint8)
    assert len(written(tmp_path, result, [worst] * 24)) < 4e6


def test_numbers_are_written_in_their_unit() -> None:
    assert BY_KEY["iou"].text(0.95413) == "0.954"
    assert BY_KEY["misclassification"].text(0.0123) == "1.23 %"
    assert BY_KEY["misclassification"].interval_text([0.01, 0.02]) == "1.00–2.00 %"
    assert BY_KEY["mae"].text(None) == "–"
    assert BY_KEY["gradient_error"].text(6.8095) == "6.81"
    assert not BY_KEY["mae"].interval_text(None)
    assert not BY_KEY["false_sky_rate"].interval_text([0.0, 0.0]), "no variation seen is not certainty"


def _decode(source: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    data = base64.b64decode(source.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.int64)
