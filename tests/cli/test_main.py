"""Exit codes, messages and help, as a user meets them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import av
import pytest
from cyclopts import App
from PIL import Image
from rich.console import Console

import skymask
from skymask import cli
from skymask.cli import main
from skymask.data.synthetic import SCENE_KINDS
from skymask.errors import MediaError, ModelError
from tests.support.locked import both_pathlibs, lock
from tests.support.waiting import TIMEOUT_S
from tests.video.clips import make_clip

COMMANDS = [
    "demo",
    "video",
    "masks",
    "info",
    "train",
    "average",
    "export",
    "evaluate",
    "compare",
    "bench",
    "data fetch",
    "data import",
    "data audit",
    "data split",
    "data synthetic",
    "data self-label",
]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> App:
    """An empty command line in place of skymask's, to hang failing commands into."""
    app = App(name="skymask", suppress_keyboard_interrupt=False)
    monkeypatch.setattr(cli, "app", app)
    return app


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"skymask {skymask.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []], ids=str)
def test_help_lists_every_command_with_a_summary(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for name in dict.fromkeys(command.split()[0] for command in COMMANDS):
        assert any(line.split()[1:2] == [name] and len(line.split()) > 4 for line in shown.splitlines()), name
    assert "skymask masks photos -o masks" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: skymask {name}" in shown
    assert any(line.strip().startswith(f"skymask {name}") for line in shown.splitlines()), "no example"


def wide_help(name: str) -> list[str]:
    """The lines of a command's help where none needs a second one, each on one level of spaces.

    A console keeps the width that it began with, and an app its console: this one is of the test alone.
    """
    page = StringIO()
    cli.app.help_print(name.split(), console=Console(file=page, width=400))
    return [" ".join(line.strip("│ ").split()) for line in page.getvalue().splitlines()]


def test_what_a_model_runs_on_is_said_in_the_same_words_everywhere() -> None:
    said = {
        tuple(line for line in wide_help(name) if line.startswith(("--engine", "--device", "--threads")))
        for name in ("video", "masks", "evaluate")
    }
    ((engine, device, threads),) = said
    assert "onnxruntime or openvino" in engine
    assert all(f" {name}" in device for name in ("auto", "cpu", "cuda", "tensorrt", "gpu"))
    assert "default: all CPUs" in threads


def test_the_help_lists_every_kind_of_scene() -> None:
    (line,) = (line for line in wide_help("data synthetic") if line.startswith("--kinds"))
    assert ", ".join(sorted(SCENE_KINDS)) in line


def test_the_help_says_what_runs_a_checkpoint() -> None:
    (line,) = (line for line in wide_help("evaluate") if "MODEL" in line and "required" in line)
    assert ".safetensors" in line
    assert "--engine auto or torch" in line
    assert "--device auto, cpu or cuda" in line


def test_every_command_describes_an_engine_in_the_same_words(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    clip, photograph = make_clip(tmp_path / "in.mp4"), tmp_path / "a.png"
    Image.new("RGB", (64, 48)).save(photograph)
    options = ["--model", str(tiny_model), "--threads", "1", "--report", str(tmp_path / "r.json")]
    engines = []
    for arguments in (["video", str(clip)], ["masks", str(photograph), "-o", str(tmp_path / "masks")]):
        assert main([*arguments, *options]) == 0
        engines.append(json.loads((tmp_path / "r.json").read_text())["engine"])
    with skymask.load(tiny_model, threads=1) as sky:
        assert engines == [str(sky.engine)] * 2
    monkeypatch.setattr("skymask.runtime.segmenter.usable_cpus", lambda: 1)
    assert main(["info", str(tiny_model)]) == 0
    assert engines[0] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vidoe"], 'Did you mean "video"?'),
        (["data", "synthetc"], 'Did you mean "synthetic"?'),
        (["masks", "x", "-o", "out", "--overwritte"], "Did you mean --overwrite?"),
        (["masks", "-o", "out"], "requires an argument"),
        (["masks", "x"], "--output"),
        (["masks", "x", "-o", "out", "--threads", "many"], 'Invalid value for --threads: unable to convert "many"'),
        (["info", "a.onnx", "b.onnx"], "b.onnx"),
        (["video", "-", "-o", "o.mp4"], "'-' is not taken: give a pipe as /dev/stdin."),
        (["video", "demo", "-o", "-"], "Results go to files."),
        (["masks", "x", "--output", "-"], "Results go to files."),
        (["video", "demo", "--shwo", "-o", "o.mp4"], "Unknown option: --shwo. Did you mean --show?"),
    ],
    ids=str,
)
def test_wrong_usage_is_explained_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.startswith("skymask: error: ")
    assert err.endswith("--help'.\n")
    assert err.count("\n") == 1


def test_on_windows_no_pipe_is_proposed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert main(["video", "-", "-o", "o.mp4"]) == 2
    assert "'-' is not taken: give the name of a file. Results go to files." in capsys.readouterr().err


@pytest.mark.parametrize("error", [ModelError("no such model"), MediaError("no such frame")])
def test_an_error_is_its_message_and_its_exit_code(
    command: App, error: skymask.errors.SkymaskError, capsys: pytest.CaptureFixture[str]
) -> None:
    @command.command
    def fail() -> None:
        raise error

    assert main(["fail"]) == error.exit_code
    assert capsys.readouterr() == ("", f"skymask: error: {error}\n")


def test_a_bug_keeps_its_traceback(command: App) -> None:
    @command.command
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main(["fail"])


@pytest.mark.parametrize(("module", "extra"), [("torch", "train"), ("cv2", "display"), ("onnx.helper", "train")])
def test_a_missing_extra_is_named(command: App, module: str, extra: str, capsys: pytest.CaptureFixture[str]) -> None:
    @command.command
    def fail() -> None:
        try:
            raise ModuleNotFoundError(f"No module named '{module}'", name=module)
        except ModuleNotFoundError as error:
            raise ImportError("cannot import") from error

    assert main(["fail"]) == 2
    assert f'pip install "skymask[{extra}]"' in capsys.readouterr().err


def test_a_missing_module_of_our_own_is_a_bug(command: App) -> None:
    @command.command
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'skymask.sky'", name="skymask.sky")

    with pytest.raises(ModuleNotFoundError):
        main(["fail"])


def test_an_interrupt_exits_130(command: App, capsys: pytest.CaptureFixture[str]) -> None:
    @command.command
    def fail() -> None:
        raise KeyboardInterrupt

    assert main(["fail"]) == 130
    assert capsys.readouterr() == ("", "skymask: interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_other_signals_end_a_command_like_an_interrupt(
    name: str, code: int, command: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left_in_order = []

    @command.command
    def wait() -> None:
        try:
            signal.raise_signal(signal.Signals[name])
        except KeyboardInterrupt:
            left_in_order.append(True)
            raise

    before = signal.signal(signal.Signals[name], signal.SIG_DFL)
    try:
        assert main(["wait"]) == code
        assert signal.getsignal(signal.Signals[name]) is signal.SIG_DFL
    finally:
        signal.signal(signal.Signals[name], before)
    assert left_in_order
    assert capsys.readouterr() == ("", f"skymask: terminated by {name}\n")


@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
def test_signals_that_are_ignored_stay_so_and_other_threads_leave_them_alone(command: App) -> None:
    @command.command
    def wait() -> None:
        signal.raise_signal(signal.SIGHUP)

    @command.command
    def nothing() -> None:
        pass

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert main(["wait"]) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(main, ["nothing"]).result() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_processes_of_a_command_end_at_once(command: App) -> None:
    @command.command
    def fork() -> None:
        child = os.fork()
        if child == 0:
            try:
                signal.raise_signal(signal.SIGTERM)
            finally:
                os._exit(0)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGTERM

    assert main(["fork"]) == 0


def skymask_process(*arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "skymask", *arguments],
        text=True,
        **{"stderr": subprocess.PIPE, **options},  # type: ignore[call-overload]
    )


def run_unread(*arguments: object, unread: str = "stdout", unbuffered: str = "") -> tuple[int, str]:
    """Runs a command whose reader has gone; returns the exit code, and what it said on the other of the two streams."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    options = {"stdout": subprocess.PIPE, "env": {**os.environ, "PYTHONUNBUFFERED": unbuffered}, unread: write_end}
    process = skymask_process(*map(str, arguments), **options)
    os.close(write_end)
    out, err = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, err if unread == "stdout" else out


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_pipe_is_no_complaint(tiny_model: Path, unbuffered: str) -> None:
    assert run_unread("info", tiny_model, unbuffered=unbuffered) == (1, "")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """The first of them is none."""
    (tmp_path / "photos").mkdir()
    for name in "bc":
        Image.new("RGB", (60, 40)).save(tmp_path / "photos" / f"{name}.png")
    (tmp_path / "photos" / "a.png").write_bytes(b"")
    return tmp_path / "photos"


def test_a_closed_pipe_does_not_hide_what_failed(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    code, err = run_unread("masks", photos, "-o", tmp_path / "out", "--model", tiny_model)
    assert code == 1
    assert err.splitlines() == [
        f"skymask: {photos / 'a.png'} is empty (0 bytes). Copy it again from where it came from.",
        "skymask: error: 1 of 3 photographs failed; see above.",
    ]
    assert sorted(mask.name for mask in (tmp_path / "out").iterdir()) == ["b.png", "c.png"]


def test_errors_that_nobody_reads_end_the_command_with_its_report(
    photos: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    arguments = ("masks", photos, "-o", out, "--model", tiny_model, "--report", report)
    assert run_unread(*arguments, unread="stderr") == (1, "")
    assert json.loads(report.read_text())["asked"] == 3
    for mask in out.glob("*"):
        Image.open(mask).load()


def test_an_error_that_nobody_reads_keeps_its_exit_code(tmp_path: Path) -> None:
    assert run_unread("masks", tmp_path / "none", "-o", tmp_path / "out", unread="stderr") == (2, "")


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="needs /dev/stdout")  # noqa: PTH110
def test_a_report_that_nobody_reads_is_no_complaint(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    (photos / "a.png").unlink()
    arguments = ("masks", photos, "-o", tmp_path / "out", "--model", tiny_model, "--report", "/dev/stdout")
    assert run_unread(*arguments) == (1, "")
    assert sorted(mask.name for mask in (tmp_path / "out").iterdir()) == ["b.png", "c.png"]


def test_a_video_is_whole_though_nobody_reads_what_is_said_of_it(tiny_model: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", times_ms=[0, 100])
    assert run_unread("video", clip, "-o", tmp_path / "out.mp4", "--model", tiny_model) == (1, "")
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert len(list(video.decode(video=0))) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["info"], ["masks", "--help"]], ids=" ".join)
def test_a_full_disk_behind_stdout_is_told_in_one_line(arguments: list[str], unbuffered: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = skymask_process(*arguments, stdout=full, env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
        _, err = process.communicate(timeout=TIMEOUT_S)
    told = "skymask: error: stdout or stderr cannot be written: No space left on device.\n"
    assert (process.returncode, err) == (1, told)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stderr_does_not_cost_the_report(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = ("masks", photos, "-o", tmp_path / "out", "--model", tiny_model, "--report", report)
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = skymask_process(*map(str, arguments), stdout=subprocess.PIPE, stderr=full)
        process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert json.loads(report.read_text())["asked"] == 3


@pytest.mark.skipif(os.name == "nt", reason="a shell as on POSIX")
def test_stdout_may_be_closed_from_the_start(tiny_model: Path) -> None:
    command = [sys.executable, "-m", "skymask", "info", str(tiny_model)]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="signals as on POSIX")
def test_ctrl_c_ends_without_a_traceback(tmp_path: Path, tiny_model: Path) -> None:
    fifo = tmp_path / "slow.jpg"  # a photograph on a drive that does not answer
    os.mkfifo(fifo)
    process = skymask_process("masks", str(fifo), "-o", str(tmp_path / "out"), "--model", str(tiny_model))
    with fifo.open("wb"):  # waits until it is being read
        process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=TIMEOUT_S)[1] == "skymask: interrupted\n"
    assert process.returncode == 130


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are no bytes there")
def test_names_that_are_no_utf_8_are_shown_all_the_same(tmp_path: Path, tiny_model: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    clip = make_clip(tmp_path / f"{name}.mp4", times_ms=[0])
    arguments = ["video", str(clip), "-o", str(tmp_path / f"{name} sky.mp4"), "--model", str(tiny_model)]
    options = {"stdout": subprocess.PIPE, "env": {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}}
    process = skymask_process(*arguments, **options)
    out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, err) == (0, "")
    assert out.startswith(r"caf\udce9: 1 frame in ")
    assert out.endswith("caf\\udce9 sky.mp4\n")


@both_pathlibs
@pytest.mark.parametrize("place", ["locked/x", "y" * 300], ids=["locked", "long"])
@pytest.mark.parametrize(
    "arguments",
    [
        "compare {}.json {}.json",
        "evaluate fast {}.csv",
        "evaluate {}.safetensors m.csv",
        "evaluate fast m.csv -o {}",
        "export {}.safetensors -o m.onnx",
        "average {}.safetensors b.safetensors -o m.safetensors",
        "train {}.toml",
    ],
)
def test_what_cannot_be_reached_exits_2(
    arguments: str, place: str, quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock(monkeypatch, "locked", quiet)
    assert main(arguments.format(place, place).split()) == 2
    assert "cannot be reached: " in capsys.readouterr().err
