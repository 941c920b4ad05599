"""Files that users name: outputs appear under their names only when they are whole."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from skymask.errors import InputError, OutputError, SkymaskError

# What a path answers that names nothing: Windows says EINVAL of names that no file can have, such as globs.
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP, errno.EINVAL)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Gives a name to write to, and moves the file into place once that has gone well.

    Args:
        path: The file to write; its folder is made. A symbolic link stays one, and what it names is written.

    Yields:
        The temporary name, in the file's folder; gone afterwards, however the block ends. Of a pipe or a device, which
        cannot be replaced, it is `path` itself.

    Raises:
        OutputError: An `OSError` in the block, or on moving: the folder may not be written to, or the disk is full.
        BrokenPipeError: It is a pipe, and its reader has gone.
    """
    try:
        if is_stream(path):
            yield path
            return
        target = followed(path)
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Check the folder's permissions and the space left, "
            "or choose another."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text; bytes of file names that are none become escapes, as the command line shows them.

    Raises:
        OutputError: The file cannot be written.
    """
    with writing(path) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")


def followed(path: Path) -> Path:
    """Returns the file that a path stands for, absolute: where it is a symbolic link, what that names."""
    return Path(os.path.realpath(path))


def identity(path: Path) -> Path:
    """Returns what is the same for all paths that lead to one file: to compare, not to open.

    Links are followed, and on macOS, whose file systems mostly take no notice of it, case does not count. On Windows it
    does not anyway where paths are compared.
    """
    file = followed(path)
    return Path(str(file).lower()) if sys.platform == "darwin" else file


def own_identity(path: Path) -> Path:
    """Returns the same as `identity`, but of a link itself instead of what it names."""
    return identity(path.parent) / (path.name.lower() if sys.platform == "darwin" else path.name)


def way_to(file: Path, folder: Path) -> str:
    """Returns the way from a folder to a file as the system goes it, with forward slashes.

    The ".." of a link is where the link points to; the file itself may be a link, and stays one. What lies on another
    drive of Windows goes by its whole path.
    """
    folder, file = folder.resolve(), file.parent.resolve() / file.name
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:
        return file.as_posix()


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe or a device, such as /dev/stdout: what has to be written to and cannot be replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def reaching(path: str | Path, kind: type[SkymaskError] = InputError) -> Iterator[None]:
    """For the first looks at a path that a user gave: whether it is there, is a folder, how large it is.

    Raises:
        InputError: Or another `kind`: an `OSError` in the block. A folder on the way may not be entered, or a name is
            too long.
    """
    try:
        _look(path)
        yield
    except OSError as error:
        raise kind(
            f"{path} cannot be reached: {error.strerror or error}. Check the name, and the permissions of its folders."
        ) from None


def _look(path: str | Path) -> None:
    """Raises what `Path.exists` and its like keep to themselves from Python 3.14 on."""
    try:
        Path(path).stat()
    except ValueError:
        return  # a name that no file can have
    except OSError as error:
        if error.errno not in _NOTHING_THERE:
            raise


def check_distinct(
    outputs: Iterable[tuple[str, Path | None]], taken: Mapping[Path, str], remedy: str = "Give it another name."
) -> None:
    """Refuses what would replace something that is read, or another output.

    Args:
        outputs: What is written: what it is called, such as "report", and where; None where it is not asked for. Pipes
            and devices replace nothing.
        taken: What each file is that is read, such as "the model".
        remedy: Ends the message.

    Raises:
        InputError: An output is one of the files that are read, or two outputs are one.
        OutputError: The place of an output cannot be reached.
    """
    there = {identity(file): what for file, what in taken.items()}
    for name, file in outputs:
        if file is None:
            continue
        with reaching(file, OutputError):
            if is_stream(file):
                continue
        place = identity(file)
        if place in there:
            raise InputError(f"The {name} {file} is {there[place]}, which it would replace. {remedy}")
        there[place] = f"the {name} as well"


def check_folder(path: Path) -> None:
    """Refuses what `-o` cannot take as a folder for results.

    Raises:
        InputError: It is a file, or cannot be reached.
    """
    with reaching(path):
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file; -o takes a folder for the results.")
