import asyncio
import gzip
import tracemalloc
import zlib
from typing import Any

import pytest
from aiohttp import web

from sources.fetch import MAX_REDIRECTS, Fetcher
from sources.inflate import InflateError, Inflater, TooLargeError
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.words import PollStatus

AGENT = "stancewatch/0.1 (+test@example.org)"


def make_fetcher(**options: Any) -> Fetcher:
    settings: dict[str, Any] = {"user_agent": AGENT, "allow_private": True, "gap_s": 0, "deadline_s": 20, **options}
    return Fetcher(**settings)


async def failure_of(url: str, **options: Any) -> FetchTerminalError | FetchTransientError:
    """Fetch what must fail and return the error."""
    async with make_fetcher(**options) as fetcher:
        with pytest.raises((FetchTerminalError, FetchTransientError)) as caught:
            await fetcher.fetch(url)
    error = caught.value
    assert isinstance(error, FetchTerminalError | FetchTransientError)
    return error


def body(content: bytes, **headers: str) -> web.Response:
    return web.Response(body=content, headers={name.replace("_", "-"): value for name, value in headers.items()})


def moved(status: int, location: str | None) -> web.Response:
    return web.Response(status=status, headers={} if location is None else {"Location": location})


async def test_a_page_comes_whole_with_its_facts(open_site: Any) -> None:
    site = await open_site(a=body("größer".encode("cp1252"), Content_Type='Text/HTML; charset="Windows-1252"', ETag='W/"1"'))
    async with make_fetcher() as fetcher:
        fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.status, fetched.url, fetched.content.decode("cp1252")) == (200, site.url("/a"), "größer")
    assert (fetched.media_type, fetched.charset, fetched.headers["etag"]) == ("text/html", "windows-1252", 'W/"1"')
    assert site.headers[0]["User-Agent"] == AGENT


async def test_validators_are_sent_verbatim_and_304_is_an_answer(open_site: Any) -> None:
    site = await open_site(a=web.Response(status=304, headers={"ETag": '"2"'}))
    async with make_fetcher() as fetcher:
        fetched = await fetcher.fetch(site.url("/a"), etag='W/"1"', last_modified="Wed, 26 Mar 2025 10:00:00 GMT")
    assert (fetched.status, fetched.content, fetched.headers["etag"]) == (304, b"", '"2"')
    assert site.headers[0]["If-None-Match"] == 'W/"1"'
    assert site.headers[0]["If-Modified-Since"] == "Wed, 26 Mar 2025 10:00:00 GMT"


async def test_304_without_a_question_is_an_error(open_site: Any) -> None:
    site = await open_site(a=web.Response(status=304))
    assert (await failure_of(site.url("/a"))).http_status == 304


STATUSES = {
    404: (FetchTerminalError, PollStatus.HTTP_ERROR),
    403: (FetchTerminalError, PollStatus.HTTP_ERROR),
    410: (FetchTerminalError, PollStatus.GONE),
    408: (FetchTransientError, PollStatus.HTTP_ERROR),
    429: (FetchTransientError, PollStatus.HTTP_ERROR),
    500: (FetchTransientError, PollStatus.HTTP_ERROR),
    503: (FetchTransientError, PollStatus.HTTP_ERROR),
    204: (FetchTransientError, PollStatus.HTTP_ERROR),
}


@pytest.mark.parametrize("status", STATUSES)
async def test_statuses(open_site: Any, status: int) -> None:
    site = await open_site(a=web.Response(status=status))
    error = await failure_of(site.url("/a"))
    assert (type(error), error.status, error.http_status) == (*STATUSES[status], status)


async def test_redirects_are_followed_and_moves_for_good_are_told(open_site: Any) -> None:
    site = await open_site(a=moved(301, "/b"), b=moved(308, "/c#x"), c=moved(302, "d"), d=b"text")
    async with make_fetcher() as fetcher:
        fetched = await fetcher.fetch(site.url("/a"))
    assert (fetched.url, fetched.moved_to, fetched.content) == (site.url("/d"), site.url("/c"), b"text")


async def test_redirects_end_after_five(open_site: Any) -> None:
    site = await open_site(a=moved(302, "/a"))
    assert (await failure_of(site.url("/a"))).status is PollStatus.HTTP_ERROR
    assert len(site.hits) == MAX_REDIRECTS + 1


HOPS = [
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "data:text/html,x",
    "javascript:alert(1)",
    "http://[::1",
    "//user:canary@127.0.0.1/",
    "\\\\h\\x",
]


@pytest.mark.parametrize("location", HOPS)
async def test_redirects_to_other_schemes_and_odd_addresses_are_refused(open_site: Any, location: str) -> None:
    site = await open_site(a=moved(302, location))
    error = await failure_of(site.url("/a"))
    assert (type(error), error.status) == (FetchTerminalError, PollStatus.REFUSED)
    assert "canary" not in str(error)
    assert site.hits == ["/a"]


async def test_a_redirect_to_nowhere_is_an_error(open_site: Any) -> None:
    site = await open_site(a=moved(301, None))
    assert (await failure_of(site.url("/a"))).http_status == 301


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_redirects_to_inside_addresses_are_refused(open_site: Any, host: str) -> None:
    inside = await open_site(secret=b"secret")
    outside = await open_site(a=moved(302, f"http://{host}:{inside.port}/secret"))
    error = await failure_of(outside.url("/a"), allow_private=False, allow_ports=[outside.port])
    assert (type(error), error.status) == (FetchTerminalError, PollStatus.REFUSED)
    assert (outside.hits, inside.hits) == (["/a"], [])


async def test_gzip_and_both_kinds_of_deflate_are_read(open_site: Any) -> None:
    text = b"plain words " * 1000
    raw = zlib.compressobj(wbits=-15)
    site = await open_site(
        gzip=body(gzip.compress(text), Content_Encoding="gzip"),
        members=body(gzip.compress(text[:100]) + gzip.compress(text[100:]) + b"\0\0", Content_Encoding="x-gzip"),
        zlib=body(zlib.compress(text), Content_Encoding="deflate"),
        raw=body(raw.compress(text) + raw.flush(), Content_Encoding="deflate"),
    )
    async with make_fetcher() as fetcher:
        for path in site.pages:
            assert (await fetcher.fetch(site.url(path))).content == text


async def test_a_gzip_bomb_stops_at_the_cap(open_site: Any) -> None:
    bomb = gzip.compress(bytes(1 << 24)) * 64  # 1 MB that holds 1 GB
    site = await open_site(a=body(bomb, Content_Encoding="gzip"))
    error = await failure_of(site.url("/a"), max_bytes=100_000)
    assert (type(error), error.status) == (FetchTerminalError, PollStatus.TOO_LARGE)


ENCODINGS = {"stacked": "gzip, gzip", "brotli": "br", "zstd": "zstd", "unknown": "x-whatever"}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
async def test_encodings_that_were_not_asked_for_are_refused(open_site: Any, encoding: str) -> None:
    site = await open_site(a=body(gzip.compress(gzip.compress(b"x")), Content_Encoding=encoding))
    assert (await failure_of(site.url("/a"))).status is PollStatus.REFUSED


async def test_what_is_gzip_within_gzip_is_refused(open_site: Any) -> None:
    site = await open_site(a=body(gzip.compress(gzip.compress(b"x" * 1000)), Content_Encoding="gzip"))
    assert (await failure_of(site.url("/a"))).status is PollStatus.REFUSED


BROKEN = {
    "cut gzip": (gzip.compress(bytes(range(256)) * 50)[:-40], "gzip"),
    "no gzip": (b"plain words", "gzip"),
    "no deflate": (b"\xff\xff plain words", "deflate"),
}


@pytest.mark.parametrize(("content", "encoding"), BROKEN.values(), ids=BROKEN.keys())
async def test_broken_compression_is_an_error(open_site: Any, content: bytes, encoding: str) -> None:
    site = await open_site(a=body(content, Content_Encoding=encoding))
    error = await failure_of(site.url("/a"))
    assert (type(error), error.status) == (FetchTransientError, PollStatus.HTTP_ERROR)


async def test_an_endless_body_stops_at_the_cap(open_site: Any) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 4096)

    site = await open_site(a=endless)
    assert (await failure_of(site.url("/a"), max_bytes=100_000)).status is PollStatus.TOO_LARGE
    async with make_fetcher() as fetcher:
        fetched = await fetcher.fetch(site.url("/a"), max_bytes=1000, cut=True)
    assert (len(fetched.content), fetched.cut) == (1000, True)


START = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SLOW = {
    "accepts and is silent": (),
    "half a status line": (b"HTTP/1.1 2",),
    "headers without end": (START, b"X-A: 1\r\n"),
    "body without end": (START + b"Content-Length: 1000\r\n\r\n", b"<p>"),
}


@pytest.mark.parametrize("pieces", SLOW.values(), ids=SLOW.keys())
async def test_what_hangs_ends_at_the_deadline(open_raw: Any, pieces: tuple[bytes, ...]) -> None:
    url = await open_raw(*pieces, hang_up=False)
    error = await failure_of(url, deadline_s=0.2)
    assert (type(error), error.status) == (FetchTransientError, PollStatus.TIMEOUT)


async def test_a_dripping_body_ends_at_the_deadline(open_site: Any) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    site = await open_site(a=drip)
    assert (await failure_of(site.url("/a"), deadline_s=0.3)).status is PollStatus.TIMEOUT


TORN = {
    "short body": START + b"Content-Length: 1000\r\n\r\n<p>half",
    "chunk cut off": START + b"Transfer-Encoding: chunked\r\n\r\n1000\r\n<p>half",
    "no answer": b"",
    "no http": b"SSH-2.0-OpenSSH_9\r\n\r\n",
    "broken header": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
}


@pytest.mark.parametrize("answer", TORN.values(), ids=TORN.keys())
async def test_what_breaks_off_is_an_error(open_raw: Any, answer: bytes) -> None:
    error = await failure_of(await open_raw(answer))
    assert (type(error), error.status) == (FetchTransientError, PollStatus.UNREACHABLE)


async def test_a_closed_port_is_unreachable(unused_tcp_port: int) -> None:
    error = await failure_of(f"http://127.0.0.1:{unused_tcp_port}/x?token=canary")
    assert (type(error), error.status) == (FetchTransientError, PollStatus.UNREACHABLE)
    assert "canary" not in str(error)


async def test_one_host_is_asked_one_request_at_a_time(open_site: Any) -> None:
    at_once, most = 0, 0

    async def count(request: web.Request) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return web.Response(text=request.path)

    site = await open_site(**{f"p{number}": count for number in range(10)})
    async with make_fetcher() as fetcher:
        pages = await asyncio.gather(*(fetcher.fetch(site.url(path)) for path in site.pages))
    assert [page.content.decode() for page in pages] == list(site.pages)
    assert most == 1


async def test_no_more_requests_than_the_cap_over_all_hosts(open_site: Any) -> None:
    at_once, most = 0, 0

    async def count(request: web.Request) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return web.Response(text="text")

    site = await open_site(a=count)
    hosts = ["127.0.0.1", "localhost"]
    async with make_fetcher(at_once=1) as fetcher:
        await asyncio.gather(*(fetcher.fetch(f"http://{host}:{site.port}/a") for host in hosts))
    assert (most, len(site.hits)) == (1, 2)


def test_a_wish_for_a_longer_gap_is_kept_within_reason() -> None:
    turns = make_fetcher(gap_s=1.0).turns
    gaps = []
    for wish in (0.1, 5.0, 1e9, float("nan")):
        turns.slow_down("a.example", wish)
        gaps.append(turns._hosts["a.example"].gap_s)
    assert gaps == [1.0, 5.0, 10.0, 10.0]


def test_inflate_never_makes_more_than_its_limit() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    inflater = Inflater("deflate", 1000)
    tracemalloc.start()
    with pytest.raises(TooLargeError) as caught:
        inflater.take(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(caught.value.args[0]) == 1000
    assert peak < 2_000_000
    with pytest.raises(InflateError):
        Inflater("gzip,gzip", 1000)
