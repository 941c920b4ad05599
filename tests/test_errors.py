"""Exit codes, and the end of a message about an unknown name."""

from __future__ import annotations

import pytest

from skymask import errors
from skymask.errors import SkymaskError, suggest


def test_the_nearest_name_comes_first() -> None:
    said = suggest("openvinno", ["onnxruntime", "openvino", "auto"])
    assert said == "Did you mean 'openvino'? Known: auto, onnxruntime, openvino."


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert suggest("xyz", ["auto", "cpu"]) == "Known: auto, cpu."


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [("SkymaskError", 1), ("MediaError", 1), ("DownloadError", 1), ("OutputError", 1)]
    + [(f"{kind}Error", 2) for kind in ("Input", "Model", "Engine", "Config", "Data", "Display", "Occupied")],
)
def test_wrong_input_exits_2_and_failed_work_1(kind: str, exit_code: int) -> None:
    assert getattr(errors, kind).exit_code == exit_code
    assert issubclass(getattr(errors, kind), SkymaskError)
