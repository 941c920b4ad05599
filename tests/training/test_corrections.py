from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skymask.data.manifest import read_manifest
from skymask.errors import DataError, InputError
from skymask.training import checkpoint, loop, start
from skymask.training.corrections import VERDICTS, read_corrections, read_training_samples
from tests.support.datasets import write_dataset
from tests.support.labelled import labelled
from tests.support.tiny_training import tiny_config, tiny_network

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "configs" / "label-corrections.csv"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data", count=6)


def write(tmp_path: Path, *rows: str, head: str = "image,verdict,note") -> Path:
    path = tmp_path / "corrections.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_wrong_labels_and_validation_images_are_left_out(manifest: Path, tmp_path: Path) -> None:
    rows = (
        '1.png,label-wrong,"a tower, called sky"',
        "2.png,label-coarse,",
        "3.png,model-wrong,",
        "4.png,in-validation,",
    )
    names = [sample.image.name for sample in read_training_samples([manifest], write(tmp_path, *rows))]
    assert names == ["0.png", "2.png", "3.png", "5.png"]
    assert len(read_training_samples([manifest])) == 6


def test_rows_of_data_sets_that_are_absent_are_passed_over(manifest: Path, tmp_path: Path) -> None:
    corrections = write(tmp_path, "elsewhere/1.png,label-wrong,", "4.png,label-wrong,")
    assert len(read_training_samples([manifest], corrections)) == 5


def test_a_row_holds_for_every_manifest_that_lists_it(manifest: Path, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "other", count=2)
    kept = read_training_samples([manifest, other], write(tmp_path, "0.png,label-wrong,"))
    assert [sample.image.name for sample in kept] == ["1.png", "2.png", "3.png", "4.png", "5.png", "1.png"]


@pytest.mark.parametrize(
    ("rows", "head", "message"),
    [
        (["elsewhere/1.png,label-wrong,"], "image,verdict,note", "None of the 1 images.*'elsewhere/1.png'"),
        (["1.png,wrong,"], "image,verdict,note", "line 2: there is no verdict 'wrong'.*label-wrong"),
        (["1.png,model-wrong,", "1.png,label-wrong,"], "image,verdict,note", "line 3: 1.png stands there twice"),
        (["1.png,"], "image,note", "no column 'verdict'"),
        ([], "image,verdict,note", "lists no images"),
        ([f"{index}.png,label-wrong," for index in range(6)], "image,verdict,note", "nothing is left"),
    ],
)
def test_mistakes_are_named(manifest: Path, tmp_path: Path, rows: list[str], head: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_training_samples([manifest], write(tmp_path, *rows, head=head))


def test_a_missing_file_is_named(manifest: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no corrections at .*none\.csv"):
        read_training_samples([manifest], tmp_path / "none.csv")


def test_a_run_draws_from_what_is_left(manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "build", tiny_network)
    monkeypatch.setattr(checkpoint, "build", tiny_network)
    drawn: list[int] = []
    loader = loop.training_loader

    def spy(samples, *rest):  # type: ignore[no-untyped-def]
        drawn.append(len(samples))
        return loader(samples, *rest)

    monkeypatch.setattr(loop, "training_loader", spy)
    data = {
        "train": [manifest],
        "val": [manifest],
        "samples_per_epoch": 4,
        "workers": 0,
        "corrections": write(tmp_path, "1.png,label-wrong,"),
    }
    stages = [{"epochs": 1, "working_size": [32, 32], "frame_size": [32, 48]}]
    loop.train(tiny_config(manifest, data=data, stages=stages), tmp_path / "run", devices=loop.Devices("cpu"))
    assert drawn == [5]


def test_no_validation_image_is_trained_on() -> None:
    trained = read_training_samples([labelled("train/manifest.csv")], SHIPPED)
    small = np.stack([thumbnail(sample.image) for sample in trained])
    for sample in read_manifest(labelled("val/manifest.csv")):
        difference = np.abs(small - thumbnail(sample.image)).mean(axis=1)
        nearest = trained[int(difference.argmin())]
        assert difference.min() > 4, f"{sample.image} shows what {nearest.image} shows"


def thumbnail(path: Path) -> np.ndarray:
    """float32 [3072], grey levels."""
    with Image.open(path) as image:
        image.draft("L", (128, 96))
        return np.asarray(image.convert("L").resize((64, 48)), np.float32).ravel()


def test_the_shipped_corrections_can_be_read() -> None:
    verdicts = read_corrections(SHIPPED)
    assert set(verdicts.values()) == set(VERDICTS)
