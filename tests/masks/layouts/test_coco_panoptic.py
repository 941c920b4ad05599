"""COCO panoptic output: read back by readers that share no code with it, and complete however a run came about."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from skymask.errors import InputError, OutputError
from skymask.masks.layouts.coco_panoptic import CocoPanoptic
from skymask.masks.origin import Origin, Source
from skymask.masks.plan import Job, plan
from skymask.masks.segment import Status, segment
from skymask.photographs.orientation import as_stored
from skymask.photographs.read import Photograph
from skymask.photographs.write import write_mask
from skymask.runtime.stats import SkyStats
from tests.support.coco_panoptic import Panoptic, read_panoptic
from tests.support.locked import lock
from tests.support.tiny_model import reference

HEIGHT, WIDTH = 36, 48
SKY, NOT_SKY, VOID = 187, 201, 0

NONE = np.zeros((HEIGHT, WIDTH), bool)
HALF = NONE.copy()
HALF[:20] = True
POINT = NONE.copy()
POINT[HEIGHT - 1, WIDTH - 1] = True
SCATTERED = NONE.copy()
SCATTERED[3:9:2, 7:30:5] = True
SKIES = {"all": ~NONE, "none": NONE, "half": HALF, "point": POINT, "hole": ~POINT, "scattered": SCATTERED}

ORIGIN = Origin("coco-panoptic", "tiny 0.0.1", Source(7), SkyStats(0.5, 0.25))


def photograph(path: Path, sky: NDArray[np.bool_] = HALF) -> None:
    """Sky is blue, the rest is not; so `reference` sees it too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.where(sky[..., None], (20, 40, 200), (90, 80, 30)).astype(np.uint8)).save(path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name, sky in SKIES.items():
        photograph(tmp_path / "photos" / f"{name}.png", sky)
    return tmp_path / "photos"


def make(inputs: list[Path], output: Path, *, overwrite: bool = False, void: bool = False) -> list[Status]:
    """What the command does."""
    layout = CocoPanoptic(rest=None) if void else CocoPanoptic()
    jobs = plan(inputs, output, layout.place).jobs
    layout.begin(output, overwrite)
    outcomes = list(segment(jobs, reference, layout, "tiny 0.0.1", overwrite))
    layout.finish(jobs, output, overwrite)
    return [outcome.status for outcome in outcomes]


def index(output: Path) -> str:
    return (output / "panoptic.json").read_text()


def segments(panoptic: Panoptic) -> list[int]:
    return [entry["category_id"] for entry in panoptic.annotation["segments_info"]]


def boxes_of(annotation: dict[str, Any]) -> list[list[int]]:
    return [entry["bbox"] for entry in annotation["segments_info"]]


@pytest.mark.parametrize(("void", "rest"), [(False, NOT_SKY), (True, VOID)])
def test_every_pixel_is_read_back(photos: Path, tmp_path: Path, void: bool, rest: int) -> None:
    make([photos], tmp_path / "out", void=void)
    read = read_panoptic(tmp_path / "out" / "panoptic.json")
    assert read.keys() == {f"{name}.png" for name in SKIES}
    for name, sky in SKIES.items():
        np.testing.assert_array_equal(read[f"{name}.png"].categories, np.where(sky, SKY, rest), err_msg=name)
    assert segments(read["all.png"]) == [SKY]
    assert segments(read["none.png"]) == ([] if void else [NOT_SKY])
    assert segments(read["point.png"]) == ([SKY] if void else [SKY, NOT_SKY])
    (point, *_) = read["point.png"].annotation["segments_info"]
    assert (point["area"], point["bbox"]) == (1, [WIDTH - 1, HEIGHT - 1, 1, 1])


@settings(max_examples=60)
@given(
    alpha=arrays(
        np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.sampled_from([0, 127, 128, 255])
    ),
    orientation=st.integers(1, 8),
    void=st.booleans(),
)
def test_any_alpha_is_read_back_as_stored(
    alpha: NDArray[np.uint8], orientation: int, void: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    output = tmp_path_factory.mktemp("any")
    layout = CocoPanoptic(rest=None) if void else CocoPanoptic()
    job = Job(Path("a.jpg"), output / layout.place(Path("a.jpg")), Path("a.jpg"))
    layout.write(alpha, Photograph(np.zeros((*alpha.shape, 3), np.uint8), orientation), job.mask, ORIGIN)
    layout.finish([job], output)
    expected = np.where(as_stored(alpha, orientation) > 127, SKY, VOID if void else NOT_SKY)
    np.testing.assert_array_equal(read_panoptic(output / "panoptic.json")["a.jpg"].categories, expected)


def test_hugging_face_transformers_reads_it_alike(photos: Path, tmp_path: Path) -> None:
    """A reader by others: the one that feeds panoptic data to DETR.

    COCO's own panopticapi is not on PyPI, and its unofficial copy there keeps numpy below 2.
    """
    processor = pytest.importorskip("transformers").DetrImageProcessorPil(
        format="coco_panoptic", do_convert_annotations=False, do_normalize=False, do_pad=False, do_rescale=False,
        do_resize=False,
    )  # fmt: skip
    make([photos], tmp_path / "out")
    content = json.loads(index(tmp_path / "out"))
    for image, annotation in zip(content["images"], content["annotations"], strict=True):
        with Image.open(photos / image["file_name"]) as photo:
            rgb = np.array(photo)
        (read,) = processor(
            images=rgb, annotations=annotation, masks_path=tmp_path / "out" / "panoptic", return_tensors="pt",
            return_segmentation_masks=True,
        )["labels"]  # fmt: skip
        sky = SKIES[Path(image["file_name"]).stem]
        regions = {category: where for category, where in ((SKY, sky), (NOT_SKY, ~sky)) if where.any()}
        assert read["class_labels"].tolist() == list(regions)
        np.testing.assert_array_equal(read["masks"].numpy(), list(regions.values()))
        assert read["area"].tolist() == [where.sum() for where in regions.values()]
        boxes = [[x, y, x + width - 1, y + height - 1] for x, y, width, height in boxes_of(annotation)]
        assert read["boxes"].tolist() == boxes


def test_the_categories_are_documented_and_sky_is_cocos_own(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "both")
    make([photos], tmp_path / "sky", void=True)
    sky = {"id": 187, "name": "sky-other-merged", "supercategory": "sky", "isthing": 0, "color": [70, 130, 180]}
    rest = {"id": 201, "name": "not-sky", "supercategory": "other", "isthing": 0, "color": [60, 50, 40]}
    assert json.loads(index(tmp_path / "both"))["categories"] == [sky, rest]
    assert json.loads(index(tmp_path / "sky"))["categories"] == [sky]
    page = (Path(__file__).parents[3] / "docs" / "masks.md").read_text(encoding="utf-8")
    assert all(f"| {entry['id']} | `{entry['name']}` |" in page for entry in (sky, rest))


def test_subfolders_are_kept_and_one_name_in_two_of_them_stays_two(tmp_path: Path) -> None:
    photograph(tmp_path / "photos" / "left" / "a.jpg", HALF)
    photograph(tmp_path / "photos" / "right" / "a.png", ~HALF)
    make([tmp_path / "photos"], tmp_path / "out")
    read = read_panoptic(tmp_path / "out" / "panoptic.json")
    assert [(entry.image["id"], entry.image["file_name"]) for entry in read.values()] == [
        (1, "left/a.jpg"),
        (2, "right/a.png"),
    ]
    assert read["right/a.png"].annotation["file_name"] == "right/a.png"
    assert (tmp_path / "out" / "panoptic" / "left" / "a.png").exists()
    np.testing.assert_array_equal(read["right/a.png"].categories == SKY, ~HALF)


def test_an_interrupted_and_resumed_run_ends_with_the_same_index(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "whole")
    layout = CocoPanoptic()
    jobs = plan([photos], tmp_path / "out", layout.place).jobs
    outcomes = segment(jobs, reference, layout, "tiny 0.0.1")
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert not (tmp_path / "out" / "panoptic.json").exists()
    states = make([photos], tmp_path / "out")
    assert set(states) == {Status.SKIPPED, Status.WRITTEN}
    assert index(tmp_path / "out") == index(tmp_path / "whole")
    assert set(make([photos], tmp_path / "out")) == {Status.SKIPPED}
    assert index(tmp_path / "out") == index(tmp_path / "whole")


def test_the_index_follows_a_mask_that_is_made_again(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "out")
    photograph(photos / "half.png", SCATTERED)
    make([photos], tmp_path / "out", overwrite=True)
    assert len(read_panoptic(tmp_path / "out" / "panoptic.json")) == len(SKIES)


def test_two_runs_into_one_folder_give_the_index_of_one_run(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "once")
    for name in ("none", "all", "point", "half", "scattered", "hole"):
        make([photos / f"{name}.png"], tmp_path / "bit by bit")
    assert index(tmp_path / "bit by bit") == index(tmp_path / "once")


def test_what_is_gone_leaves_the_index(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "out")
    (photos / "half.png").unlink()
    (tmp_path / "out" / "panoptic" / "half.png").unlink()
    make([photos], tmp_path / "out")
    assert read_panoptic(tmp_path / "out" / "panoptic.json").keys() == {f"{name}.png" for name in SKIES} - {"half.png"}


def test_a_broken_photograph_is_left_out_and_keeps_its_id_for_later(photos: Path, tmp_path: Path) -> None:
    whole = (photos / "half.png").read_bytes()
    (photos / "half.png").write_bytes(whole[:100])
    assert make([photos], tmp_path / "out").count(Status.FAILED) == 1
    before = {name: entry.image["id"] for name, entry in read_panoptic(tmp_path / "out" / "panoptic.json").items()}
    assert before.keys() == {f"{name}.png" for name in SKIES} - {"half.png"}
    (photos / "half.png").write_bytes(whole)
    make([photos], tmp_path / "out")
    after = {name: entry.image["id"] for name, entry in read_panoptic(tmp_path / "out" / "panoptic.json").items()}
    assert after == before | {"half.png": 2}


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["000000000139.jpg", "000000581781.jpg"], [139, 581781]),
        (["000000000139.jpg", "a.jpg"], [1, 2]),
        (["x/0001.jpg", "y/0001.jpg"], [1, 2]),
        (["20240101123000123456.jpg"], [1]),
        (["٣.jpg"], [1]),
    ],
)
def test_names_that_are_numbers_are_cocos_image_ids(tmp_path: Path, names: list[str], ids: list[int]) -> None:
    for name in names:
        photograph(tmp_path / "photos" / name)
    make([tmp_path / "photos"], tmp_path / "out")
    read = read_panoptic(tmp_path / "out" / "panoptic.json")
    assert [read[name].image["id"] for name in names] == ids


def test_masks_of_another_layout_are_not_taken_for_its_own(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "out", void=True)
    (tmp_path / "out" / "panoptic.json").unlink()  # which would be refused before them
    with pytest.raises(OutputError, match=r"panoptic/all\.png is there already and is not of this layout") as refused:
        make([photos], tmp_path / "out")
    assert "--overwrite" in str(refused.value)
    make([photos], tmp_path / "out", overwrite=True)
    with pytest.raises(OutputError, match="is not of this layout"):
        make([photos], tmp_path / "out", void=True)
    write_mask(np.full((HEIGHT, WIDTH), 255, np.uint8), tmp_path / "out" / "panoptic" / "all.png")
    with pytest.raises(OutputError, match=r"panoptic/all\.png is there already and is not of this layout"):
        make([photos], tmp_path / "out")


def test_a_damaged_mask_is_named_with_the_remedy(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "out")
    mask = tmp_path / "out" / "panoptic" / "half.png"
    content = mask.read_bytes()
    mask.write_bytes(content[:-40] + bytes(20) + content[-20:])
    with pytest.raises(OutputError, match=r"half\.png cannot be decoded: .* delete it, and run again"):
        make([photos], tmp_path / "out")
    mask.unlink()
    make([photos], tmp_path / "out")
    assert "half.png" in read_panoptic(tmp_path / "out" / "panoptic.json")


def test_a_mask_that_was_cut_off_is_made_again(photos: Path, tmp_path: Path) -> None:
    make([photos], tmp_path / "out")
    mask = tmp_path / "out" / "panoptic" / "half.png"
    content = mask.read_bytes()
    mask.write_bytes(content[:-40])
    make([photos], tmp_path / "out")
    assert mask.read_bytes() == content


BY_OTHERS = {
    "info": {"description": "COCO 2018 Panoptic Dataset"},
    "images": [{"id": 1, "file_name": "half.png"}],
    "annotations": [],
    "categories": [{"id": SKY, "name": "sky-other-merged"}, {"id": NOT_SKY, "name": "not-sky"}],
}


@pytest.mark.parametrize(
    "content",
    ["", "text", "[]", '{"images": 3}', '{"images": [{"id": 1}]}', "\xff", json.dumps(BY_OTHERS)],
)
def test_a_file_in_the_place_of_the_index_stops_the_run_before_any_work(
    photos: Path, tmp_path: Path, content: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "panoptic.json").write_text(content, encoding="latin-1")
    said = r"panoptic\.json is there already and is no index that skymask wrote\. .* --overwrite replaces"
    with pytest.raises(OutputError, match=said):
        make([photos], tmp_path / "out")
    assert (tmp_path / "out" / "panoptic.json").read_text(encoding="latin-1") == content
    assert not (tmp_path / "out" / "panoptic").exists()
    make([photos], tmp_path / "out", overwrite=True)
    assert read_panoptic(tmp_path / "out" / "panoptic.json").keys() == {f"{name}.png" for name in SKIES}


def test_a_file_that_comes_into_the_place_of_the_index_during_the_run_is_not_replaced(
    photos: Path, tmp_path: Path
) -> None:
    layout = CocoPanoptic()
    jobs = plan([photos], tmp_path, layout.place).jobs
    layout.begin(tmp_path, overwrite=False)
    (tmp_path / "panoptic.json").write_text("text")
    with pytest.raises(OutputError, match=r"panoptic\.json is there already"):
        layout.finish(jobs, tmp_path)
    assert (tmp_path / "panoptic.json").read_text() == "text"


def test_the_index_of_the_other_layout_stops_the_run_before_any_work(photos: Path, tmp_path: Path) -> None:
    make([photos / "all.png"], tmp_path / "out", void=True)
    before = index(tmp_path / "out")
    said = r"panoptic\.json is there already and is not of this layout: it is coco-panoptic-void, not coco-panoptic\. "
    with pytest.raises(OutputError, match=said):
        make([photos / "half.png"], tmp_path / "out")
    assert index(tmp_path / "out") == before
    assert not (tmp_path / "out" / "panoptic" / "half.png").exists()
    make([photos / "half.png"], tmp_path / "out", overwrite=True)
    assert read_panoptic(tmp_path / "out" / "panoptic.json").keys() == {"half.png"}


def test_an_index_that_cannot_be_reached_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(monkeypatch, "locked")
    with pytest.raises(OutputError, match=r"panoptic\.json cannot be reached: Permission denied"):
        CocoPanoptic().begin(tmp_path / "locked", overwrite=False)


def test_a_folder_in_the_place_of_the_index_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "panoptic.json").mkdir()
    for overwrite in (False, True):
        with pytest.raises(InputError, match=r"panoptic\.json is a folder, but the index goes there\."):
            CocoPanoptic().begin(tmp_path, overwrite=overwrite)


def test_an_index_that_cannot_be_written_is_an_error(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(one: Path, other: Path) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    make([photos], tmp_path / "out")
    before = index(tmp_path / "out")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"panoptic\.json cannot be written: Disk quota exceeded"):
        make([photos], tmp_path / "out")
    assert index(tmp_path / "out") == before
    assert not list((tmp_path / "out").glob(".*"))
