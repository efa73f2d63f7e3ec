"""Ask one feed and read its answer: validators, moved addresses, and the beginnings of the poll's row.

An answer that did not come is a row with its status word, never an exception.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sources.address import masked_url
from sources.apart import read_feed
from sources.feeds import ParsedFeed
from sources.fetch import Fetched, Fetcher
from sources.hosts import Rests
from sources.schedule import is_full_due, usable_last_modified, wish_of_headers
from vocabulary.documents import FeedPoll
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.identity import content_id
from vocabulary.watch import Feed
from vocabulary.words import FAILED_POLLS, PollStatus

_TYPES = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_GIVE_UP_MOVE = 3
"""Failed polls after which a moved feed is asked at the watch's own address again."""


@dataclass(frozen=True)
class Answer:
    """The answer of one feed: the beginnings of its row, and what it holds."""

    feed: Feed
    last: FeedPoll | None
    poll: FeedPoll
    parsed: ParsedFeed = field(default_factory=lambda: ParsedFeed(PollStatus.NOT_MODIFIED))
    wish_s: int = 0
    """Seconds for which server or feed want to be left alone."""


def address_id_of(feed: Feed) -> str:
    """Return what stands for the address of a feed in the watch."""
    return _address_id(feed.url)


@lru_cache(4096)  # asked several times for each feed of a poll
def _address_id(url: str) -> str:
    return content_id(url)


def address_of(feed: Feed, last: FeedPoll | None) -> str:
    """Return where a feed is asked: where it moved for good, as long as that works, or where the watch says."""
    moved = last.address if last is not None and last.failures < _GIVE_UP_MOVE else ""
    return moved or feed.url


def find_last(feed: Feed, last: FeedPoll | None) -> FeedPoll | None:
    """Return the feed's last poll, None where that was at another address of the watch: a new beginning."""
    return last if last is not None and last.address_id in ("", address_id_of(feed)) else None


async def ask(
    feed: Feed, last: FeedPoll | None, *, now: datetime, run_id: str, watch_version: str, fetcher: Fetcher, rests: Rests
) -> Answer | None:
    """Ask `feed` and read its answer; None where its host wants rest, so that nothing was asked.

    `last` is what `find_last` gives. Validators are sent verbatim, but not where the whole feed is due.
    """
    address = address_of(feed, last)
    if rests.find_end(address) is not None:
        return None
    moved = address if address != feed.url else ""
    kept = last or FeedPoll(run_id=run_id, feed_id=feed.id, polled_at=now, status=PollStatus.UNREACHABLE)
    poll = kept.model_copy(
        update={
            "run_id": run_id,
            "polled_at": now,
            "status": PollStatus.UNREACHABLE,
            "address_id": address_id_of(feed),
            "address": moved,
            "http_status": None,
            "items": 0,
            "new_items": 0,
            "detail": "",
            # validators are those of an address
            **({"etag": "", "last_modified": ""} if moved != kept.address else {}),
        }
    )
    etag = modified = ""
    if last is not None and moved == last.address and not is_full_due(last, watch_version, now):
        etag, modified = last.etag, usable_last_modified(last.last_modified, now)
    try:
        fetched = await fetcher.fetch(address, etag=etag, last_modified=modified, accept=_TYPES)
    except (FetchTransientError, FetchTerminalError) as error:
        rests.note(address, error)
        until = rests.find_end(address)
        changes = {"status": error.status, "http_status": error.http_status, "detail": masked_url(str(error))}
        return Answer(
            feed, last, poll.model_copy(update=changes), ParsedFeed(error.status), int((until - now).total_seconds()) if until else 0
        )
    return await _read(Answer(feed, last, poll), fetched, watch_version)


async def _read(answer: Answer, fetched: Fetched, watch_version: str) -> Answer:
    """Return `answer` with what `fetched` holds."""
    poll, now = answer.poll, answer.poll.polled_at
    if fetched.status == 304:
        parsed = ParsedFeed(PollStatus.NOT_MODIFIED)
    else:
        kind = fetched.headers.get("content-type", "")
        parsed = await read_feed(fetched.content, feed=answer.feed, content_type=kind, now=now, base_url=fetched.url)
    changes: dict[str, object] = {
        "status": parsed.status,
        "http_status": fetched.status,
        "items": len(parsed.items) + len(parsed.rejected),
        "detail": masked_url(parsed.detail),
    }
    if parsed.status not in FAILED_POLLS:
        # what a 304 does not repeat stays as it is, and what it does may be new (RFC 9110, 15.4.5)
        changes |= {
            "etag": fetched.headers.get("etag", poll.etag),
            "last_modified": fetched.headers.get("last-modified", poll.last_modified),
        }
        if fetched.status != 304:
            changes |= {"etag": fetched.headers.get("etag", ""), "last_modified": fetched.headers.get("last-modified", "")}
            changes |= {"full_at": now, "watch_version": watch_version, "wish_s": parsed.wish_s}
        changes |= _moves(answer.feed, poll, fetched)
    poll = poll.model_copy(update=changes)
    wish_s = 0 if poll.status in FAILED_POLLS else max(poll.wish_s, wish_of_headers(fetched.headers, now))
    return Answer(answer.feed, answer.last, poll, parsed, wish_s)


def _moves(feed: Feed, poll: FeedPoll, fetched: Fetched) -> dict[str, object]:
    """Return what redirects for good change: noted the first time, in force the second time in a row.

    An address with a key or a password in it is followed each time and never stored.
    """
    target = fetched.moved_to
    if not target or masked_url(target) != target:
        return {"moved_to": ""}
    if target != poll.moved_to:
        return {"moved_to": target, "detail": f"moved for good to {target}; kept if the next poll finds the same"}
    back = target == feed.url
    return {
        "moved_to": "",
        "address": "" if back else target,
        "etag": "",
        "last_modified": "",
        "detail": f"moved for good, now asked at {target}",
    }
