"""Reads what a model file says of itself, without an engine and without the onnx package.

An ONNX file is one protobuf message, and the few fields that matter here (metadata, and the names, types and shapes
of inputs and outputs) sit beside the weights. The reader below walks the message and skips what it does not need, so
that a file that is no skymask model, is cut off, or follows another contract is refused in milliseconds, with the
same words whichever engine would have run it.

Sources: the protobuf wire format (https://protobuf.dev/programming-guides/encoding) and onnx.proto3.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR
from typing import NamedTuple

from skymask.contract import INPUT_NAME, OUTPUT_NAME, ModelInfo
from skymask.errors import ModelError

# Field numbers of onnx.proto3.
_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_GRAPH_INPUT, _GRAPH_OUTPUT = 11, 12
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR = 1
_TENSOR_ELEMENT, _TENSOR_SHAPE = 1, 2
_SHAPE_DIMENSION = 1
_DIMENSION_SIZE = 1

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_IR_VERSION_KEY = 0x08  # the first byte of every ONNX file: field 1, a varint
_MAX_VARINT_BYTES = 10

_ELEMENT_NAMES = {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16", 11: "float64"}

Buffer = bytes | mmap.mmap


class _Span(NamedTuple):
    """Where the bytes of a field lie; nothing is copied until they are wanted."""

    start: int
    end: int


class _DamagedError(Exception):
    """The bytes are not a well-formed message; becomes a `ModelError` that names the file."""


def read_model_info(path: Path) -> ModelInfo:
    """Checks that a file is a whole skymask model and returns what it declares.

    Args:
        path: The ONNX file.

    Raises:
        ModelError: The file is missing, a folder, unreadable, empty, not ONNX, cut off or damaged; its input and
            output are not those of the contract; or its metadata are missing, malformed or of another version.
    """
    try:
        _check_is_file(path)
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as buffer:
            return _read(buffer, path)
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror or error}.") from error


def _check_is_file(path: Path) -> None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise ModelError(
            f"There is no model file at {path}. Check the path, or leave it out to use the shipped model."
        ) from None
    if S_ISDIR(status.st_mode):
        raise ModelError(f"{path} is a folder; a model is one ONNX file. Give the path of the file.")
    if status.st_size == 0:
        raise ModelError(f"The model file {path} is empty (0 bytes). Copy or export it again.")


def _read(buffer: Buffer, path: Path) -> ModelInfo:
    if buffer[0] != _IR_VERSION_KEY:
        raise ModelError(
            f"{path} is not an ONNX file (it begins with {bytes(buffer[:8])!r}). "
            "If it is a training checkpoint, turn it into a model with 'skymask export'."
        )
    metadata: dict[str, str] = {}
    inputs: list[str] = []
    outputs: list[str] = []
    try:
        for number, value in _fields(buffer, _Span(0, len(buffer))):
            if number == _MODEL_METADATA:
                entry = dict(_fields(buffer, _span(value)))
                metadata[_text(buffer, entry.get(_ENTRY_KEY))] = _text(buffer, entry.get(_ENTRY_VALUE))
            elif number == _MODEL_GRAPH:
                for part, tensor in _fields(buffer, _span(value)):
                    if part in (_GRAPH_INPUT, _GRAPH_OUTPUT):
                        (inputs if part == _GRAPH_INPUT else outputs).append(_tensor(buffer, _span(tensor)))
    except _DamagedError as error:
        raise ModelError(f"The model file {path} is cut off or damaged: {error}. Copy or export it again.") from None
    info = ModelInfo.from_metadata(metadata, str(path))
    _check_signature("input", inputs, f"{INPUT_NAME}: uint8 [*, *, *, 3]", path)
    _check_signature("output", outputs, f"{OUTPUT_NAME}: uint8 [*, *, *]", path)
    return info


def _check_signature(kind: str, found: list[str], expected: str, path: Path) -> None:
    if found != [expected]:
        raise ModelError(
            f"{path} does not fit the model contract: its {kind} should be '{expected}' (* is any size) but is "
            f"'{'; '.join(found) or 'missing'}'. Export it again with 'skymask export'."
        )


def _tensor(buffer: Buffer, span: _Span) -> str:
    """Describes an input or output, for example "frame: uint8 [*, *, *, 3]"; a dynamic side is a star."""
    value = dict(_fields(buffer, span))
    tensor_type = dict(_fields(buffer, _span(value.get(_VALUE_TYPE, _Span(0, 0)))))
    tensor = dict(_fields(buffer, _span(tensor_type.get(_TYPE_TENSOR, _Span(0, 0)))))
    element = tensor.get(_TENSOR_ELEMENT, 0)
    sides = [
        dict(_fields(buffer, _span(side))).get(_DIMENSION_SIZE, "*")
        for number, side in _fields(buffer, _span(tensor.get(_TENSOR_SHAPE, _Span(0, 0))))
        if number == _SHAPE_DIMENSION
    ]
    element_name = _ELEMENT_NAMES.get(element, f"type {element}") if isinstance(element, int) else "no type"
    return f"{_text(buffer, value.get(_VALUE_NAME))}: {element_name} [{', '.join(map(str, sides))}]"


def _fields(buffer: Buffer, span: _Span) -> Iterator[tuple[int, int | _Span]]:
    """Walks one message: yields each field's number, with its value where that is a varint, else where it lies."""
    position = span.start
    while position < span.end:
        key, position = _varint(buffer, position, span.end)
        number, wire_type = key >> 3, key & 7
        if wire_type == _VARINT:
            value, position = _varint(buffer, position, span.end)
            yield number, value
            continue
        if wire_type == _BYTES:
            length, position = _varint(buffer, position, span.end)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise _DamagedError(f"unknown wire type {wire_type} at byte {position}")
        if position + length > span.end:
            raise _DamagedError(f"byte {position} announces {length} more bytes, but only {span.end - position} follow")
        yield number, _Span(position, position + length)
        position += length


def _varint(buffer: Buffer, position: int, end: int) -> tuple[int, int]:
    """Reads a base-128 number; returns it and the position behind it."""
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if position + index >= end:
            raise _DamagedError(f"a number breaks off at byte {end}")
        byte = buffer[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise _DamagedError(f"a number of more than {_MAX_VARINT_BYTES} bytes at byte {position}")


def _span(value: int | _Span) -> _Span:
    if isinstance(value, int):
        raise _DamagedError(f"the number {value} where a message was expected")
    return value


def _text(buffer: Buffer, value: int | _Span | None) -> str:
    return "" if value is None else buffer[slice(*_span(value))].decode("utf-8", "replace")
