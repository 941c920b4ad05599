"""The C++ programs and the Python package say the same of the built-in scene, with the shipped model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import skymask
from skymask.video.demo import DemoSource
from tests.cpp.programs import program, run

FRAMES = 12
MEAN_GREY_LEVELS = 0.05  # of 255; engines of one precision differ by rounding alone


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of PNG frames of the built-in scene."""
    folder = tmp_path_factory.mktemp("scene")
    for number, frame in enumerate(DemoSource(frame_count=FRAMES).frames()):
        Image.fromarray(frame.image).save(folder / f"{number:02d}.png")
    return folder


def differences(scene: Path, masks: Path) -> list[float]:
    """Mean difference from Python's alpha, in grey levels, of each frame."""
    found = []
    with skymask.load() as sky:
        for path in sorted(scene.glob("*.png")):
            expected = sky(np.asarray(Image.open(path))).astype(int)
            found.append(float(abs(np.asarray(Image.open(masks / path.name)) - expected).mean()))
    return found


def test_the_masks_are_those_of_python(
    scene: Path, tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    done = run("skymask-image", scene, "-o", tmp_path, "--precision", "fp32")
    assert done.code == 0, done.err
    assert done.out.startswith(f"{FRAMES} masks written to {tmp_path} (fast ")
    found = differences(scene, tmp_path)
    record_testsuite_property("mean_grey_levels", np.mean(found))
    assert len(found) == FRAMES
    assert max(found) < MEAN_GREY_LEVELS


def test_the_comparison_sees_a_wrong_mask(scene: Path, tmp_path: Path) -> None:
    program("skymask-image")
    assert run("skymask-image", scene, "-o", tmp_path, "--precision", "fp32").code == 0
    paths = sorted(tmp_path.glob("*.png"))
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)  # masks of the neighbouring frames
    assert max(differences(scene, tmp_path)) > MEAN_GREY_LEVELS
