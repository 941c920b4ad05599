"""The command `skymask`: one short file a command, which imports what is heavy only when it is called.

Exit codes: 0 done, 1 the work failed, 2 wrong usage or input, 130 interrupted, 143 terminated, 129 its terminal closed.
Progress and errors go to stderr, results to stdout or into files.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import TextIO

from cyclopts import App, CycloptsError, Group, MissingArgumentError, UnknownOptionError

from skymask import __version__
from skymask.errors import SkymaskError
from skymask.interruption import Terminated, terminated_like_ctrl_c

_HELP = """Cuts the sky out of colour images and live video, in real time.

For example:

    skymask demo                           a short built-in scene
    skymask video 0 --show                 the first camera, live, in a window
    skymask video street.mp4 -o sky.mp4    from file to file
    skymask masks photos -o masks          photographs to 8-bit PNG masks
    skymask info                           engines, devices, the model's card
"""

# Modules that are no part of a plain install, and the extra that brings them.
_EXTRAS = {
    "torch": "train",
    "torchvision": "train",
    "timm": "train",
    "lightning_fabric": "train",
    "tensorboard": "train",
    "safetensors": "train",
    "pydantic": "train",
    "onnx": "train",
    "onnxslim": "train",
    "openvino": "openvino",
    "cv2": "display",
    "httpx": "data",
    "filelock": "data",
    "imagehash": "data",
    "pyarrow": "data",
    "scipy": "data",
    "matplotlib": "data",
    "jinja2": "data",
}

app = App(
    name="skymask",
    help=_HELP,
    version=f"skymask {__version__}",
    group_commands=Group("Options", sort_key=2),
    help_format="plaintext",  # a reader of Markdown takes 40 ms to import; the help of a command is worth them
    suppress_keyboard_interrupt=False,  # `main` answers it
)


def _command(name: str) -> Callable[..., None]:
    """The function `name` of the module `name`; imported by hand, so that `skymask.cli.<name>` stays the module."""
    command: Callable[..., None] = getattr(import_module(f"skymask.cli.{name}"), name.rpartition(".")[2])
    # cyclopts leaves a docstring's section "Examples" out of the help; by another name it is text like any other.
    command.__doc__ = re.sub(r"\n( *)Examples:\n", r"\n\1For example:\n\n", command.__doc__ or "")
    return command


_use = Group("Cut out the sky", sort_key=0)
_make = Group("Make models", sort_key=1)
for _group, _names in (
    (_use, ("demo", "video", "masks", "info")),
    (_make, ("train", "average", "export", "evaluate", "compare", "bench")),
):
    for _order, _name in enumerate(_names):
        app.command(_command(_name), name=_name, group=_group, sort_key=_order, help_format="markdown")
_data = App(name="data", help="Make data sets.", group=_make, group_commands="Commands")
for _order, _name in enumerate(("fetch", "import_", "audit", "split", "synthetic", "self_label")):
    _data.command(
        _command(f"data.{_name}"), name=_name.strip("_").replace("_", "-"), sort_key=_order, help_format="markdown"
    )
app.command(_data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: What follows `skymask`; None takes them from `sys.argv`.

    Returns:
        The exit code. An exception that is not a `SkymaskError` is a bug and keeps its traceback.
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # the names of files need not fit its encoding; stderr is so anyway
        sys.stdout.reconfigure(errors="backslashreplace")
    code = _run(tokens)
    errors = [error for stream in (sys.stdout, sys.stderr) if (error := _hand_over(stream)) is not None]
    return _not_taken(errors[0]) if code == 0 and errors else code


def _run(tokens: Sequence[str]) -> int:
    code = 0
    try:
        with terminated_like_ctrl_c():
            app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except SkymaskError as error:
        return _fail(f"error: {error}", error.exit_code)
    except CycloptsError as error:
        return _fail(f"error: {_usage_message(error, tokens)}", 2)
    except ImportError as error:
        extra = _missing_extra(error)
        if extra is None:
            raise
        return _fail(f'error: this command needs more than the plain install: pip install "skymask[{extra}]"', 2)
    except KeyboardInterrupt as interruption:
        return _end(interruption)
    except (BrokenPipeError, SystemExit):  # nobody reads on, see `_hand_over`; rich makes the latter of it
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        code = _not_taken(error)
    return code


def _hand_over(stream: TextIO | None) -> OSError | None:
    """Hands over what Python still holds for stdout or stderr, and returns why nobody takes it, if so.

    Where the reader of a pipe has gone (`skymask info | head -1`), or the disk is full, it is dropped: Python would
    complain on leaving.
    """
    if stream is None:  # closed before the command began (>&-)
        return None
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _not_taken(error: OSError) -> int:
    if isinstance(error, BrokenPipeError):  # the reader has all it wanted
        return 1
    return _fail(f"error: stdout or stderr cannot be written: {error.strerror}.", 1)


def _end(interruption: KeyboardInterrupt) -> int:
    if isinstance(interruption, Terminated):
        return _fail(f"terminated by {signal.Signals(interruption.number).name}", 128 + interruption.number)
    return _fail("interrupted", 130)


def _fail(message: str, exit_code: int) -> int:
    with suppress(OSError):
        print(f"skymask: {message}", file=sys.stderr)
    return exit_code


def _usage_message(error: CycloptsError, tokens: Sequence[str]) -> str:
    command = " ".join(("skymask", *(error.command_chain or ())))
    message = str(error)
    if "-" in tokens and isinstance(error, UnknownOptionError | MissingArgumentError):
        instead = "the name of a file" if sys.platform == "win32" else "a pipe as /dev/stdin"
        message = f"'-' is not taken: give {instead}. Results go to files."
    return f"{message} See '{command} --help'."


def _missing_extra(error: BaseException | None) -> str | None:
    """The extra that brings the module that was not found, wherever in the chain of causes that was."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return _EXTRAS.get(error.name.partition(".")[0])
        error = error.__cause__
    return None
