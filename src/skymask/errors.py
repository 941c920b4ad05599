"""The errors skymask raises on purpose.

Every message says what was found, what was expected and what to do about it. The command line prints the message
alone and leaves with `exit_code`; anything that is not a `SkymaskError` is a bug and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class SkymaskError(Exception):
    """The work was possible as asked, and failed on the way: a frame that cannot be decoded, a loss that is NaN."""

    exit_code = 1


class InputError(SkymaskError):
    """What was asked for cannot be done: a missing file, an unknown name, a frame of the wrong shape."""

    exit_code = 2


class ModelError(InputError):
    """A file is not a skymask model, is damaged, or follows another version of the contract."""


class EngineError(InputError):
    """The engine or device asked for is unknown, not installed, or refuses the model."""


class ConfigError(InputError):
    """A training configuration has an unknown key or a value out of range."""


class DataError(InputError):
    """A manifest, image or mask of a dataset is damaged, or does not fit together."""

    def __init__(self, message: str = "") -> None:
        # Raised where torch's DataLoader works in other processes, it is built anew from the text of its traceback.
        kind = f"{type(self).__module__}.{type(self).__qualname__}: "
        super().__init__(message.rpartition(kind)[2].removesuffix("\n"))


class DisplayError(InputError):
    """A window was asked for where none can be opened."""


class MediaError(SkymaskError):
    """A video or image breaks off, or cannot be decoded."""


class DownloadError(SkymaskError):
    """A server cannot be reached, refuses, or sends something else than it announced."""


class OutputError(SkymaskError):
    """A result cannot be written: no permission, no space, no such folder."""


class OccupiedError(OutputError):
    """In the place of a result is what must not be replaced unasked: of a mask another one, or none at all.

    It is looked for before the first photograph is read; so what was asked for cannot be done, as with an `InputError`.

    Args:
        path: What is there.
        what: What is wrong with it; follows "is there already and".
    """

    exit_code = 2

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"{path} is there already and {what}. Choose another folder with -o, or move it away; --overwrite replaces "
            "it and makes all masks again."
        )


class TrainingError(SkymaskError):
    """A training run cannot go on: the loss or its gradient is no longer a number."""


def suggest(unknown: str, known: Iterable[str]) -> str:
    """Ends a message about an unknown name: the nearest known one, then all of them.

    Args:
        unknown: What was given.
        known: The names that would have been accepted.

    Returns:
        For example "Did you mean 'openvino'? Known: auto, onnxruntime, openvino."
    """
    names = sorted(known)
    near = difflib.get_close_matches(unknown, names, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return f"{hint}Known: {', '.join(names)}."
