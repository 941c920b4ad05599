"""Archives of a miniature SkyFinder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data.skyfinder.helpers import CAMERAS, IMAGES
from tests.support.mini_skyfinder import write_mini_skyfinder


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cameras' archives and the masks; no test changes them."""
    return write_mini_skyfinder(tmp_path_factory.mktemp("zips"), CAMERAS, IMAGES)


@pytest.fixture
def changed(zips: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copies the archives, with other content for some."""

    def changed(**contents: bytes | None) -> Path:
        folder = tmp_path / "changed"
        folder.mkdir()
        for path in zips.iterdir():
            content = contents.get(f"camera_{path.stem}", path.read_bytes())
            if content is not None:
                (folder / path.name).write_bytes(content)
        return folder

    return changed
