"""Validators, moved feeds, and hosts that want rest: what the server is asked, poll after poll."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from polling_builders import NOW, PAGE, Desk, address_id, make_feed, make_last, rss

from vocabulary.words import FeedPause, PollStatus

HOUR = timedelta(hours=1)


def moved(status: int, target: str) -> web.Response:
    return web.Response(status=status, headers={"Location": target} if target else {})


VALIDATORS = {
    "strong": ('"abc"', ""),
    "weak": ('W/"abc"', ""),
    "without quotes": ("abc", ""),
    "with quotes inside": ('"a"b\\"', ""),
    "with a comma": ('"a,b"', ""),
    "date": ("", "Wed, 26 Mar 2025 10:00:00 GMT"),
    "date as the server writes it": ("", "2025-03-26 10:00"),
    "both": ('"abc"', "Wed, 26 Mar 2025 10:00:00 GMT"),
}


@pytest.mark.parametrize(("etag", "modified"), VALIDATORS.values(), ids=VALIDATORS.keys())
async def test_validators_go_back_verbatim(open_site: Any, etag: str, modified: str) -> None:
    headers = {name: value for name, value in (("ETag", etag), ("Last-Modified", modified)) if value}
    site = await open_site(feed=rss(**{name.replace("-", "_"): value for name, value in headers.items()}))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    site.pages["/feed"] = web.Response(status=304)
    await desk.poll(now=NOW + HOUR)
    assert "If-None-Match" not in site.headers[0]
    assert "If-Modified-Since" not in site.headers[0]
    assert (site.headers[1].get("If-None-Match", ""), site.headers[1].get("If-Modified-Since", "")) == (etag, modified)
    assert (desk.row.status, desk.row.etag, desk.row.last_modified) == (PollStatus.NOT_MODIFIED, etag, modified)


async def test_a_304_with_another_etag_renews_it(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=304, headers={"ETag": '"2"'}))
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": make_last(etag='"1"', last_modified="then", failures=3)})
    await desk.poll()
    assert (desk.row.status, desk.row.http_status, desk.row.failures) == (PollStatus.NOT_MODIFIED, 304, 0)
    assert (desk.row.etag, desk.row.last_modified) == ('"2"', "then")
    assert site.headers[0]["If-None-Match"] == '"1"'


async def test_a_200_with_the_same_etag_is_read(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", ETag='"1"'), a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    site.pages["/feed"] = rss("/a", "/b", ETag='"1"')
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.status, desk.row.items, desk.row.new_items) == (PollStatus.OK, 2, 1)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]


async def test_last_modified_of_2041_is_kept_and_not_sent(open_site: Any) -> None:
    site = await open_site(feed=rss(Last_Modified="Sat, 26 Mar 2041 10:00:00 GMT", ETag='"1"'))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    await desk.poll(now=NOW + HOUR)
    assert "If-Modified-Since" not in site.headers[1]
    assert site.headers[1]["If-None-Match"] == '"1"'
    assert desk.row.last_modified == "Sat, 26 Mar 2041 10:00:00 GMT"


async def test_the_whole_feed_is_fetched_weekly(open_site: Any) -> None:
    async def stuck(request: web.Request) -> web.Response:
        return web.Response(status=304) if "If-None-Match" in request.headers else rss(ETag='"never changes"')

    site = await open_site(feed=stuck)
    desk = Desk([make_feed(site.url("/feed"))])
    for day in range(15):
        await desk.poll(now=NOW + timedelta(days=day), force=True)
    whole = [day for day, headers in enumerate(site.headers) if "If-None-Match" not in headers]
    assert whole == [0, 7, 14]


async def test_another_watch_asks_for_the_whole_feed_and_judges_anew(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", "/b", ETag='"1"'), a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(watch_version="one", wanted=lambda item: item.url.endswith("/b"))
    await desk.poll(watch_version="one", now=NOW + HOUR, wanted=lambda item: True)
    assert desk.keeper.addresses() == [site.url("/b")]
    await desk.poll(watch_version="two", now=NOW + 2 * HOUR, wanted=lambda item: True)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]
    asked = [headers.get("If-None-Match") for path, headers in zip(site.hits, site.headers, strict=True) if path == "/feed"]
    assert asked == [None, '"1"', None]
    assert site.hits.count("/b") == 1


async def test_a_failed_poll_keeps_the_validators(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=500))
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": make_last(etag='"1"', last_modified="then")})
    await desk.poll()
    assert (desk.row.status, desk.row.etag, desk.row.last_modified, desk.row.failures) == (PollStatus.HTTP_ERROR, '"1"', "then", 1)


async def test_validators_of_another_address_are_not_sent(open_site: Any) -> None:
    site = await open_site(feed=rss())
    last = make_last(etag='"1"', address_id=address_id(site.url("/old")), next_poll_at=NOW + HOUR, failures=7)
    desk = Desk([make_feed(site.url("/feed"))], last={"feed": last})
    await desk.poll()
    assert "If-None-Match" not in site.headers[0]
    assert (desk.row.status, desk.row.failures) == (PollStatus.EMPTY, 0)


@pytest.mark.parametrize("status", [301, 308])
async def test_a_move_for_good_is_kept_after_two_polls(open_site: Any, status: int) -> None:
    site = await open_site(old=moved(status, "/new"), new=rss(ETag='"1"'))
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    assert (desk.row.moved_to, desk.row.address) == (site.url("/new"), "")
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.moved_to, desk.row.address, desk.row.feed_id) == ("", site.url("/new"), "feed")
    site.hits.clear()
    await desk.poll(now=NOW + 2 * HOUR)
    await desk.poll(now=NOW + 3 * HOUR)
    assert site.hits == ["/new", "/new"]
    assert site.headers[-1]["If-None-Match"] == '"1"'
    assert (desk.row.address, desk.row.status) == (site.url("/new"), PollStatus.EMPTY)


async def test_a_moved_feed_that_fails_is_asked_at_its_old_address_again(open_site: Any) -> None:
    site = await open_site(old=rss())
    last = make_last(address=site.url("/new"), address_id=address_id(site.url("/old")), etag='"of the new one"')
    desk = Desk([make_feed(site.url("/old"))], last={"feed": last})
    for hour in range(4):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    assert site.hits == ["/new", "/new", "/new", "/old"]
    assert "If-None-Match" not in site.headers[-1]
    assert (desk.row.address, desk.row.status) == ("", PollStatus.EMPTY)


NOT_KEPT = {
    "found elsewhere for now": (302, "/new"),
    "temporary": (307, "/new"),
    "see other": (303, "/new"),
    "for good, then for now": (301, "/hop"),
    "leads to a page": (301, "/page"),
    "a key in the address": (301, "/new?token=secret"),
}


@pytest.mark.parametrize(("status", "target"), NOT_KEPT.values(), ids=NOT_KEPT.keys())
async def test_other_moves_are_followed_and_not_kept(open_site: Any, status: int, target: str) -> None:
    site = await open_site(old=moved(status, target), hop=moved(302, "/new"), new=rss(), page=PAGE)
    desk = Desk([make_feed(site.url("/old"))])
    for hour in range(3):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    if target == "/hop":  # the part that is for good is
        assert desk.row.address == site.url("/hop")
    else:
        assert site.hits.count("/old") == 3
        assert desk.row.address == ""
    assert "secret" not in str(desk.keeper.polls)


async def test_moves_that_differ_are_not_kept(open_site: Any) -> None:
    site = await open_site(old=moved(301, "/one"), one=rss(), two=rss())
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    site.pages["/old"] = moved(301, "/two")
    await desk.poll(now=NOW + HOUR)
    assert (desk.row.address, desk.row.moved_to) == ("", site.url("/two"))
    site.pages["/old"] = rss()
    await desk.poll(now=NOW + 2 * HOUR)
    assert (desk.row.address, desk.row.moved_to) == ("", "")


BAD_MOVES = {"nowhere": "", "itself": "/old", "a loop": "/loop", "a file": "file:///etc/passwd", "malformed": "http://[::1"}


@pytest.mark.parametrize("target", BAD_MOVES.values(), ids=BAD_MOVES.keys())
async def test_a_move_that_leads_nowhere_is_a_failed_poll(open_site: Any, target: str) -> None:
    site = await open_site(old=moved(301, target), loop=moved(308, "/old"))
    desk = Desk([make_feed(site.url("/old"))])
    await desk.poll()
    assert desk.row.status in (PollStatus.HTTP_ERROR, PollStatus.REFUSED)
    assert (desk.row.address, desk.row.moved_to, desk.row.failures) == ("", "", 1)
    assert len(site.hits) <= 6


async def test_a_feed_that_is_gone_is_paused_and_seen_to_be(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=410))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert (desk.row.status, desk.row.pause, desk.row.next_poll_at) == (PollStatus.GONE, FeedPause.GONE, NOW + timedelta(days=30))
    summary = await desk.poll(now=NOW + timedelta(days=29))
    assert (summary.not_due, summary.paused, len(site.hits)) == (1, 1, 1)
    site.pages["/feed"] = rss()
    await desk.poll(now=NOW + timedelta(days=30))
    assert (desk.row.status, desk.row.pause) == (PollStatus.EMPTY, None)


RESTS = {
    "429, seconds": (429, "7200", 2 * HOUR),
    "503, seconds": (503, "7200", 2 * HOUR),
    "429, date": (429, "Wed, 26 Mar 2025 14:00:00 GMT", 2 * HOUR),
    "429, ten years": (429, "315360000", timedelta(days=1)),
    "429, garbage": (429, "later", timedelta(minutes=15)),
    "429, negative": (429, "-1", timedelta(minutes=15)),
    "429, nothing": (429, "", timedelta(minutes=15)),
}


@pytest.mark.parametrize(("status", "value", "rest"), RESTS.values(), ids=RESTS.keys())
async def test_a_host_that_wants_rest_gets_it_for_all_its_feeds_and_pages(open_site: Any, status: int, value: str, rest: timedelta) -> None:
    refusal = web.Response(status=status, headers={"Retry-After": value} if value else {})
    site = await open_site(one=rss("/a"), two=refusal, three=rss(), a=PAGE)
    feeds = [make_feed(site.url(f"/{name}"), name) for name in ("one", "two", "three")]
    desk = Desk(feeds)
    summary = await desk.poll()
    assert site.hits == ["/one", "/two"]
    assert summary.resting == 1
    rows = desk.keeper.newest()
    assert rows["two"].next_poll_at is not None
    assert rows["two"].next_poll_at >= NOW + rest
    (pause,) = desk.keeper.pauses
    assert (pause.host, pause.not_before) == ("127.0.0.1", NOW + rest)
    assert [entry.not_before for entry in desk.keeper.waiting.values()] == [NOW + rest]
    summary = await desk.poll(now=NOW + rest - timedelta(seconds=1), force=True)
    assert (summary.resting, len(site.hits)) == (3, 2)
    await desk.poll(now=NOW + rest, force=True)
    assert site.hits[2:3] == ["/three"]  # never asked yet


async def test_a_page_that_wants_rest_waits_without_counting_attempts(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", "/b"), a=web.Response(status=429, headers={"Retry-After": "600"}), b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert site.hits.count("/b") == 0
    assert [(entry.attempts, entry.not_before) for entry in desk.keeper.waiting.values()] == [(0, NOW + timedelta(minutes=10))] * 2
