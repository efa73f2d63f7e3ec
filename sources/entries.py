"""Which entries of a feed are new, and which are edited: identity by address, the feed's own id (guid) only as a second sign. Pure.

An article is its address without what differs between two links to it (`sources.address.id_of_canonical`). A guid is no identity:
feeds change it with every edit, give one to twenty articles, or leave it out. It counts only where one article had it so far, one
has it now, and title or date agree: then the same article has come under another address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sources.address import id_of_canonical
from sources.sayings import MOST_SAYINGS, find_build_times, is_edited, said_id_of
from vocabulary.documents import DocumentAlias, EntryKey, FeedEntry, FeedItem
from vocabulary.identity import content_id


@dataclass(frozen=True)
class Entry:
    """An entry with what it may be known by."""

    item: FeedItem
    updated_at: datetime | None = None
    """Date of its last edit, where that is its own."""

    @cached_property
    def said_id(self) -> str:
        """Return the hash of what it says."""
        return said_id_of(self.item)

    @cached_property
    def key(self) -> EntryKey:
        """Return feed, article and guid."""
        guid = self.item.guid.strip()
        return EntryKey(self.item.feed_id, id_of_canonical(self.item.url), content_id(guid) if guid else "")


@dataclass(frozen=True)
class Sorted:
    """The entries of an answer, by whether they were met before."""

    new: tuple[Entry, ...] = ()
    """Of articles that no feed named before."""
    anew: tuple[Entry, ...] = ()
    """Of no article yet, and not wanted by an earlier version of the watch, or edited since: to be judged again."""
    elsewhere: tuple[Entry, ...] = ()
    """Of articles that are known, from another feed or under another address, but new to this feed."""
    edited: tuple[Entry, ...] = ()
    """Of articles that are known, and of which this feed says something else than before."""
    measured: tuple[Entry, ...] = ()
    """Known, and stored by a program that did not keep what they said."""
    aliases: tuple[DocumentAlias, ...] = ()
    """Other addresses found by a guid."""


@dataclass
class Memory:
    """What is known of the entries of some answers: stored before, or met earlier in the same batch."""

    entries: Iterable[FeedEntry]
    articles: Mapping[str, str]
    """Address id of what is known to article id."""
    met: set[str] = field(default_factory=set)
    """Articles met in this batch."""

    def __post_init__(self) -> None:
        self._by_article: dict[tuple[str, str], list[FeedEntry]] = {}
        self._by_guid: dict[tuple[str, str], list[FeedEntry]] = {}
        for entry in self.entries:
            self._by_article.setdefault((entry.feed_id, entry.document_id), []).append(entry)
            if entry.guid_id:
                self._by_guid.setdefault((entry.feed_id, entry.guid_id), []).append(entry)

    def is_article(self, document_id: str) -> bool:
        """Tell whether an article of this address is stored, waits, or was met in this batch."""
        return document_id in self.articles or document_id in self.met

    def list_seen(self, key: EntryKey) -> list[FeedEntry]:
        """Return what is stored of this very entry."""
        return self._by_article.get((key.feed_id, key.document_id), [])

    def find_other_address(self, entry: Entry) -> str | None:
        """Return the article that had this guid so far, where it is plainly the same one."""
        known = self._by_guid.get((entry.key.feed_id, entry.key.guid_id), []) if entry.key.guid_id else []
        if len({other.document_id for other in known}) != 1:
            return None
        item, other = entry.item, known[-1]
        same_title = bool(item.title) and item.title.casefold() == other.title.casefold()
        same_date = bool(item.published_raw) and item.published_raw == other.published_raw
        return other.document_id if same_title or same_date else None


def make_entries(items: Sequence[FeedItem]) -> list[Entry]:
    """Return the items of one answer as entries; a date of an edit that most of them share is the feed's and not theirs."""
    build_times = find_build_times(items)
    return [Entry(item, None if item.updated_at in build_times else item.updated_at) for item in items]


def sort_entries(entries: Sequence[Entry], memory: Memory, *, watch_version: str, now: datetime, most_new: int) -> tuple[Sorted, int]:
    """Sort the entries of one feed's answer; return them and how many new ones beyond `most_new` were left aside, not remembered.

    1. guids that several addresses share now are no sign. 2. each entry by address, then by guid. 3. one met before, by what it says.
    """
    # 1. shared guids
    holders: dict[str, set[str]] = {}
    for entry in entries:
        holders.setdefault(entry.key.guid_id, set()).add(entry.key.document_id)
    # 2. one by one
    new, anew, elsewhere, edited, measured = (list[Entry]() for _ in range(5))
    aliases: list[DocumentAlias] = []
    done: set[str] = set()
    left = 0
    for entry in entries:
        article = entry.key.document_id
        if article in done:
            continue
        done.add(article)
        if seen := memory.list_seen(entry.key):
            # 3. by what it says
            is_article = memory.is_article(article)
            if not is_article and not any(other.is_wanted or other.watch_version == watch_version for other in seen):
                anew.append(entry)
            elif not seen[-1].said_id:
                measured.append(entry)
            elif len(seen) <= MOST_SAYINGS and is_edited(entry.said_id, entry.updated_at, seen[-1]):
                (edited if is_article else anew).append(entry)
            continue
        other = memory.find_other_address(entry) if len(holders[entry.key.guid_id]) == 1 else None
        if memory.is_article(article) or other is not None:
            elsewhere.append(entry)
            if other is not None and not memory.is_article(article):
                aliases.append(DocumentAlias(alias_id=article, document_id=memory.articles.get(other, other), recorded_at=now))
        elif len(new) >= most_new:
            left += 1
        else:
            new.append(entry)
    memory.met |= {entry.key.document_id for entry in (*new, *anew)}
    return Sorted(tuple(new), tuple(anew), tuple(elsewhere), tuple(edited), tuple(measured), tuple(aliases)), left


def make_row(entry: Entry, *, is_wanted: bool, watch_version: str, now: datetime) -> FeedEntry:
    """Return what is stored of an entry."""
    return FeedEntry(
        feed_id=entry.key.feed_id,
        document_id=entry.key.document_id,
        guid_id=entry.key.guid_id,
        title=entry.item.title,
        published_raw=entry.item.published_raw,
        is_wanted=is_wanted,
        watch_version=watch_version,
        first_seen_at=now,
        said_id=entry.said_id,
        updated_at=entry.updated_at,
    )
