"""Poll feeds once: which entries are new, and the pages of those that are wanted.

Everything that goes wrong with one feed or page is a row, and the others go on. Validators (ETag, Last-Modified) are handed out
only where every wanted page of the answer ended for good: what could not be had now must stand in the next answer again.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sources.address import document_id_of, masked_url
from sources.failures import Failure
from sources.feeds import ParsedFeed, parse_feed
from sources.fetch import Fetched, Fetcher
from sources.robots import Robots
from vocabulary.documents import FeedItem, FeedPoll, RawDocument
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.identity import sha256_hex
from vocabulary.watch import Feed
from vocabulary.words import FAILED_POLLS, DocumentOutcome, PollStatus, PublishedBasis

PAGE_LIMIT = 1000
_FEED_TYPES = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.8"
_READ_AS = {"text/html": "text/html", "application/xhtml+xml": "text/html", "text/plain": "text/plain"}
_AGAIN = frozenset({DocumentOutcome.UNREACHABLE})


@dataclass(frozen=True)
class PollBatch:
    """What one round of polling brought."""

    polls: tuple[FeedPoll, ...]
    """One row per feed that was due, in the order of the feeds."""
    documents: tuple[RawDocument, ...]
    """Pages of new, wanted entries, in the order of feeds and entries."""
    failures: tuple[Failure, ...]
    """Every other new entry with its one word, off-topic ones included."""


@dataclass(frozen=True)
class _Answer:
    """The answer of one feed: the beginnings of its row, and what it holds."""

    feed: Feed
    poll: FeedPoll
    parsed: ParsedFeed


async def poll_feeds(
    feeds: Sequence[Feed],
    *,
    last: Mapping[str, FeedPoll],
    known_urls: Callable[[Collection[str]], set[str]],
    wanted: Callable[[FeedItem], bool],
    now: datetime,
    run_id: str,
    fetcher: Fetcher,
    page_limit: int = PAGE_LIMIT,
) -> PollBatch:
    """Poll `feeds` and fetch the pages of new entries that are `wanted`.

    1. Each feed is asked with the validators of its `last` poll; one that is not due yet (`next_poll_at`) is left out. 2. Entries of
    an article already met, by address (`known_urls`) or earlier in this round, are dropped. 3. Unwanted ones end as off_topic.
    4. The pages of the others are fetched, at most `page_limit`; entries beyond it are left for the next poll.
    """
    # 1. ask
    due = [feed for feed in feeds if not _is_early(last.get(feed.id), now)]
    answers = await asyncio.gather(*(_ask(feed, last.get(feed.id), now, run_id, fetcher) for feed in due))
    # 2. what is new
    fresh = _new_items(answers, known_urls)
    # 3. what is wanted
    accepted = [item for item in fresh if wanted(item)]
    chosen, left = accepted[:page_limit], accepted[page_limit:]
    accepted_urls = {item.url for item in accepted}
    off_topic = [Failure(item.url, DocumentOutcome.OFF_TOPIC, item.title[:200]) for item in fresh if item.url not in accepted_urls]
    # 4. pages
    robots = Robots(fetcher)
    ends = await asyncio.gather(*(_fetch_page(item, _outlet(feeds, item), now, fetcher, robots) for item in chosen))
    missed = [item for item, end in zip(chosen, ends, strict=True) if isinstance(end, Failure) and end.outcome in _AGAIN]
    rejected = [failure for answer in answers for failure in answer.parsed.rejected]
    failed = [end for end in ends if isinstance(end, Failure)]
    return PollBatch(
        polls=tuple(_finished(answer, fresh, missed, left, last.get(answer.feed.id)) for answer in answers),
        documents=tuple(end for end in ends if isinstance(end, RawDocument)),
        failures=(*rejected, *off_topic, *failed),
    )


def _is_early(last: FeedPoll | None, now: datetime) -> bool:
    return last is not None and last.next_poll_at is not None and last.next_poll_at > now


async def _ask(feed: Feed, last: FeedPoll | None, now: datetime, run_id: str, fetcher: Fetcher) -> _Answer:
    """Ask one feed and read its answer; an answer that did not come is a row with its status word."""
    poll = FeedPoll(run_id=run_id, feed_id=feed.id, polled_at=now, status=PollStatus.UNREACHABLE)
    etag, modified = (last.etag, last.last_modified) if last is not None else ("", "")
    try:
        fetched = await fetcher.fetch(feed.url, etag=etag, last_modified=modified, accept=_FEED_TYPES)
    except (FetchTransientError, FetchTerminalError) as error:
        changes = {"status": error.status, "http_status": error.http_status, "detail": masked_url(str(error))}
        return _Answer(feed, poll.model_copy(update=changes), ParsedFeed(error.status))
    if fetched.status == 304:
        parsed = ParsedFeed(PollStatus.NOT_MODIFIED)
    else:
        # feedparser takes seconds for a feed of some megabytes; the deadlines of the others must not wait for it
        parsed = await asyncio.to_thread(
            parse_feed,
            fetched.content,
            feed=feed,
            content_type=fetched.headers.get("content-type", ""),
            now=now,
            base_url=fetched.url,
        )
    changes = {
        "status": parsed.status,
        "http_status": fetched.status,
        "items": len(parsed.items) + len(parsed.rejected),
        "etag": fetched.headers.get("etag", ""),
        "last_modified": fetched.headers.get("last-modified", ""),
        "detail": masked_url(parsed.detail),
    }
    return _Answer(feed, poll.model_copy(update=changes), parsed)


def _new_items(answers: Sequence[_Answer], known_urls: Callable[[Collection[str]], set[str]]) -> list[FeedItem]:
    """Return the entries of all answers that are new, each article once, the first feed's."""
    items = [item for answer in answers for item in answer.parsed.items]
    known = {document_id_of(url) for url in known_urls([item.url for item in items])} if items else set()
    fresh: dict[str, FeedItem] = {}
    for item in items:
        identity = document_id_of(item.url)
        if identity not in known:
            fresh.setdefault(identity, item)
    return list(fresh.values())


def _outlet(feeds: Sequence[Feed], item: FeedItem) -> str:
    return next(feed.outlet for feed in feeds if feed.id == item.feed_id)


async def _fetch_page(item: FeedItem, outlet: str, now: datetime, fetcher: Fetcher, robots: Robots) -> RawDocument | Failure:
    """Fetch the page of one entry, robots.txt first."""
    if (refusal := await robots.find_refusal(item.url)) is not None:
        return refusal
    try:
        fetched = await fetcher.fetch(item.url, accept=_PAGE_TYPES)
    except (FetchTransientError, FetchTerminalError) as error:
        return Failure(item.url, _outcome_of(error), masked_url(str(error)))
    media_type = _READ_AS.get(fetched.media_type)
    if media_type is None:
        shown = fetched.media_type or "none"
        return Failure(item.url, DocumentOutcome.REFUSED, f"media type {shown}: only text/html and text/plain are read")
    return _document(item, fetched, media_type, outlet, now)


def _document(item: FeedItem, fetched: Fetched, media_type: str, outlet: str, now: datetime) -> RawDocument:
    return RawDocument(
        document_id=document_id_of(item.url),
        url=item.url,
        final_url=fetched.url,
        outlet=outlet,
        title=item.title,
        published_at=item.published_at,
        published_raw=item.published_raw,
        published_basis=PublishedBasis.FEED if item.published_at is not None else PublishedBasis.SEEN,
        media_type=media_type,
        charset=fetched.charset,
        content=fetched.content,
        raw_sha256=sha256_hex(fetched.content),
        seen_at=now,
        feed_id=item.feed_id,
        summary=item.summary,
    )


def _outcome_of(error: FetchTransientError | FetchTerminalError) -> DocumentOutcome:
    """Return the word for a page that did not come."""
    if isinstance(error, FetchTransientError):
        return DocumentOutcome.UNREACHABLE
    if error.status is PollStatus.TOO_LARGE:
        return DocumentOutcome.TOO_LARGE
    if error.status is PollStatus.GONE or error.http_status in (404, 451):
        return DocumentOutcome.GONE
    return DocumentOutcome.REFUSED


def _finished(
    answer: _Answer, fresh: Iterable[FeedItem], missed: Iterable[FeedItem], left: Iterable[FeedItem], last: FeedPoll | None
) -> FeedPoll:
    """Return the row of a feed with what became of its entries, and with the validators that the next poll may send."""
    poll, feed_id = answer.poll, answer.feed.id
    again = [item for item in (*missed, *left) if item.feed_id == feed_id]
    changes: dict[str, object] = {"new_items": sum(item.feed_id == feed_id for item in fresh)}
    if poll.status in FAILED_POLLS:
        changes["failures"] = (last.failures if last is not None else 0) + 1
    if poll.status in FAILED_POLLS or poll.status is PollStatus.NOT_MODIFIED:
        # what was stored with the last validators is stored still; a 304 may renew them (RFC 9110, 15.4.5)
        changes["etag"] = (poll.status is PollStatus.NOT_MODIFIED and poll.etag) or (last.etag if last is not None else "")
        changes["last_modified"] = last.last_modified if last is not None else ""
    if again:
        note = f"{len(again)} entries could not be read now and are left for the next poll"
        changes |= {"etag": "", "last_modified": "", "detail": f"{poll.detail}; {note}" if poll.detail else note}
    return poll.model_copy(update=changes)
