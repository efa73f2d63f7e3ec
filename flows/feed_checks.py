"""Ask feeds once without storing anything: for `feeds check`, and for `feeds add` before a feed is taken in."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from flows.polling import open_fetcher
from flows.settings import Settings
from sources.answers import Answer, ask
from sources.apart import read_feed
from sources.discovery import FoundFeed, find_feeds
from sources.feeds import ParsedFeed
from sources.hosts import Clock, Rests, work_by_host
from vocabulary.documents import FeedPoll
from vocabulary.errors import FeedListError
from vocabulary.masking import masked_url
from vocabulary.watch import Feed
from vocabulary.words import FAILED_POLLS, PollStatus

_BATCH = 20


def check_feeds(settings: Settings, feeds: Sequence[Feed], now: datetime) -> list[Answer]:
    """Return the answer of each of `feeds`, in their order; a host that wants rest is asked no more."""
    found: dict[str, Answer] = {}
    asyncio.run(_check(settings, feeds, now, found))
    return [found.get(feed.id) or Answer(feed, None, _unasked(feed, now, "not asked: the time was over")) for feed in feeds]


async def _check(settings: Settings, feeds: Sequence[Feed], now: datetime, found: dict[str, Answer]) -> None:
    """Put the answer of each of `feeds` into `found`."""
    rests = Rests({}, now=now, run_id="")

    async def ask_one(feed: Feed) -> Answer:
        answer = await ask(feed, None, now=now, run_id="", watch_version="", fetcher=fetcher, rests=rests)
        return answer or Answer(feed, None, _unasked(feed, now, "not asked: its host wants rest"))

    def keep(answers: list[Answer]) -> None:
        found.update({answer.feed.id: answer for answer in answers})

    async with open_fetcher(settings) as fetcher:
        jobs = [(feed.url, feed) for feed in feeds]
        clock = Clock(settings.poll_budget_s)
        await work_by_host(jobs, ask_one, keep, clock=clock, host_at_once=settings.host_at_once, batch_size=_BATCH)


def look_up(settings: Settings, url: str, now: datetime) -> tuple[str, list[FoundFeed]]:
    """Return the title of the feed at `url` and no others, or an empty title and the feeds that the page there names.

    Raises the errors of a fetch, and `FeedListError` where there is neither.
    """
    probe = Feed(id="probe", url=url, outlet="probe", country="", kind="online")

    async def fetch() -> tuple[bytes, str, ParsedFeed]:
        async with open_fetcher(settings) as fetcher:
            answer = await fetcher.fetch(url)
        kind = answer.headers.get("content-type", "")
        return answer.content, answer.url, await read_feed(answer.content, feed=probe, content_type=kind, now=now, base_url=answer.url)

    content, final_url, parsed = asyncio.run(fetch())
    if parsed.status not in FAILED_POLLS:
        return parsed.title, []
    found = find_feeds(content, final_url) if parsed.status in (PollStatus.NOT_A_FEED, PollStatus.BLOCKED) else []
    if not found:
        raise FeedListError(masked_url(url), [f"{parsed.status}: {parsed.detail}, and it names no feed"])
    return "", found


def _unasked(feed: Feed, now: datetime, why: str) -> FeedPoll:
    return FeedPoll(run_id="", feed_id=feed.id, polled_at=now, status=PollStatus.UNREACHABLE, detail=why)
