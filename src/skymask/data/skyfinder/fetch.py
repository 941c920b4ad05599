"""From SkyFinder's archives, on Zenodo or on disk, to `images/<camera>/*.jpg` and `masks/<camera>.png`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from threading import Event

from skymask.data.cameras import in_order
from skymask.data.lock import only_run_in
from skymask.data.skyfinder.archive import Unpacked, unpack
from skymask.data.skyfinder.download import download, md5_of
from skymask.data.skyfinder.receipt import Receipt, is_complete
from skymask.data.skyfinder.session import PATIENT, Retry, Session, open_client
from skymask.data.skyfinder.zenodo import MASKS, ZENODO, Archive, read_folder, read_record
from skymask.errors import DataError, DownloadError, InputError, OutputError, SkymaskError

_ROOM_FOR_BLOCKS = 1.05  # files take whole blocks on disk: some 2 kB more each, of 120


class Status(Enum):
    """What became of an archive."""

    UNPACKED = "unpacked"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one archive."""

    name: str
    """The camera's number, or "skyfinder_masks"."""
    status: Status
    files: int = 0
    """How many were unpacked in this run."""
    error: SkymaskError | None = None
    """Why it failed; names the archive."""


@dataclass(frozen=True)
class Listener:
    """Who is told how a fetch proceeds; may be called from several threads at once."""

    planned: Callable[[int, int], None] = lambda archives, size_bytes: None
    """So many archives are to be taken, of this size together; is called once."""
    received: Callable[[int], None] = lambda size_bytes: None
    """So many bytes were gained; negative where some had to be thrown away."""
    finished: Callable[[Outcome], None] = lambda outcome: None
    """An archive is done with."""
    noted: Callable[[str], None] = lambda message: None
    """Something that a person should know, and that stops nothing."""


def fetch(
    root: Path,
    cameras: Sequence[str] | None = None,
    *,
    jobs: int = 4,
    archives: Path | None = None,
    zenodo: str = ZENODO,
    retry: Retry = PATIENT,
    listener: Listener = Listener(),
) -> list[Outcome]:
    """Fetches cameras and all masks. What is complete is skipped; what was interrupted is gone on with.

    A downloaded archive is deleted once its images are in place; the receipt in their folder keeps its MD5.

    Args:
        root: Folder of the data set; made if needed.
        cameras: Numbers such as "65"; None for all that there are.
        jobs: Archives worked on at the same time.
        archives: Folder with archives that are on disk already: nothing is downloaded and nothing in it changed. They
            are checked against Zenodo's record if it can be reached, otherwise only by the CRCs within.
        zenodo: Address of the server.
        retry: Patience with the server.
        listener: Is told about progress.

    Returns:
        One outcome an archive, the masks first. An archive that is damaged or refused is an outcome, not an exception.

    Raises:
        InputError: A camera does not exist, `archives` holds none, `root` holds a folder that this function did not
            make, or another run is at work in it.
        DownloadError: The record cannot be had.
        OutputError: There is too little space, or `root` cannot be written to.
    """
    if jobs < 1:
        raise InputError(f"At least one archive must be worked on at a time; got jobs={jobs}.")
    with open_client() as client:
        session = Session(client, retry, Event(), listener.noted)
        offered = _offered(session, zenodo, archives)
        wanted = _choose(offered, cameras, root)
        with only_run_in(root):
            skipped, pending = _sort_out(wanted, root)
            _check_space(root, pending, jobs)
            listener.planned(len(pending), sum(archive.size_bytes for archive in pending))
            outcomes = [*skipped, *_Run(root, session, listener).work(pending, jobs)]
            _note_missing_masks(root, wanted, listener)
    by_name = {outcome.name: outcome for outcome in outcomes}
    return [by_name[archive.name] for archive in wanted]


def _offered(session: Session, zenodo: str, archives: Path | None) -> dict[str, Archive]:
    if archives is None:
        return read_record(session, zenodo)
    read_folder(archives, None)  # a wrong folder is reported without asking the server
    try:
        record = read_record(replace(session, retry=Retry(attempts=1)), zenodo)
    except DownloadError as error:
        cause = error.__cause__ or error
        session.note(f"Zenodo's record cannot be had, so archives are checked by their inner CRCs alone: {cause}")
        record = None
    return read_folder(archives, record)


def _choose(offered: Mapping[str, Archive], cameras: Sequence[str] | None, root: Path) -> list[Archive]:
    """The masks, and the cameras in the order of their numbers."""
    known = in_order(name for name in offered if name != MASKS)
    names = known if cameras is None else in_order(set(cameras))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"There is no camera {', '.join(unknown)} here. Known: {', '.join(known)}.")
    if MASKS in offered:
        return [offered[MASKS], *(offered[name] for name in names)]
    if not (root / "masks").is_dir():
        raise InputError(f"{MASKS}.zip is missing beside the cameras' archives; without it no image has a mask.")
    return [offered[name] for name in names]


def _place(root: Path, archive: Archive) -> Path:
    return root / "masks" if archive.name == MASKS else root / "images" / archive.name


def _sort_out(wanted: Sequence[Archive], root: Path) -> tuple[list[Outcome], list[Archive]]:
    complete = {archive.name: is_complete(_place(root, archive), archive) for archive in wanted}
    skipped = [Outcome(name, Status.SKIPPED) for name, done in complete.items() if done]
    return skipped, [archive for archive in wanted if not complete[archive.name]]


def _check_space(root: Path, pending: Sequence[Archive], jobs: int) -> None:
    """Unpacked images are as large as their archives; of these, as many are on disk as are worked on at a time."""
    sizes = sorted((archive.size_bytes for archive in pending), reverse=True)
    in_transit = sum(archive.size_bytes for archive in pending if isinstance(archive.origin, str))
    needed = int(sum(sizes) * _ROOM_FOR_BLOCKS) + min(in_transit, sum(sizes[:jobs]))
    free = shutil.disk_usage(root).free
    if free < needed:
        raise OutputError(
            f"{root} has {free / 1e9:.1f} GB of free space, and {len(pending)} archives need {needed / 1e9:.1f} GB "
            "with their images. Free some, choose a --root on another disk, or fewer --cameras."
        )


def _note_missing_masks(root: Path, wanted: Sequence[Archive], listener: Listener) -> None:
    names = [archive.name for archive in wanted if archive.name != MASKS]
    without = [name for name in names if not (root / "masks" / f"{name}.png").is_file()]
    if without and (root / "masks").is_dir():
        listener.noted(f"No mask for camera {', '.join(without)}: its images cannot be used for training.")


@dataclass(frozen=True)
class _Run:
    """The threads that take archives, and what they share."""

    root: Path
    session: Session
    listener: Listener

    def work(self, pending: Sequence[Archive], jobs: int) -> Iterator[Outcome]:
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="skymask-fetch")
        try:
            for future in as_completed([pool.submit(self._take, archive) for archive in pending]):
                outcome = future.result()
                self.listener.finished(outcome)
                yield outcome
        finally:
            self.session.stop.set()  # on Ctrl-C and on a full disk the threads leave; half downloads stay for next time
            pool.shutdown(cancel_futures=True)
            with suppress(OSError):  # holds a half download, or was never made
                self._downloads.rmdir()

    @property
    def _downloads(self) -> Path:
        """What is on its way: half downloads, and folders that are being unpacked."""
        return self.root / "downloads"

    def _take(self, archive: Archive) -> Outcome:
        try:
            unpacked = self._obtain_and_unpack(archive)
        except (DownloadError, DataError) as error:
            return Outcome(archive.name, Status.FAILED, error=error)
        except OSError as error:
            raise OutputError(
                f"{archive.file_name} cannot be stored in {self.root}: {error.strerror or error}. Check the folder's "
                "permissions and the space left, and run the command again; it goes on where it stopped."
            ) from error
        if unpacked.left_out:
            self.listener.noted(f"{archive.file_name}: {unpacked.left_out} members of another kind were left out.")
        return Outcome(archive.name, Status.UNPACKED, unpacked.files)

    def _obtain_and_unpack(self, archive: Archive) -> Unpacked:
        self.session.check_going_on()
        if isinstance(archive.origin, Path):
            md5 = _checked_md5(archive, archive.origin)
            unpacked = self._unpack(archive, archive.origin, md5)
            self.listener.received(archive.size_bytes)
            return unpacked
        assert archive.md5 is not None  # the record states it
        path = self._downloads / archive.file_name
        path.parent.mkdir(exist_ok=True)
        download(archive, path, self.session, self.listener.received)
        unpacked = self._unpack(archive, path, archive.md5)
        path.unlink()
        return unpacked

    def _unpack(self, archive: Archive, path: Path, md5: str) -> Unpacked:
        """Unpacks under a temporary name; a folder with its receipt then takes its place at once."""
        place = _place(self.root, archive)
        part = self._downloads / archive.name
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            folder, suffix = (MASKS, ".png") if archive.name == MASKS else (archive.name, ".jpg")
            unpacked = unpack(path, folder, suffix, part, self.session.check_going_on)
            Receipt(archive.file_name, archive.size_bytes, md5, unpacked.files).write(part)
            place.parent.mkdir(exist_ok=True)
            if place.exists():  # an older state, or one with files missing
                shutil.rmtree(place)
            part.replace(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return unpacked


def _checked_md5(archive: Archive, path: Path) -> str:
    """The MD5 of an archive on disk, equal to the record's where that is known.

    Raises:
        DataError: Size or MD5 differ.
    """
    size_bytes = path.stat().st_size
    if size_bytes != archive.size_bytes:
        raise DataError(
            f"{path} has {size_bytes} bytes where Zenodo's record states {archive.size_bytes}: it is cut short, or "
            "another file. Download it again."
        )
    md5 = md5_of(path)
    if archive.md5 not in (None, md5):
        raise DataError(f"{path} has the MD5 {md5} where Zenodo's record states {archive.md5}. Download it again.")
    return md5
