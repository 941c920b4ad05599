"""Memory for training."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
SCRIPT = """
import resource
import torch
from skymask.training import loop

def nothing_more(*_):
    torch.ones(16_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(16_000_000)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    raise SystemExit

loop._check_folder = nothing_more  # the first thing that a run does
loop.train(None, None)
"""


def page_faults_of_a_tensor(**environment: str) -> int:
    kept = {name: value for name, value in os.environ.items() if name != "THP_MEM_ALLOC_ENABLE"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=kept | environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(
    not PAGES.is_file() or "[madvise]" not in PAGES.read_text(), reason="large pages are not given on request here"
)
def test_training_has_large_pages_unless_told_otherwise() -> None:
    assert page_faults_of_a_tensor() < 0.1 * page_faults_of_a_tensor(THP_MEM_ALLOC_ENABLE="0")
