"""What a model file declares survives storing, and what does not fit is refused by name."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymask.contract import METADATA_PREFIX, MIN_SIDE, ModelInfo, check_frames
from skymask.errors import InputError, ModelError
from tests.support.tiny_model import INFO

NUMBERS = st.dictionaries(st.text(), st.floats(allow_nan=False))
SIDES = st.integers(1, 10_000)


@given(st.builds(ModelInfo, working_size=st.tuples(SIDES, SIDES), metrics=NUMBERS, parity=NUMBERS, contract=st.just(1)))
def test_what_is_stored_is_read_back(info: ModelInfo) -> None:
    assert ModelInfo.from_metadata(info.to_metadata(), "model") == info


def test_foreign_metadata_beside_ours_do_no_harm() -> None:
    assert ModelInfo.from_metadata(INFO.to_metadata() | {"author": "someone", "skymask.new": "?"}, "model") == INFO


@pytest.mark.parametrize("name", [field.name for field in fields(ModelInfo)])
def test_a_missing_entry_is_named(name: str) -> None:
    metadata = INFO.to_metadata()
    del metadata[METADATA_PREFIX + name]
    with pytest.raises(ModelError, match=f"model.onnx .*'skymask.{name}'"):
        ModelInfo.from_metadata(metadata, "model.onnx")


@pytest.mark.parametrize("name", [field.name for field in fields(ModelInfo)])
@pytest.mark.parametrize("text", ["", "{", "[" * 100_000], ids=["empty", "open", "deep"])
def test_an_entry_that_is_no_json_is_named(name: str, text: str) -> None:
    with pytest.raises(ModelError, match=f"'skymask.{name}' that is not JSON"):
        ModelInfo.from_metadata(INFO.to_metadata() | {METADATA_PREFIX + name: text}, "model.onnx")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 3),
        ("working_size", 384),
        ("working_size", [384]),
        ("working_size", ["a", "b"]),
        ("working_size", [0, 384]),
        ("metrics", [0.9]),
        ("metrics", {"camvid": "good"}),
        ("parity", None),
    ],
)
def test_an_entry_of_the_wrong_kind_is_named(name: str, value: object) -> None:
    with pytest.raises(ModelError, match=f"'skymask.{name}' of the wrong kind"):
        ModelInfo.from_metadata(INFO.to_metadata() | {METADATA_PREFIX + name: json.dumps(value)}, "model.onnx")


@pytest.mark.parametrize("version", [0, 2, "1"])
def test_another_version_is_refused(version: object) -> None:
    metadata = INFO.to_metadata() | {"skymask.contract": json.dumps(version)}
    with pytest.raises(ModelError, match=f"contract version {version}; this skymask reads version 1"):
        ModelInfo.from_metadata(metadata, "model.onnx")


def test_the_smallest_frame_is_taken() -> None:
    check_frames(np.zeros((1, MIN_SIDE, MIN_SIDE, 3), np.uint8))
    with pytest.raises(InputError, match="at least 32 pixels"):
        check_frames(np.zeros((1, MIN_SIDE, MIN_SIDE - 1, 3), np.uint8))


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((1, 40, 40, 3)), "got float64"),
        (np.zeros((40, 40, 3), np.uint8), r"got \[40, 40, 3\]"),
        (np.zeros((40, 40), np.uint8), r"\[H, W, 3\], .* \[N, H, W, 3\] .*got \[40, 40\]"),
        (np.zeros((1, 40, 40, 4), np.uint8), r"got \[1, 40, 40, 4\]"),
        (np.zeros((0, 40, 40, 3), np.uint8), "at least one frame"),
        (np.zeros((1, MIN_SIDE - 1, 40, 3), np.uint8), "got 40x31"),
        ([[0]], "got a list"),
    ],
    ids=["float", "no batch", "grey", "rgba", "empty", "low", "list"],
)
def test_other_frames_are_refused(frames: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_frames(frames)  # type: ignore[arg-type]
