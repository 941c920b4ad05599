"""Memory for training."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import torch
from skymask.training import loop

def faults_of_more_tensors(*_):
    for _ in range(20):  # until the heap is as large as it needs to be
        torch.ones(16_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(4):
        torch.ones(16_000_000)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    raise SystemExit

loop._check_folder = faults_of_more_tensors  # the first thing that a run does
{start}
"""


def page_faults(start: str) -> int:
    script = SCRIPT.format(start=start)
    return int(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_a_run_keeps_the_memory_of_freed_tensors() -> None:
    assert page_faults("loop.train(None, None)") < 0.1 * page_faults("loop._check_folder()")
