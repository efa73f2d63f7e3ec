"""Poll the feeds of a watch into the warehouse: who keeps the rows of `sources.polling`, and what the step's report says.

Every batch is one transaction: a kill loses the batch that is in hand and nothing before it.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from flows.cleaning import CleanTally, clean_documents, open_workers, outcomes_of
from flows.context import RunContext
from flows.looks import settle_looks
from flows.progress import track
from flows.reports import StepReport, count_words
from flows.settings import Settings
from flows.wires import share_wires
from flows.workers import PageWorkers
from sources.checks import MOST_IDLE_CALLS
from sources.failures import Failure
from sources.fetch import Fetcher
from sources.pages import final_id
from sources.polling import AnswerRows, Limits, LookRows, PageRows, Poller, PollSummary, State
from sources.schedule import Pace
from vocabulary.documents import DocumentAlias, EntryKey, FeedEntry, PageCheck, RawDocument, RobotsFile, WaitingEntry
from vocabulary.watch import Feed
from vocabulary.words import FAILED_POLLS, DocumentOutcome
from warehouse.store import Calls, Warehouse

_NAMED = 20
"""Feeds that failed which the report names; `status` lists them all."""


class StoreKeeper:
    """Keep what a poll brings in the warehouse, and count it."""

    def __init__(self, ctx: RunContext, store: Warehouse, workers: PageWorkers) -> None:
        self._ctx, self._store, self._workers = ctx, store, workers
        self.words: Counter[DocumentOutcome] = Counter()
        self.stored: set[str] = set()
        self.tally = CleanTally()
        self.edited = self.gone = self.returned = 0

    def find_entries(self, keys: Collection[EntryKey]) -> Sequence[FeedEntry]:
        """Return the stored entries of the same feeds with one of these articles or guids."""
        return self._store.find_entries(keys)

    def find_articles(self, ids: Collection[str]) -> Mapping[str, str]:
        """Map each of these ids that is an article's, a waiting entry's, or another address of one, to that article's id."""
        return self._store.find_articles(ids)

    def keep_answers(self, rows: AnswerRows) -> None:
        """Store polls with their entries and validators."""
        self._store.commit_poll(
            rows.polls,
            [],
            outcomes_of(self._ctx, rows.failures),
            entries=rows.entries,
            waiting=rows.waiting,
            aliases=rows.aliases,
            pauses=rows.pauses,
            calls=Calls(rows.calls, rows.named, self._ctx.now, MOST_IDLE_CALLS),
        )
        self.words.update(failure.outcome for failure in rows.failures)

    def list_waiting(self, limit: int) -> Sequence[WaitingEntry]:
        """Return entries whose page may be fetched now."""
        return self._store.list_waiting(self._ctx.now, limit=limit)

    def find_robots(self, sites: Collection[str]) -> Mapping[str, RobotsFile]:
        """Map those of these sites whose robots.txt is known to it."""
        return self._store.find_robots(sites)

    def keep_pages(self, rows: PageRows) -> None:
        """Clean pages and store what they came to; a page found at the address of another article is that article."""
        pages, aliases, copies = self._part_copies(rows.documents)
        with track("cleaning new articles", len(pages)) as advance:
            batch = clean_documents(self._ctx, pages, on_each=advance, workers=self._workers)
        failures = [*rows.failures, *copies, *batch.failures]
        documents = share_wires(self._store, batch.documents)
        ids = {document.document_id for document in documents}
        self._store.commit_poll(
            [],
            documents,
            outcomes_of(self._ctx, failures),
            waiting=rows.waiting,
            ended=rows.ended,
            aliases=aliases,
            pauses=rows.pauses,
            robots=rows.robots,
            checks=[check for check in rows.checks if check.document_id in ids],
        )
        self.words.update(failure.outcome for failure in failures)
        self.stored |= ids
        self.tally.add(batch.tally)

    def list_checks(self, limit: int) -> Sequence[PageCheck]:
        """Return known articles whose page is to be asked for again now, those that a feed shows edited first."""
        return self._store.list_checks(self._ctx.now, limit=limit)

    def keep_looks(self, rows: LookRows) -> None:
        """Clean what was found, compare it with what is stored, and store what it comes to."""
        settled = settle_looks(self._ctx, self._store, rows.looks, self._workers)
        self._store.commit_poll(
            [],
            share_wires(self._store, settled.edits),
            outcomes_of(self._ctx, settled.words),
            aliases=settled.aliases,
            pauses=rows.pauses,
            robots=rows.robots,
            checks=settled.checks,
            gone=settled.gone,
            back=dict.fromkeys(settled.returned, self._ctx.now),
        )
        self.words.update(word.outcome for word in settled.words)
        self.stored |= settled.passed_on
        self.tally.add(settled.tally)
        self.edited += len(settled.edits)
        self.gone += len(settled.gone)
        self.returned += len(settled.returned)

    def _part_copies(self, raws: Sequence[RawDocument]) -> tuple[list[RawDocument], list[DocumentAlias], list[Failure]]:
        """Return the pages that are articles of their own, the other addresses found, and the end of those that are another article."""
        finals = {raw.document_id: final_id(raw) for raw in raws}
        known = dict(self._store.find_articles([final for final in finals.values() if final]))
        own, aliases, copies = [], [], []
        for raw in raws:
            final = finals[raw.document_id]
            same = known.get(final) if final else None
            if same is not None and same != raw.document_id:
                aliases.append(DocumentAlias(alias_id=raw.document_id, document_id=same, recorded_at=self._ctx.now))
                copies.append(Failure(raw.url, DocumentOutcome.UNCHANGED, "its link leads to the address of an article that is known"))
                continue
            own.append(raw)
            if final and same is None:
                known[final] = raw.document_id
                aliases.append(DocumentAlias(alias_id=final, document_id=raw.document_id, recorded_at=self._ctx.now))
        return own, aliases, copies


def poll_into(ctx: RunContext, store: Warehouse, feeds: Sequence[Feed], *, force: bool = False) -> StepReport:
    """Poll `feeds` into `store` and return the step's report; with `force` those too whose time has not come."""
    with open_workers(ctx) as workers, track(f"polling {len(feeds)} feeds", None):
        keeper = StoreKeeper(ctx, store, workers)
        summary = asyncio.run(_poll(ctx, store, keeper, feeds, force))
    untagged = store.list_untagged(ctx.tagger.version, ctx.watch.version, ids=keeper.stored)
    waiting = {document.document_id for document in untagged}
    unchanged = keeper.stored - waiting
    store.insert_outcomes(outcomes_of(ctx, [Failure(item, DocumentOutcome.UNCHANGED, "") for item in sorted(unchanged)]))
    words = count_words([*keeper.words.elements(), *[DocumentOutcome.UNCHANGED] * len(unchanged)])
    passed_on = len(keeper.stored) - len(unchanged)
    return StepReport(
        step="poll",
        inputs=sum(words.values()) + passed_on,
        outcomes=words,
        passed_on=passed_on,
        polls=count_words(poll.status for poll in summary.polls),
        notes=(*keeper.tally.notes(), *_notes(summary, keeper, store.count_waiting())),
    )


def open_fetcher(settings: Settings, local_hosts: Mapping[str, int] | None = None) -> Fetcher:
    """Return the client by which feeds and pages are fetched; with `local_hosts` it asks those of this machine and nothing else."""
    return Fetcher(
        user_agent=settings.user_agent,
        allow_private=settings.allow_private,
        local_hosts=local_hosts,
        max_bytes=settings.max_bytes,
        deadline_s=settings.http_deadline_s,
        gap_s=settings.host_gap_s,
        host_at_once=settings.host_at_once,
        at_once=settings.http_at_once,
    )


async def _poll(ctx: RunContext, store: Warehouse, keeper: StoreKeeper, feeds: Sequence[Feed], force: bool) -> PollSummary:
    settings = ctx.settings
    state = State(last=store.last_polls(), pauses=store.host_pauses(ctx.now))
    async with open_fetcher(settings, ctx.local_hosts) as fetcher:
        poller = Poller(
            fetcher=fetcher,
            keeper=keeper,
            wanted=lambda item: ctx.tagger.is_relevant(item.title, item.summary),
            now=ctx.now,
            run_id=ctx.run_id,
            watch_version=ctx.watch.version,
            limits=Limits(
                budget_s=settings.poll_budget_s,
                pages=settings.poll_pages,
                again=settings.poll_again,
                new_items=settings.feed_items,
                host_at_once=settings.host_at_once,
                batch_size=settings.batch_size,
            ),
            pace=Pace(shortest_s=int(settings.feed_min_minutes * 60), longest_s=int(settings.feed_max_minutes * 60)),
        )
        return await poller.poll(feeds, state, force=force)


def _notes(summary: PollSummary, keeper: StoreKeeper, waiting: int) -> list[str]:
    """Return what was looked at again, and what was not done now, and why; not polled is not the same as silent."""
    paused = f" ({summary.paused} of them paused: gone or failing for long)" if summary.paused else ""
    found = ((keeper.edited, "edited"), (keeper.gone, "gone"), (keeper.returned, "back"))
    changes = ", ".join(f"{number} {word}" for number, word in found if number) or "none changed"
    told = (
        (summary.looks, f"known articles asked for again: {changes}"),
        (summary.not_due, f"feeds not due yet{paused}"),
        (summary.resting, "feeds left alone since their host asked for rest"),
        (summary.left_feeds, "feeds left for the next poll: the time of this one was over"),
        (summary.left_items, "new entries left for the next poll: more than feed_items from one feed"),
        (summary.outdated_robots, "sites whose robots.txt cannot be read now: their last answer, up to 30 days old, holds"),
        (waiting, "articles wait for the next poll"),
    )
    return [*_failed(summary), *(f"{number} {words}" for number, words in told if number)]


def _failed(summary: PollSummary) -> list[str]:
    """Return a line that names the feeds that failed, each with its word."""
    failed = sorted(f"{poll.feed_id} ({poll.status})" for poll in summary.polls if poll.status in FAILED_POLLS)
    if not failed:
        return []
    more = f" and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return [f"failed: {', '.join(failed[:_NAMED])}{more}"]
