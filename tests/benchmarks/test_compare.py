from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from benchmarks.compare import TreeError, alternate, judge, permutation_p, worktree

from benchmarks import compare


def test_the_permutation_test_counts_swaps() -> None:
    """All of six rounds agree: of 64 ways to swap, only none and all are as clear."""
    assert permutation_p(np.full(6, -0.1)) == 2 / 64
    assert permutation_p(np.array([0.3, -0.1, 0.1])) == 6 / 8
    assert permutation_p(np.zeros(8)) == 1


def test_many_rounds_are_tried_in_part() -> None:
    assert permutation_p(np.full(20, 0.1)) < 0.001
    assert permutation_p(np.tile([0.1, -0.1], 10)) > 0.9


@pytest.mark.parametrize(
    ("ratios", "word"),
    [
        ([0.90, 0.92, 0.91, 0.89, 0.93, 0.90, 0.91, 0.90], "faster"),
        ([1.10, 1.09, 1.12, 1.08, 1.11, 1.10, 1.09, 1.10], "slower"),
        ([1.02, 0.98, 1.01, 0.99, 1.00, 1.03, 0.97], "the same"),
        ([0.5, 1.3, 1.2, 0.7, 1.4, 0.9, 1.1], "the same"),
    ],
)
def test_the_verdict(ratios: list[float], word: str) -> None:
    verdict = judge(ratios)
    assert verdict.word == word
    assert verdict.low <= verdict.ratio <= verdict.high
    assert verdict.ratio == pytest.approx(np.exp(np.log(ratios).mean()))
    assert str(verdict).startswith(f"{word}: {100 * (verdict.ratio - 1):+.1f} % time (95 % interval ")


def test_chance_rarely_makes_a_difference() -> None:
    """With no difference at all, no more than about one comparison in a hundred may claim one."""
    random = np.random.default_rng(5)
    claimed = sum(judge(np.exp(random.normal(0, 0.05, 8))).word != "the same" for _ in range(200))
    assert claimed <= 6


def test_trees_take_turns_in_going_first() -> None:
    calls: list[str] = []

    def old() -> float:
        calls.append("old")
        return 2.0

    def new() -> float:
        calls.append("new")
        return 1.0

    assert alternate(3, old, new) == [0.5, 0.5, 0.5]
    assert calls == ["old", "new", "new", "old", "old", "new"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        user = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", tmp_path, *user, *arguments], capture_output=True, check=True)

    git("init")
    (tmp_path / "file.txt").write_text("then")
    git("add", "file.txt")
    git("commit", "-m", "first")
    (tmp_path / "file.txt").write_text("now")
    return tmp_path


@pytest.mark.parametrize("error", [KeyboardInterrupt, TreeError, None])
def test_the_revision_is_checked_out_and_goes_away(error: type[BaseException] | None, repository: Path) -> None:
    def visit() -> None:
        nonlocal tree
        with worktree(repository, "HEAD") as tree:
            assert (tree / "file.txt").read_text() == "then"
            if error:
                raise error

    tree = Path()
    if error:
        with pytest.raises(error):
            visit()
    else:
        visit()
    listed = subprocess.run(["git", "-C", repository, "worktree", "list"], capture_output=True, text=True, check=True)
    assert not tree.exists()
    assert len(listed.stdout.splitlines()) == 1, "git has forgotten it too"
    assert (repository / "file.txt").read_text() == "now"


def test_an_unknown_revision_is_named(repository: Path) -> None:
    with (
        pytest.raises(TreeError, match="The revision 'nowhere' cannot be checked out: "),
        worktree(repository, "nowhere"),
    ):
        pass


def test_each_tree_runs_its_own_code(tmp_path: Path) -> None:
    package = tmp_path / "src" / "skymask"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the other tree')")
    with pytest.raises(TreeError, match="the other tree"):
        compare.run_in(tmp_path, "kernel", "mask", "1")


def test_a_kernel_runs_in_this_tree() -> None:
    assert compare.run_in(compare.ROOT, "kernel", "overlay", "1").stdout == ""


def test_counts_are_per_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(tree: Path, kind: str, view: str, calls: str, under: object) -> subprocess.CompletedProcess[str]:
        said = f"==1== Collected : {500_000_000 + 3_000_000 * int(calls)}\n"
        return subprocess.CompletedProcess([], 0, "", said)

    monkeypatch.setattr(compare, "run_in", run)
    assert compare.count_instructions(tmp_path, "overlay") == 3_000_000


def test_too_few_rounds_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["compare.py", "HEAD", "--rounds", "7"])
    with pytest.raises(SystemExit):
        compare.main()
    assert "fewer cannot tell a difference from chance" in capsys.readouterr().err
