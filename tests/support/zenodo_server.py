"""A web server that behaves like Zenodo on good days and on bad ones."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

RECORD = "/api/records/5884485"
"""Also the key under which `faults` holds those of the record itself."""


@dataclass(frozen=True)
class Status:
    """Answers with a status and no content."""

    code: int
    retry_after: str | None = "0"


@dataclass(frozen=True)
class Cut:
    """Announces everything and closes the connection after so many bytes."""

    after_bytes: int


@dataclass(frozen=True)
class Damaged:
    """Sends everything with one byte changed."""


@dataclass(frozen=True)
class Slow:
    """Sends so many bytes, and goes on at a trickle."""

    after_bytes: int


Fault = Status | Cut | Damaged | Slow


@dataclass
class ZenodoServer:
    """What the server has, and what it was asked."""

    folder: Path
    """Its files are the record's."""
    url: str = ""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By file name: one is used up at each request, before the server behaves."""
    wrong_md5: tuple[str, ...] = ()
    """Files of which the record states another MD5 than they have."""
    ranges: bool = True
    """Whether parts of files can be had."""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """File name (or `RECORD`) and header Range of each request, in their order."""
    agents: set[str] = field(default_factory=set)
    """The headers User-Agent that were sent."""
    lock: Lock = field(default_factory=Lock)

    def asked_for(self, name: str) -> list[str | None]:
        """Returns the header Range of each request for a file."""
        return [span for asked, span in self.requests if asked == name]

    def record(self) -> bytes:
        """Returns the record as Zenodo states it: JSON."""
        files = [self._entry(path) for path in sorted(self.folder.iterdir())]
        record = {"id": 5884485, "doi": "10.5281/zenodo.5884485", "state": "done", "submitted": True, "files": files}
        return json.dumps(record).encode()

    def _entry(self, path: Path) -> dict[str, object]:
        content = path.read_bytes() + (b"!" if path.name in self.wrong_md5 else b"")
        return {
            "id": hashlib.sha1(path.name.encode()).hexdigest(),
            "key": path.name,
            "size": path.stat().st_size,
            "checksum": f"md5:{hashlib.md5(content).hexdigest()}",
            "links": {"self": f"{self.url}{RECORD}/files/{path.name}/content"},
        }


@contextmanager
def serve_zenodo(
    folder: Path,
    faults: Mapping[str, Sequence[Fault]] | None = None,
    *,
    wrong_md5: Sequence[str] = (),
    ranges: bool = True,
) -> Iterator[ZenodoServer]:
    """Serves the files of a folder as Zenodo serves SkyFinder's record, at `ZenodoServer.url`."""
    served = ZenodoServer(folder, "", {key: list(value) for key, value in (faults or {}).items()})
    served.wrong_md5, served.ranges = tuple(wrong_md5), ranges
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": served}))
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: ZenodoServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        found = re.fullmatch(rf"{RECORD}(?:/files/([^/]+)/content)?", self.path)
        if not found:
            self._answer(404, b"{}")
            return
        name = found[1] or RECORD
        with self.served.lock:
            self.served.requests.append((name, self.headers["Range"]))
            self.served.agents.add(self.headers["User-Agent"])
            faults = self.served.faults.get(name)
            fault = faults.pop(0) if faults else None
        if isinstance(fault, Status):
            self._answer(fault.code, b"{}", {"Retry-After": fault.retry_after} if fault.retry_after else {})
        elif name == RECORD:
            self._answer(200, self.served.record(), {"Content-Type": "application/json"})
        else:
            self._send(self.served.folder / name, fault)

    def _send(self, path: Path, fault: Fault | None) -> None:
        content = path.read_bytes()
        if isinstance(fault, Damaged):
            content = bytes([content[0] ^ 1]) + content[1:]
        span = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "") if self.served.ranges else None
        start = int(span[1]) if span else 0
        if span and start >= len(content):
            self._answer(416, b"")
            return
        place = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if span else {}
        self._answer(206 if span else 200, content[start:], place, fault)

    def _answer(
        self, code: int, body: bytes, headers: Mapping[str, str] | None = None, fault: Fault | None = None
    ) -> None:
        self.send_response(code)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if isinstance(fault, Cut):
            self.wfile.write(body[: fault.after_bytes])
            self.close_connection = True
        elif isinstance(fault, Slow):
            self._trickle(body, fault)
        else:
            self.wfile.write(body)

    def _trickle(self, body: bytes, fault: Slow) -> None:
        try:
            self.wfile.write(body[: fault.after_bytes])
            for start in range(fault.after_bytes, len(body)):  # slow enough for a client that is slow to leave
                time.sleep(0.01)
                self.wfile.write(body[start : start + 1])
        except OSError:  # the other side has gone
            self.close_connection = True
