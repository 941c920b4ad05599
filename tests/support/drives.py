"""Paths that have nothing in common, as those on two drives of Windows."""

from __future__ import annotations

import os

import pytest


def set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets `os.path` refuse what two drives have no answer for."""

    def refuse(*paths: object) -> str:
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr(os.path, "relpath", refuse)
    monkeypatch.setattr(os.path, "commonpath", refuse)
