"""One suite over every engine: what `skymask.load` promises, on a model whose answer is known exactly."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skymask
from skymask import Segmenter, weights
from skymask.errors import EngineError, InputError
from skymask.runtime.engine import EngineDescription
from tests.support.tiny_model import INFO, reference

ENGINES = ["onnxruntime", "openvino"]
SHAPES_HW = [(32, 32), (48, 64), (33, 47), (64, 32), (101, 32), (8192, 64), (64, 8192)]


@pytest.fixture(scope="module", params=ENGINES)
def sky(request: pytest.FixtureRequest, tiny_model: Path) -> Iterator[Segmenter]:
    pytest.importorskip(request.param)
    with skymask.load(tiny_model, engine=request.param) as segmenter:
        yield segmenter


def random_frames(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


@pytest.mark.parametrize("shape_hw", SHAPES_HW, ids=str)
def test_a_frame_gives_the_exact_alpha_at_its_own_size(sky: Segmenter, shape_hw: tuple[int, int]) -> None:
    frame = random_frames(*shape_hw)
    alpha = sky(frame)
    assert alpha.dtype == np.uint8
    np.testing.assert_array_equal(alpha, reference(frame))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are no bytes there")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_may_have_a_name_that_is_no_utf_8(engine: str, tiny_model: Path, tmp_path: Path) -> None:
    pytest.importorskip(engine)
    model = Path(shutil.copy(tiny_model, tmp_path / os.fsdecode(b"caf\xe9.onnx")))
    frame = random_frames(32, 32)
    with skymask.load(model, engine=engine) as segmenter:
        np.testing.assert_array_equal(segmenter(frame), reference(frame))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_batch_gives_one_alpha_a_frame(sky: Segmenter, count: int) -> None:
    frames = random_frames(count, 40, 56)
    np.testing.assert_array_equal(sky(frames), reference(frames))


def test_all_sky_and_no_sky_are_not_stretched(sky: Segmenter) -> None:
    blue, red = np.zeros((2, 40, 40, 3), np.uint8)
    blue[..., 2] = 255
    red[..., 0] = 255
    assert (sky(blue) == 255).all()
    assert (sky(red) == 0).all()


def test_the_size_may_change_from_call_to_call(sky: Segmenter) -> None:
    for shape in [(40, 40), (3, 32, 80), (80, 32), (40, 40)]:
        frames = random_frames(*shape)
        np.testing.assert_array_equal(sky(frames), reference(frames))


@pytest.mark.parametrize(
    "view",
    [lambda f: f[:, ::-1], lambda f: f[..., ::-1], lambda f: f[::2, ::2], lambda f: f.transpose(1, 0, 2)],
    ids=["mirrored", "bgr as rgb", "every second", "transposed"],
)
def test_a_view_need_not_be_contiguous(sky: Segmenter, view: object) -> None:
    frame = view(random_frames(80, 96))  # type: ignore[operator]
    assert not frame.flags.c_contiguous
    np.testing.assert_array_equal(sky(frame), reference(frame))


def test_a_read_only_frame_is_taken_and_left_alone(sky: Segmenter) -> None:
    frame = random_frames(40, 40)
    before = frame.copy()
    frame.flags.writeable = False
    sky(frame)
    np.testing.assert_array_equal(frame, before)


def test_the_alpha_belongs_to_the_caller(sky: Segmenter) -> None:
    frame = random_frames(40, 40)
    first = sky(frame)
    kept = first.copy()
    second = sky(random_frames(40, 40, seed=1))
    np.testing.assert_array_equal(first, kept)
    second[:] = 7  # writable
    np.testing.assert_array_equal(sky(frame), kept)


def test_several_threads_may_call_at_once(sky: Segmenter) -> None:
    frames = [random_frames(33 + index, 64, seed=index) for index in range(24)]
    with ThreadPoolExecutor(6) as pool:
        for frame, alpha in zip(frames, pool.map(sky, frames), strict=True):
            np.testing.assert_array_equal(alpha, reference(frame))


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((40, 40, 3), np.float32), "got float32"),
        (np.zeros((40, 40, 3), np.int16), "got int16"),
        (np.zeros((40, 40), np.uint8), r"got \[40, 40\]"),
        (np.zeros((40, 40, 4), np.uint8), r"got \[1, 40, 40, 4\]"),
        (np.zeros((3, 40, 40), np.uint8), r"got \[1, 3, 40, 40\]"),
        (np.zeros((1, 1, 3), np.uint8), "got 1x1"),
        (np.zeros((31, 31, 3), np.uint8), "got 31x31"),
        (np.zeros((2, 40, 31, 3), np.uint8), "got 31x40"),
        (np.zeros((0, 40, 40, 3), np.uint8), "at least one frame"),
        ([np.zeros((40, 40, 3), np.uint8)], r"numpy\.stack"),
        ("photo.jpg", "got a str"),
        (None, "got a NoneType"),
    ],
    ids=[
        "float",
        "int16",
        "grey",
        "rgba",
        "channels first",
        "1x1",
        "31x31",
        "narrow batch",
        "empty",
        "list",
        "path",
        "None",
    ],
)
def test_what_is_no_frame_is_refused(sky: Segmenter, frames: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sky(frames)  # type: ignore[arg-type]


def test_it_says_what_it_is(sky: Segmenter) -> None:
    assert sky.info == INFO
    assert sky.engine.engine in ENGINES
    assert sky.engine.device == "cpu"
    assert sky.engine.threads is not None
    assert sky.engine.version
    assert repr(sky).startswith("<skymask.Segmenter tiny 0.0.1, looks at 32x32, ")
    assert sky.engine.engine in repr(sky)


@pytest.mark.parametrize(("threads", "said"), [(None, ""), (1, ", 1 thread"), (2, ", 2 threads")])
def test_a_description_says_all_it_holds(threads: int | None, said: str) -> None:
    assert str(EngineDescription("openvino", "2025.3.0", "gpu", threads)) == f"openvino 2025.3.0 on gpu{said}"


@pytest.mark.parametrize("engine", ENGINES)
def test_closing_frees_the_model_once_and_for_all(tiny_model: Path, engine: str) -> None:
    pytest.importorskip(engine)
    with skymask.load(tiny_model, engine=engine) as segmenter:
        segmenter(random_frames(32, 32))
    segmenter.close()
    with pytest.raises(EngineError, match="closed"):
        segmenter(random_frames(32, 32))


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_are_as_asked(tiny_model: Path, engine: str) -> None:
    pytest.importorskip(engine)
    with skymask.load(tiny_model, engine=engine, threads=1) as segmenter:
        assert segmenter.engine.threads == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_an_unknown_device_is_refused_with_the_nearest_name(tiny_model: Path, engine: str) -> None:
    pytest.importorskip(engine)
    with pytest.raises(EngineError, match="Did you mean 'cpu'"):
        skymask.load(tiny_model, engine=engine, device="cpuu")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("model", weights.SHIPPED_MODELS)
def test_the_shipped_models_follow_the_contract(engine: str, model: str) -> None:
    pytest.importorskip(engine)
    with skymask.load(model, engine=engine) as segmenter:
        for shape in [(32, 32), (2, 120, 161), (241, 120), (64, 1024)]:
            alpha = segmenter(random_frames(*shape))
            assert alpha.shape == shape
            assert alpha.dtype == np.uint8
