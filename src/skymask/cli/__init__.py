"""The command `skymask`: one short file a command, each imported only when it is called.

Exit codes: 0 done, 1 the work failed, 2 wrong usage or input, 130 interrupted. Progress and errors go to stderr,
results to stdout or into files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError
from cyclopts.exceptions import UnknownCommandError

from skymask import __version__
from skymask.errors import SkymaskError, suggest

_HELP = """Cuts the sky out of colour images and live video, in real time.

Examples:

    skymask demo                                   a short built-in scene, segmented on screen
    skymask video street.mp4 -o street-sky.mp4     a file into a file
    skymask video 0 --show                         the first camera, live, in a window
    skymask masks photos -o masks                  a folder of photographs to 8-bit PNG masks
    skymask info                                   versions, engines, devices and the model's card
"""

# The help beside each command stands here, so that `skymask --help` imports none of them.
_COMMANDS = {
    "demo": "Segment a short built-in scene: nothing else is needed.",
    "video": "Segment a video file, camera, stream or image sequence.",
    "masks": "Write the sky masks of photographs.",
    "train": "Train a network from a configuration.",
    "export": "Turn a checkpoint into a model file.",
    "evaluate": "Score a model on labelled images.",
    "info": "Show versions, engines, devices and the model's card.",
}

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
    "openvino": "openvino",
    "cv2": "display",
}

app = App(name="skymask", help=_HELP, version=f"skymask {__version__}", suppress_keyboard_interrupt=False)
_data = App(name="data", help="Make and look after data sets.", sort_key=len(_COMMANDS))
for _order, (_name, _summary) in enumerate(_COMMANDS.items()):
    app.command(f"skymask.cli.{_name}:{_name}", name=_name, help=_summary, sort_key=_order)
_data.command("skymask.cli.synthetic:synthetic", name="synthetic", help="Render synthetic scenes with exact alpha.")
app.command(_data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: What follows `skymask`; None takes them from `sys.argv`.

    Returns:
        The exit code. An exception that is not a `SkymaskError` is a bug and keeps its traceback.
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except SkymaskError as error:
        return _fail(f"error: {error}", error.exit_code)
    except CycloptsError as error:
        return _fail(f"error: {_usage_message(error)}", 2)
    except ImportError as error:
        extra = _missing_extra(error)
        if extra is None:
            raise
        return _fail(f'error: this command needs more than the plain install: pip install "skymask[{extra}]"', 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:
        # The reader of a pipe has gone (`skymask info | head -1`). What Python still holds for stdout is dropped, or
        # it would complain on leaving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _fail(message: str, exit_code: int) -> int:
    print(f"skymask: {message}", file=sys.stderr)
    return exit_code


def _usage_message(error: CycloptsError) -> str:
    command = " ".join(("skymask", *(error.command_chain or ())))
    message = str(error)
    if isinstance(error, UnknownCommandError) and error.app is not None and error.unused_tokens:
        # cyclopts' own message would import every command.
        unknown = error.unused_tokens[0]
        known = [name for name in error.app if not name.startswith("-")]
        message = f"Unknown command '{unknown}'. {suggest(unknown, known)}"
    return f"{message} See '{command} --help'."


def _missing_extra(error: BaseException | None) -> str | None:
    """The extra that brings the module that was not found, wherever in the chain of causes that was."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return _EXTRAS.get(error.name.partition(".")[0])
        error = error.__cause__
    return None
