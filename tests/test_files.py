"""Where an output ends up: whole under its name, behind a link, or in a pipe."""

from __future__ import annotations

import errno
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from skymask.errors import InputError, OutputError
from skymask.files import check_distinct, identity, reaching, write_text, writing

posix = pytest.mark.skipif(os.name == "nt", reason="pipes and links as on POSIX")


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_text(path, "old\n")
    with writing(path) as part:
        part.write_text("new\n")
        assert path.read_text() == "old\n"
    assert path.read_text() == "new\n"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old\n")
    with pytest.raises(ZeroDivisionError), writing(path) as part:
        part.write_text(f"new {1 // 0}\n")
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_text_with_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    write_text(tmp_path / "a.md", "| caf\udce9.onnx | é |\n")
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "| caf\\udce9.onnx | é |\n"


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_names_is_written(there: bool, tmp_path: Path) -> None:
    target, link = tmp_path / "big" / "a.txt", tmp_path / "a.txt"
    target.parent.mkdir()
    if there:
        target.write_text("old\n")
    link.symlink_to(Path("big", "a.txt"))
    write_text(link, "new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"
    assert list(target.parent.iterdir()) == [target]


@posix
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        write_text(pipe, "text\n")
        assert read.result() == "text\n"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's list of open files")
def test_what_stdout_is_linked_to_is_written_to(tmp_path: Path) -> None:
    """As /dev/stdout is where a program's results go into a pipe."""
    read_end, write_end = os.pipe()
    stdout = tmp_path / "stdout"
    stdout.symlink_to(f"/proc/self/fd/{write_end}")
    write_text(stdout, "text\n")
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        assert pipe.read() == "text\n"
    assert stdout.is_symlink()


def test_names_that_differ_in_case_are_one_file_on_macos_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "A.MP4")
    monkeypatch.setattr(sys, "platform", "linux")
    assert identity(tmp_path / "a.mp4") != identity(tmp_path / "A.MP4") == identity(tmp_path / "link")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert identity(tmp_path / "a.mp4") == identity(tmp_path / "A.MP4") == identity(tmp_path / "link")


def test_a_look_that_is_refused_is_told_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^locked/a cannot be reached: Permission denied\. "), reaching("locked/a"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with pytest.raises(OutputError, match="cannot be reached"), reaching(Path("a"), OutputError):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))


def test_a_name_that_no_file_can_have_is_left_to_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a glob on Windows."""

    def stat(self: Path) -> os.stat_result:
        raise OSError(errno.EINVAL, "The filename, directory name, or volume label syntax is incorrect")

    monkeypatch.setattr(Path, "stat", stat)
    with reaching("a*.jpg"):
        pass


def test_outputs_replace_neither_what_is_read_nor_each_other(tmp_path: Path) -> None:
    source, link = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("read\n")
    taken = {source: "the source itself"}
    check_distinct((("output", tmp_path / "c.txt"), ("report", None), ("trace", tmp_path / "d.txt")), taken)
    with pytest.raises(InputError, match=r"^The trace .*a\.txt is the source itself, which it would replace\. Give it"):
        check_distinct((("output", tmp_path / "c.txt"), ("trace", tmp_path / "no" / ".." / "a.txt")), taken)
    with pytest.raises(InputError, match=r"^The report .*c\.txt is the output as well"):
        check_distinct((("output", tmp_path / "c.txt"), ("report", tmp_path / "c.txt")), taken)
    if os.name != "nt":
        link.symlink_to(source)
        with pytest.raises(InputError, match="is the source itself"):
            check_distinct([("output", link)], taken)
        check_distinct((("report", Path("/dev/null")), ("trace", Path("/dev/null"))), {Path("/dev/null"): "read"})
