from __future__ import annotations

import subprocess
from pathlib import Path

from skymask.revision import commit


def test_the_commit_is_that_of_the_source_and_says_if_files_differ(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        user = ["-c", "user.name=a", "-c", "user.email=a@b"]
        done = subprocess.run(["git", "-C", tmp_path, *user, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    source, environment = tmp_path / "package", tmp_path / "environment"
    source.mkdir()
    environment.mkdir()
    (source / "file.py").touch()
    git("init")
    git("add", "package")
    git("commit", "-m", "first")
    revision = git("rev-parse", "HEAD")
    assert commit(source) == revision
    (source / "other.py").touch()
    assert commit(source) == revision, "a file that git does not know changes nothing that was measured"
    (source / "file.py").write_text("changed")
    assert commit(source) == f"{revision}+changes"
    (environment / "installed.py").touch()
    assert commit(environment) is None, "it lies in a checkout, but is not part of it"
