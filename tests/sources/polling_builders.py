"""Builders of feeds, answers and a keeper of rows for the tests of polling."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from sources.failures import Failure
from sources.fetch import Fetcher
from sources.pages import Look
from sources.polling import AnswerRows, Limits, LookRows, PageRows, Poller, PollSummary, State
from sources.schedule import Pace
from vocabulary.documents import (
    DocumentAlias,
    EntryKey,
    FeedEntry,
    FeedItem,
    FeedPoll,
    HostPause,
    PageCheck,
    RawDocument,
    RobotsFile,
    WaitingEntry,
)
from vocabulary.identity import content_id
from vocabulary.watch import Feed
from vocabulary.words import PollStatus

NOW = datetime(2025, 3, 26, 12, tzinfo=UTC)
AGENT = "stancewatch/0.1 (+test@example.org)"
PAGE = b"<html><body><p>Ministers met.</p></body></html>"


def make_feed(url: str, id: str = "feed", **facts: Any) -> Feed:
    return Feed(id=id, url=url, outlet=f"Outlet of {id}", country="GBR", kind="online", **facts)


def make_rss(*links: str, title: str = "About the talks", extra: str = "") -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>Wed, 26 Mar 2025 10:00:00 GMT</pubDate></item>" for link in links
    )
    return f'<rss version="2.0"><channel><title>t</title>{extra}{items}</channel></rss>'.encode()


def make_items(*items: Mapping[str, str]) -> web.Response:
    """Return a feed of items given by their elements."""
    written = "".join("<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in item.items()) + "</item>" for item in items)
    body = f'<rss version="2.0"><channel><title>t</title>{written}</channel></rss>'.encode()
    return web.Response(body=body, headers={"Content-Type": "application/rss+xml"})


def rss(*links: str, status: int = 200, extra: str = "", **headers: str) -> web.Response:
    shown = {"Content-Type": "application/rss+xml", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return web.Response(body=make_rss(*links, extra=extra), status=status, headers=shown)


def make_last(feed_id: str = "feed", **facts: Any) -> FeedPoll:
    """Return a poll of an hour ago; one that knows the whole feed unless told otherwise."""
    before = NOW - timedelta(hours=1)
    return FeedPoll(**{"run_id": "before", "feed_id": feed_id, "polled_at": before, "status": PollStatus.OK, "full_at": before, **facts})


@dataclass
class MemoryKeeper:
    """Keep rows in lists, in the order in which they came."""

    polls: list[FeedPoll] = field(default_factory=list)
    entries: list[FeedEntry] = field(default_factory=list)
    waiting: dict[str, WaitingEntry] = field(default_factory=dict)
    documents: list[RawDocument] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    aliases: list[DocumentAlias] = field(default_factory=list)
    pauses: list[HostPause] = field(default_factory=list)
    answer_batches: list[AnswerRows] = field(default_factory=list)
    page_batches: list[PageRows] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    robots: dict[str, RobotsFile] = field(default_factory=dict)
    checks: dict[str, PageCheck] = field(default_factory=dict)
    calls: list[WaitingEntry] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    due: list[PageCheck] = field(default_factory=list)

    def find_entries(self, keys: Collection[EntryKey]) -> Sequence[FeedEntry]:
        articles = {(key.feed_id, key.document_id) for key in keys}
        guids = {(key.feed_id, key.guid_id) for key in keys if key.guid_id}
        return [one for one in self.entries if (one.feed_id, one.document_id) in articles or (one.feed_id, one.guid_id) in guids]

    def find_articles(self, ids: Collection[str]) -> Mapping[str, str]:
        found = {alias.alias_id: alias.document_id for alias in self.aliases}
        found |= {one: one for one in (*self.known, *self.waiting, *(document.document_id for document in self.documents))}
        return {one: found[one] for one in ids if one in found}

    def keep_answers(self, rows: AnswerRows) -> None:
        self.answer_batches.append(rows)
        self.polls += rows.polls
        self.entries += rows.entries
        self.failures += rows.failures
        self.aliases += rows.aliases
        self.pauses += rows.pauses
        self.waiting |= {entry.document_id: entry for entry in rows.waiting}
        self.calls += rows.calls
        self.named += rows.named

    def list_waiting(self, limit: int) -> Sequence[WaitingEntry]:
        return [entry for entry in self.waiting.values() if entry.not_before is None or entry.not_before <= NOW][:limit]

    def find_robots(self, sites: Collection[str]) -> Mapping[str, RobotsFile]:
        return {site: self.robots[site] for site in sites if site in self.robots}

    def keep_pages(self, rows: PageRows) -> None:
        self.robots |= {file.site: file for file in rows.robots}
        self.page_batches.append(rows)
        self.documents += rows.documents
        self.failures += rows.failures
        self.pauses += rows.pauses
        self.checks |= {check.document_id: check for check in rows.checks}
        for ended in rows.ended:
            del self.waiting[ended]
        self.waiting |= {entry.document_id: entry for entry in rows.waiting}

    def list_checks(self, limit: int) -> Sequence[PageCheck]:
        """Return nothing: the tests of looking again go through a real warehouse, but for those that put `due` here."""
        return self.due[:limit]

    def keep_looks(self, rows: LookRows) -> None:
        self.looks += rows.looks

    def newest(self) -> dict[str, FeedPoll]:
        """Map feed to its newest poll."""
        return {poll.feed_id: poll for poll in self.polls}

    def addresses(self) -> list[str]:
        """Return the addresses of the documents."""
        return sorted(document.url for document in self.documents)


@dataclass
class Desk:
    """One keeper and the polls that go into it."""

    feeds: Sequence[Feed]
    keeper: MemoryKeeper = field(default_factory=MemoryKeeper)
    last: dict[str, FeedPoll] = field(default_factory=dict)

    async def poll(
        self, *, now: datetime = NOW, run_id: str = "run", force: bool = False, is_open: bool = True, wanted: Any = None, **options: Any
    ) -> PollSummary:
        """Poll once; what the last poll left behind is known."""
        client = {name: options.pop(name) for name in ("deadline_s", "gap_s", "at_once", "host_at_once", "allow_ports") if name in options}
        client = {"gap_s": 0, "deadline_s": 10, **client}
        options |= {"host_at_once": client.get("host_at_once", 1)}
        limits = {name: options.pop(name) for name in list(options) if name in Limits.__dataclass_fields__}
        pauses = {pause.host: pause.not_before for pause in self.keeper.pauses}
        async with Fetcher(user_agent=AGENT, allow_private=is_open, max_bytes=options.pop("max_bytes", 200_000), **client) as fetcher:
            poller = Poller(
                fetcher=fetcher,
                keeper=self.keeper,
                wanted=wanted or always,
                now=now,
                run_id=run_id,
                watch_version=options.pop("watch_version", ""),
                limits=Limits(**limits),
                pace=options.pop("pace", Pace()),
            )
            assert not options
            return await poller.poll(self.feeds, State(last={**self.last, **self.keeper.newest()}, pauses=pauses), force=force)

    @property
    def row(self) -> FeedPoll:
        """The newest row."""
        return self.keeper.polls[-1]


def always(item: FeedItem) -> bool:
    return True


def never(item: FeedItem) -> bool:
    return False


def address_id(url: str) -> str:
    return content_id(url)
