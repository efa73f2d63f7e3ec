"""Politeness and limits of a poll: what the server sees of gaps and overlaps, and what waits for the next poll."""

import asyncio
from collections import Counter
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from polling_builders import AGENT, NOW, PAGE, Desk, make_feed, never, rss

from sources.politeness import LONGEST_GAP_S, Turns
from vocabulary.words import DocumentOutcome, PollStatus

HOUR = timedelta(hours=1)


class Watcher:
    """Notes who is asked at the same time, and when each was asked after the answer before."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.ended: dict[str, float] = {}
        self.gaps: list[float] = []

    async def answer(self, request: web.Request) -> web.Response:
        host = request.host
        if host in self.ended:
            self.gaps.append(monotonic() - self.ended[host])
        for name in (host, "all"):
            self.now[name] += 1
            self.most[name] = max(self.most[name], self.now[name])
        await asyncio.sleep(0.01)
        for name in (host, "all"):
            self.now[name] -= 1
        self.ended[host] = monotonic()
        return web.Response(body=PAGE, content_type="text/html")


@pytest.mark.parametrize("host_at_once", [1, 3])
async def test_row_49_two_hundred_links_on_one_host_never_overlap_more_than_allowed(open_site: Any, host_at_once: int) -> None:
    """The server counts who is there at once and how long it was left alone between two, from three feeds of one host."""
    watcher = Watcher()
    gap_s = 0.01 if host_at_once == 1 else 0
    paths = [f"a{number}" for number in range(200)]
    site = await open_site(**dict.fromkeys(paths, watcher.answer))
    for start in range(3):
        site.pages[f"/feed{start}"] = rss(*(f"/{path}" for path in paths[start::3]))
    desk = Desk([make_feed(site.url(f"/feed{start}"), f"feed{start}") for start in range(3)])
    await desk.poll(host_at_once=host_at_once, gap_s=gap_s)
    assert len(desk.keeper.documents) == 200
    assert watcher.most["all"] == host_at_once
    if host_at_once == 1:
        assert len(watcher.gaps) == 199
        assert min(watcher.gaps) >= gap_s
    assert (len(site.hits), site.hits.count("/robots.txt"), len(set(site.hits))) == (204, 1, 204)
    assert {headers["User-Agent"] for headers in site.headers} == {AGENT}


async def test_row_49_the_gap_between_two_requests_is_kept(open_site: Any) -> None:
    watcher = Watcher()
    paths = [f"a{number}" for number in range(6)]
    site = await open_site(feed=rss(*(f"/{path}" for path in paths)), **dict.fromkeys(paths, watcher.answer))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(gap_s=0.05)
    assert len(watcher.gaps) == 5
    assert min(watcher.gaps) >= 0.05


async def test_row_49_the_crawl_delay_widens_the_gap(open_site: Any) -> None:
    watcher = Watcher()
    site = await open_site(feed=rss("/a", "/b"), a=watcher.answer, b=watcher.answer)
    site.pages["/robots.txt"] = web.Response(text="User-agent: *\nCrawl-delay: 0.2")
    await Desk([make_feed(site.url("/feed"))]).poll()
    assert min(watcher.gaps) >= 0.2


async def test_row_49_requests_over_all_hosts_are_capped(open_site: Any) -> None:
    watcher = Watcher()
    # one host in twelve lines, so that only the cap over all holds them back
    site = await open_site(**{f"f{number}": watcher.answer for number in range(12)})
    desk = Desk([make_feed(site.url(f"/f{number}"), f"f{number}") for number in range(12)])
    await desk.poll(host_at_once=12, at_once=4)
    assert watcher.most["all"] == 4


async def test_row_49_the_agent_names_the_program_and_a_contact(open_site: Any) -> None:
    site = await open_site(feed=rss("/a"), a=PAGE)
    await Desk([make_feed(site.url("/feed"))]).poll()
    assert site.hits == ["/feed", "/robots.txt", "/a"]
    assert {headers["User-Agent"] for headers in site.headers} == {"stancewatch/0.1 (+test@example.org)"}


async def test_a_host_that_never_answers_holds_up_its_own_line_only(open_site: Any) -> None:
    over = asyncio.Event()
    reached = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        reached.set()
        await over.wait()
        return web.Response()

    async def last_one(request: web.Request) -> web.Response:
        await reached.wait()
        over.set()  # the slow one is answered only after every other was
        return rss()

    slow, fast = await open_site(feed=silent), await open_site(**{f"f{n}": rss() for n in range(50)}, last=last_one)
    feeds = [make_feed(f"http://localhost:{slow.port}/feed", "slow")]
    feeds += [make_feed(fast.url(f"/f{n}"), f"fast{n}") for n in range(50)] + [make_feed(fast.url("/last"), "last")]
    desk = Desk(feeds)
    await desk.poll(at_once=2)
    assert [row.feed_id for row in desk.keeper.polls][-2:] in (["last", "slow"], ["slow", "last"])
    assert len(desk.keeper.polls) == 52


async def test_a_page_that_cannot_be_had_waits_and_ends_after_five_attempts(open_site: Any) -> None:
    site = await open_site(feed=rss("/a", ETag='"1"'), a=web.Response(status=500))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    (waiting,) = desk.keeper.waiting.values()
    assert (waiting.attempts, waiting.not_before) == (1, NOW + timedelta(minutes=30))
    site.pages["/feed"] = web.Response(status=304)
    for _ in range(6):
        desk.keeper.waiting = {key: one.model_copy(update={"not_before": None}) for key, one in desk.keeper.waiting.items()}
        await desk.poll(now=NOW + HOUR, force=True)
    assert site.hits.count("/a") == 5
    assert desk.keeper.waiting == {}
    assert {failure.outcome for failure in desk.keeper.failures} == {DocumentOutcome.UNREACHABLE}


async def test_pages_beyond_the_limit_wait_and_come_with_the_next_poll(open_site: Any) -> None:
    site = await open_site(one=rss("/a", ETag='"1"'), two=rss("/b", "/c", ETag='"2"'), a=PAGE, b=PAGE, c=PAGE)
    desk = Desk([make_feed(site.url("/one"), "one"), make_feed(site.url("/two"), "two")])
    await desk.poll(pages=2)
    assert len(desk.keeper.documents) == 2
    assert (len(desk.keeper.waiting), [row.etag for row in desk.keeper.polls]) == (1, ['"1"', '"2"'])
    site.pages["/one"] = site.pages["/two"] = web.Response(status=304)
    await desk.poll(now=NOW + HOUR, force=True, pages=2)
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b"), site.url("/c")]
    assert desk.keeper.waiting == {}


async def test_entries_beyond_the_limit_of_a_feed_come_up_again(open_site: Any) -> None:
    paths = [f"/a{number}" for number in range(7)]

    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=304) if "If-None-Match" in request.headers else rss(*paths, ETag='"1"')

    site = await open_site(feed=feed, **{path.strip("/"): PAGE for path in paths})
    desk = Desk([make_feed(site.url("/feed"))])
    summary = await desk.poll(new_items=3)
    assert (summary.left_items, len(desk.keeper.documents), desk.row.etag) == (4, 3, "")
    assert "4 more new entries" in desk.row.detail
    await desk.poll(now=NOW + HOUR, new_items=3)
    await desk.poll(now=NOW + 2 * HOUR, new_items=3)
    assert (desk.keeper.addresses(), desk.row.etag) == ([site.url(path) for path in paths], '"1"')
    assert [row.new_items for row in desk.keeper.polls] == [7, 4, 1]


async def test_a_poll_whose_time_is_over_leaves_the_rest_for_the_next(open_site: Any) -> None:
    site = await open_site(**{f"f{n}": rss(f"/p{n}") for n in range(5)}, **{f"p{n}": PAGE for n in range(5)})
    desk = Desk([make_feed(site.url(f"/f{n}"), f"f{n}") for n in range(5)])
    summary = await desk.poll(budget_s=0)
    assert (summary.left_feeds, summary.polls, site.hits) == (5, [], [])
    await desk.poll()
    assert len(desk.keeper.documents) == 5


async def test_what_was_left_comes_first_the_next_time(open_site: Any) -> None:
    site = await open_site(old=rss(), new=rss())
    desk = Desk([make_feed(site.url("/old"), "old"), make_feed(site.url("/new"), "new")])
    desk.last["old"] = (await _polled(desk, site)).model_copy(update={"next_poll_at": NOW - HOUR})
    desk.keeper.polls.clear()
    site.hits.clear()
    await desk.poll(force=True)
    assert site.hits == ["/new", "/old"]


async def _polled(desk: Desk, site: Any) -> Any:
    await desk.poll()
    return desk.keeper.newest()["old"]


async def test_a_feed_that_is_not_due_is_left_out_and_said_to_be(open_site: Any) -> None:
    site = await open_site(feed=rss(extra="<ttl>60</ttl>"))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert desk.row.next_poll_at == NOW + HOUR
    summary = await desk.poll(now=NOW + timedelta(minutes=59))
    assert (summary.not_due, summary.polls, site.hits) == (1, [], ["/feed"])
    summary = await desk.poll(now=NOW + timedelta(minutes=59), force=True)
    assert (summary.not_due, len(summary.polls), len(site.hits)) == (0, 1, 2)


async def test_answers_and_pages_are_handed_over_in_batches(open_site: Any) -> None:
    paths = [f"a{number}" for number in range(23)]
    site = await open_site(feed=rss(*(f"/{path}" for path in paths)), **dict.fromkeys(paths, PAGE))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll(batch_size=5)
    assert sorted(len(batch.documents) for batch in desk.keeper.page_batches) == [3, 5, 5, 5, 5]
    assert [len(batch.polls) for batch in desk.keeper.answer_batches] == [1]


WALLS = {
    "challenge": b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Enable JavaScript</body></html>",
    "captcha": b"<html><head><title>Captcha</title></head><body></body></html>",
    "denied": b"<html><head>\n<title>Access Denied</title></head><body>You don't have permission</body></html>",
    "script of a wall": b'<html><head><title>News</title><script src="https://geo.captcha-delivery.com/c.js"></script></head></html>',
}
NO_FEEDS = {
    "home page": b"<!doctype html><html><head><title>News</title></head><body>Comments: <div class='g-recaptcha'></div></body></html>",
    "empty": b"",
    "blanks": b" \n ",
    "json error": b'{"error": "quota"}',
    "plain words": b"Service temporarily unavailable",
    "other xml": b"<?xml version='1.0'?><sitemap><url>x</url></sitemap>",
}


@pytest.mark.parametrize("body", [*WALLS.values(), *NO_FEEDS.values()], ids=[*WALLS, *NO_FEEDS])
async def test_row_34_an_answer_that_is_no_feed_is_never_ok(open_site: Any, body: bytes) -> None:
    site = await open_site(feed=web.Response(body=body, headers={"Content-Type": "application/rss+xml", "ETag": '"wall"'}))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert desk.row.status is (PollStatus.BLOCKED if body in WALLS.values() else PollStatus.NOT_A_FEED)
    assert (desk.row.failures, bool(desk.row.detail), desk.row.http_status) == (1, True, 200)
    # its validators are not kept: a 304 for a wall would be silence for ever
    assert (desk.row.etag, desk.row.items, desk.row.full_at, site.hits) == ("", 0, None, ["/feed"])
    site.pages["/feed"] = rss("/a")
    await desk.poll(now=NOW + HOUR, force=True, wanted=never)
    assert ("If-None-Match" not in site.headers[-1], desk.row.status, desk.row.new_items) == (True, PollStatus.OK, 1)


async def test_row_34_a_challenge_in_a_header_is_a_wall(open_site: Any) -> None:
    site = await open_site(feed=web.Response(status=403, headers={"cf-mitigated": "challenge"}))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert (desk.row.status, desk.row.http_status) == (PollStatus.BLOCKED, 403)


async def test_a_long_wish_of_robots_is_cut() -> None:
    turns = Turns(gap_s=0, at_once=1)
    turns.slow_down("host", 3600)
    assert turns._place_of("host").gap_s == LONGEST_GAP_S
