"""Rows 8 to 12 of the faults: nothing inside is ever reached, however it is written, wherever it is named.

The inside server is a trap that counts connections; its port is never on the allow-list. Polls run whole, with the shipped guard,
and the only site let through is the one that plays the public one.
"""

import io
import json
import socket
from pathlib import Path
from typing import Any

import feedparser
import pytest
from aiohttp import web
from polling_builders import AGENT, NOW, PAGE, Desk, make_feed, rss
from pydantic import ValidationError

from sources.address import checked_url
from sources.fetch import MAX_REDIRECTS, Fetcher
from sources.guard import AddressRefusedError, GuardedResolver, permit_public
from vocabulary.documents import WaitingEntry
from vocabulary.errors import FetchTerminalError
from vocabulary.words import DocumentOutcome, PollStatus

FORMS = {
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "hexadecimal in capitals": "0X7F000001",
    "octal": "017700000001",
    "short": "127.1",
    "short of three": "127.0.1",
    "dotted octal": "0177.0.0.1",
    "dotted hexadecimal": "0x7f.0.0.1",
    "nought": "0",
    "leading noughts": "127.000.000.001",
    "ideographic stops": "127。0。0。1",
    "fullwidth": "１２７.０.０.１",
    "fullwidth with fullwidth stops": "１２７．０．０．１",
    "fullwidth decimal": "２１３０７０６４３３",
    "circled letters": "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "a circled letter": "ⓛocalhost",
    "name": "localhost",
    "name in capitals": "LOCALHOST",
    "name with a stop": "localhost.",
    "loopback": "127.0.0.1",
    "loopback with a stop": "127.0.0.1.",
    "another loopback": "127.8.8.8",
    "this network": "0.0.0.0",
    "metadata": "169.254.169.254",
    "private 10": "10.0.0.1",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "shared": "100.64.0.1",
    "6to4 relay": "192.88.99.1",
    "protocol assignments": "192.0.0.1",
    "benchmarks": "198.18.0.1",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "[::1]",
    "IPv6 loopback in full": "[0:0:0:0:0:0:0:1]",
    "IPv6 unspecified": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hexadecimal": "[::ffff:7f00:1]",
    "mapped shared": "[::ffff:100.64.0.1]",
    "mapped metadata": "[::ffff:169.254.169.254]",
    "translated": "[::ffff:0:127.0.0.1]",
    "compatible": "[::127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "NAT64 of metadata": "[64:ff9b::a9fe:a9fe]",
    "local NAT64": "[64:ff9b:1::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "6to4 of metadata": "[2002:a9fe:a9fe::1]",
    "Teredo": "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "ISATAP": "[2001:4860::5efe:127.0.0.1]",
    "unique local": "[fd12:3456::1]",
    "metadata over IPv6": "[fd00:ec2::254]",
    "link-local": "[fe80::1]",
    "site-local": "[fec0::1]",
    "IPv6 multicast": "[ff02::1]",
    "documentation": "[3fff::1]",
    "segment routing": "[5f00::1]",
}


def json_feed(*urls: str) -> web.Response:
    """Return a feed whose links come through as they are, whatever is in them."""
    items = [{"id": str(number), "url": url, "title": "About the talks"} for number, url in enumerate(urls)]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items})
    return web.Response(text=body, content_type="application/feed+json")


def moved(location: str, status: int = 302) -> web.Response:
    return web.Response(status=status, headers={"Location": location})


def make_waiting(url: str) -> WaitingEntry:
    return WaitingEntry(document_id="d", feed_id="feed", guid="", url=url, title="About the talks", summary="", outlet="N", queued_at=NOW)


def answers(*addresses: str) -> Any:
    """Return a stand-in for getaddrinfo that gives these addresses, whatever is asked for."""

    def getaddrinfo(host: str | bytes, port: int, *args: Any, **options: Any) -> list[Any]:
        found = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            place = (address, port, 0, 0) if ":" in address else (address, port)
            found.append((family, socket.SOCK_STREAM, 6, "", place))
        return found

    return getaddrinfo


@pytest.fixture(autouse=True)
def _no_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no name leave this machine: every one that the tests use leads to the loopback."""
    real = socket.getaddrinfo

    def by_name(host: str | bytes, port: int, *args: Any, **options: Any) -> list[Any]:
        found: list[Any] = (
            answers("127.0.0.1")(host, port) if host in ("localhost.", "news.example") else real(host, port, *args, **options)
        )
        return found

    monkeypatch.setattr(socket, "getaddrinfo", by_name)


# --- row 8: loopback and metadata, as feed and as article -----------------------------------------------------------------


@pytest.mark.parametrize("host", FORMS.values(), ids=FORMS.keys())
async def test_row_8_no_feed_of_an_inside_host_is_asked(open_trap: Any, host: str) -> None:
    trap = await open_trap()
    desk = Desk([make_feed(f"http://{host}:{trap.port}/feed")])
    await desk.poll(is_open=False)
    assert (desk.row.status, desk.row.http_status, desk.row.items, desk.row.failures) == (PollStatus.REFUSED, None, 0, 1)
    assert desk.row.detail
    assert (trap.hits, desk.keeper.documents) == (0, [])


@pytest.mark.parametrize("host", FORMS.values(), ids=FORMS.keys())
async def test_row_8_no_article_of_an_inside_host_is_asked(open_site: Any, open_trap: Any, host: str) -> None:
    trap = await open_trap()
    link = f"http://{host}:{trap.port}/latest/meta-data/"
    site = await open_site(feed=json_feed(link))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(is_open=False, allow_ports=[site.port])
    assert (desk.row.status, desk.row.items) == (PollStatus.OK, 1)
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED]
    assert desk.keeper.failures[0].detail
    assert (trap.hits, site.hits, desk.keeper.documents, desk.keeper.waiting) == (0, ["/feed"], [], {})


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"])
async def test_row_8_an_entry_that_waits_is_checked_too(open_trap: Any, host: str) -> None:
    """What an earlier poll let in, such as one with other settings, is refused by the guard as shipped."""
    trap = await open_trap()
    desk = Desk([])
    desk.keeper.waiting["d"] = make_waiting(f"http://{host}:{trap.port}/a")
    await desk.poll(is_open=False)
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED]
    assert (trap.hits, desk.keeper.documents) == (0, [])


QUADS = [host for host in FORMS.values() if host.isascii() and host.count(".") == 3]
INSIDE = QUADS + [host.strip("[]") for host in FORMS.values() if host.startswith("[")]


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("beside", ["", "93.184.216.34"], ids=["alone", "beside a public one"])
async def test_row_8_a_name_that_leads_inside_is_refused(
    open_trap: Any, monkeypatch: pytest.MonkeyPatch, address: str, beside: str
) -> None:
    trap = await open_trap()
    monkeypatch.setattr(socket, "getaddrinfo", answers(*[beside] * bool(beside), address))
    desk = Desk([make_feed(f"http://news.example:{trap.port}/feed")])
    await desk.poll(is_open=False)
    assert (desk.row.status, trap.hits) == (PollStatus.REFUSED, 0)


async def test_row_8_the_trap_is_a_trap(open_trap: Any) -> None:
    """The same poll with the allowance of tests reaches it: the noughts above are the guard's doing."""
    trap = await open_trap()
    for number, host in enumerate(("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"), start=1):
        desk = Desk([make_feed(f"http://{host}:{trap.port}/feed")])
        await desk.poll()
        assert (desk.row.status, trap.hits) == (PollStatus.NOT_A_FEED, number)


# --- row 9: redirects -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("what", ["feed", "article", "robots.txt"])
async def test_row_9_no_hop_leads_inside(open_site: Any, open_trap: Any, host: str, what: str) -> None:
    trap = await open_trap()
    site = await open_site()
    pages = {"feed": rss(f"http://news.example:{site.port}/article"), "article": PAGE, "robots.txt": web.Response(status=404)}
    site.pages = {f"/{name}": page for name, page in pages.items()}
    # the third hop leads inside
    site.pages |= {f"/{what}": moved("/two", 301), "/two": moved("three", 307), "/three": moved(f"http://{host}:{trap.port}/secret")}
    desk = Desk([make_feed(f"http://news.example:{site.port}/feed")])
    await desk.poll(is_open=False, allow_ports=[site.port])
    asked = {"feed": [], "robots.txt": ["/feed"], "article": ["/feed", "/robots.txt"]}[what]
    assert site.hits == [*asked, f"/{what}", "/two", "/three"]
    assert (trap.hits, desk.keeper.documents) == (0, [])
    if what == "feed":
        assert (desk.row.status, desk.row.address, desk.row.moved_to) == (PollStatus.REFUSED, "", "")
    else:
        assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED]


@pytest.mark.parametrize("hops", [MAX_REDIRECTS, MAX_REDIRECTS + 1])
async def test_row_9_five_hops_are_followed_and_no_more(open_site: Any, hops: int) -> None:
    def chain(name: str, end: Any) -> dict[str, Any]:
        pages = {f"/{name}{number}": moved(f"/{name}{number + 1}") for number in range(hops)}
        return {**pages, f"/{name}{hops}": end}

    site = await open_site()
    site.pages = chain("f", rss("/p0")) | chain("p", PAGE)
    desk = Desk([make_feed(site.url("/f0"))])
    await desk.poll(is_open=False, allow_ports=[site.port])
    if hops <= MAX_REDIRECTS:
        assert (desk.row.status, desk.keeper.addresses()) == (PollStatus.OK, [site.url("/p0")])
    else:
        assert (desk.row.status, desk.keeper.documents) == (PollStatus.HTTP_ERROR, [])
        assert site.hits == [f"/f{number}" for number in range(MAX_REDIRECTS + 1)]


# --- row 10: names that change their mind ---------------------------------------------------------------------------------


def second_thoughts(asked: list[object], first: str, then: str) -> Any:
    """Return a stand-in for getaddrinfo that says something else from the second time on."""

    def getaddrinfo(host: str | bytes, port: int, *args: Any, **options: Any) -> list[Any]:
        asked.append(host)
        found: list[Any] = answers(first if len(asked) == 1 else then)(host, port)
        return found

    return getaddrinfo


@pytest.mark.parametrize("what", ["feed", "article"])
async def test_row_10_the_connection_goes_to_the_address_that_was_checked(
    open_site: Any, open_trap: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The second answer is one that the guard would let through, so that only asking no second time keeps the trap empty."""
    site = await open_site(feed=rss("/a"), a=PAGE)
    trap = await open_trap("127.0.0.2", port=site.port)
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", second_thoughts(asked, "127.0.0.1", "127.0.0.2"))
    async with Fetcher(user_agent=AGENT, allow_ports=[site.port], gap_s=0) as fetcher:
        fetched = await fetcher.fetch(f"http://news.example:{site.port}/{what[0].replace('f', 'feed')}")
    assert (fetched.status, asked, len(site.hits), trap.hits) == (200, ["news.example"], 1, 0)


@pytest.mark.parametrize("then", ["127.0.0.3", "::1", "169.254.169.254", "::ffff:10.0.0.1", "100.64.0.1"])
async def test_row_10_a_name_that_turns_inside_is_refused_from_then_on(
    open_site: Any, open_trap: Any, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    """The feed came from outside; before its page is asked the name leads inside."""

    async def one_answer(request: web.Request) -> web.Response:
        return web.Response(body=rss("/a").body, headers={"Content-Type": "application/rss+xml", "Connection": "close"})

    site = await open_site(feed=one_answer, a=PAGE)
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", second_thoughts(asked, "127.0.0.1", then))
    monkeypatch.setattr("sources.fetch.permit_loopback_ports", lambda ports: _only_first)
    desk = Desk([make_feed(f"http://news.example:{site.port}/feed")])
    await desk.poll(is_open=False, allow_ports=[site.port])
    assert (desk.row.status, site.hits) == (PollStatus.OK, ["/feed"])
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED]
    assert len(asked) == 2
    assert desk.keeper.documents == []


def _only_first(address: str, port: int) -> str:
    """Let through the one address that plays the public net."""
    return "" if address == "127.0.0.1" else permit_public(address, port)


@pytest.mark.parametrize("host", ["news.example", b"news.example"], ids=["str", "bytes"])
async def test_row_10_names_are_checked_as_str_and_as_bytes(monkeypatch: pytest.MonkeyPatch, host: Any) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", second_thoughts(asked, "93.184.216.34", "127.0.0.1"))
    resolver = GuardedResolver(permit_public)
    assert [entry["host"] for entry in await resolver.resolve(host, 80)] == ["93.184.216.34"]
    with pytest.raises(AddressRefusedError):
        await resolver.resolve(host, 80)
    assert asked == [host, host]


# --- row 11: addresses that parsers read in different ways ----------------------------------------------------------------

ODD = {
    "user name": "http://reader@127.0.0.1:{}/",
    "user name and password": "http://reader:canary@127.0.0.1:{}/",
    "a host as user name": "http://news.example@127.0.0.1:{}/",
    "a host with port as user name": "http://news.example:80@127.0.0.1:{}/",
    "two at signs": "http://a@news.example@127.0.0.1:{}/",
    "escaped at sign": "http://news.example%40127.0.0.1:{}/",
    "backslash before the at sign": "http://127.0.0.1:{}\\@news.example/",
    "backslashes for slashes": "http:\\\\127.0.0.1:{}\\",
    "backslash after the host": "http://127.0.0.1\\.news.example:{}/",
    "line feed": "http://127.0.0.1:{}/\r\nHost: inside",
    "line feed in the host": "http://127.0.0.1\n.news.example:{}/",
    "tab in the host": "http://127.0\t.0.1:{}/",
    "tab in the scheme": "ht\ttp://127.0.0.1:{}/",
    "blank in the host": "http://127.0.0.1 .news.example:{}/",
    "nul": "http://127.0.0.1:{}/\x00",
    "escape": "http://127.0.0.1:{}/\x1b[2J",
    "delete": "http://127.0.0.1:{}/\x7f",
    "no-break blank": "http://127.0.0.1\xa0:{}/",
    "line separator": "http://127.0.0.1\u2028:{}/",
    "half a character": "http://127.0.0.1:{}/\ud800",
    "no character": "http://127.0.0.1:{}/\uffff",
    "escaped slash in the host": "http://127.0.0.1%2f.news.example:{}/",
    "escaped nul in the host": "http://127.0.0.1%00.news.example:{}/",
    "port twice": "http://127.0.0.1:{0}:{0}/",
    "port of nothing": "http://127.0.0.1:/{}",
    "port nought": "http://127.0.0.1:0/{}",
    "port in words": "http://127.0.0.1:{}a/",
    "port with a sign": "http://127.0.0.1:+{}/",
    "bracket too few": "http://[::1:{}/",
    "bracket too many": "http://[::1]]:{}/",
    "network card": "http://[::1%25lo]:{}/",
    "no host": "http://:{}/",
    "slashes too many": "http:////127.0.0.1:{}/",
    "angle brackets": "<http://127.0.0.1:{}/>",
    "empty label": "http://127.0.0.1..news.example:{}/",
    "too long": "http://127.0.0.1:{}/" + "a" * 5000,
}
# Those that a watch may hold: they are refused when they are asked
POLLED = {odd for odd in ODD.values() if odd.startswith(("http://reader", "http://news.example@", "http://a@"))}


@pytest.mark.parametrize("is_open", [False, True], ids=["as shipped", "with the allowance of tests"])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_row_11_odd_addresses_are_refused_before_any_request(open_site: Any, open_trap: Any, odd: str, is_open: bool) -> None:
    """As feed, article and hop; also where the guard lets everything through, since reading the address is what refuses it."""
    trap = await open_trap()
    url = odd.format(trap.port)
    can_stand_in_a_header = url.isprintable() and url.isascii()
    site = await open_site(links=json_feed(url), moved=rss("/on"), on=moved(url) if can_stand_in_a_header else PAGE)
    feeds = [make_feed(site.url("/links"), "links"), make_feed(site.url("/moved"), "moved")]
    try:
        feeds.append(make_feed(url, "odd"))
    except ValidationError:
        assert odd not in POLLED
    desk = Desk(feeds)
    await desk.poll(is_open=is_open, allow_ports=[site.port])
    assert trap.hits == 0, trap.heard
    words = {name: row.status for name, row in desk.keeper.newest().items()}
    assert words == {"links": PollStatus.OK, "moved": PollStatus.OK, **dict.fromkeys((feed.id for feed in feeds[2:]), PollStatus.REFUSED)}
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED] * (1 + can_stand_in_a_header)
    assert desk.keeper.addresses() == [site.url("/on")] * (not can_stand_in_a_header)
    assert "canary" not in str(desk.keeper)


# --- row 12: other schemes ------------------------------------------------------------------------------------------------

SCHEMES = {
    "file": "file://{file}",
    "file in capitals": "FILE://{file}",
    "file of this machine": "file://localhost{file}",
    "file with one slash": "file:{file}",
    "path": "{file}",
    "data": "data:application/rss+xml,<rss version='2.0'><channel><item><link>http://x.example/</link></item></channel></rss>",
    "ftp": "ftp://127.0.0.1:{port}/feed",
    "gopher": "gopher://127.0.0.1:{port}/_GET%20/",
    "dict": "dict://127.0.0.1:{port}/d:x",
    "ldap": "ldap://127.0.0.1:{port}/x",
    "web socket": "ws://127.0.0.1:{port}/",
    "javascript": "javascript:fetch('http://127.0.0.1:{port}/')",
    "javascript after a blank": " javascript:alert(1)",
    "view-source": "view-source:http://127.0.0.1:{port}/",
    "feed": "feed:http://127.0.0.1:{port}/",
    "jar": "jar:http://127.0.0.1:{port}/x.jar!/feed",
    "no scheme": "127.0.0.1:{port}/feed",
}


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES.keys())
async def test_row_12_other_schemes_are_refused(open_site: Any, open_trap: Any, tmp_path: Path, scheme: str) -> None:
    """As feed, as link of an entry, and as hop of both; the file holds a feed, so that who opened it would find items."""
    sentinel = tmp_path / "feed.xml"
    sentinel.write_bytes(rss("https://sentinel.example/a").body or b"")
    trap = await open_trap()
    url = scheme.format(file=sentinel, port=trap.port)
    site = await open_site(links=json_feed(url), hop=moved(url), pages=rss("/page"), page=moved(url, 301))
    with pytest.raises(ValidationError):
        make_feed(url)
    with pytest.raises(FetchTerminalError) as refused:
        checked_url(url)
    assert refused.value.status is PollStatus.REFUSED
    desk = Desk([make_feed(site.url(f"/{name}"), name) for name in ("links", "hop", "pages")])
    await desk.poll(is_open=True)
    words = {name: row.status for name, row in desk.keeper.newest().items()}
    if scheme in ("{file}", "127.0.0.1:{port}/feed"):  # a path is a link within the site, and nothing of this machine
        assert words == {"links": PollStatus.OK, "hop": PollStatus.HTTP_ERROR, "pages": PollStatus.OK}
        assert {failure.outcome for failure in desk.keeper.failures} == {DocumentOutcome.GONE}
    else:
        assert words == {"links": PollStatus.OK, "hop": PollStatus.REFUSED, "pages": PollStatus.OK}
        assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED] * 2
        assert sorted(site.hits) == ["/hop", "/links", "/page", "/pages", "/robots.txt"]
    assert (trap.hits, desk.keeper.documents) == (0, [])
    assert "sentinel" not in str(desk.keeper)


async def test_row_12_no_parser_is_given_a_name(open_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """feedparser opens files and addresses that it is given as text; it gets streams of bytes, also where they are a file's name."""
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("https://sentinel.example/a").body or b"")
    given: list[object] = []
    real = feedparser.parse
    monkeypatch.setattr(feedparser, "parse", lambda what, *args, **options: given.append(what) or real(what, *args, **options))
    for content in (str(path).encode(), path.as_uri().encode(), b"<rss version='2.0'><channel><title>\x80</title></channel></rss>"):
        site = await open_site(feed=web.Response(body=content, content_type="text/xml"))
        desk = Desk([make_feed(site.url("/feed"))])
        await desk.poll()
        assert desk.row.status in (PollStatus.NOT_A_FEED, PollStatus.PARSE_ERROR, PollStatus.EMPTY)
        assert "sentinel" not in str(desk.keeper)
    assert given
    assert {type(one) for one in given} == {io.BytesIO}
