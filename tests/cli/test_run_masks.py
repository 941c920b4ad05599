"""Long runs tell how far they are, and interrupted ones what is there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from skymask.cli import main
from skymask.cli.run_masks import ProgressLines
from skymask.errors import OutputError
from skymask.masks import segment
from skymask.masks.layouts import coco_panoptic
from skymask.masks.report import Report
from skymask.photographs.read import Photograph, read_photograph


class Clock:
    """Time that passes when told to."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def lines_of(steps: list[tuple[float, bool]], total: int) -> list[str]:
    """The lines that are written where photographs are done after so many seconds each, with or without work."""
    clock, lines = Clock(), list[str]()
    progress = ProgressLines(total, lines.append, clock)
    for seconds, worked in steps:
        clock.now_s += seconds
        progress.advance(worked)
    return lines


def test_a_line_comes_about_every_ten_seconds_with_the_time_left() -> None:
    assert lines_of([(0.5, True)] * 50, 5000) == [
        "masks: 20 of 5,000, about 42 min left",
        "masks: 40 of 5,000, about 41 min left",
    ]


def test_short_runs_and_the_end_have_no_line() -> None:
    assert lines_of([(3, True)] * 3, 3) == []
    assert lines_of([(6, True)] * 2, 2) == []


def test_skipped_photographs_do_not_make_the_rest_look_quick() -> None:
    assert lines_of([(0, False)] * 4000 + [(1, True)] * 11, 5000)[0] == "masks: 4,010 of 5,000, about 16 min left"
    assert lines_of([(11, False)], 5000) == ["masks: 1 of 5,000"]


@pytest.mark.parametrize(("seconds", "left"), [(11, "11 s"), (1000, "17 min"), (10000, "2.8 h")])
def test_the_time_left_has_a_fitting_unit(seconds: float, left: str) -> None:
    assert lines_of([(seconds, True)], 2) == [f"masks: 1 of 2, about {left} left"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for name, colour in (("a", (20, 40, 200)), ("b", (90, 80, 30)), ("c", (20, 40, 200))):
        Image.new("RGB", (60, 40), colour).save(tmp_path / "photos" / f"{name}.png")
    return tmp_path / "photos"


def run(photos: Path, tiny_model: Path, *options: object, only: str = "") -> int:
    output = photos.parent / "out"
    return main(["masks", str(photos / only), "-o", str(output), "--model", str(tiny_model), *map(str, options)])


def interrupted_at(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> Photograph:
        if path.stem == name:
            raise KeyboardInterrupt
        return read_photograph(path)

    monkeypatch.setattr(segment, "read_photograph", read)


def test_an_interrupted_run_says_what_is_there_and_how_to_go_on(
    photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(photos, tiny_model, only="a.png") == 0
    interrupted_at("b", monkeypatch)
    capsys.readouterr()
    assert run(photos, tiny_model, "--report", photos.parent / "report.json") == 130
    out, err = capsys.readouterr()
    assert out == ""
    there = len(list((photos.parent / "out").glob("*.png")))
    there_text = f"{there} mask{'' if there == 1 else 's'}"
    assert err.splitlines() == [
        f"{there_text} in {photos.parent / 'out'}, of 3; the same command goes on from there.",
        "skymask: interrupted",
    ]
    assert json.loads((photos.parent / "report.json").read_text())["asked"] == 3
    monkeypatch.undo()
    assert run(photos, tiny_model) == 0
    assert len(list((photos.parent / "out").glob("*.png"))) == 3


def test_an_interrupted_run_with_overwrite_does_not_claim_to_go_on(
    photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "defg":
        shutil.copy(photos / "a.png", photos / f"{name}.png")
    assert run(photos, tiny_model) == 0
    interrupted_at("g", monkeypatch)
    capsys.readouterr()
    assert run(photos, tiny_model, "--overwrite") == 130
    assert f"4 of 7 masks in {photos.parent / 'out'} are new.\n" in capsys.readouterr().err


def test_the_report_has_a_row_a_photograph(photos: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "d.jpg").write_bytes(b"text")
    path = photos.parent / "report.json"
    assert run(photos, tiny_model, "--report", path) == 1
    report: dict[str, Any] = json.loads(path.read_text())
    rows = report.pop("photographs")
    assert report.keys() == {"layout", "model", "engine", "asked", "seconds"}
    assert (report["layout"], report["model"], report["asked"]) == ("plain", "tiny 0.0.1", 4)
    assert rows[0] == {
        "photograph": str(photos / "a.png"), "status": "written", "mask": str(photos.parent / "out" / "a.png"),
        "model": "tiny 0.0.1", "sky_share": 1.0, "verdict": "all", "confidence": 1.0, "error": None,
    }  # fmt: skip
    assert (rows[1]["sky_share"], rows[1]["verdict"]) == (0.0, "none")
    assert (rows[3]["status"], rows[3]["mask"], rows[3]["verdict"]) == ("failed", None, None)
    assert "is not an image" in rows[3]["error"]
    run(photos, tiny_model, "--report", path)
    again = json.loads(path.read_text())["photographs"]
    assert again[:3] == [row | {"status": "skipped"} for row in rows[:3]]


def test_the_report_keeps_the_order_where_some_masks_are_there(photos: Path, tiny_model: Path) -> None:
    path = photos.parent / "report.json"
    assert run(photos, tiny_model, only="b.png") == 0
    assert run(photos, tiny_model, "--report", path) == 0
    rows = json.loads(path.read_text())["photographs"]
    assert [row["status"] for row in rows] == ["written", "skipped", "written"]
    assert [Path(row["photograph"]).stem for row in rows] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("photos", "which is a folder"),
        ("photos/a.png", "The report would overwrite the photograph"),
        ("photos/../out/b.png", "The report would overwrite the mask"),
        ("photos/a.png/report.json", r"a\.png is no folder"),
    ],
)
def test_a_report_that_could_not_be_written_is_refused_before_any_work(
    photos: Path, tiny_model: Path, place: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (photos / "a.png").read_bytes()
    assert run(photos, tiny_model, "--report", photos.parent / place) == 2
    assert re.search(said, capsys.readouterr().err)
    assert not (photos.parent / "out").exists()
    assert (photos / "a.png").read_bytes() == content


@pytest.mark.parametrize("layout", ["coco-panoptic", "coco-panoptic-void"])
def test_a_report_in_the_place_of_the_index_is_refused(
    photos: Path, tiny_model: Path, layout: str, capsys: pytest.CaptureFixture[str]
) -> None:
    index = photos.parent / "out" / "panoptic.json"
    assert run(photos, tiny_model, "--layout", layout, "--report", photos / ".." / "out" / "panoptic.json") == 2
    assert f"The report would overwrite the index {index}. Choose another file" in capsys.readouterr().err
    assert not index.exists()
    assert run(photos, tiny_model, "--report", index) == 0


def test_a_report_does_not_replace_the_model(
    photos: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = photos.parent / "own.onnx"
    shutil.copy(tiny_model, model)
    assert run(photos, model, "--report", model) == 2
    assert f"The report would overwrite the model {model}. " in capsys.readouterr().err
    assert model.read_bytes() == tiny_model.read_bytes()


def test_a_report_does_not_replace_a_picture_that_is_left_out(
    photos: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = photos / "a.dng"
    raw.write_bytes(b"raw")
    assert run(photos, tiny_model, "--report", raw) == 2
    assert f"The report would overwrite the picture {raw}. " in capsys.readouterr().err
    assert raw.read_bytes() == b"raw"


def test_a_report_that_fails_in_the_end_costs_nothing_else(
    photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(self: Report, path: Path) -> None:
        raise OutputError(f"{path} cannot be written: No space left on device.")

    monkeypatch.setattr(Report, "write", full)
    options = ("--layout", "coco-panoptic", "--report", photos.parent / "report.json")
    assert run(photos, tiny_model, *options) == 1
    out, err = capsys.readouterr()
    assert out.startswith("3 masks written to ")
    assert "report.json cannot be written" in err
    assert (photos.parent / "out" / "panoptic.json").exists()
    interrupted_at("b", monkeypatch)
    assert run(photos, tiny_model, *options, "--overwrite") == 130
    assert "report.json cannot be written" in capsys.readouterr().err


def test_a_report_that_nobody_reads_does_not_hide_an_interruption(
    photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unread(self: Report, path: Path) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Report, "write", unread)
    interrupted_at("b", monkeypatch)
    assert run(photos, tiny_model, "--report", photos.parent / "report.json") == 130
    assert capsys.readouterr().err.endswith("skymask: interrupted\n")


def test_a_report_may_replace_an_earlier_one_in_a_folder_that_is_not_there_yet(photos: Path, tiny_model: Path) -> None:
    path = photos.parent / "reports" / "new" / "report.json"
    for status in ("written", "skipped"):
        assert run(photos, tiny_model, "--report", path) == 0
        assert json.loads(path.read_text())["photographs"][0]["status"] == status


def test_a_file_in_the_place_of_the_index_stops_the_command_before_the_model_is_loaded(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = photos.parent / "out" / "panoptic.json"
    index.parent.mkdir()
    index.write_text('{"images": []}')
    assert run(photos, photos / "no.onnx", "--layout", "coco-panoptic") == 2
    assert capsys.readouterr().err.startswith(f"skymask: error: {index} is there already and is no index that skymask")
    assert run(photos, photos / "no.onnx", "--layout", "coco-panoptic", "--overwrite") == 2
    assert "no.onnx" in capsys.readouterr().err


def test_overwrite_replaces_a_file_in_the_place_of_the_index(photos: Path, tiny_model: Path) -> None:
    index = photos.parent / "out" / "panoptic.json"
    index.parent.mkdir()
    index.write_text('{"images": []}')
    assert run(photos, tiny_model, "--layout", "coco-panoptic", "--overwrite") == 0
    assert len(json.loads(index.read_text())["images"]) == 3


def test_a_folder_in_the_place_of_the_index_stops_the_command_before_the_model_is_loaded(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos.parent / "out" / "panoptic.json").mkdir(parents=True)
    assert run(photos, photos / "no.onnx", "--layout", "coco-panoptic", "--overwrite") == 2
    assert "panoptic.json is a folder, but the index goes there." in capsys.readouterr().err


def test_an_index_that_cannot_be_written_does_not_cost_the_report(
    photos: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OutputError(f"{path} cannot be written: the disk is full.")

    monkeypatch.setattr(coco_panoptic, "write_text", full)
    path = photos.parent / "report.json"
    assert run(photos, tiny_model, "--layout", "coco-panoptic", "--report", path) == 1
    assert len(json.loads(path.read_text())["photographs"]) == 3
