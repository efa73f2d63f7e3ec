"""Which entries of a feed are new: identity by address, the feed's own id (guid) only as a second sign. Pure.

An article is its address without what differs between two links to it (`sources.address.id_of_canonical`). A guid is no identity:
feeds change it with every edit, give one to twenty articles, or leave it out. It counts only where one article had it so far, one
has it now, and title or date agree: then the same article has come under another address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sources.address import id_of_canonical
from vocabulary.documents import DocumentAlias, EntryKey, FeedEntry, FeedItem
from vocabulary.identity import content_id


@dataclass(frozen=True)
class Entry:
    """An entry with what it may be known by."""

    item: FeedItem

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
    """Not wanted by an earlier version of the watch."""
    elsewhere: tuple[Entry, ...] = ()
    """Of articles that are known, from another feed or under another address, but new to this feed."""
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


def sort_entries(entries: Sequence[Entry], memory: Memory, *, watch_version: str, now: datetime, most_new: int) -> tuple[Sorted, int]:
    """Sort the entries of one feed's answer; return them and how many new ones beyond `most_new` were left aside, not remembered.

    1. guids that several addresses share now are no sign. 2. each entry by address, then by guid.
    """
    # 1. shared guids
    holders: dict[str, set[str]] = {}
    for entry in entries:
        holders.setdefault(entry.key.guid_id, set()).add(entry.key.document_id)
    # 2. one by one
    new, anew, elsewhere, aliases = list[Entry](), list[Entry](), list[Entry](), list[DocumentAlias]()
    done: set[str] = set()
    left = 0
    for entry in entries:
        article = entry.key.document_id
        if article in done:
            continue
        done.add(article)
        if seen := memory.list_seen(entry.key):
            if not memory.is_article(article) and not any(other.is_wanted or other.watch_version == watch_version for other in seen):
                anew.append(entry)
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
    return Sorted(tuple(new), tuple(anew), tuple(elsewhere), tuple(aliases)), left


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
    )
