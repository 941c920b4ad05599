"""Names, paths and engines that `skymask.load` takes or refuses."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import skymask
from skymask import weights
from skymask.errors import EngineError, InputError, ModelError
from skymask.runtime import engines
from skymask.runtime.segmenter import model_path


def test_text_and_path_both_name_a_file(tiny_model: Path) -> None:
    for model in (tiny_model, str(tiny_model)):
        assert skymask.load(model).info.name == "tiny"


def test_the_default_engine_is_the_reference(tiny_model: Path) -> None:
    assert skymask.load(tiny_model).engine.engine == "onnxruntime"


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no CPU affinity on this system")
def test_threads_default_to_the_cpus_this_process_may_use(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    assert skymask.load(tiny_model).engine.threads == 1


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"Unknown model 'fats'\. Did you mean 'fast'\?"):
        skymask.load("fats")


@pytest.mark.parametrize("model", ["missing.onnx", "some/where", Path("missing")])
def test_what_looks_like_a_path_is_refused_as_one(model: str | Path) -> None:
    with pytest.raises(ModelError, match="There is no model file at"):
        skymask.load(model)


def test_a_name_wins_over_a_file_unless_a_path_says_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fast").touch()
    shipped = tmp_path / "weights"
    shipped.mkdir()
    (shipped / "fast.onnx").touch()
    monkeypatch.setattr(weights, "_FOLDER", shipped)
    assert model_path("fast") == shipped / "fast.onnx"
    assert model_path("./fast") == Path("fast")
    assert model_path(None) == shipped / "fast.onnx"


def test_an_unknown_engine_is_refused_with_the_nearest(tiny_model: Path) -> None:
    with pytest.raises(EngineError, match="Did you mean 'openvino'"):
        skymask.load(tiny_model, engine="openvinno")


def test_a_missing_engine_says_how_to_install_it(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.delitem(sys.modules, "skymask.runtime.openvino", raising=False)
    with pytest.raises(EngineError, match=r'not installed.*pip install "skymask\[openvino\]"'):
        skymask.load(tiny_model, engine="openvino")
    status = {status.engine: status for status in engines.engine_statuses()}
    assert status["openvino"].version is None
    assert status["openvino"].problem
    assert status["onnxruntime"].version
    assert "cpu" in status["onnxruntime"].devices


def without_gpu(asked: list[str]) -> list[str]:
    """ONNX Runtime's GPU build on a machine without a GPU takes the CUDA provider and then drops it."""
    return ["CPUExecutionProvider"]


def with_old_driver(asked: list[str]) -> list[str]:
    """With a driver that is too old, it raises."""
    if "CUDAExecutionProvider" in asked:
        raise RuntimeError("CUDA driver version is insufficient\nfor CUDA runtime version")
    return asked


@pytest.mark.parametrize(
    ("machine", "said"),
    [(without_gpu, "no such GPU, driver or library"), (with_old_driver, "driver version is insuff")],
)
def test_a_gpu_that_does_not_work_is_reported(
    machine: Callable[[list[str]], list[str]], said: str, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        def __init__(self, *_: object, providers: list[str], **__: object) -> None:
            self.providers = machine(providers)

        def get_providers(self) -> list[str]:
            return self.providers

    ort = importlib.import_module("onnxruntime")
    monkeypatch.setattr(ort, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
    monkeypatch.setattr(ort, "InferenceSession", Session)
    assert skymask.load(tiny_model).engine.device == "cpu"
    with pytest.raises(EngineError, match=said):
        skymask.load(tiny_model, device="cuda")


@pytest.mark.parametrize(
    ("release", "entries"),
    [
        ("1.26.0", {"spin_duration_us": "10"}),
        ("1.25.1", {"allow_spinning": "0"}),
        ("2.0.0rc1", {"spin_duration_us": "10"}),
    ],
)
def test_threads_that_wait_do_not_spin_for_long(
    release: str, entries: dict[str, str], tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = importlib.import_module("skymask.runtime.onnxruntime")
    options = runtime.ort.SessionOptions()
    monkeypatch.setattr(runtime.ort, "__version__", release)
    monkeypatch.setattr(runtime.ort, "SessionOptions", lambda: options)
    skymask.load(tiny_model)
    for key, value in entries.items():
        assert options.get_session_config_entry(f"session.intra_op.{key}") == value


PHOTOGRAPHS = """
import numpy as np
import skymask

def memory_mib(kind):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(kind))

before = memory_mib("VmRSS")
with skymask.load(engine="onnxruntime", threads=2) as sky:
    for height, width in ((3000, 4000), (4000, 6000), (1080, 1920), (6000, 4000)):
        sky(np.zeros((height, width, 3), np.uint8))
print(memory_mib("VmHWM"), memory_mib("VmRSS") - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of a process's memory")
def test_photographs_take_less_than_a_gigabyte_and_closing_gives_it_back() -> None:
    done = subprocess.run([sys.executable, "-c", PHOTOGRAPHS], capture_output=True, text=True, check=True)
    peak_mib, kept_mib = map(int, done.stdout.split())
    assert peak_mib < 953
    assert kept_mib < 200


def test_fewer_than_one_thread_is_refused_and_so_are_very_many(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="at least 1"):
        skymask.load(tiny_model, threads=0)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    with pytest.raises(InputError, match="threads must be at most 256; got 257"):
        skymask.load(tiny_model, threads=257)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"threads": 1.5}, r"threads must be a whole number, or left out; got 1\.5\."),
        ({"threads": "2"}, r"threads must be a whole number, or left out; got '2'\."),
        ({"engine": None}, r"engine must be text, such as 'auto'; got None\."),
        ({"device": 0}, r"device must be text, such as 'auto'; got 0\."),
        ({"model": 3}, r"model must be a path or a name; got 3\."),
    ],
    ids=str,
)
def test_arguments_of_other_types_are_refused(arguments: dict[str, Any], said: str, tiny_model: Path) -> None:
    with pytest.raises(InputError, match=said):
        skymask.load(**{"model": tiny_model, **arguments})


def test_numbers_of_numpy_are_numbers(tiny_model: Path) -> None:
    assert skymask.load(tiny_model, threads=np.int64(2)).engine.threads == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_a_graph_that_the_engine_refuses_is_an_engine_error(
    tiny_model: Path, tmp_path: Path, engine: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(engine)
    model = onnx.load(tiny_model)
    model.graph.node[1].op_type = "NoSuchOperator"
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(model.SerializeToString())
    with pytest.raises(EngineError, match=r"refuses .*broken\.onnx"):
        skymask.load(broken, engine=engine)
    assert capfd.readouterr() == ("", "")


def test_loading_and_running_is_silent(tiny_model: Path, capfd: pytest.CaptureFixture[str]) -> None:
    skymask.load(tiny_model)(np.zeros((40, 40, 3), np.uint8))
    assert capfd.readouterr() == ("", "")
