"""Asks a server that is busy, or a line that breaks, again: patiently, and not for ever."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import TypeVar

import httpx

from skymask import __version__
from skymask.errors import DownloadError

_BUSY = frozenset((408, 429, 500, 502, 503, 504))
_RANGE_NOT_SATISFIABLE = 416

Result = TypeVar("Result")


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a request is repeated.

    Exponential back-off with jitter, so that parallel downloads do not come back all at once (M. Brooker, "Exponential
    Backoff And Jitter", AWS Architecture Blog, 2015). A server's own Retry-After goes before.
    """

    attempts: int = 6
    """Failures in a row, none of which brought new bytes, after which it is given up."""
    first_wait_s: float = 1.0
    """Wait after the first failure; doubles with each further one."""
    longest_wait_s: float = 60.0
    """The back-off grows no longer than this."""
    longest_asked_s: float = 600.0
    """A server that asks for a longer pause is believed, and the work given up for now."""

    def wait_s(self, failures: int, asked_s: float | None) -> float:
        """Returns how long to wait after so many failures in a row; `asked_s` is what the server asked for."""
        if asked_s is not None:
            return asked_s * random.uniform(1.0, 1.1)
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)


PATIENT = Retry()


class TransientError(Exception):
    """A failure after which the same request may succeed."""

    def __init__(self, message: str, asked_s: float | None = None) -> None:
        super().__init__(message)
        self.asked_s = asked_s


class StoppedError(Exception):
    """The run is ending: a person interrupted it, or the disk is full."""


@dataclass(frozen=True)
class Session:
    """What all requests of a run share; may be used from several threads."""

    client: httpx.Client
    retry: Retry
    stop: Event
    """Once set, every thread leaves its work at the next opportunity."""
    note: Callable[[str], None]
    """Is told why the run waits."""

    def check_going_on(self) -> None:
        """Raises `StoppedError` once the run is ending."""
        if self.stop.is_set():
            raise StoppedError

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx.Response]:
        """Opens a response, whose body is not read yet; status 416 is left to the caller.

        Raises:
            TransientError: The line failed, here or while the body was read, or the server is busy.
            DownloadError: The server, or the address, is one that asking again does not help.
        """
        try:
            with self.client.stream("GET", url, headers=headers) as response:
                status = response.status_code
                if status in _BUSY:
                    raise TransientError(f"answered {status} {response.reason_phrase}", _retry_after_s(response))
                if status != _RANGE_NOT_SATISFIABLE and not response.is_success:
                    raise DownloadError(
                        f"{url} answered {status} {response.reason_phrase}. If a browser gets it, download it there "
                        "and give its folder to --from."
                    )
                yield response
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.TooManyRedirects) as error:
            raise DownloadError(f"{url} cannot be asked: {error}") from error
        except httpx.TransportError as error:
            raise TransientError(f"connection lost ({str(error) or type(error).__name__})") from error

    def retrying(self, action: Callable[[], Result], what: str, reached_bytes: Callable[[], int] = lambda: 0) -> Result:
        """Repeats an action until it succeeds.

        Args:
            action: Raises `TransientError` where another attempt makes sense.
            what: Begins the messages: the file's name, or the server's address.
            reached_bytes: How far the action has come. A failure after new ground starts the count of failures afresh:
                a line that breaks every 100 MB still brings a gigabyte home.

        Raises:
            DownloadError: Given up.
            StoppedError: The run is ending.
        """
        failures, best = 0, reached_bytes()
        while True:
            self.check_going_on()
            try:
                return action()
            except TransientError as error:
                reached = reached_bytes()
                failures = 1 if reached > best else failures + 1
                best = max(best, reached)
                if failures >= self.retry.attempts:
                    raise DownloadError(
                        f"{what}: {error}; given up after {failures} failures in a row. Check the connection and run "
                        "the command again later; it goes on where it stopped."
                    ) from error
                wait_s = self.retry.wait_s(failures, error.asked_s)
                if (error.asked_s or 0) > self.retry.longest_asked_s:
                    raise DownloadError(
                        f"{what}: {error} and asks to wait for {error.asked_s:.0f} s. Run the command again after "
                        "that; it goes on where it stopped."
                    ) from error
                if wait_s >= 1:
                    self.note(f"{what}: {error}; next attempt in {wait_s:.0f} s")
            self.stop.wait(wait_s)


def open_client() -> httpx.Client:
    """Returns a client with skymask's name, which Zenodo asks programs to give, and patience for a slow disk array."""
    return httpx.Client(
        headers={"User-Agent": f"skymask/{__version__}", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0),
        follow_redirects=True,
    )


def _retry_after_s(response: httpx.Response) -> float | None:
    """What the header Retry-After asks for, given in seconds or as a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
