"""Writing masks: whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skymask.errors import OutputError
from skymask.photographs.write import write_mask


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Image.Image, file: Path, **_: object) -> None:
        file.write_bytes(b"half a mask")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match=r"mask\.png cannot be written: No space left on device"):
        write_mask(np.zeros((40, 40), np.uint8), tmp_path / "mask.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        write_mask(np.zeros((40, 40), np.uint8), tmp_path / "file" / "mask.png")
