from __future__ import annotations

from collections.abc import Iterator

import pytest

from skymask.export import verify
from tests.support.scenes import scene


@pytest.fixture(scope="module", autouse=True)
def _scenes_drawn_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "render", scene)
        yield
