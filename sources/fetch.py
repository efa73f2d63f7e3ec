"""Fetch one address safely and politely: the only module that speaks HTTP.

Promises of every fetch: http and https only, each hop of at most five redirects checked, no connection to inside addresses, a
deadline over the whole of it, a cap on the bytes after decompression, nothing half read given out as whole.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.message import Message
from time import monotonic
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from sources.address import absolute_url, checked_url, host_of, masked_url
from sources.guard import (
    AddressRefusedError,
    GuardedResolver,
    LocalResolver,
    Permit,
    guarded_socket,
    permit_all,
    permit_loopback_ports,
    permit_ports_alone,
    permit_public,
)
from sources.inflate import GZIP_MAGIC, InflateError, Inflater, TooLargeError
from sources.plain import printable, storable
from sources.politeness import Turns
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.words import PollStatus

MAX_REDIRECTS = 5
_WHOLE = frozenset({200, 203})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})
# A retry may help: time-outs and limits of the server, and whatever it says of itself
_PASSING = frozenset({408, 421, 423, 425, 429})
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Fetched:
    """A whole answer: 200 with its bytes, or 304 without."""

    status: int
    url: str
    """Address after redirects."""
    headers: dict[str, str]
    """Header fields by lower-case name; where one came twice, the last."""
    content: bytes
    """The bytes, decompressed."""
    moved_to: str = ""
    """Where permanent redirects alone lead from the address asked for; empty if none came first."""
    cut: bool = False
    """True where the bytes end at the cap (only where the caller asked for that)."""

    @property
    def media_type(self) -> str:
        """Return the declared media type in lower case, or an empty text."""
        return self._content_type().get_content_type() if self.headers.get("content-type", "").strip() else ""

    @property
    def charset(self) -> str | None:
        """Return the declared character set, or None."""
        found = self._content_type().get_param("charset")
        return found.strip().lower() or None if isinstance(found, str) else None

    def _content_type(self) -> Message:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return message


@dataclass
class _Request:
    """What one fetch asks, and what is left of its time."""

    headers: dict[str, str]
    max_bytes: int
    cut: bool
    left_s: float
    url: str
    moved_to: str = ""
    only_permanent: bool = field(default=True)


class Fetcher:
    """Fetch addresses over one connection pool; use it as an async context manager.

    `user_agent` names the program and a contact. `allow_private` and `allow_ports` (ports of this machine) open what is closed in
    production, for tests. `local_hosts` are the names of a site on this machine, each with its port: where they are given nothing else
    can be asked, for demonstrations. `deadline_s` covers one fetch with its redirects, not the wait for its turn.
    `gap_s` is the pause between two requests to one host; `at_once` caps requests over all hosts, `host_at_once` those to one.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: bool = False,
        allow_ports: Collection[int] = (),
        local_hosts: Mapping[str, int] | None = None,
        max_bytes: int = 10_000_000,
        deadline_s: float = 30.0,
        gap_s: float = 1.0,
        at_once: int = 16,
        host_at_once: int = 1,
    ) -> None:
        self.user_agent = printable(user_agent)
        self._permit: Permit = permit_public
        self._local_hosts = dict(local_hosts or {})
        if self._local_hosts:
            self._permit = permit_ports_alone(frozenset(self._local_hosts.values()))
        elif allow_private:
            self._permit = permit_all
        elif allow_ports:
            self._permit = permit_loopback_ports(frozenset(allow_ports))
        self._max_bytes = max_bytes
        self._deadline_s = deadline_s
        self._at_once = at_once
        self.turns = Turns(gap_s=gap_s, at_once=at_once, host_at_once=host_at_once)
        self._session: aiohttp.ClientSession | None = None
        self._resolver: GuardedResolver | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        self._resolver = GuardedResolver(self._permit)
        connector = aiohttp.TCPConnector(
            resolver=LocalResolver(self._local_hosts) if self._local_hosts else self._resolver,
            socket_factory=guarded_socket(self._permit),
            use_dns_cache=False,
            limit=self._at_once,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": self.user_agent},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),  # `asyncio.timeout` below is the deadline
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection pool."""
        if self._session is not None and self._resolver is not None:
            await self._session.close()
            await self._resolver.close()
            self._session = self._resolver = None

    async def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = "*/*",
        max_bytes: int | None = None,
        cut: bool = False,
    ) -> Fetched:
        """Return the whole answer of `url`: status 200 or 203, or 304 where a validator was given.

        With `cut`, an answer over `max_bytes` ends there instead of failing. Raises `FetchTerminalError` (refused address or
        encoding, too large, 4xx) or `FetchTransientError` (deadline, no connection, broken off, 408, 429, 5xx).
        """
        headers = {"Accept": accept, "Accept-Encoding": "gzip, deflate"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        limit = self._max_bytes if max_bytes is None else max_bytes
        request = _Request(headers=headers, max_bytes=limit, cut=cut, left_s=self._deadline_s, url=checked_url(url))
        for _ in range(MAX_REDIRECTS + 1):
            async with self.turns.turn(host_of(request.url)):
                started = monotonic()
                answer = await self._ask(request)
                request.left_s -= monotonic() - started
            if answer is not None:
                return answer
        raise FetchTerminalError(f"{masked_url(url)} redirects more than {MAX_REDIRECTS} times", PollStatus.HTTP_ERROR)

    async def _ask(self, request: _Request) -> Fetched | None:
        """Make one hop: return the answer, or None after pointing `request` at the next hop."""
        if self._session is None:
            raise RuntimeError("a Fetcher is used inside `async with`")
        shown = masked_url(request.url)
        try:
            async with (
                asyncio.timeout(max(0.0, request.left_s)),
                self._session.get(URL(request.url, encoded=True), headers=request.headers, allow_redirects=False) as response,
            ):
                return await self._read(request, response)
        except TimeoutError as error:
            raise FetchTransientError(f"{shown}: no whole answer within {self._deadline_s:g} s", PollStatus.TIMEOUT) from error
        except aiohttp.InvalidURL as error:
            raise FetchTerminalError(f"address refused: {shown}", PollStatus.REFUSED) from error
        except (aiohttp.ClientError, OSError) as error:
            if (refusal := _refusal_in(error)) is not None:
                raise FetchTerminalError(f"{shown} refused: {refusal}", PollStatus.REFUSED) from error
            raise FetchTransientError(f"{shown}: no whole answer: {_words(error)}", PollStatus.UNREACHABLE) from error

    async def _read(self, request: _Request, response: aiohttp.ClientResponse) -> Fetched | None:
        """Judge the status line, then read the body; the connection is dropped where the body is not wanted."""
        status = response.status
        if status in _MOVED:
            response.close()
            _follow(request, status, response.headers)
            return None
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        whole = status in _WHOLE
        if not whole and not (status == 304 and conditional):
            response.close()
            raise _status_error(masked_url(request.url), status, response.headers)
        content, is_cut = await _body(request, response) if whole else (b"", False)
        headers = {name.lower(): storable(value).strip() for name, value in response.headers.items()}
        return Fetched(200 if whole else 304, request.url, headers, content, request.moved_to, is_cut)


def _follow(request: _Request, status: int, headers: Mapping[str, str]) -> None:
    """Point `request` at the next hop; raise `FetchTerminalError` where that must not be asked."""
    shown, target = masked_url(request.url), headers.get("Location", "")
    if not target:
        raise FetchTerminalError(f"{shown} redirects ({status}) to nowhere", PollStatus.HTTP_ERROR, status)
    onward = checked_url(absolute_url(request.url, target))
    if request.url.startswith("https:") and onward.startswith("http:"):
        # anybody between could then write the article
        raise FetchTerminalError(f"{shown} redirects from https to http: {masked_url(onward)}", PollStatus.REFUSED, status)
    request.only_permanent = request.only_permanent and status in _MOVED_FOR_GOOD
    request.moved_to = onward if request.only_permanent else request.moved_to
    request.url = onward


async def _body(request: _Request, response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """Return the body, decompressed, and whether it was cut at the cap."""
    shown, status = masked_url(request.url), response.status
    # several fields, or several names in one, are encodings on top of each other
    encoding = ",".join(response.headers.getall("Content-Encoding", []))
    out = bytearray()
    try:
        inflater = Inflater(encoding, request.max_bytes)
    except InflateError as error:
        response.close()
        raise FetchTerminalError(f"{shown} refused: {error}", PollStatus.REFUSED, status) from error
    lost = _watch_loss(response)
    try:
        async for piece in response.content.iter_chunked(_CHUNK):
            out += inflater.take(piece)
        inflater.end()
    except TooLargeError as error:
        response.close()
        if request.cut:
            return bytes(out) + bytes(error.args[0]), True
        raise FetchTerminalError(f"{shown}: more than {request.max_bytes} bytes", PollStatus.TOO_LARGE, status) from error
    except InflateError as error:
        response.close()
        raise FetchTransientError(f"{shown}: {error}", PollStatus.HTTP_ERROR, status) from error
    if lost is not None and lost.done() and (reset := lost.exception()) is not None:
        raise FetchTransientError(f"{shown}: no whole answer: {_words(reset)}", PollStatus.UNREACHABLE)
    if out.startswith(GZIP_MAGIC):
        raise FetchTerminalError(f"{shown} refused: compressed twice, or an archive", PollStatus.REFUSED, status)
    return bytes(out), False


def _watch_loss(response: aiohttp.ClientResponse) -> "asyncio.Future[None] | None":
    """Return what tells how the connection ends, where its end is that of the body; None where the answer says its length.

    A connection that is reset ends a body without a length as one that is closed does, as far as the client is concerned.
    """
    says_length = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    if says_length or response.connection is None or response.connection.protocol is None:
        return None
    lost = response.connection.protocol.closed
    if lost is not None:
        lost.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # looked at, so that nobody is told of it
    return lost


def _status_error(shown: str, status: int, headers: Mapping[str, str]) -> FetchTerminalError | FetchTransientError:
    if status == 410:
        return FetchTerminalError(f"{shown} is gone (410)", PollStatus.GONE, status)
    if headers.get("cf-mitigated") == "challenge":  # the one sign of a test for people that stands in a header
        return FetchTerminalError(f"{shown} answers with status {status} and a test for people", PollStatus.BLOCKED, status)
    if status in _PASSING or not 400 <= status < 500:
        retry_after = storable(headers.get("Retry-After", ""))[:100]
        return FetchTransientError(f"{shown} answers with status {status}", PollStatus.HTTP_ERROR, status, retry_after)
    return FetchTerminalError(f"{shown} answers with status {status}", PollStatus.HTTP_ERROR, status)


def _refusal_in(error: BaseException) -> AddressRefusedError | None:
    """Return the guard's refusal that led to `error`, if one did."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, AddressRefusedError):
            return seen
        seen = getattr(seen, "os_error", None) or seen.__cause__ or seen.__context__
    return None


def _words(error: BaseException) -> str:
    """Return an error of the client as one short line without secrets."""
    return masked_url(printable(f"{type(error).__name__}: {error}"))[:300]
