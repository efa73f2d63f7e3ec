"""The server: every outlet of a scenario on this machine, by its own port, by path prefix and by host name.

    http://127.0.0.1:<main port>/<outlet>/...       path prefix
    http://127.0.0.1:<port of the outlet>/...       a port each
    http://<outlet>.localhost:<any port>/...        host name, for those who resolve *.localhost to this machine
    http://<outlet>.example/...                     host name alone, for those who find the port by `Newsroom.hosts`; the same on any port

Addresses within pages and feeds begin as the request did. A Host header that is none of ours is never repeated: the address of the
socket is used in its place. The clock is the scenario's: what is published is set by `Newsroom.set_moment`.
"""

import gzip
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from newsroom.answers import Answer, answer
from newsroom.outlets import Outlet
from newsroom.scenario import Scenario

Addressing = Literal["port", "prefix", "host", "name"]
_LOOPBACK = "127.0.0.1"
_NAMES = ".example"  # reserved for what is made up (RFC 2606)
_OUTLET_PATH = re.compile(r"/([a-z][a-z0-9-]*)(/.*)?")


@dataclass(frozen=True)
class SeenRequest:
    """One request as the server saw it."""

    outlet: str
    """Outlet id; empty where the request met none."""
    path: str
    """Path and query as asked for, the outlet's prefix included."""
    method: str
    headers: dict[str, str]
    """Header fields by lower-case name."""
    status: int
    """Status answered; 0 for none at all."""
    at_s: float
    """`time.monotonic` when the request was read."""


@dataclass(frozen=True)
class FeedAddress:
    """Where a feed stands, and the habits of its outlet."""

    outlet_id: str
    url: str
    habits: Outlet


class Newsroom:
    """Serve a scenario on loopback; use it as a context manager.

    With port 0 all ports are free ones; with another, outlets take the ports after it, in their order. `silence_s` is how long a feed
    with the fault `silent` keeps a connection open without a word.
    """

    def __init__(self, scenario: Scenario, *, port: int = 0, silence_s: float = 30.0) -> None:
        self.scenario = scenario
        self.silence_s = silence_s
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._moment = scenario.articles[0].appears_at
        self._requests: list[SeenRequest] = []
        self._wanted_port = port
        self._servers: dict[str, _Server] = {}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Open all ports and begin to answer."""
        try:
            for number, outlet_id in enumerate(["", *self.scenario.outlet_by_id]):
                wanted = self._wanted_port + number if self._wanted_port else 0
                self._servers[outlet_id] = _Server(wanted, self, outlet_id)
        except OSError:
            self._close()
            raise
        for server in self._servers.values():
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop answering and close all ports."""
        self.stopped.set()
        # each shutdown waits for its own loop, so they are asked at once
        endings = [threading.Thread(target=server.shutdown) for server in self._servers.values()]
        for thread in endings:
            thread.start()
        for thread in (*endings, *self._threads):
            thread.join()
        self._close()

    def _close(self) -> None:
        for server in self._servers.values():
            server.server_close()

    @property
    def base_url(self) -> str:
        """Return the address of the main port, without a slash at the end."""
        return f"http://{_LOOPBACK}:{self._servers[''].port}"

    @property
    def ports(self) -> tuple[int, ...]:
        """Return all ports, the main one first."""
        return tuple(server.port for server in self._servers.values())

    @property
    def hosts(self) -> dict[str, int]:
        """Map the host names of addresses by name to the port of this machine where they stand."""
        return {f"{outlet.id}{_NAMES}": self._servers[""].port for outlet in self.scenario.outlets}

    @property
    def moment(self) -> datetime:
        """Return the moment of the scenario's clock."""
        with self._lock:
            return self._moment

    def set_moment(self, moment: datetime) -> None:
        """Set the scenario's clock, forward or back; raises ValueError for a time without a zone."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone; the scenario's clock is UTC")
        with self._lock:
            self._moment = moment

    def outlet_url(self, outlet_id: str, *, by: Addressing = "port") -> str:
        """Return the address of an outlet, without a slash at the end."""
        match by:
            case "port":
                return f"http://{_LOOPBACK}:{self._servers[outlet_id].port}"
            case "prefix":
                return f"{self.base_url}/{outlet_id}"
            case "host":
                return f"http://{outlet_id}.localhost:{self._servers[''].port}"
            case "name":
                return f"http://{outlet_id}{_NAMES}"

    def feeds(self, *, by: Addressing = "port") -> list[FeedAddress]:
        """Return the feed of every outlet, under the address that it has at the beginning of the scenario."""
        return [FeedAddress(outlet.id, self.outlet_url(outlet.id, by=by) + outlet.feed_path, outlet) for outlet in self.scenario.outlets]

    def article_url(self, article_id: str, *, by: Addressing = "port") -> str:
        """Return the plain address of an article."""
        article = self.scenario.article_by_id[article_id]
        return self.outlet_url(article.outlet, by=by) + self.scenario.outlet_by_id[article.outlet].path_of(article)

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Return all requests so far, in the order in which they were answered."""
        with self._lock:
            return tuple(self._requests)

    def note(self, request: SeenRequest) -> None:
        """Add a request to the log."""
        with self._lock:
            self._requests.append(request)


class _Server(ThreadingHTTPServer):
    """One port: of an outlet, or the main one."""

    daemon_threads = True
    block_on_close = True
    request_queue_size = 128  # with the usual 5, who asks for all outlets at once waits a second for a connection that was dropped

    def __init__(self, port: int, room: Newsroom, outlet_id: str) -> None:
        self.room = room
        self.outlet_id = outlet_id
        super().__init__((_LOOPBACK, port), _Handler)
        self.port: int = self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; one request per connection."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        """Answer with headers and body."""
        self._serve()

    def do_HEAD(self) -> None:
        """Answer with headers alone."""
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing; `Newsroom.requests` is the log."""

    def _serve(self) -> None:
        """Route, answer, and note what was seen."""
        at_s = time.monotonic()
        outlet_id, response = self._answer()
        status = 0 if response.is_silence else response.status
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not response.is_silence:
            response = _conditional(response, headers)
            status = response.status
            outlet = self.server.room.scenario.outlet_by_id.get(outlet_id)
            if outlet is not None and outlet.gzip:
                response = _compressed(response, headers.get("accept-encoding", ""))
        self.server.room.note(SeenRequest(outlet_id, self.path, self.command, headers, status, at_s))
        if response.is_silence:
            self.server.room.stopped.wait(self.server.room.silence_s)
            self.close_connection = True
            return
        self._send(response)

    def _send(self, response: Answer) -> None:
        self.send_response_only(response.status)  # no Date and Server lines: they would differ between runs
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def _answer(self) -> tuple[str, Answer]:
        """Return whom the request met and what is answered."""
        room = self.server.room
        host = self.headers.get("Host", "").strip().lower()
        own_names = {f"{_LOOPBACK}:{self.server.port}", f"localhost:{self.server.port}"}
        ends = (f".localhost:{self.server.port}", _NAMES)
        named = next((host.removesuffix(end) for end in ends if host.endswith(end)), "")
        path = urlsplit(self.path).path
        if named in room.scenario.outlet_by_id:
            outlet_id, home = named, f"http://{host}"
        else:
            home = f"http://{host if host in own_names else f'{_LOOPBACK}:{self.server.port}'}"
            outlet_id = self.server.outlet_id
            if not outlet_id:
                if path in ("/", "/robots.txt"):
                    return "", _root(room.scenario, path, home)
                found = _OUTLET_PATH.fullmatch(path)
                if found is None or found.group(1) not in room.scenario.outlet_by_id:
                    return "", Answer(404, b"no such outlet\n", {"Content-Type": "text/plain; charset=utf-8"})
                outlet_id, path = found.group(1), found.group(2) or "/"
                home += f"/{outlet_id}"
        outlet = room.scenario.outlet_by_id[outlet_id]
        return outlet_id, answer(room.scenario, outlet, path, moment=room.moment, home=home)


def _root(scenario: Scenario, path: str, home: str) -> Answer:
    """Return the main port's own pages: the list of outlets, and the closed parts of them all."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if path == "/":
        return Answer(200, "".join(f"{home}/{outlet.id}{outlet.feed_path}\n" for outlet in scenario.outlets).encode(), headers)
    lines = ["User-agent: *"]
    for outlet in scenario.outlets:
        closed = re.findall(r"(?m)^Disallow: *(/\S*)", outlet.robots)
        lines += [f"Disallow: /{outlet.id}{part}" for part in closed]
    return Answer(200, ("\n".join(lines) + "\n").encode(), headers)


def _conditional(response: Answer, headers: dict[str, str]) -> Answer:
    """Return 304 where the client's validators still hold; If-None-Match comes before If-Modified-Since (RFC 9110, 13.2.2)."""
    if response.status != 200:
        return response
    etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    kept = {name: value for name, value in response.headers.items() if name in ("ETag", "Last-Modified", "Cache-Control")}
    if asked := headers.get("if-none-match", ""):
        known = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        holds = bool(etag) and (etag.removeprefix("W/") in known or "*" in known)
    else:
        holds = bool(modified) and _is_since(headers.get("if-modified-since", ""), modified)
    return Answer(304, b"", kept) if holds else response


def _is_since(asked: str, modified: str) -> bool:
    """Tell whether nothing changed after the day and time `asked`; what is no date asks nothing."""
    try:
        return parsedate_to_datetime(asked) >= parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return False


def _compressed(response: Answer, accepted: str) -> Answer:
    """Return the answer in gzip where the client takes it; the same bytes for the same content."""
    if "gzip" not in accepted.lower() or not response.body:
        return response
    headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Answer(response.status, gzip.compress(response.body, mtime=0), headers)
