from __future__ import annotations

from collections.abc import Iterator

import pytest

from skymask.export import verify
from tests.support.scenes import scene


@pytest.fixture(scope="module", autouse=True)
def _half_size_scenes_drawn_once() -> Iterator[None]:
    """The networks here work at 64x96: frames of half the height and width say as much as those of a real export."""
    sizes = tuple((max(height // 2, 32), max(width // 2, 32)) for height, width in verify.SIZES_HW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "SIZES_HW", sizes)
        patch.setattr(verify, "render", scene)
        yield
