"""The models that come with the package, and the fingerprints they were released with."""

from __future__ import annotations

import hashlib
from pathlib import Path

from skymask.errors import ModelError, suggest

DEFAULT_MODEL = "fast"
SHIPPED_MODELS = {
    "fast": "the default: video in real time on two CPU cores",
    "fast-int8": "the same in 8-bit integers, faster than it in OpenVINO on processors with VNNI",
    "accurate": "photographs and archives: better masks in three times the time",
}
"""Name of each shipped model, and what it is for. Its file in this folder is NAME.onnx."""

_FOLDER = Path(__file__).parent
_FINGERPRINTS = "SHA256SUMS"  # as `sha256sum *.onnx` writes it


def path(name: str) -> Path:
    """Returns where a shipped model lies.

    Its fingerprint is not checked at every load: pip has done so on installing, and a file that is cut off is refused
    on reading anyway. `verify` checks it, for `skymask info` and the tests.

    Args:
        name: A name in `SHIPPED_MODELS`.

    Raises:
        ModelError: The name is unknown, or the file is not there.
    """
    if name not in SHIPPED_MODELS:
        raise ModelError(
            f"Unknown model '{name}'. {suggest(name, SHIPPED_MODELS)} "
            "A model of your own is given by the path of its file, such as ./model.onnx."
        )
    file = _FOLDER / f"{name}.onnx"
    if not file.is_file():
        raise _damaged(file)
    return file


def verify(name: str) -> bool:
    """Computes a shipped model's SHA-256 and tells whether it is the released one.

    Raises:
        ModelError: The name is unknown, or the file or its fingerprint is not there.
    """
    file = path(name)
    fingerprints = _FOLDER / _FINGERPRINTS
    if not fingerprints.is_file():
        raise _damaged(fingerprints)
    lines = fingerprints.read_text(encoding="utf-8").splitlines()
    released = {line.split()[-1].lstrip("*"): line.split()[0] for line in lines if line}
    return released.get(file.name) == sha256(file)


def sha256(file: Path) -> str:
    """Returns a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _damaged(file: Path) -> ModelError:
    return ModelError(
        f"The installation is damaged: {file} is missing. Install skymask again with pip's --force-reinstall, or "
        "give the path of a model of your own."
    )
