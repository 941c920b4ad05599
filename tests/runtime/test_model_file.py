"""What is no whole skymask model is refused, each case with its own words; never with another kind of error."""

from __future__ import annotations

import os
from pathlib import Path

import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from skymask.errors import ModelError
from skymask.runtime.model_file import read_model_info
from tests.support.tiny_model import INFO, write_tiny_model


def test_a_model_says_what_it_is(tiny_model: Path) -> None:
    assert read_model_info(tiny_model) == INFO


def test_every_prefix_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    whole = tiny_model.read_bytes()
    cut = tmp_path / "cut.onnx"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(ModelError, match=r"cut\.onnx"):
            read_model_info(cut)


def test_a_file_cut_within_the_weights_is_called_cut_off(tiny_model: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(tiny_model.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"cut off or damaged: byte \d+ announces \d+ more bytes, but only \d+ follow"):
        read_model_info(cut)


@settings(max_examples=300)
@given(content=st.binary(min_size=1, max_size=200) | st.binary(min_size=1, max_size=200).map(lambda b: b"\x08\x09" + b))
@example(content=b"\x08" + b"\xff" * 20)
@example(content=b"\x08\x09" + b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
def test_random_bytes_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "random.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError):
        read_model_info(file)


@settings(max_examples=300)
@given(position=st.integers(min_value=0), value=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_harmless(position: int, value: int, tiny_model: Path, tmp_path: Path) -> None:
    content = bytearray(tiny_model.read_bytes())
    content[position % len(content)] = value
    file = tmp_path / "changed.onnx"
    file.write_bytes(content)
    try:
        info = read_model_info(file)
    except ModelError:
        return
    assert info.contract == INFO.contract


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello, this is text", "not an ONNX file"),
        (b"PK\x03\x04 a torch checkpoint", "skymask export"),
        (b"version https://git-lfs.github.com/spec/v1\n", "begins with b'version '"),
        (b"\x08\x09", "is an ONNX file but not a skymask model"),
    ],
    ids=["empty", "text", "checkpoint", "pointer", "bare header"],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=said):
        read_model_info(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model file at"):
        read_model_info(tmp_path / "none.onnx")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a folder"):
        read_model_info(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "locked.onnx"
    file.write_bytes(tiny_model.read_bytes())
    file.chmod(0)
    with pytest.raises(ModelError, match="Permission denied"):
        read_model_info(file)


def test_another_contract_version_is_refused(tmp_path: Path) -> None:
    metadata = INFO.to_metadata() | {"skymask.contract": "2"}
    with pytest.raises(ModelError, match="contract version 2; this skymask reads version 1"):
        read_model_info(write_tiny_model(tmp_path / "new.onnx", metadata))


def test_a_foreign_onnx_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is an ONNX file but not a skymask model"):
        read_model_info(write_tiny_model(tmp_path / "foreign.onnx", {"author": "someone"}))


@pytest.mark.parametrize(
    ("kind", "name", "element", "shape", "said"),
    [
        ("input", "image", TensorProto.UINT8, ["N", "H", "W", 3], r"but is 'image: uint8 \[\*, \*, \*, 3\]'"),
        ("input", "frame", TensorProto.FLOAT, ["N", "H", "W", 3], r"but is 'frame: float32"),
        ("input", "frame", TensorProto.UINT8, ["N", 3, "H", "W"], r"\[\*, 3, \*, \*\]"),
        ("input", "frame", TensorProto.UINT8, [1, 240, 320, 3], r"\[1, 240, 320, 3\]"),
        ("output", "mask", TensorProto.UINT8, ["N", "H", "W"], r"'mask: uint8"),
        ("output", "sky", TensorProto.FLOAT, ["N", "H", "W"], r"'sky: float32"),
        ("output", "sky", TensorProto.UINT8, ["N", 1, "H", "W"], r"\[\*, 1, \*, \*\]"),
    ],
)
def test_other_inputs_and_outputs_are_refused(
    tiny_model: Path, tmp_path: Path, kind: str, name: str, element: int, shape: list[str | int], said: str
) -> None:
    model = onnx.load(tiny_model)
    values = getattr(model.graph, kind)
    values[0].CopyFrom(helper.make_tensor_value_info(name, element, shape))
    file = tmp_path / "other.onnx"
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=f"its {kind} should be .*{said}"):
        read_model_info(file)


def test_a_second_output_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    model = onnx.load(tiny_model)
    model.graph.output.append(helper.make_tensor_value_info("difference", TensorProto.FLOAT, ["N", "H", "W"]))
    file = tmp_path / "two.onnx"
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"sky: uint8.*; difference: float32"):
        read_model_info(file)
