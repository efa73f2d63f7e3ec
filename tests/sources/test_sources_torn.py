"""Rows 14 and 35 of the faults: servers that take their time, and answers that break off."""

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from polling_builders import NOW, PAGE, Desk, make_feed, make_last, make_rss, rss

from vocabulary.words import DocumentOutcome, PollStatus

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


@dataclass
class Wire:
    """A server that is written by hand."""

    port: int = 0
    hits: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest_asyncio.fixture
async def open_wire() -> AsyncIterator[Callable[[Talk], Awaitable[Wire]]]:
    """Return a builder of servers of which each connection is handed to a function; what hangs ends with the test."""
    servers: list[asyncio.Server] = []
    talks: set[asyncio.Task[None]] = set()

    async def build(talk: Talk) -> Wire:
        wire = Wire()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            talks.add(task)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                wire.hits.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
                await talk(reader, writer)
            writer.close()
            talks.discard(task)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        wire.port = server.sockets[0].getsockname()[1]
        return wire

    yield build
    for task in list(talks):
        task.cancel()
    for server in servers:
        server.close()
        await server.wait_closed()


# --- row 14: slow servers -------------------------------------------------------------------------------------------------


async def drip_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 100000\r\n\r\n<rss>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    number = 0
    while True:
        number += 1
        writer.write(f"X-{number}: 1\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.05)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def go_on_and_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask for patience again and again, which is no answer."""
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


@contextlib.contextmanager
def full_house() -> Any:
    """Give a port whose queue of connections is full and never taken from, so that connecting hangs."""
    with contextlib.ExitStack() as stack:
        house = stack.enter_context(socket.socket())
        house.bind(("127.0.0.1", 0))
        house.listen(0)
        for _ in range(4):
            guest = stack.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(house.getsockname())
        yield house.getsockname()[1]


async def test_row_14_slow_servers_hold_up_nobody_else(open_wire: Any, open_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five slow hosts and fifty fast ones, and fewer places than hosts: the poll ends soon after one deadline."""
    deadline_s, margin_s = 3.0, 6.0  # the margin is for a machine that has other things to do
    slow = {talk.__name__: await open_wire(talk) for talk in (drip_body, drip_headers, say_nothing, go_on_and_on)}
    asked: list[float] = []

    def fast(number: int) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            asked.append(monotonic())
            return rss(f"/p{number}")

        return answer

    site = await open_site(**{f"f{number}": fast(number) for number in range(50)}, **{f"p{number}": PAGE for number in range(50)})
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1" if str(host).endswith(".example") else host, *rest, **more)
    )
    with full_house() as port:
        urls = {name: wire.url("/feed", f"{name.replace('_', '-')}.example") for name, wire in slow.items()}
        urls["never_accepts"] = f"http://never-accepts.example:{port}/feed"
        feeds = [make_feed(url, name.replace("_", "-")) for name, url in urls.items()]
        feeds += [make_feed(f"http://fast{number}.example:{site.port}/f{number}", f"fast{number}") for number in range(50)]
        desk = Desk(feeds)
        started = monotonic()
        await desk.poll(deadline_s=deadline_s, at_once=8)
        took_s = monotonic() - started
    words = {name: row.status for name, row in desk.keeper.newest().items()}
    assert words == {feed.id: PollStatus.OK if feed.id.startswith("fast") else PollStatus.TIMEOUT for feed in feeds}
    assert len(desk.keeper.documents) == 50
    assert took_s < deadline_s + margin_s
    assert all(wire.hits == [b"/feed"] for wire in slow.values())
    assert len(asked) == 50
    assert max(asked) - started < deadline_s, "fast feeds waited for slow ones"


async def test_row_14_the_deadline_covers_all_hops(open_wire: Any) -> None:
    """Each hop in itself is within the deadline; the whole of them is not."""

    async def lead_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()

    wire = await open_wire(lead_on)
    desk = Desk([make_feed(wire.url("/feed"))])
    await desk.poll(deadline_s=0.5)
    assert desk.row.status is PollStatus.TIMEOUT
    assert len(wire.hits) == 3


# --- row 35: answers that break off ---------------------------------------------------------------------------------------

FEED = make_rss("/new")
PACKED = gzip.compress(FEED * 50)
# what is sent, and how it ends: "close", "reset" (RST), "keep" (the connection stays open, as with a wrong length)
TORN: dict[str, tuple[bytes, bytes, str]] = {
    "short body": (b"Content-Length: 5000\r\n", FEED, "close"),
    "no body at all": (b"Content-Length: 5000\r\n", b"", "close"),
    "length too large, connection kept": (b"Content-Length: 5000\r\n", FEED, "keep"),
    "length too small": (f"Content-Length: {len(FEED) - 40}\r\n".encode(), FEED, "close"),
    "length that is no number": (b"Content-Length: many\r\n", FEED, "close"),
    "negative length": (b"Content-Length: -5\r\n", FEED, "close"),
    "two lengths": (b"Content-Length: 5000\r\nContent-Length: 10\r\n", FEED, "close"),
    "length and chunks": (b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n", b"5000\r\n" + FEED, "close"),
    "chunk cut off": (b"Transfer-Encoding: chunked\r\n", b"5000\r\n" + FEED, "close"),
    "no last chunk": (b"Transfer-Encoding: chunked\r\n", f"{len(FEED):x}\r\n".encode() + FEED + b"\r\n", "close"),
    "chunk of no size": (b"Transfer-Encoding: chunked\r\n", b"xyz\r\n" + FEED, "close"),
    "reset in the body": (b"Content-Length: 5000\r\n", FEED, "reset"),
    "reset in chunks": (b"Transfer-Encoding: chunked\r\n", b"5000\r\n" + FEED, "reset"),
    "reset where the length is not said": (b"", FEED, "reset"),
    "gzip cut off": (f"Content-Encoding: gzip\r\nContent-Length: {len(PACKED) - 20}\r\n".encode(), PACKED[:-20], "close"),
    "gzip cut off where the length is not said": (b"Content-Encoding: gzip\r\n", PACKED[:-20], "close"),
}


@pytest.mark.parametrize(("head", "body", "end"), TORN.values(), ids=TORN.keys())
async def test_row_35_nothing_torn_is_stored_as_whole(open_wire: Any, open_site: Any, head: bytes, body: bytes, end: str) -> None:
    """As feed, whose validators and entries stay as they were, and as article, which waits for another attempt."""

    async def tear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_feed = wire.hits[-1] == b"/feed"
        if wire.hits[-1] == b"/robots.txt":
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        kind = b"application/rss+xml" if is_feed else b"text/html"
        writer.write(b'HTTP/1.1 200 OK\r\nETag: "torn"\r\nContent-Type: ' + kind + b"\r\n" + head + b"\r\n" + body)
        await writer.drain()
        if end == "keep":
            await reader.read()
        if end == "reset":
            await asyncio.sleep(0.1)  # what was written is to arrive before
            opened = writer.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    wire = await open_wire(tear)
    site = await open_site(links=rss(f"http://localhost:{wire.port}/page", "/good"), good=PAGE)
    last = make_last("torn", etag='"whole"', last_modified="then", full_at=NOW)
    desk = Desk([make_feed(site.url("/links"), "links"), make_feed(wire.url("/feed"), "torn")], last={"torn": last})
    await desk.poll(deadline_s=1)
    row = desk.keeper.newest()["torn"]
    assert row.status in (PollStatus.UNREACHABLE, PollStatus.TIMEOUT, PollStatus.HTTP_ERROR)
    assert (row.items, row.new_items, row.failures) == (0, 0, 1)
    assert (row.etag, row.last_modified) == ('"whole"', "then")
    assert desk.keeper.addresses() == [site.url("/good")]
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.UNREACHABLE]
    assert [(one.url, one.attempts) for one in desk.keeper.waiting.values()] == [(f"http://localhost:{wire.port}/page", 1)]
    assert sorted(wire.hits) == [b"/feed", b"/page", b"/robots.txt"]
