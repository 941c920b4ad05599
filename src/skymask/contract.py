"""What an exported model takes, returns and declares: the one page that every runtime shares.

| | |
|---|---|
| input `frame` | uint8 [N, H, W, 3], RGB, any H and W from 32 up; N, H and W are dynamic |
| output `sky` | uint8 [N, H, W], alpha: 255 surely sky, 0 surely not, in between along leaves, wires and haze |
| inside | resize to the working size, normalise, network, upsample guided by the full-resolution frame, to uint8 |
| metadata | the keys of `ModelInfo`, each as `skymask.<field>`, values as text |

No statistics over the frame are taken: a frame that is all sky, or has none, is not stretched into half and half.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymask.errors import InputError, ModelError

CONTRACT_VERSION = 1
INPUT_NAME = "frame"
OUTPUT_NAME = "sky"
MIN_SIDE = 32
THRESHOLD = 127  # a pixel is sky where alpha > THRESHOLD
METADATA_PREFIX = "skymask."

Frames = NDArray[np.uint8]
Alphas = NDArray[np.uint8]


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself; stored in the ONNX metadata, one `skymask.<field>` entry each."""

    name: str
    """Short name, such as "fast"."""
    version: str
    """Version of the weights, such as "1.0.0"."""
    license: str
    """SPDX identifier of the weights' licence."""
    working_size: tuple[int, int]
    """Height and width, in pixels, at which the network looks at every frame."""
    training_data: str
    """The names of the training sets."""
    commit: str
    """Source revision that exported the file."""
    metrics: dict[str, float] = field(default_factory=dict)
    """IoU of sky per validation source, 0 to 1, counts pooled."""
    parity: dict[str, float] = field(default_factory=dict)
    """How far the file is from the network it was exported from: `max_grey_levels`, `share_above_2`, `share_beyond` (of
    pixels that differ by more than the precision may), and on how many `frames` that was found."""
    contract: int = CONTRACT_VERSION
    """Version of the contract the file follows."""

    @property
    def title(self) -> str:
        """Name and version, such as "fast 1.0.0"."""
        return f"{self.name} {self.version}"

    def to_metadata(self) -> dict[str, str]:
        """Returns the entries that an ONNX file stores, keys with the `skymask.` prefix, values as JSON text."""
        return {METADATA_PREFIX + key: json.dumps(value) for key, value in asdict(self).items()}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], where: str) -> ModelInfo:
        """Reads the entries back.

        Args:
            metadata: All metadata of a model file.
            where: The file's name, for the message.

        Raises:
            ModelError: An entry is missing or malformed, or the contract version is not `CONTRACT_VERSION`.
        """
        if METADATA_PREFIX + "contract" not in metadata:
            raise ModelError(
                f"{where} is an ONNX file but not a skymask model: its metadata has no "
                f"'{METADATA_PREFIX}contract'. Export one with 'skymask export', or leave the model out to use the "
                "shipped one."
            )
        values = {name: _parse(metadata, METADATA_PREFIX + name, where) for name in cls.__dataclass_fields__}
        if values["contract"] != CONTRACT_VERSION:
            raise ModelError(
                f"{where} follows model contract version {values['contract']}; this skymask reads version "
                f"{CONTRACT_VERSION}. Export the model again with this version, or install the skymask that made it."
            )
        for name, value in values.items():
            if not _FITS[name](value):
                raise ModelError(
                    f"{where} has a metadata entry '{METADATA_PREFIX}{name}' of the wrong kind: {value!r}."
                )
        values["working_size"] = tuple(values["working_size"])
        return cls(**values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_size(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(side, int) and side > 0 for side in value)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(number, int | float) for number in value.values())


_FITS: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "version": _is_text,
    "license": _is_text,
    "working_size": _is_size,
    "training_data": _is_text,
    "commit": _is_text,
    "metrics": _is_numbers,
    "parity": _is_numbers,
    "contract": lambda value: isinstance(value, int),
}


def _parse(metadata: Mapping[str, str], key: str, where: str) -> Any:
    try:
        return json.loads(metadata[key])
    except KeyError:
        raise ModelError(
            f"{where} lacks the metadata entry '{key}' that every skymask model has. Export it again with "
            "'skymask export'."
        ) from None
    except (ValueError, RecursionError):
        raise ModelError(f"{where} has a metadata entry '{key}' that is not JSON: {metadata[key]!r}.") from None


def check_frames(frames: NDArray[Any]) -> None:
    """Refuses what a model would not take.

    Args:
        frames: Should be uint8 [N, H, W, 3], RGB, with H and W at least `MIN_SIDE`.

    Raises:
        InputError: Names what was found and what was expected.
    """
    if not isinstance(frames, np.ndarray):
        raise InputError(f"A frame must be a NumPy array of uint8; got a {type(frames).__name__}.")
    if frames.dtype != np.uint8:
        raise InputError(f"A frame must be a uint8 array with values 0 to 255; got {frames.dtype}.")
    if frames.ndim != 4 or frames.shape[3] != 3:
        raise InputError(
            f"A frame must have the shape [H, W, 3], and a batch of frames [N, H, W, 3] (RGB, channels last); got "
            f"{list(frames.shape)}."
        )
    if len(frames) == 0:
        raise InputError(f"A batch must hold at least one frame; got the shape {list(frames.shape)}.")
    height, width = frames.shape[1:3]
    if min(height, width) < MIN_SIDE:
        raise InputError(
            f"A frame must be at least {MIN_SIDE} pixels high and wide; got {width}x{height} (width x height). "
            "Enlarge it first if it really shows a scene."
        )
