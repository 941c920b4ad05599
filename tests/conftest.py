"""Fixtures shared by the whole suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a contract-conforming ONNX model of a few hundred bytes (see tests/support/tiny_model.py)."""
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.onnx")
