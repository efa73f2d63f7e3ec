import gzip
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from polling_builders import AGENT, NOW, PAGE, Desk, make_feed, make_last, rss

from sources.address import document_id_of
from sources.fetch import Fetcher
from sources.hosts import Rests
from sources.robots import MAX_BYTES, Robots
from vocabulary.words import DocumentOutcome, PollStatus, PublishedBasis


async def test_new_entries_become_documents(open_site: Any) -> None:
    site = await open_site(feed=rss("/a?utm_source=rss", "/b", ETag='"1"', Last_Modified="Wed, 26 Mar 2025 10:00:00 GMT"), a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    keeper = desk.keeper
    assert [document.url for document in keeper.documents] == [site.url("/a"), site.url("/b")]
    first = keeper.documents[0]
    assert (first.outlet, first.title, first.feed_id, first.content) == ("Outlet of feed", "About the talks", "feed", PAGE)
    assert (first.media_type, first.charset, first.document_id) == ("text/html", "utf-8", document_id_of(site.url("/a")))
    assert (first.published_at, first.published_basis) == (datetime(2025, 3, 26, 10, tzinfo=UTC), PublishedBasis.FEED)
    assert (desk.row.status, desk.row.http_status, desk.row.items, desk.row.new_items, desk.row.failures) == (PollStatus.OK, 200, 2, 2, 0)
    assert (desk.row.etag, desk.row.last_modified) == ('"1"', "Wed, 26 Mar 2025 10:00:00 GMT")
    assert (keeper.failures, keeper.waiting) == ([], {})


async def test_every_new_entry_ends_once(open_site: Any) -> None:
    site = await open_site(feed=rss("/new", "/known", "/dull", "/new#again", "file:///etc/passwd"), new=PAGE, known=PAGE, dull=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    desk.keeper.known.add(document_id_of(site.url("/known")))
    await desk.poll(wanted=lambda item: not item.url.endswith("/dull"))
    assert desk.keeper.addresses() == [site.url("/new")]
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.REFUSED, DocumentOutcome.OFF_TOPIC]
    assert site.hits.count("/known") == site.hits.count("/dull") == 0
    assert (desk.row.items, desk.row.new_items) == (5, 2)


async def test_a_feed_that_is_read_whole_needs_no_relevant_title(open_site: Any) -> None:
    site = await open_site(feed=rss("/dull"), dull=PAGE)
    desk = Desk([make_feed(site.url("/feed"), full=True)])
    await desk.poll(wanted=lambda item: False)
    assert (desk.keeper.addresses(), desk.keeper.failures) == ([site.url("/dull")], [])


async def test_pages_of_two_feeds_are_read_once(open_site: Any) -> None:
    site = await open_site(one=rss("/a", "/b"), two=rss("/b", "/c"), a=b"a", b=b"b", c=b"c")
    desk = Desk([make_feed(site.url("/one"), "one"), make_feed(site.url("/two"), "two")])
    await desk.poll()
    assert sorted((document.feed_id, document.content) for document in desk.keeper.documents) == [
        ("one", b"a"),
        ("one", b"b"),
        ("two", b"c"),
    ]
    assert {row.feed_id: row.new_items for row in desk.keeper.polls} == {"one": 2, "two": 1}
    assert site.hits.count("/b") == 1


PAGES = {
    "gone": (web.Response(status=410), DocumentOutcome.GONE),
    "not found": (web.Response(status=404), DocumentOutcome.GONE),
    "withheld": (web.Response(status=451), DocumentOutcome.GONE),
    "forbidden": (web.Response(status=403), DocumentOutcome.REFUSED),
    "server error": (web.Response(status=500), DocumentOutcome.UNREACHABLE),
    "pdf": (web.Response(body=b"%PDF", content_type="application/pdf"), DocumentOutcome.REFUSED),
    "feed as page": (rss(), DocumentOutcome.REFUSED),
    "too large": (web.Response(body=b"x" * 300_000, content_type="text/html"), DocumentOutcome.TOO_LARGE),
    "odd encoding": (web.Response(body=b"x", headers={"Content-Encoding": "gzip, gzip"}), DocumentOutcome.REFUSED),
    "redirect to a file": (web.Response(status=302, headers={"Location": "file:///etc/passwd"}), DocumentOutcome.REFUSED),
}


@pytest.mark.parametrize(("page", "outcome"), PAGES.values(), ids=PAGES.keys())
async def test_a_page_that_gives_no_document_is_one_row(open_site: Any, page: web.Response, outcome: DocumentOutcome) -> None:
    site = await open_site(feed=rss("/bad", "/good", ETag='"1"'), bad=page, good=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert desk.keeper.addresses() == [site.url("/good")]
    (failure,) = desk.keeper.failures
    assert (failure.item, failure.outcome) == (site.url("/bad"), outcome)
    # what may come later waits for another attempt, so that the feed's validators can be kept
    assert [entry.url for entry in desk.keeper.waiting.values()] == [site.url("/bad")] * (outcome is DocumentOutcome.UNREACHABLE)
    assert desk.row.etag == '"1"'


FEEDS = {
    "page": (web.Response(body=PAGE, content_type="text/html"), PollStatus.NOT_A_FEED),
    "empty answer": (web.Response(body=b""), PollStatus.NOT_A_FEED),
    "other json": (web.json_response({"error": "no"}), PollStatus.NOT_A_FEED),
    "no entries": (rss(), PollStatus.EMPTY),
    "broken": (web.Response(body=b"<rss version='2.0'><channel><title>t"), PollStatus.PARSE_ERROR),
    "not found": (web.Response(status=404), PollStatus.HTTP_ERROR),
    "server error": (web.Response(status=503), PollStatus.HTTP_ERROR),
    "gone": (web.Response(status=410), PollStatus.GONE),
    "bomb": (web.Response(body=gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"}), PollStatus.TOO_LARGE),
    "two encodings": (web.Response(body=b"", headers={"Content-Encoding": "br, gzip"}), PollStatus.REFUSED),
}


async def test_a_link_that_leads_to_the_front_page_is_no_article(open_site: Any) -> None:
    site = await open_site(feed=rss("/page", "/"), page=web.Response(status=302, headers={"Location": "/"}))
    site.pages["/"] = PAGE
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert [(failure.item, failure.outcome) for failure in desk.keeper.failures] == [(site.url("/page"), DocumentOutcome.GONE)]
    assert desk.keeper.addresses() == [site.url("/")]


async def test_bad_feeds_are_rows_and_leave_the_others(open_site: Any, open_raw: Any, unused_tcp_port: int) -> None:
    site = await open_site(
        **{name.replace(" ", "-"): page for name, (page, _) in FEEDS.items()}, good=rss("/a"), fine=rss("/b"), a=PAGE, b=PAGE
    )
    wanted = {name.replace(" ", "-"): status for name, (_, status) in FEEDS.items()}
    feeds = [make_feed(site.url(f"/{name}"), name) for name in wanted]
    feeds.append(make_feed(f"http://127.0.0.1:{unused_tcp_port}/x", "closed-port"))
    feeds.append(make_feed(await open_raw(hang_up=False), "silent"))
    feeds.append(make_feed(await open_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<rss>"), "short"))
    feeds.append(make_feed("http://me:canary@127.0.0.1/", "with-password"))
    wanted |= {"closed-port": PollStatus.UNREACHABLE, "silent": PollStatus.TIMEOUT, "short": PollStatus.UNREACHABLE}
    wanted |= {"with-password": PollStatus.REFUSED, "good": PollStatus.OK, "fine": PollStatus.OK}
    feeds = [make_feed(site.url("/good"), "good"), *feeds, make_feed(site.url("/fine"), "fine")]
    last = {feed.id: make_last(feed.id, etag='"old"', failures=2) for feed in feeds if feed.id != "silent"}
    desk = Desk(feeds, last=last)
    await desk.poll(deadline_s=1)
    rows = desk.keeper.newest()
    assert {feed_id: row.status for feed_id, row in rows.items()} == wanted
    assert len(desk.keeper.polls) == len(feeds)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]
    assert (rows["bomb"].failures, rows["silent"].failures, rows["good"].failures, rows["no-entries"].failures) == (3, 1, 0, 0)
    assert rows["server-error"].etag == '"old"'
    assert "canary" not in str(desk.keeper)


async def test_the_shipped_setting_reaches_nothing_on_this_machine(open_site: Any) -> None:
    site = await open_site(feed=rss("/a"), a=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(is_open=False)
    assert (desk.row.status, desk.keeper.documents, site.hits) == (PollStatus.REFUSED, [], [])


ROBOTS = {
    "none": (web.Response(status=404), True),
    "unauthorised": (web.Response(status=401), True),
    "gone": (web.Response(status=410), True),
    "empty": (web.Response(text=""), True),
    "allows": (web.Response(text="User-agent: *\nDisallow: /other"), True),
    "forbids all": (web.Response(text="User-agent: *\nDisallow: /"), False),
    "forbids us": (web.Response(text="User-agent: *\nAllow: /\n\nUser-agent: StanceWatch\nDisallow: /pa"), False),
    "forbids another": (web.Response(text="User-agent: watch\nDisallow: /"), True),
    "forbids by pattern": (web.Response(text="User-agent: *\nDisallow: /*ge$"), False),
    "longest rule wins": (web.Response(text="User-agent: *\nDisallow: /\nAllow: /page"), True),
    "moved": (web.Response(status=301, headers={"Location": "/robots"}), False),
    "server error": (web.Response(status=503), False),
    "too many requests": (web.Response(status=429), False),
    "huge": (web.Response(text="User-agent: *\nDisallow: /page\n" + "# x\n" * (MAX_BYTES // 2)), False),
    "binary": (web.Response(body=bytes(range(256)) * 100), True),
    "a web page": (web.Response(text="<html><body>Disallow: /</body></html>"), True),
}


@pytest.mark.parametrize(("answer", "is_allowed"), ROBOTS.values(), ids=ROBOTS.keys())
async def test_robots(open_site: Any, answer: web.Response, is_allowed: bool) -> None:
    site = await open_site(feed=rss("/page"), page=PAGE, robots=web.Response(text="User-agent: *\nDisallow: /page"))
    site.pages["/robots.txt"] = answer
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert (len(desk.keeper.documents), site.hits.count("/page")) == ((1, 1) if is_allowed else (0, 0))
    if not is_allowed:
        (failure,) = desk.keeper.failures
        assert (failure.item, "robots.txt" in failure.detail) == (site.url("/page"), True)
        assert failure.outcome is (DocumentOutcome.UNREACHABLE if answer.status in (429, 503) else DocumentOutcome.REFUSED)


async def test_robots_is_read_once_per_site_and_its_delay_is_kept(open_site: Any) -> None:
    site = await open_site()
    site.pages["/robots.txt"] = web.Response(text="User-agent: *\nCrawl-delay: 5\nDisallow: /no")
    async with Fetcher(user_agent=AGENT, allow_private=True, gap_s=0) as fetcher:
        robots = Robots(fetcher, Rests({}, now=NOW, run_id="run"), NOW)
        refusals = [await robots.find_refusal(site.url(path)) for path in ("/a", "/no", "/b")]
        gap_s = fetcher.turns._hosts["127.0.0.1"].gap_s
    assert [refusal is None for refusal in refusals] == [True, False, True]
    assert (site.hits, gap_s) == (["/robots.txt"], 5.0)
