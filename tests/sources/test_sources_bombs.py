"""Rows 13, 15, 16 and 51 of the faults: answers that are small on the wire and huge in memory, endless, or made to be slow to read.

What a poll takes is measured in a process of its own, with the cap on bytes as shipped.
"""

import asyncio
import gzip
import json
import os
import sys
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from polling_builders import PAGE, Desk, make_feed, rss

import sources.apart
from sources.apart import is_ordinary, read_feed
from sources.feeds import MAX_ITEMS, parse_feed
from vocabulary.words import DocumentOutcome, PollStatus

REPO = Path(__file__).resolve().parents[2]
SHIPPED_BYTES = 10_000_000
MEASURED = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system tells no process's peak of memory")
Measure = Callable[..., Awaitable[dict[str, Any]]]


@pytest_asyncio.fixture
async def measure(open_site: Any) -> Measure:
    """Return a poll in a process of its own."""
    warm = await open_site(feed=rss("/a"), a=PAGE)

    async def poll(feeds: dict[str, str], **options: Any) -> dict[str, Any]:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, str(Path(__file__).parent / "poll_child.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPO)},
        )
        order = {"warm": warm.url("/feed"), "feeds": feeds, "options": {"max_bytes": SHIPPED_BYTES, "deadline_s": 30, **options}}
        out, _ = await child.communicate(json.dumps(order).encode())
        assert child.returncode == 0
        found: dict[str, Any] = json.loads(out)
        return found

    return poll


# --- row 13: what is small on the wire and huge in memory -----------------------------------------------------------------


def block(megabytes: int) -> bytes:
    """Return deflate blocks of so many megabytes of noughts that may stand one after the other in one stream."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(bytes(megabytes << 20)) + packer.flush(zlib.Z_FULL_FLUSH)


GIGABYTE = block(16) * 64  # 1 MB
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
MEMBERS = gzip.compress(bytes(16 << 20)) * 64
DOUBLED = gzip.compress(MEMBERS)
BOMBS: dict[str, tuple[bytes, tuple[str, ...], PollStatus]] = {
    "gzip": (GZIP_HEAD + GIGABYTE, ("gzip",), PollStatus.TOO_LARGE),
    "gzip-of-members": (MEMBERS, ("gzip",), PollStatus.TOO_LARGE),
    "x-gzip": (MEMBERS, ("x-gzip",), PollStatus.TOO_LARGE),
    "deflate": (b"\x78\xda" + GIGABYTE, ("deflate",), PollStatus.TOO_LARGE),
    "deflate-without-a-head": (GIGABYTE, ("deflate",), PollStatus.TOO_LARGE),
    "doubled": (DOUBLED, ("gzip",), PollStatus.REFUSED),
    "doubled-and-said-to-be": (DOUBLED, ("gzip, gzip",), PollStatus.REFUSED),
    "doubled-in-two-fields": (DOUBLED, ("gzip", "gzip"), PollStatus.REFUSED),
    "tripled": (gzip.compress(DOUBLED), ("gzip",), PollStatus.REFUSED),
    "not-said-to-be": (MEMBERS, (), PollStatus.REFUSED),
    "brotli-unasked": (MEMBERS, ("br",), PollStatus.REFUSED),
    "zstd-unasked": (MEMBERS, ("zstd",), PollStatus.REFUSED),
    "brotli-under-gzip": (MEMBERS, ("br, gzip",), PollStatus.REFUSED),
    "gzip-that-is-none": (b"\x00" * 100, ("gzip",), PollStatus.HTTP_ERROR),
}


def bomb(content: bytes, encodings: tuple[str, ...], content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        response = web.Response(body=content, headers={"Content-Type": content_type})
        for encoding in encodings:
            response.headers.add("Content-Encoding", encoding)
        return response

    return answer


@MEASURED
async def test_row_13_bombs_stop_at_the_cap(open_site: Any, measure: Measure) -> None:
    """As feed, as article and as robots.txt of its site, all in one poll: the peak of memory is that of none."""
    assert len(DOUBLED) < 8000
    robots = [await open_site(**{"a": PAGE, "robots.txt": bomb(MEMBERS, ("gzip",), "text/plain")})]
    names = list(BOMBS)
    site = await open_site(links=rss(*(f"/page-{name}" for name in names), robots[0].url("/a")))
    for name, (content, encodings, _) in BOMBS.items():
        site.pages[f"/feed-{name}"] = bomb(content, encodings, "application/rss+xml")
        site.pages[f"/page-{name}"] = bomb(content, encodings, "text/html")
    feeds = {"links": site.url("/links"), **{name: site.url(f"/feed-{name}") for name in names}}
    found = await measure(feeds)
    assert found["grown_mb"] < 64, found
    assert found["words"] == {"links": "ok", **{name: word for name, (_, _, word) in BOMBS.items()}}
    page_words = {PollStatus.TOO_LARGE: "too_large", PollStatus.REFUSED: "refused"}
    ended = {site.url(f"/page-{name}"): page_words[word] for name, (_, _, word) in BOMBS.items() if word in page_words}
    assert found["ends"] == {**ended, site.url("/page-gzip-that-is-none"): "unreachable"}
    # of robots.txt half a megabyte is read, which forbids nothing
    assert (found["documents"], found["waiting"]) == ([robots[0].url("/a")], 1)
    assert all(site.hits.count(path) == 1 for path in site.pages if path.startswith(("/feed-", "/page-")))


# --- row 15: what never ends ----------------------------------------------------------------------------------------------

EMPTY_BLOCK = b"\x00\x00\x00\xff\xff"  # of deflate: bytes that hold nothing
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "until the connection closes": (b"", b"<item/>" * 1000),
    "in chunks": (b"Transfer-Encoding: chunked\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "in chunks of one byte": (b"Transfer-Encoding: chunked\r\n", b"1\r\nx\r\n" * 1000),
    "gzip in chunks": (b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", b"1000\r\n" + b"\x00" * 4096 + b"\r\n"),
    "deflate that holds nothing": (b"Content-Encoding: deflate\r\n", EMPTY_BLOCK * 1000),
    "a length of a terabyte": (b"Content-Length: 1000000000000\r\n", b"x" * 4096),
}


@pytest_asyncio.fixture
async def endless() -> AsyncIterator[Callable[[bytes, bytes], Awaitable[tuple[str, list[int]]]]]:
    """Return a builder of servers that write one piece again and again, and count the bytes of each connection."""
    servers: list[asyncio.Server] = []

    async def build(head: bytes, piece: bytes) -> tuple[str, list[int]]:
        sent: list[int] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked = await reader.readuntil(b"\r\n\r\n")
            kind = b"text/html" if b"/page" in asked.splitlines()[0] else b"application/rss+xml"
            sent.append(0)
            number = len(sent) - 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n" + head + b"\r\n")
            try:
                while True:
                    writer.write(piece)
                    await writer.drain()
                    sent[number] += len(piece)
            except OSError:  # hung up on: as it should be
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", sent

    yield build
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(("head", "piece"), ENDLESS.values(), ids=ENDLESS.keys())
async def test_row_15_an_endless_body_stops_at_the_cap(open_site: Any, endless: Any, head: bytes, piece: bytes) -> None:
    place, sent = await endless(head, piece)
    site = await open_site(links=rss(f"{place}/page", "/good"), good=PAGE)
    desk = Desk([make_feed(site.url("/links"), "links"), make_feed(f"{place}/feed", "endless")])
    await desk.poll(max_bytes=100_000, deadline_s=20)
    rows = desk.keeper.newest()
    broken = head.startswith(b"Content-Encoding: gzip")  # noughts are no gzip
    assert rows["endless"].status is (PollStatus.HTTP_ERROR if broken else PollStatus.TOO_LARGE)
    assert (rows["endless"].items, rows["endless"].etag) == (0, "")
    assert desk.keeper.addresses() == [site.url("/good")]
    words = {failure.item: failure.outcome for failure in desk.keeper.failures}
    assert words == {f"{place}/page": DocumentOutcome.UNREACHABLE if broken else DocumentOutcome.TOO_LARGE}
    # feed, robots.txt and page: each was hung up on, with no more sent than the cap and what the system holds back
    assert len(sent) == (2 if broken else 3)
    assert max(sent) < 500_000 + 16_000_000


# --- row 16, what the square of a feed costs ------------------------------------------------------------------------------


def wrapped(inside: str) -> bytes:
    return f'<rss version="2.0"><channel><title>t</title><item><link>https://n.example/a</link>{inside}</item></channel></rss>'.encode()


ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(60_000))
UNRULY = {
    "attributes without end": wrapped(f"<x {ATTRIBUTES}/>"),
    "attributes, and a tag that stays open": wrapped(f"<x {ATTRIBUTES}/><y>"),
    "a base in every tag": wrapped("<x xml:base='a/'>" * 40_000),
    "tags never closed": wrapped("<b>" * 200_000),
    "tags never ended": wrapped("<a " * 200_000),
}


@pytest.mark.parametrize("content", UNRULY.values(), ids=UNRULY.keys())
async def test_row_16_a_feed_made_to_be_slow_costs_its_own_word(open_site: Any, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """It is read apart, where a second of the processor is all that it gets here, while this process reads the others."""
    monkeypatch.setattr(sources.apart, "PROCESSOR_S", 1)
    site = await open_site(slow=web.Response(body=content, content_type="text/xml"), good=rss("/a"), a=PAGE)
    desk = Desk([make_feed(site.url("/slow"), "slow"), make_feed(site.url("/good"), "good")])
    await desk.poll(max_bytes=SHIPPED_BYTES)
    rows = desk.keeper.newest()
    assert (rows["slow"].status, rows["slow"].failures) == (PollStatus.PARSE_ERROR, 1)
    assert "1 s of processor time" in rows["slow"].detail
    assert (rows["good"].status, desk.keeper.addresses()) == (PollStatus.OK, [site.url("/a")])
    assert site.hits.count("/slow") == 1


async def test_a_feed_that_is_read_apart_is_read_alike() -> None:
    feed, now = make_feed("https://n.example/feed"), Desk([]).poll.__kwdefaults__["now"]
    items = "".join(
        f"<item><title>Talks &amp; more {number}</title><link>/a{number}</link><guid>g{number}</guid>"
        "<pubDate>Wed, 26 Mar 2025 10:00:00 GMT</pubDate><description>Größe</description></item>"
        for number in range(400)
    )
    content = wrapped(f"<link>file:///x</link></item>{items}<item><title>& broken <b>")
    assert len(content) > 50_000
    assert not is_ordinary(content, "text/xml; charset=utf-8")
    facts = {"feed": feed, "content_type": "text/xml; charset=utf-8", "now": now}
    apart = await read_feed(content, **facts)  # type: ignore[arg-type]
    assert apart == parse_feed(content, **facts)  # type: ignore[arg-type]
    assert (apart.status, len(apart.items), bool(apart.rejected)) == (PollStatus.RECOVERED, 400, True)


ORDINARY = {
    "many entries": (wrapped("<b>x</b>" * 7000), "", True),
    "small and odd": (wrapped("<b>" * 100), "", True),
    "json": (b'{"a": "' + b"x" * 60_000 + b'"}', "", True),
    "broken": (wrapped("x" * 60_000)[:-5], "", False),
    "deep": (wrapped("<b>" * 100 + "x" * 60_000 + "</b>" * 100), "", False),
    "attributes": (wrapped(f"<x {ATTRIBUTES}/>"), "", False),
    "too many entries": (wrapped("<b/>" * 60_000), "", False),
    "a document type": (b"<!DOCTYPE rss>" + wrapped("x" * 60_000), "", False),
    "another encoding": (wrapped("x" * 60_000), "text/xml; charset=utf-7", False),
    "an encoding of two bytes": (wrapped("x" * 60_000).decode().encode("utf-16-le"), "", True),
}


@pytest.mark.parametrize(("content", "content_type", "ordinary"), ORDINARY.values(), ids=ORDINARY.keys())
def test_the_shape_of_a_feed(content: bytes, content_type: str, ordinary: bool) -> None:
    assert is_ordinary(content, content_type) is ordinary


# --- row 51: huge feeds ---------------------------------------------------------------------------------------------------


def huge(entries: int, name: str, filling: str = "") -> bytes:
    items = "".join(f"<item><title>Talks {number}</title><link>/{name}{number}</link>{filling}</item>" for number in range(entries))
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


@MEASURED
async def test_row_51_a_feed_of_100000_entries_is_bounded_and_told(open_site: Any, measure: Measure) -> None:
    """50 MB are over the cap as shipped; where a user raises it, and for 100,000 small entries below it, entries are what is bounded."""
    entries = 100_000
    bodies = {"large": huge(entries, "a", f"<description>{'words ' * 75}</description>"), "many": huge(entries, "b")}
    assert len(bodies["large"]) > 50_000_000
    assert len(bodies["many"]) < SHIPPED_BYTES
    site = await open_site(**{name: web.Response(body=body, content_type="application/rss+xml") for name, body in bodies.items()})
    site.pages |= {f"/{name}{number}": PAGE for name in "ab" for number in range(10)}
    desk = Desk([make_feed(site.url("/large"))])
    await desk.poll(max_bytes=SHIPPED_BYTES)
    assert (desk.row.status, desk.row.items) == (PollStatus.TOO_LARGE, 0)
    assert desk.row.detail.endswith(f"more than {SHIPPED_BYTES} bytes")
    found = await measure({name: site.url(f"/{name}") for name in bodies}, pages=3, new_items=2000, max_bytes=60_000_000)
    assert found["words"] == {"large": "ok", "many": "ok"}
    for detail in found["details"].values():
        assert f"{entries} entries, the first {MAX_ITEMS} read" in detail
        assert f"{MAX_ITEMS - 2000} more new entries than one poll takes in wait for the next one" in detail
    assert (len(found["documents"]), found["waiting"]) == (3, 3997)
    assert site.hits.count("/large") == 2
    assert found["grown_mb"] < 400, found
    assert found["processor_s"] < 20, found
