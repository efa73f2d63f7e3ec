"""The facade: one open warehouse, every write in a transaction, everything idempotent by content id."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from vocabulary.claims import TaggedDocument
from vocabulary.documents import (
    Document,
    DocumentAlias,
    EntryKey,
    FeedEntry,
    FeedPoll,
    GoneDocument,
    HostPause,
    Outcome,
    PageCheck,
    RobotsFile,
    WaitingEntry,
)
from vocabulary.stance import Coverage, Digest, DigestEvent, RunRecord, StanceChange, StanceDay
from vocabulary.watch import Feed, Watch
from vocabulary.words import ChangeKind, RunStatus
from warehouse import changes, claims, coverage, digests, documents, page_checks, polls, runs, snapshot, stances, watch_tables
from warehouse.beside import find_size
from warehouse.connection import FileLock, connect, make_folder, telling_file_errors, transaction
from warehouse.coverage import WarehouseStatus
from warehouse.documents import AlikeText, CopyCount, InsertCount
from warehouse.migrate import migrate
from warehouse.page_checks import Calls, StoredText

__all__ = ["AlikeText", "Calls", "CopyCount", "InsertCount", "StoredText", "Warehouse", "WarehouseStatus", "open_warehouse"]


@contextmanager
def open_warehouse(path: Path, *, timezone: str) -> Iterator["Warehouse"]:
    """Open the working file for the body: created and migrated where needed, locked against other processes.

    `timezone` is the IANA name of the zone in which days are counted. Raises `LockedError` while another process holds the file and
    `WarehouseError` for a file that is damaged, newer than this code, or no warehouse.
    """
    make_folder(path.parent)
    lock = FileLock(path)
    lock.acquire()
    try:
        is_new = find_size(path) is None
        connection = connect(path)
        store = Warehouse(connection, path, timezone)
        try:
            with telling_file_errors(path):
                migrate(connection, str(path))
                if not is_new:  # the lock is ours: whatever is marked as running is not
                    runs.end_lost_runs(connection)
                yield store
        finally:
            store.close()
    finally:
        lock.release()


class Warehouse:
    """One open warehouse; made by `open_warehouse`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, timezone: str) -> None:
        self.connection = connection
        self.path = path
        self.timezone = timezone
        self._copier = snapshot.Copier(path)

    def close(self) -> None:
        """Close the file; DuckDB first, since closing our reading handle would drop its lock on the file."""
        self.connection.close()
        self._copier.close()

    # what is watched, and runs

    def put_watch(self, watch: Watch, *, recorded_at: datetime) -> bool:
        """Put `watch` into use; True where it was not in use yet."""
        with transaction(self.connection, "storing the watch"):
            return watch_tables.put_watch(self.connection, watch, recorded_at)

    def start_run(self, run: RunRecord) -> None:
        """Record that a run began; once per run_id."""
        with transaction(self.connection, "recording the run"):
            runs.start_run(self.connection, run)

    def end_run(self, run_id: str, *, ended_at: datetime, status: RunStatus, detail: str = "") -> None:
        """Record how a run ended; the first end stands."""
        with transaction(self.connection, "recording the run"):
            runs.end_run(self.connection, run_id, ended_at, status, detail)

    def find_last_run(self) -> RunRecord | None:
        """Return the run that began last, None before the first."""
        return runs.find_last_run(self.connection)

    # documents

    def insert_documents(self, batch: Sequence[Document]) -> InsertCount:
        """Store new articles and new texts of known ones; the same text again changes nothing."""
        with transaction(self.connection, "storing documents"):
            return documents.insert_documents(self.connection, batch)

    def find_alike(self, batch: Sequence[Document], *, days: int) -> dict[str, list[AlikeText]]:
        """Map the id of each of `batch` to the stored texts, published within `days` days of it, that it may be a copy of."""
        return documents.find_alike(self.connection, batch, days)

    def insert_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Store how items ended; the first outcome of an item in a run stands."""
        with transaction(self.connection, "storing outcomes"):
            documents.insert_outcomes(self.connection, outcomes)

    def insert_polls(self, batch: Sequence[FeedPoll]) -> None:
        """Store polls; the first poll of a feed in a run stands."""
        with transaction(self.connection, "storing polls"):
            polls.insert_polls(self.connection, batch)

    def commit_poll(
        self,
        rows: Sequence[FeedPoll],
        batch: Sequence[Document],
        outcomes: Sequence[Outcome],
        *,
        entries: Sequence[FeedEntry] = (),
        waiting: Sequence[WaitingEntry] = (),
        ended: Collection[str] = (),
        aliases: Sequence[DocumentAlias] = (),
        pauses: Sequence[HostPause] = (),
        robots: Sequence[RobotsFile] = (),
        checks: Sequence[PageCheck] = (),
        calls: Calls | None = None,
        gone: Sequence[GoneDocument] = (),
        back: Mapping[str, datetime] | None = None,
    ) -> InsertCount:
        """Store what a batch of polling brought together or not at all: validators never without the rows that they stand for.

        `waiting` entries are to be fetched yet, those of the ids in `ended` no more. `checks` say when articles are asked for again,
        `calls` what feeds say of that; what `gone` articles showed is withdrawn, and those in `back` were found there again then.
        """
        with transaction(self.connection, "storing a poll"):
            count = documents.insert_documents(self.connection, batch)
            documents.insert_outcomes(self.connection, outcomes)
            polls.insert_polls(self.connection, rows)
            polls.insert_entries(self.connection, entries)
            polls.put_waiting(self.connection, waiting)
            polls.end_waiting(self.connection, ended)
            polls.insert_aliases(self.connection, aliases)
            polls.insert_pauses(self.connection, pauses)
            polls.put_robots(self.connection, robots)
            page_checks.put_checks(self.connection, checks)
            if calls is not None:
                page_checks.take_calls(self.connection, calls)
            claims.withdraw_documents(self.connection, gone)
            page_checks.mark_back(self.connection, back or {})
            return count

    def last_polls(self) -> dict[str, FeedPoll]:
        """Map each feed that was ever polled to its newest poll."""
        return polls.last_polls(self.connection)

    def find_entries(self, keys: Collection[EntryKey]) -> list[FeedEntry]:
        """Return the stored entries of the same feeds with one of these articles or guids."""
        return polls.find_entries(self.connection, keys)

    def find_articles(self, ids: Iterable[str]) -> dict[str, str]:
        """Map each of these ids that is an article's, a waiting entry's, or another address of one, to that article's id."""
        return polls.find_articles(self.connection, ids)

    def list_waiting(self, now: datetime, *, limit: int) -> list[WaitingEntry]:
        """Return entries whose page may be asked for now, those met first come first."""
        return polls.list_waiting(self.connection, now, limit)

    def count_waiting(self) -> int:
        """Return the number of entries whose page is still to be fetched."""
        return polls.count_waiting(self.connection)

    def put_feed_choices(self, added: Sequence[Feed], removed: Collection[str]) -> None:
        """Keep which feeds the user added to those of the watch and which were taken from them."""
        with transaction(self.connection, "storing the choice of feeds"):
            polls.put_choices(self.connection, added, removed)

    def host_pauses(self, now: datetime) -> dict[str, datetime]:
        """Map each host that is not to be asked at `now` to the end of its rest."""
        return polls.host_pauses(self.connection, now)

    def find_robots(self, sites: Collection[str]) -> dict[str, RobotsFile]:
        """Map those of these sites whose robots.txt is known to it."""
        return polls.find_robots(self.connection, sites)

    def list_checks(self, now: datetime, *, limit: int) -> list[PageCheck]:
        """Return articles whose page is to be asked for again, those that a feed shows edited first; off-topic ones leave the list."""
        with transaction(self.connection, "listing what is asked for again"):
            return page_checks.list_checks(self.connection, now, limit)

    def newest_texts(self, ids: Collection[str]) -> dict[str, StoredText]:
        """Map each of these articles that is stored to its newest text."""
        return page_checks.newest_texts(self.connection, ids)

    def known_urls(self, urls: Collection[str]) -> set[str]:
        """Return those of `urls` that are addresses of stored articles."""
        return documents.known_urls(self.connection, urls)

    def count_copies(self) -> CopyCount:
        """Return how many stories have several prints, and how many articles those are."""
        return documents.count_copies(self.connection)

    def first_document_day(self) -> date | None:
        """Return the oldest day of publication, None without documents."""
        return documents.document_days(self.connection)[0]

    def latest_document_day(self) -> date | None:
        """Return the newest day of publication, None without documents."""
        return documents.document_days(self.connection)[1]

    # claims

    def list_untagged(
        self, extractor_version: str, watch_version: str, limit: int | None = None, *, ids: Collection[str] | None = None
    ) -> list[Document]:
        """Return the newest text of each article that these versions have not tagged, oldest first; gone ones are left out.

        Only of the articles in `ids` where these are given.
        """
        return documents.list_untagged(self.connection, extractor_version, watch_version, limit, ids)

    def insert_tagged(self, tagged: Sequence[TaggedDocument], *, run_id: str, recorded_at: datetime) -> InsertCount:
        """Store what was found in documents, withdraw what is not found again, and put events together."""
        with transaction(self.connection, "storing what was found"):
            return claims.insert_tagged(self.connection, tagged, run_id, recorded_at)

    def withdraw_documents(self, gone: Sequence[GoneDocument]) -> int:
        """Mark articles as gone and withdraw all that they show; return the number of positions withdrawn."""
        with transaction(self.connection, "withdrawing documents"):
            return claims.withdraw_documents(self.connection, gone)

    # stances and changes

    def build_stances(self, *, run_id: str, known_at: datetime, watch: Watch) -> int:
        """Build the stances whose evidence (or whose watch) changed; return the number of keys that differ from before."""
        with transaction(self.connection, "building stances"):
            watch_tables.put_watch(self.connection, watch, known_at)
            return stances.build_stances(self.connection, run_id, known_at, watch.version)

    def list_stances(self, day: date) -> list[StanceDay]:
        """Return where everyone stood at the close of `day`, as now known, by actor, issue and aspect."""
        return stances.list_stances(self.connection, day)

    def count_stances(self, day: date) -> int:
        """Return the number of stances at the close of `day`, as now known."""
        return stances.count_stances(self.connection, day)

    def list_reaffirmed(self, day: date) -> list[StanceDay]:
        """Return the stances that began before `day` and were restated on it."""
        return stances.pick_reaffirmed(self.list_stances(day), day)

    def list_lines(self, previous: Digest | None, day: date, *, first_day: date | None = None) -> list[StanceChange]:
        """Return what differs from what `previous` said to the close of `day` as now known: confirmed changes and first sights.

        Without `previous` (opening digest): every change between the close of `first_day` and of `day`, and the stance with which each
        key starts.
        """
        return changes.list_changes(self.connection, previous, day, first_day, self.timezone)

    def list_changes_since(self, previous: Digest | None, day: date, *, first_day: date | None = None) -> list[StanceChange]:
        """Return the lines of `list_lines` that are confirmed changes."""
        return [line for line in self.list_lines(previous, day, first_day=first_day) if line.kind is not ChangeKind.FIRST_SEEN]

    def list_first_seen(self, previous: Digest | None, day: date, *, first_day: date | None = None) -> list[StanceChange]:
        """Return the lines of `list_lines` that are first sights."""
        return [line for line in self.list_lines(previous, day, first_day=first_day) if line.kind is ChangeKind.FIRST_SEEN]

    def list_signals(self, day_from: date, day_to: date) -> list[StanceChange]:
        """Return evidence of these days that may not move a stance but speaks against it, or of a key without one."""
        return changes.list_signals(self.connection, day_from, day_to)

    # events and coverage

    def list_events(self, day_from: date, day_to: date) -> list[DigestEvent]:
        """Return what happened, or was to happen, on these days."""
        return coverage.list_events(self.connection, day_from, day_to)

    def list_events_ahead(self, day: date) -> list[DigestEvent]:
        """Return what is planned for after `day`."""
        return coverage.list_events_ahead(self.connection, day)

    def get_coverage(self, day: date, *, day_from: date | None = None, known_since: datetime | None = None) -> Coverage:
        """Return what was read for `day` (or for `day_from` to `day`) and what was not.

        A document of an earlier day counts where its text was first tagged after `known_since`: when the digest before was issued.
        """
        return coverage.get_coverage(self.connection, day_from or day, day, known_since)

    # digests

    def find_last_digest(self) -> Digest | None:
        """Return the digest of the newest day that has one."""
        return digests.find_last_digest(self.connection)

    def find_digest(self, day: date) -> Digest | None:
        """Return the digest issued for `day`, None if none was."""
        return digests.find_digest(self.connection, day)

    def list_digest_days(self) -> list[date]:
        """Return the days for which a digest was issued, oldest first."""
        return digests.list_digest_days(self.connection)

    def insert_digest(self, digest: Digest, *, run_id: str) -> bool:
        """Issue a digest; False where it was issued already. Another content for an issued day raises `WarehouseError`."""
        with transaction(self.connection, f"issuing the digest of {digest.day}"):
            return digests.insert_digest(self.connection, digest, run_id, self.timezone)

    # the file

    def publish_snapshot(self, target: Path | None = None) -> Path:
        """Publish a read-only copy beside the working file (or at `target`) and return its path."""
        usual = snapshot.snapshot_path(self.path)
        return snapshot.publish(self.connection, self._copier, target or usual, is_locked=target in (None, usual))

    def get_status(self) -> WarehouseStatus:
        """Return what the warehouse holds, in numbers."""
        return coverage.get_status(self.connection, self.path)
