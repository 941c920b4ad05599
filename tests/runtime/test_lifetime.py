"""The interpreter's end, while other threads call models."""

from __future__ import annotations

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
frame = np.zeros((1080, 1920, 3), np.uint8)
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
    assert (done.returncode, done.stdout) == (0, "(1080, 1920)\n")
    assert "EngineError: The interpreter is ending" in done.stderr
