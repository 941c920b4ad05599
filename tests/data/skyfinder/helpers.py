"""What the tests of fetching share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from skymask.data.cameras import images_by_camera
from skymask.data.skyfinder.fetch import Listener, Outcome, fetch
from skymask.data.skyfinder.session import Retry
from tests.support.zenodo_server import ZenodoServer

QUICK = Retry(attempts=4, first_wait_s=0.001)
OFFLINE = "http://127.0.0.1:1"
CAMERAS = ["65", "623", "10917"]
IMAGES = 3


@dataclass
class Heard:
    """What a listener was told."""

    planned: list[tuple[int, int]] = field(default_factory=list)
    bytes: int = 0
    finished: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def receive(self, size: int) -> None:
        self.bytes += size

    def listener(self) -> Listener:
        return Listener(
            lambda *plan: self.planned.append(plan),
            self.receive,
            lambda outcome: self.finished.append(outcome.name),
            self.notes.append,
        )


def run(zenodo: ZenodoServer, root: Path, *cameras: str, **options: object) -> dict[str, Outcome]:
    outcomes = fetch(root, cameras or None, zenodo=zenodo.url, retry=QUICK, **options)  # type: ignore[arg-type]
    return {outcome.name: outcome for outcome in outcomes}


def assert_camera_is_whole(root: Path, camera: str) -> None:
    images = images_by_camera(root)[camera]
    assert len(images) == IMAGES
    for name in images:
        with Image.open(root / name) as image:
            image.load()
