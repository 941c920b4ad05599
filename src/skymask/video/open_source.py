"""Finds out what a source is (file, camera, address, images, the built-in scene) and opens it."""

from __future__ import annotations

import difflib
import re
import sys
import time
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from skymask.errors import InputError, MediaError
from skymask.files import reaching
from skymask.video.container import ContainerSource
from skymask.video.demo import DemoSource
from skymask.video.images import ImageSequence
from skymask.video.live import LiveSource
from skymask.video.pipe import Pipe
from skymask.video.source import Source
from skymask.video.source_files import BUILT_IN, find_images, is_address

TIMEOUT_S = 5.0
LIVE_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "srt", "mms")
# By itself, FFmpeg waits for 20 frames to learn the rate, and for 50 where none has a time stamp: for a slow camera's,
# longer than an address may be silent. Over http, cameras send MJPEG, of which it waits for none unless told a number.
BRIEF_PROBE = {"max_ts_probe": "0"}
RATE_PROBE = {"fpsprobesize": "4"}
# How cameras are opened by index. AVFoundation refuses a rate that a camera lacks, such as FFmpeg's own choice, 29.97.
CAMERA_FORMATS: dict[str, tuple[str, dict[str, str]]] = {
    "linux": ("v4l2", {}),
    "darwin": ("avfoundation", {"framerate": "30"}),
}

_HOST = r"(?=\[|[^/?#@:]*(?:\.|:\d))"
# What follows a name and a colon and is no port, up to the first of these that there is.
_PASSWORD = re.compile(rf"^([^:]+://[^/?#:\[]*:)(?!\d*(?:[/?#]|$))(?:[^?#]*@{_HOST}|[^?#]*@|.*@{_HOST}|.*@)")
_QUERY = re.compile(r"([?&])([^=&]*=)?[^&]*")  # its values can be passwords, too


def open_source(
    where: str, *, fps: float | None = None, size_hw: tuple[int, int] | None = None, timeout_s: float = TIMEOUT_S
) -> Source:
    """Opens a source of frames.

    Args:
        where: A video file, a camera's index ("0"), an address ("rtsp://..."), a folder, printf pattern or glob of
            images, or "demo" for the built-in scene. A file of one of these names is given as "./0" or "./demo".
        fps: Frames per second to keep at most, chosen by their time stamps, which stay as they are; None keeps all.
            For images, which have no time stamps, it is the rate they stand for.
        size_hw: Height and width to scale the frames to, in pixels; None keeps their own.
        timeout_s: How long a camera or address may be silent, in seconds.

    Returns:
        The open source, to be closed by the caller.

    Raises:
        InputError: There is no such source, it is not a video, or its frames are too small.
        MediaError: It is a video, but damaged so that not one frame can be read.
    """
    if where == BUILT_IN:
        return DemoSource(fps=fps, size_hw=size_hw)
    if where.isdecimal():
        return _open_camera(int(where), fps, size_hw, timeout_s)
    if is_address(where):
        return _open_address(where, fps, size_hw, timeout_s)
    with reaching(where):
        images = find_images(where)
    if images is not None:
        return ImageSequence(images, where, fps, size_hw)
    return _open_file(Path(where), fps, size_hw)


def without_password(address: str) -> str:
    """Returns an address as messages show it: `rtsp://user:***@host:554/path`.

    A password may hold anything, also what it should not (@ / ? #). It is taken to end at the last @, if possible at
    one that stands before any ? and #, and before a host with a dot or a port.
    """
    return _PASSWORD.sub(r"\1***@", address)


def _open_file(path: Path, fps: float | None, size_hw: tuple[int, int] | None) -> Source:
    if not path.exists():
        raise InputError(
            f"There is no file {path}.{_similar(path)} SOURCE can be a video, a camera's index, an address "
            "(rtsp://...), a folder or pattern of images, or demo."
        )
    if path.is_file() and path.stat().st_size == 0:
        raise InputError(f"{path} is empty (0 bytes). Copy or download it again.")
    try:
        if not path.is_fifo():
            return _open_media(path, fps, size_hw)
        pipe = Pipe(path)
        with pipe.opening():
            return _open_media(path, fps, size_hw, pipe)
    except PermissionError as error:
        raise InputError(f"{path} may not be read ({error.strerror}). Change its permissions.") from None
    except av.error.FFmpegError as error:
        raise _not_a_video(path, error) from None


def _open_media(path: Path, fps: float | None, size_hw: tuple[int, int] | None, pipe: Pipe | None = None) -> Source:
    absolute = str(path.absolute())  # of a relative one, FFmpeg takes "12:30.mp4" for a protocol
    return _wrap(
        av.open(pipe or absolute, "r"),
        str(path),
        path.stem,
        live=False,
        fps=fps,
        size_hw=size_hw,
        audio_file=path if path.is_file() else None,
        pipe=pipe,
    )


def _open_camera(index: int, fps: float | None, size_hw: tuple[int, int] | None, timeout_s: float) -> Source:
    if sys.platform not in CAMERA_FORMATS:
        raise InputError(
            f"Cameras cannot be opened by index on {sys.platform}, only on Linux and macOS. Stream the camera and give "
            "its address (rtsp://...)."
        )
    device = f"/dev/video{index}" if sys.platform == "linux" else str(index)
    form, options = CAMERA_FORMATS[sys.platform]
    try:
        container = av.open(device, "r", format=form, options=options, timeout=timeout_s)
    except av.error.FFmpegError as error:
        raise InputError(f"Camera {index} ({device}) cannot be opened: {error.strerror}. {_camera_remedy()}") from None
    return _wrap(container, f"camera {index}", f"camera-{index}", live=True, fps=fps, size_hw=size_hw)


def _camera_remedy() -> str:
    check = "Check the cable, that no other program uses it, and that"
    if sys.platform == "darwin":
        return f"{check} the terminal may use cameras (System Settings, Privacy & Security)."
    present = ", ".join(sorted(str(path) for path in Path("/dev").glob("video*"))) or "none"
    return f"Cameras present: {present}. {check} you may read the device."


def _open_address(where: str, fps: float | None, size_hw: tuple[int, int] | None, timeout_s: float) -> Source:
    scheme = where.split("://", 1)[0].lower()
    options = BRIEF_PROBE | ({} if scheme in ("http", "https") else RATE_PROBE)
    if scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"
    if scheme in LIVE_SCHEMES:
        options["fflags"] = "nobuffer"
    address, where = where, _QUERY.sub(r"\1\2***", without_password(where))
    start_s = time.monotonic()
    try:
        container = av.open(address, "r", options=options, timeout=timeout_s)
    except av.error.FFmpegError as error:
        if time.monotonic() - start_s >= timeout_s:  # what is raised then depends on the protocol
            raise InputError(
                f"{where} did not answer within {timeout_s:g} s. Check the address, the port and the network."
            ) from None
        raise InputError(
            f"{where} cannot be opened: {error.strerror}. Check the address, the port, the user name and the network."
        ) from None
    # A file on a web server knows how long it is; a broadcast does not.
    live = scheme in LIVE_SCHEMES or container.duration is None
    name = re.sub(r"[^A-Za-z0-9]+", "-", where.split("://", 1)[1].rpartition("@")[2]).strip("-")
    return _wrap(container, where, name or scheme, live=live, fps=fps, size_hw=size_hw)


def _wrap(
    container: InputContainer,
    where: str,
    name: str,
    *,
    live: bool,
    fps: float | None,
    size_hw: tuple[int, int] | None,
    audio_file: Path | None = None,
    pipe: Pipe | None = None,
) -> Source:
    try:
        source = ContainerSource(
            container, where=where, name=name, live=live, fps=fps, size_hw=size_hw, audio_file=audio_file, pipe=pipe
        )
    except BaseException:
        container.close()
        raise
    return LiveSource(source) if live else source


def _not_a_video(path: Path, error: av.error.FFmpegError) -> InputError | MediaError:
    if path.is_file() and _is_mp4(path):
        return MediaError(
            f"{path} is an MP4 file without its index (the 'moov' part): it is damaged or incomplete, and no frame can "
            "be read. Copy or download it again."
        )
    return InputError(
        f"{path} is not a video that can be read ({error.strerror}). Give a video file, or for "
        "photographs use 'skymask masks'."
    )


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _similar(path: Path) -> str:
    if not path.parent.is_dir():
        return f" The folder {path.parent} does not exist."
    try:
        names = [file.name for file in path.parent.iterdir()]
    except PermissionError:  # a folder that may be entered, and not listed
        return ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f" Did you mean {path.parent / near[0]}?" if near else ""
