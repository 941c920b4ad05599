"""Is the current tree faster than a revision, slower, or the same? Both are measured by turns, in child processes.

    python benchmarks/compare.py HEAD~3

Each round measures both trees, the order changing from round to round. What is judged are the rounds' ratios of times:
their mean (of logarithms) with a bootstrap interval, and an exact permutation test: were there no difference, each
round's old and new could be swapped. A difference counts as found at a level of 1 %; "the same" means that none was
found, and the interval says how large one may still be.

Instruction counts of the compositing kernels (callgrind) are added where valgrind is installed: they do not depend on
how busy the machine is, and a tenth of a per cent is a real change.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from skymask.bench.material import Material, make_material
from skymask.evaluation.bootstrap import interval
from skymask.evaluation.exchange import exchanges

ROOT = Path(__file__).parents[1]
SIZES_HW = ((480, 640), (1080, 1920))
VIEWS = ("overlay", "cutout", "mask", "side-by-side")
LEVEL = 0.01  # four comparisons are made: at 5 % each, every fifth run would find a difference where there is none
FEWEST_ROUNDS = 8  # of seven, even the clearest result has a chance of 2 in 128 to be none
EXACT_ROUNDS = 14  # up to here all swaps are tried, beyond so many random ones
RESAMPLES = 2000
CALLS = (1, 21)  # the start of Python is in both counts, and drops out of their difference
COUNT_TOLERANCE = 0.001


class TreeError(Exception):
    """A tree cannot be measured, or there is no such revision."""


@dataclass(frozen=True)
class Verdict:
    """What the ratios of times, new over old, one a round, say."""

    word: str
    """"faster", "slower" or "the same"."""
    ratio: float
    """Geometric mean."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end."""
    p: float
    """How often chance alone gives so large a difference."""

    def __str__(self) -> str:
        bounds = f"{100 * (self.low - 1):+.1f} to {100 * (self.high - 1):+.1f} %"
        return f"{self.word}: {100 * (self.ratio - 1):+.1f} % time (95 % interval {bounds}; p = {self.p:.3f})"


def judge(ratios: Sequence[float]) -> Verdict:
    """Judges ratios of times, new over old, one a round."""
    logs = np.log(ratios)
    mean, p = float(logs.mean()), permutation_p(logs)
    draws = np.random.default_rng(0).integers(0, len(logs), (RESAMPLES, len(logs)))
    bounds = interval(logs[draws].mean(axis=1))
    assert bounds is not None, "there is a ratio in every round"
    word = "the same" if p >= LEVEL else "faster" if mean < 0 else "slower"
    return Verdict(word, math.exp(mean), math.exp(bounds[0]), math.exp(bounds[1]), p)


def permutation_p(differences: np.ndarray) -> float:
    """Share of swaps of old and new, round by round, that make the mean difference at least as large as it is."""
    signs = 1 - 2 * exchanges(len(differences), EXACT_ROUNDS, 2**EXACT_ROUNDS)
    means = np.abs((signs * differences).mean(axis=1))
    return float((means >= abs(differences.mean()) * (1 - 1e-12)).mean())


def alternate(rounds: int, measure_old: Callable[[], float], measure_new: Callable[[], float]) -> list[float]:
    """Measures both once a round, the order changing from round to round; returns new over old."""
    ratios = []
    for number in range(rounds):
        if number % 2 == 0:
            old = measure_old()
            new = measure_new()
        else:
            new = measure_new()
            old = measure_old()
        ratios.append(new / old)
    return ratios


@contextmanager
def worktree(repository: Path, revision: str) -> Iterator[Path]:
    """Checks a revision out into a temporary folder, which is gone afterwards, also after Ctrl-C.

    Raises:
        TreeError: There is no such revision.
    """
    git = ["git", "-C", str(repository)]
    with tempfile.TemporaryDirectory(prefix="skymask-compare-") as name:
        tree = Path(name) / "tree"
        try:
            added = subprocess.run(
                [*git, "worktree", "add", "--detach", str(tree), revision],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if added.returncode:
                reason = added.stderr.strip().splitlines()[-1]
                raise TreeError(f"The revision '{revision}' cannot be checked out: {reason}")
            yield tree
        finally:
            if tree.exists():
                subprocess.run([*git, "worktree", "remove", "--force", str(tree)], capture_output=True, check=False)


def run_in(tree: Path, *arguments: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Runs `one_tree.py` on a tree's own code.

    Raises:
        TreeError: It failed; the message ends with the last line it wrote.
    """
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONHASHSEED": "0"}
    if under:
        environment["OPENBLAS_NUM_THREADS"] = "1"  # threads that start would be counted too
    command = [*under, sys.executable, "-P", str(Path(__file__).with_name("one_tree.py")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    if done.returncode:
        raise TreeError((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    return done


def time_ms(tree: Path, arguments: Sequence[str]) -> float:
    """Returns milliseconds a frame, in a fresh process; raises as `run_in`."""
    return float(run_in(tree, *arguments).stdout)


def count_instructions(tree: Path, view: str) -> float:
    """Counts the instructions of one call of a compositing kernel.

    Raises:
        TreeError: The tree has no such kernel, or valgrind failed.
    """
    callgrind = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}")
    counts = []
    for calls in CALLS:
        said = run_in(tree, "kernel", view, str(calls), under=callgrind).stderr
        counted = re.search(r"Collected : (\d+)", said)
        if counted is None:
            raise TreeError("valgrind has counted nothing")
        counts.append(int(counted[1]))
    return (counts[1] - counts[0]) / (CALLS[1] - CALLS[0])


def compare_times(old: Path, new: Path, folder: Path, rounds: int) -> None:
    """Prints a verdict for frame to alpha and for file to file, at each size."""
    material = Material(folder)
    for size_hw in SIZES_HW:
        make_material(material, size_hw)
        tasks = {
            "frame to alpha": ("frame", str(material.frame(size_hw))),
            "file to file": ("file", str(material.clip(size_hw)), str(material.output(size_hw))),
        }
        for title, arguments in tasks.items():
            name = f"{title}, {size_hw[1]}x{size_hw[0]}"
            try:
                ratios = alternate(rounds, partial(time_ms, old, arguments), partial(time_ms, new, arguments))
            except TreeError as error:
                print(f"{name}: not comparable: {error}", flush=True)
            else:
                print(f"{name}: {judge(ratios)}", flush=True)


def compare_counts(old: Path, new: Path) -> None:
    """Prints how many instructions each compositing kernel takes, old and new."""
    if shutil.which("valgrind") is None:
        print("compositing: not counted, valgrind is not installed")
        return
    for view in VIEWS:
        try:
            before, after = count_instructions(old, view), count_instructions(new, view)
        except TreeError as error:
            print(f"compositing, {view}: not comparable: {error}", flush=True)
            continue
        change = after / before - 1
        word = "the same" if abs(change) < COUNT_TOLERANCE else "fewer" if change < 0 else "more"
        print(
            f"compositing, {view}: {word}: {100 * change:+.1f} % instructions ({after / 1e6:.2f} million)", flush=True
        )


def main() -> int:
    """Compares; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("revision", help="anything git knows: HEAD, main~3, v0.1.0")
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.rounds < FEWEST_ROUNDS:
        parser.error(f"--rounds must be at least {FEWEST_ROUNDS}: fewer cannot tell a difference from chance")
    try:
        with worktree(ROOT, arguments.revision) as old, tempfile.TemporaryDirectory() as folder:
            compare_counts(old, ROOT)
            compare_times(old, ROOT, Path(folder), arguments.rounds)
    except TreeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
