"""Poll feeds once: ask what is due, remember what is new, fetch the pages that are wanted, and look again at some that are known.

Rows are handed to a `Keeper` in batches as they come. A feed's validators go with its entries, and the wanted ones among them wait in
the keeper until their pages have ended: whatever stops a poll, the next one goes on with what waits. Everything that goes wrong
with one feed or page is a row, and the others go on.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sources.answers import Answer, address_id_of, address_of, ask, find_last
from sources.checks import MOST_ATTEMPTS, first_check, retry_wait
from sources.entries import Entry, Memory, Sorted, make_entries, make_row, sort_entries
from sources.failures import Failure
from sources.fetch import Fetcher
from sources.hosts import Clock, Rests, work_by_host
from sources.pages import Look, PageEnd, Pages
from sources.schedule import Pace, is_due, plan_next
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
from vocabulary.watch import Feed
from vocabulary.words import DocumentOutcome

_ANSWERS_PER_BATCH = 200
_ANSWERS_WITHIN_S = 0.25
# Pages are handed over by the batch, since cleaning starts processes for each; a batch that does not fill up goes after so long
_PATIENCE_S = 20


@dataclass(frozen=True)
class Limits:
    """What one poll may take."""

    budget_s: float = 300
    """After so long no feed and no page is begun; the rest is left for the next poll."""
    pages: int = 1000
    """Pages fetched."""
    again: int = 200
    """Known articles whose page is asked for again, of what new ones leave of `pages`."""
    new_items: int = 2000
    """New entries of one feed that are taken in."""
    host_at_once: int = 1
    """Feeds or pages of one host at a time."""
    batch_size: int = 50
    """Pages that are handed over at once."""


@dataclass(frozen=True)
class AnswerRows:
    """What the answers of some feeds come to; to be stored together or not at all."""

    polls: tuple[FeedPoll, ...]
    entries: tuple[FeedEntry, ...] = ()
    waiting: tuple[WaitingEntry, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Entries that ended with the answer: off-topic ones and those without a usable address."""
    calls: tuple[WaitingEntry, ...] = ()
    """Entries of known articles that their feed shows edited: the page is to be asked for again, at once."""
    named: tuple[str, ...] = ()
    """Articles that a feed names for the first time: one that is gone may be back."""
    aliases: tuple[DocumentAlias, ...] = ()
    pauses: tuple[HostPause, ...] = ()


@dataclass(frozen=True)
class PageRows:
    """What the pages of some entries come to; to be stored together or not at all."""

    documents: tuple[RawDocument, ...]
    failures: tuple[Failure, ...]
    ended: tuple[str, ...]
    """Ids of entries that wait no more."""
    waiting: tuple[WaitingEntry, ...]
    """Entries that wait for another attempt."""
    checks: tuple[PageCheck, ...] = ()
    """How those among `documents` that become articles are asked for again."""
    pauses: tuple[HostPause, ...] = ()
    robots: tuple[RobotsFile, ...] = ()
    """Each robots.txt that was asked for."""


@dataclass(frozen=True)
class LookRows:
    """What was found where known articles were asked for again; to be stored together or not at all."""

    looks: tuple[Look, ...]
    pauses: tuple[HostPause, ...] = ()
    robots: tuple[RobotsFile, ...] = ()


class Keeper(Protocol):
    """Who remembers; called from one thread at a time."""

    def find_entries(self, keys: Collection[EntryKey]) -> Sequence[FeedEntry]:
        """Return the stored entries of the same feeds with one of these articles or guids."""

    def find_articles(self, ids: Collection[str]) -> Mapping[str, str]:
        """Map each of these ids that is an article's, a waiting entry's, or another address of one, to that article's id."""

    def keep_answers(self, rows: AnswerRows) -> None:
        """Store what answers came to."""

    def list_waiting(self, limit: int) -> Sequence[WaitingEntry]:
        """Return entries whose page may be fetched now."""

    def find_robots(self, sites: Collection[str]) -> Mapping[str, RobotsFile]:
        """Map those of these sites whose robots.txt is known to it."""

    def keep_pages(self, rows: PageRows) -> None:
        """Clean pages and store what they came to."""

    def list_checks(self, limit: int) -> Sequence[PageCheck]:
        """Return known articles whose page is to be asked for again now, those that a feed shows edited first."""

    def keep_looks(self, rows: LookRows) -> None:
        """Clean what was found, compare it with what is stored, and store what it comes to."""


@dataclass(frozen=True)
class State:
    """What polls before this one left behind."""

    last: Mapping[str, FeedPoll] = field(default_factory=dict)
    pauses: Mapping[str, datetime] = field(default_factory=dict)


@dataclass
class PollSummary:
    """What one poll did beside the rows that it handed over."""

    polls: list[FeedPoll] = field(default_factory=list, repr=False)  # asyncio writes out what a task returns, needed or not
    not_due: int = 0
    """Feeds whose time has not come."""
    paused: int = 0
    """Those of them that are asked every 30 days only."""
    resting: int = 0
    """Feeds of hosts that want to be left alone."""
    left_feeds: int = 0
    """Feeds that the time did not suffice for."""
    left_items: int = 0
    """New entries beyond the limit of one feed."""
    outdated_robots: int = 0
    """Sites whose robots.txt could not be read, so that an older answer held."""
    looks: int = 0
    """Known articles whose page was asked for again."""


@dataclass(frozen=True)
class Poller:
    """One poll: who asks, who remembers, and by what rules."""

    fetcher: Fetcher
    keeper: Keeper
    wanted: Callable[[FeedItem], bool]
    now: datetime
    run_id: str
    watch_version: str = ""
    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)

    async def poll(self, feeds: Sequence[Feed], state: State, *, force: bool = False) -> PollSummary:
        """Poll `feeds`: those that are due, or with `force` all but those of hosts that want rest.

        1. The feeds that are due, those that wait longest first. 2. They are asked, each host in its own line. 3. The pages that wait.
        4. Pages of known articles, with what time and pages are left.
        """
        summary = PollSummary()
        rests = Rests(state.pauses, now=self.now, run_id=self.run_id)
        clock = Clock(self.limits.budget_s)
        # 1. due
        due = [feed for feed in feeds if force or is_due(state.last.get(feed.id), address_id_of(feed), self.now)]
        summary.not_due = len(feeds) - len(due)
        asked = {feed.id for feed in due}
        summary.paused = sum(state.last[feed.id].pause is not None for feed in feeds if feed.id not in asked)
        due.sort(key=lambda feed: _since(state.last.get(feed.id), self.now))
        # 2. asked
        jobs = [(address_of(feed, last), (feed, last)) for feed in due for last in [find_last(feed, state.last.get(feed.id))]]

        async def ask_one(job: tuple[Feed, FeedPoll | None]) -> Answer | None:
            feed, last = job
            facts = {"now": self.now, "run_id": self.run_id, "watch_version": self.watch_version}
            return await ask(feed, last, fetcher=self.fetcher, rests=rests, **facts)  # type: ignore[arg-type]

        left = await work_by_host(
            jobs,
            ask_one,
            lambda answers: self._keep_answers(answers, rests, summary),
            clock=clock,
            host_at_once=self.limits.host_at_once,
            batch_size=_ANSWERS_PER_BATCH,
            patience_s=_ANSWERS_WITHIN_S,
        )
        summary.left_feeds = len(left)
        # 3. pages
        pages = Pages(self.fetcher, rests, self.now)
        fetched = await self._fetch_pages(pages, rests, clock)
        # 4. pages again
        summary.looks = await self._look_again(pages, rests, clock, min(self.limits.again, self.limits.pages - fetched))
        summary.outdated_robots = len(pages.robots.outdated)
        return summary

    async def _fetch_pages(self, pages: Pages, rests: Rests, clock: Clock) -> int:
        """Fetch pages that wait, and return how many there were."""
        waiting = [] if clock.is_over() else self.keeper.list_waiting(self.limits.pages)
        pages.robots.learn(self.keeper.find_robots(pages.robots.list_unknown(entry.url for entry in waiting)))
        await work_by_host(
            [(entry.url, entry) for entry in waiting],
            pages.fetch,
            lambda ends: self.keeper.keep_pages(self._page_rows(ends, pages, rests)),
            clock=clock,
            host_at_once=self.limits.host_at_once,
            batch_size=self.limits.batch_size,
            patience_s=_PATIENCE_S,
        )
        return len(waiting)

    async def _look_again(self, pages: Pages, rests: Rests, clock: Clock, limit: int) -> int:
        """Ask for at most `limit` pages of known articles again, and return how many were looked at."""
        checks = [] if clock.is_over() or limit <= 0 else self.keeper.list_checks(limit)
        pages.robots.learn(self.keeper.find_robots(pages.robots.list_unknown(check.url for check in checks)))
        left = await work_by_host(
            [(check.url, check) for check in checks],
            pages.look,
            lambda looks: self.keeper.keep_looks(LookRows(tuple(looks), rests.take_new(), pages.robots.take_new())),
            clock=clock,
            host_at_once=self.limits.host_at_once,
            batch_size=self.limits.batch_size,
            patience_s=_PATIENCE_S,
        )
        return len(checks) - len(left)

    def _keep_answers(self, answers: Sequence[Answer | None], rests: Rests, summary: PollSummary) -> None:
        """Find out what is new in some answers and hand over what they come to."""
        came = [answer for answer in answers if answer is not None]
        summary.resting += len(answers) - len(came)
        entries = [make_entries(answer.parsed.items) for answer in came]
        keys = [entry.key for part in entries for entry in part]
        memory = Memory(self.keeper.find_entries(keys), {})
        ids = {key.document_id for key in keys} | {entry.document_id for entry in memory.entries}
        memory.articles = self.keeper.find_articles(ids)
        parts = []
        for answer, part in zip(came, entries, strict=True):
            found, left = sort_entries(part, memory, watch_version=self.watch_version, now=self.now, most_new=self.limits.new_items)
            summary.left_items += left
            parts.append(self._answer_rows(answer, found, left, memory.articles))
        polls = tuple(poll for part in parts for poll in part.polls)
        summary.polls += polls
        self.keeper.keep_answers(
            AnswerRows(
                polls=polls,
                entries=tuple(entry for part in parts for entry in part.entries),
                waiting=tuple(entry for part in parts for entry in part.waiting),
                failures=tuple(failure for part in parts for failure in part.failures),
                calls=tuple(call for part in parts for call in part.calls),
                named=tuple(named for part in parts for named in part.named),
                aliases=tuple(alias for part in parts for alias in part.aliases),
                pauses=rests.take_new(),
            )
        )

    def _answer_rows(self, answer: Answer, found: Sorted, left: int, articles: Mapping[str, str]) -> AnswerRows:
        """Return what one answer comes to; `articles` maps address ids to known articles."""
        feed = answer.feed
        judged = [(entry, feed.full or self.wanted(entry.item)) for entry in (*found.new, *found.anew)]
        rows = [make_row(entry, is_wanted=wanted, watch_version=self.watch_version, now=self.now) for entry, wanted in judged]
        known = (*found.elsewhere, *found.edited, *found.measured)
        rows += [make_row(entry, is_wanted=True, watch_version=self.watch_version, now=self.now) for entry in known]
        calls = [_waiting(entry, feed, self.now) for entry in found.edited]
        dull = [Failure(entry.item.url, DocumentOutcome.OFF_TOPIC, entry.item.title[:200]) for entry, wanted in judged if not wanted]
        fresh = len(found.new) + len(found.elsewhere) + left
        wish_s = 0 if left else answer.wish_s
        poll = plan_next(answer.last, answer.poll, fresh=fresh, wish_s=wish_s, pace=self.pace, new_items=len(found.new) + left)
        if left:
            note = f"{left} more new entries than one poll takes in wait for the next one"
            poll = poll.model_copy(update={"etag": "", "last_modified": "", "detail": f"{poll.detail}; {note}" if poll.detail else note})
        return AnswerRows(
            polls=(poll,),
            entries=tuple(rows),
            waiting=tuple(_waiting(entry, feed, self.now) for entry, wanted in judged if wanted),
            failures=(*answer.parsed.rejected, *dull),
            calls=tuple(call.model_copy(update={"document_id": articles.get(call.document_id, call.document_id)}) for call in calls),
            named=tuple(articles.get(entry.key.document_id, entry.key.document_id) for entry in found.elsewhere),
            aliases=found.aliases,
        )

    def _page_rows(self, ends: Sequence[PageEnd], pages: Pages, rests: Rests) -> PageRows:
        """Return what became of some pages; one that may come later waits on, and its attempts are counted."""
        again = [_again(page, self.now) for page in ends]
        return PageRows(
            documents=tuple(page.end for page in ends if isinstance(page.end, RawDocument)),
            failures=tuple(page.end for page in ends if isinstance(page.end, Failure)),
            ended=tuple(page.entry.document_id for page, later in zip(ends, again, strict=True) if later is None),
            waiting=tuple(later for later in again if later is not None),
            checks=tuple(
                first_check(page.entry, self.now, etag=page.etag, last_modified=page.last_modified)
                for page in ends
                if isinstance(page.end, RawDocument)
            ),
            pauses=rests.take_new(),
            robots=pages.robots.take_new(),
        )


def _since(last: FeedPoll | None, now: datetime) -> tuple[bool, float]:
    """Return by what feeds are put in order: never asked, then by how long they have been due."""
    if last is None or last.next_poll_at is None:
        return (False, 0.0)
    return (True, (last.next_poll_at - now).total_seconds())


def _waiting(entry: Entry, feed: Feed, now: datetime) -> WaitingEntry:
    return WaitingEntry(**entry.item.model_dump(), document_id=entry.key.document_id, outlet=feed.outlet, queued_at=now)


def _again(page: PageEnd, now: datetime) -> WaitingEntry | None:
    """Return the entry as it waits for another attempt; None where it has ended."""
    entry = page.entry
    if page.end is None:
        return entry.model_copy(update={"not_before": page.rests_until})
    if not isinstance(page.end, Failure) or page.end.outcome is not DocumentOutcome.UNREACHABLE:
        return None
    if page.rests_until is not None:  # the host is at fault and has said when it wants to be asked again
        return entry.model_copy(update={"not_before": page.rests_until})
    if entry.attempts + 1 >= MOST_ATTEMPTS:
        return None
    return entry.model_copy(update={"attempts": entry.attempts + 1, "not_before": now + retry_wait(entry.attempts)})
