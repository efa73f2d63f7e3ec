"""When a feed is asked again: pure functions of its last poll, its answer and the server's wishes.

The interval follows the share of new entries; the server may widen it; failures widen it too, and never to for ever. Chance is a
hash of feed and time, so that a run can be repeated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from vocabulary.documents import FeedPoll
from vocabulary.words import FAILED_POLLS, FeedPause, PollStatus

MOST_WAIT = timedelta(days=1)
"""Longest that a server's wish is heeded: who asks for ten years has made a mistake."""
FULL_EVERY = timedelta(days=7)
"""After so long a feed is asked for whole: a server whose validators never change would be silent for ever."""
PAUSED_FOR = timedelta(days=30)
FAILING_FOR = timedelta(days=14)
"""Failures in a row over this time pause a feed."""
_GROWTH = 1.25  # an entry that ends a silence is late by a quarter of that silence at most
_SHARE = 1 / 8  # of the entries new at a poll: seven polls may fail before any is missed
_FASTEST = 1 / 4  # most that an interval shrinks at once
# A scheduler that comes every 15 minutes comes some seconds early now and then; that must not cost a whole round
_SLACK_S = 60
_MOST_DIGITS = 12
_PERIODS_S = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d{1,12})', re.IGNORECASE)
_NO_STORE = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)(?:$|[,\s;])", re.IGNORECASE)


@dataclass(frozen=True)
class Pace:
    """Between which intervals a feed's own moves, in seconds."""

    shortest_s: int = 15 * 60
    longest_s: int = 24 * 3600


def is_due(last: FeedPoll | None, address_id: str, now: datetime) -> bool:
    """Tell whether a feed is to be asked at `now`; one whose address in the watch is another than before is."""
    if last is None or last.next_poll_at is None or last.address_id not in ("", address_id):
        return True
    return last.next_poll_at <= now


def is_full_due(last: FeedPoll, watch_version: str, now: datetime) -> bool:
    """Tell whether the whole feed is to be asked for: weekly, and where another watch may want other entries of it."""
    return last.full_at is None or now - last.full_at >= FULL_EVERY or last.watch_version != watch_version


def usable_last_modified(value: str, now: datetime) -> str:
    """Return `value` verbatim, or nothing where it lies in the future: a server would find nothing newer than that."""
    moment = parse_http_date(value)
    return "" if moment is not None and moment > now else value


def next_interval(last: FeedPoll | None, poll: FeedPoll, fresh: int, pace: Pace) -> int:
    """Return the seconds between polls that fit a feed of whose entries `fresh` were new to it this time.

    Quiet polls widen the interval by a quarter; where more than an eighth was new it shrinks as much as that is too much.
    """
    known = last is not None and last.interval_s > 0
    interval_s: float = last.interval_s if last is not None and known else pace.shortest_s
    if poll.status in FAILED_POLLS or not known:
        pass
    elif fresh == 0:
        interval_s *= _GROWTH
    else:
        interval_s *= max(_FASTEST, min(1.0, _SHARE * poll.items / fresh))
    return int(min(max(interval_s, pace.shortest_s), pace.longest_s))


def plan_next(last: FeedPoll | None, poll: FeedPoll, *, fresh: int, wish_s: int, pace: Pace, new_items: int = 0) -> FeedPoll:
    """Return `poll` with failures counted, and with when and why it comes again.

    `fresh` is the number of entries new to this feed, `new_items` of those that were not known at all, `wish_s` the seconds that the server
    asked for (0 for none).
    """
    interval_s = next_interval(last, poll, fresh, pace)
    wish_s = min(max(wish_s, 0), int(MOST_WAIT.total_seconds()))
    if poll.status not in FAILED_POLLS:
        wait_s = max(interval_s - _SLACK_S, wish_s)
        changes: dict[str, object] = {"failures": 0, "failing_since": None, "pause": None}
    else:
        failures = (last.failures if last is not None else 0) + 1
        since = (last.failing_since if last is not None and last.failures else None) or poll.polled_at
        pause = _pause(poll, since)
        wait_s = max(back_off_s(poll.feed_id, poll.polled_at, failures, pace), wish_s)
        if pause is not None:
            wait_s = int(PAUSED_FOR.total_seconds())
        changes = {"failures": failures, "failing_since": since, "pause": pause}
    changes |= {"new_items": new_items, "interval_s": interval_s, "next_poll_at": poll.polled_at + timedelta(seconds=wait_s)}
    return poll.model_copy(update=changes)


def back_off_s(feed_id: str, polled_at: datetime, failures: int, pace: Pace) -> int:
    """Return the seconds to wait after so many failures in a row: twice as many each time, a quarter more or less by chance."""
    doubled = pace.shortest_s * 2 ** min(failures - 1, 20)
    chance = int.from_bytes(sha256(f"{feed_id} {polled_at.isoformat()}".encode()).digest()[:4], "big") / 2**32
    return int(min(doubled, pace.longest_s) * (0.75 + chance / 2))


def _pause(poll: FeedPoll, since: datetime) -> FeedPause | None:
    if poll.status is PollStatus.GONE:
        return FeedPause.GONE
    return FeedPause.FAILING if poll.polled_at - since >= FAILING_FOR else None


def wish_of_headers(headers: Mapping[str, str], now: datetime) -> int:
    """Return for how many seconds an answer says that it stays fresh (RFC 9111, 4.2.1: max-age less Age, else Expires); 0 for none."""
    control = headers.get("cache-control", "")
    if _NO_STORE.search(control):
        return 0
    if found := _MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        return _clamped(int(found[1]) - (int(age) if age.isdecimal() and len(age) <= _MOST_DIGITS else 0))
    expires = parse_http_date(headers.get("expires", ""))
    if expires is None:
        return 0
    return _clamped((expires - (parse_http_date(headers.get("date", "")) or now)).total_seconds())


def wish_of_feed(ttl: str, update_period: str, update_frequency: str) -> int:
    """Return for how many seconds a feed's own words say that it stays as it is: RSS `ttl` (minutes), RSS 1.0 syndication module."""
    wish_s = 0
    if (minutes := ttl.strip()).isdecimal() and len(minutes) <= _MOST_DIGITS:
        wish_s = _clamped(int(minutes) * 60)
    if period_s := _PERIODS_S.get(update_period.strip().lower()):
        times = update_frequency.strip()
        frequency = int(times) if times.isdecimal() and len(times) <= _MOST_DIGITS else 1
        wish_s = max(wish_s, _clamped(period_s / max(frequency, 1)))
    return wish_s


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Return for how long a host wants to be left alone, at most a day; None where `value` is neither seconds nor a date to come."""
    text = value.strip()
    if text.isdecimal() and text.isascii():
        return timedelta(seconds=_clamped(int(text[:_MOST_DIGITS])))
    moment = parse_http_date(text)
    if moment is None or moment <= now:
        return None
    return min(moment - now, MOST_WAIT)


def parse_http_date(value: str) -> datetime | None:
    """Return the moment that an HTTP date names, UTC; None where it is none."""
    if not 8 <= len(value) <= 80:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _clamped(seconds: float) -> int:
    return int(min(max(seconds, 0), MOST_WAIT.total_seconds()))
