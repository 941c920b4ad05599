"""The interpreter's end while other threads call models, and processes forked from one that has loaded a model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ENGINES = ["onnxruntime", "openvino"]

WORKING = """
import atexit, sys, threading
import numpy as np
import skymask

model, engine = sys.argv[1:]
frame = np.zeros((480, 640, 3), np.uint8)
at_work = threading.Event()

def segment():
    while True:
        sky(frame)
        at_work.set()

def load():
    while True:
        with skymask.load(model, engine):
            at_work.set()
"""

LEAVING = """
sky = skymask.load(model, engine, threads=1)
for _ in range(2):
    threading.Thread(target={work}, daemon=True).start()
at_work.wait()
"""

JOINING = """
def leave():  # registered before skymask knows of any model, and so called when no thread may call one any more
    worker.join()
    print(sky(frame).shape)

atexit.register(leave)
sky = skymask.load(model, engine, threads=1)
worker = threading.Thread(target=segment, daemon=True)
worker.start()
at_work.wait()
"""

FORKING = """
import os, signal, sys, warnings
import numpy as np
import skymask
from skymask.errors import EngineError

model, engine = sys.argv[1:]
frame = np.zeros((240, 320, 3), np.uint8)
sky = skymask.load(model, engine, threads=2)
sky(frame)
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 and later warn of forks where there are threads
if not os.fork():
    signal.alarm(50)  # nobody else ends a child that hangs
    {child}
    sys.exit(3)  # frees what there is
print("child", os.waitstatus_to_exitcode(os.wait()[1]), sky(frame).shape)
"""

CALLING = """
    try:
        sky(frame)
    except EngineError as error:
        print(error, sky.engine.engine == engine, flush=True)
    sky.close()
"""

LOADING = """
    sky = skymask.load(model, engine, threads=2)
    print(sky(frame).shape, flush=True)
"""


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("work", ["segment", "load"])
def test_the_interpreter_ends_in_peace_while_threads_are_at_work(engine: str, work: str, tiny_model: Path) -> None:
    pytest.importorskip(engine)
    done = run_python(WORKING + LEAVING.format(work=work), tiny_model, engine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_thread_that_is_waited_for_is_told_and_the_last_thread_may_go_on(tiny_model: Path) -> None:
    done = run_python(WORKING + JOINING, tiny_model, "onnxruntime")
    assert (done.returncode, done.stdout) == (0, "(480, 640)\n")
    assert "EngineError: The interpreter is ending" in done.stderr


def run_forking(child: str, engine: str, model: Path) -> list[str]:
    done = run_python(FORKING.format(child=child.strip()), model, engine)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_forked_process_is_told_that_the_model_is_not_its_own(engine: str, tiny_model: Path) -> None:
    pytest.importorskip(engine)
    said, parent = run_forking(CALLING, engine, tiny_model)
    assert "loaded in another process" in said
    assert "load it in this one" in said
    assert said.endswith(" True")
    assert parent == "child 3 (240, 320)"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_may_put_its_own_model_in_the_place_of_the_other(tiny_model: Path) -> None:
    assert run_forking(LOADING, "onnxruntime", tiny_model) == ["(240, 320)", "child 3 (240, 320)"]
