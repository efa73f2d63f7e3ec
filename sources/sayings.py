"""What an entry of a feed says, without what changes by itself: another hash is an edit. Pure.

Counted are title, summary, full content, and the revision that some feeds append to a guid (`#0`, then `#1`). Not counted are the order of
entries, white space, markup, addresses with whatever tracks readers in them, numbers of comments and of likes, and how long ago
something was.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from vocabulary.documents import FeedEntry, FeedItem
from vocabulary.identity import content_id

MOST_SAYINGS = 20
"""Edits of one entry that are followed: a feed with more of them edits by itself."""
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,2000}>")
_ADDRESS = re.compile(r"https?://\S+")
_COUNTED = r"(?:comment(?:s|aires?)?|kommentare?|repl(?:y|ies)|responses?|reactions?|likes?|shares?|views?|reads?)"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)"
# Each begins with what is rare in a text, and no repetition is unbounded: long texts cost their length
_COUNT_OF = re.compile(
    rf"[0-9](?:[0-9.,]{{0,12}}(?:\s?k)?\s{{1,3}}{_COUNTED}\b|[0-9]{{0,2}}(?:\s{{1,3}}{_UNIT}\s{{1,3}}ago\b|[\s-]min(?:ute)?s?\s{{1,3}}read\b))",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[:(]\s{0,3}[0-9][0-9.,]{0,12}k?\)?", re.IGNORECASE)
_IS_COUNTED = re.compile(rf"\b{_COUNTED}\s{{0,3}}\Z", re.IGNORECASE)
_AN_HOUR_AGO = re.compile(rf"\b(?:an?|one)\s{{1,3}}{_UNIT}\s{{1,3}}ago\b", re.IGNORECASE)
_PART = " \x00 "  # which no text of an entry holds
_REVISION = re.compile(r"#(\d{1,9})\Z")


def said_id_of(item: FeedItem) -> str:
    """Return the hash of what `item` says."""
    revision = _REVISION.search(item.guid.strip()) if "#" in item.guid else None
    content = html.unescape(_TAG.sub(" ", item.content_html)) if item.content_html else ""
    return content_id(_settled(f"{item.title}{_PART}{item.summary}{_PART}{content}"), revision[1] if revision else "")


def is_edited(said_id: str, updated_at: datetime | None, known: FeedEntry) -> bool:
    """Tell whether an entry that says this now says something else than `known`, or gives a later date of its last edit."""
    if said_id != known.said_id:
        return True
    return updated_at is not None and (known.updated_at is None or updated_at > known.updated_at)


def find_build_times(items: Sequence[FeedItem]) -> frozenset[datetime]:
    """Return dates of edits that are no entry's own: given by most of three entries or more, they say when the feed was made."""
    dates = Counter(item.updated_at for item in items if item.updated_at is not None)
    return frozenset(date for date, count in dates.items() if count >= 3 and 2 * count > len(items))


def _settled(text: str) -> str:
    """Return a text without what changes by itself."""
    settled = " ".join((_ADDRESS.sub(" ", text) if "://" in text else text).split())
    settled = _COUNT.sub(_without_count, _COUNT_OF.sub(" ", settled))
    if " ago" in settled:
        settled = _AN_HOUR_AGO.sub(" ", settled)
    return " ".join(settled.split())


def _without_count(match: re.Match[str]) -> str:
    """Return nothing for a number that follows `comments:` and the like, any other as it is."""
    before = match.string[max(0, match.start() - 20) : match.start()]
    return " " if _IS_COUNTED.search(before) else match.group()
