"""The reading facade: one open snapshot, questions that come back as records. It takes no lock and can change nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
from pydantic import Field

from vocabulary.claims import EventReport, Position, TextDate
from vocabulary.documents import Document, FeedPoll, Record
from vocabulary.errors import NoDataError, TerminalError, WarehouseError
from vocabulary.stance import Digest, Evidence, RunRecord
from vocabulary.words import ChangeKind, DateBasis, DatePrecision, DocumentOutcome, EventStatus, EventType, PublishedBasis, Stance
from warehouse import digests, polls, runs
from warehouse.columns import fetch_dicts, read_query
from warehouse.coverage import ENDED_WELL
from warehouse.migrate import applied_migrations, check_applied, list_migrations
from warehouse.snapshot import connect_snapshot
from warehouse.stances import show_evidence

_LAST_RUNS = 5
_PARAGRAPH_END = "\n\n"


class InText(Record):
    """Where the quote of a stored claim stands, and what became of the row."""

    outlet: str = Field(description="Who published the article")
    title: str = Field(description="Its headline")
    url: str = Field(description="Its address; `seed:<id>` for a seed")
    published_on: date = Field(description="Its day")
    published_basis: PublishedBasis = Field(description="How that day is known")
    paragraph: str = Field(description="Paragraph of the stored text in which the quote stands")
    paragraph_start: int = Field(ge=0, description="Its first character in the text version")
    is_verbatim: bool = Field(description="True where the stored text holds the quote at its offsets")
    run_id: str = Field(description="Run that recorded the row")
    recorded_at: datetime = Field(description="When the row was recorded, UTC")
    withdrawn_at: datetime | None = Field(description="When it stopped being known, UTC; None while it is known")
    withdrawn_reason: str | None = Field(description="Why; None while it is known")


class StoredPosition(Position, InText):
    """A position as stored, in its text."""

    quote_key: str = Field(description="Equal for quotes that differ only in case, punctuation or white space")
    recorded_reason: str = Field(description="Why its document was tagged then")


class StoredReport(EventReport, InText):
    """A report of a happening as stored, in its text."""

    event_id: str = Field(description="Event that it reports")


class StoredEvent(Record):
    """An event as its reports together show it, with all of them."""

    event_id: str = Field(description="Event")
    type: EventType = Field(description="What kind of happening")
    plover_code: str | None = Field(description="PLOVER root code; None where none says the same")
    starts_on: date | None = Field(description="First day; None where unknown")
    ends_on: date | None = Field(description="Last day, inclusive")
    date_precision: DatePrecision = Field(description="Smallest unit that the texts give")
    date_basis: DateBasis = Field(description="How the date is known")
    date_raw: str = Field(description="The words that give the date")
    status: EventStatus = Field(description="Whether it happened")
    actors: tuple[str, ...] = Field(description="Ids of those who did it or were in it; the doer first")
    targets: tuple[str, ...] = Field(description="Ids that it was done to or for")
    place: str | None = Field(description="Place as written")
    quantities: tuple[str, ...] = Field(description="Numbers with their units, as written")
    lead_report_id: str = Field(description="Fullest report")
    reports: int = Field(description="Documents that report it")
    extractor_version: str = Field(description="Version of the extractors and their data")
    watch_version: str = Field(description="Version of the watch")
    run_id: str = Field(description="Run that recorded the row")
    recorded_at: datetime = Field(description="When the row was recorded, UTC")
    superseded_at: datetime | None = Field(description="When its last report was withdrawn, UTC; None while it stands")
    told: tuple[StoredReport, ...] = Field(description="Its reports; those that stand come first, withdrawn ones last")

    def date_iso(self) -> str | None:
        """Return the date as `TextDate.iso` writes it."""
        return TextDate(starts_on=self.starts_on, ends_on=self.ends_on, precision=self.date_precision).iso()


class DayChange(Record):
    """A stance that differs between the close of a day and of the day before, as now known."""

    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(description="Aspect of the issue")
    kind: ChangeKind = Field(description="What it did to the stance")
    before_stance: Stance | None = Field(description="Stance before; None at first sight")
    after_stance: Stance | None = Field(description="Stance after; None where all evidence was withdrawn")
    moved_on: date | None = Field(description="Day from which the stance after holds; None where there is none")
    before: Evidence | None = Field(description="Newest evidence of the stance before")
    after: Evidence | None = Field(description="Evidence that opened the stance after")


class SnapshotCounts(Record):
    """What a snapshot holds."""

    documents: int = Field(description="Articles")
    positions: int = Field(description="Live positions")
    events: int = Field(description="Live events")
    stances: int = Field(description="Keys with a stance on the newest day")
    digests: int = Field(description="Digests issued")
    last_digest_day: date | None = Field(description="Newest day with a digest")


class ItemEnd(Record):
    """How an item of the last run that read documents ended."""

    item: str = Field(description="Its address or file name")
    status: DocumentOutcome = Field(description="The one final word")
    detail: str = Field(description="Why, and what to do about it; empty where the word says all")


class SnapshotStatus(Record):
    """What a snapshot holds, and how the last runs and polls ended."""

    counts: SnapshotCounts = Field(description="Numbers of rows")
    runs: tuple[RunRecord, ...] = Field(description="Last runs, the newest first")
    outcomes: dict[str, int] = Field(description="Final word to number of items, of the last run that read; the most frequent first")
    not_read: tuple[ItemEnd, ...] = Field(description="Items of that run that ended badly")
    feeds: tuple[FeedPoll, ...] = Field(description="Newest poll of each feed, by feed")


@contextmanager
def open_snapshot(snapshot: Path) -> Iterator["SnapshotReader"]:
    """Open a published snapshot for the body.

    Raises `NoDataError` where none was published yet and `WarehouseError` for a file that is damaged or of another schema.
    """
    connection = connect_snapshot(snapshot)
    try:
        applied = applied_migrations(connection, str(snapshot))
        check_applied(list_migrations(), applied, str(snapshot))
        if len(applied) < len(list_migrations()):
            raise WarehouseError(f"{snapshot} was published by an older program (schema {len(applied)}); `stancewatch run` publishes anew")
        yield SnapshotReader(connection)
    except duckdb.Error as error:
        raise WarehouseError(f"{snapshot} cannot be read: {str(error).splitlines()[0]}; `stancewatch run` publishes anew") from error
    finally:
        connection.close()


class SnapshotReader:
    """One open snapshot; made by `open_snapshot`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def get_status(self) -> SnapshotStatus:
        """Return what the snapshot holds and how the last runs and polls ended."""
        counted = fetch_dicts(self._connection, read_query("status"))[0]
        outcomes = [ItemEnd.model_validate(row) for row in fetch_dicts(self._connection, read_query("last_outcomes"))]
        words = Counter(str(outcome.status) for outcome in outcomes)
        newest = polls.last_polls(self._connection)
        return SnapshotStatus(
            counts=SnapshotCounts.model_validate({name: counted[name] for name in SnapshotCounts.model_fields}),
            runs=tuple(runs.list_last_runs(self._connection, _LAST_RUNS)),
            outcomes={word: words[word] for word in sorted(words, key=lambda word: (-words[word], word))},
            not_read=tuple(outcome for outcome in outcomes if outcome.status not in ENDED_WELL),
            feeds=tuple(newest[feed] for feed in sorted(newest)),
        )

    def find_digest(self, day: date) -> Digest | None:
        """Return the digest issued for `day`, None if none was when the snapshot was published."""
        return digests.find_digest(self._connection, day)

    def list_changes(self, day: date) -> list[DayChange]:
        """Return what differs between the close of `day` and of the day before, as now known; first sights come last."""
        rows = fetch_dicts(self._connection, read_query("changes_of_day"), {"day": day})
        sides = [(row.pop("before_position_id"), row.pop("after_position_id")) for row in rows]
        shown = show_evidence(self._connection, (str(side) for pair in sides for side in pair if side))
        return [
            DayChange.model_validate(row | {"before": shown.get(str(before)), "after": shown.get(str(after))})
            for row, (before, after) in zip(rows, sides, strict=True)
        ]

    def find_claim(self, beginning: str) -> StoredPosition | StoredEvent | StoredReport:
        """Return the position, event or report whose id begins so, in its text; the id of an event is that of its first report too.

        Raises `NoDataError` where nothing has such an id and `TerminalError` where several have.
        """
        rows = fetch_dicts(self._connection, read_query("ids_that_begin"), {"beginning": beginning})
        if not rows:
            raise NoDataError(
                f"no position, event or report has an id that begins with {beginning};"
                " `stancewatch sql 'SELECT position_id, quote FROM positions'` lists those of positions"
            )
        if len(rows) > 1:
            raise TerminalError(f"{len(rows)} ids begin with {beginning}; write more of it")
        found = str(rows[0]["id"])
        claim = self.find_position(found) if rows[0]["is_position"] else self.find_event(found) or self.find_report(found)
        if claim is None:
            raise WarehouseError(f"{found} is there, but the text that shows it is not; the snapshot is no whole warehouse")
        return claim

    def find_documents(
        self, *, beginning: str | None = None, addresses: Sequence[str] = (), raw_sha256: str | None = None
    ) -> list[Document]:
        """Return the articles, in their newest text, whose id begins so, that have one of these addresses, or are made of these bytes."""
        found: dict[str, Document] = {}
        for address in addresses or (None,):
            parameters = {"beginning": beginning, "address": address, "raw_sha256": raw_sha256}
            for row in fetch_dicts(self._connection, read_query("documents_named"), parameters):
                document = Document.model_validate(row)
                found[document.document_id] = document
        return list(found.values())

    def list_claims(self, document: Document) -> tuple[list[StoredPosition], list[StoredReport]]:
        """Return the positions and reports of events that stand of this text of an article, in text order."""
        parameters = {"document_id": document.document_id, "text_sha256": document.text_sha256}
        rows = fetch_dicts(self._connection, read_query("claims_of_document"), parameters)
        positions = [self.find_position(str(row["id"])) for row in rows if row["is_position"]]
        reports = [self.find_report(str(row["id"])) for row in rows if not row["is_position"]]
        return [one for one in positions if one is not None], [one for one in reports if one is not None]

    def find_position(self, position_id: str) -> StoredPosition | None:
        """Return a position in its text, withdrawn ones too; None where there is none."""
        rows = fetch_dicts(self._connection, read_query("position_in_text"), {"id": position_id})
        return StoredPosition.model_validate(_in_text(rows[0])) if rows else None

    def find_event(self, event_id: str) -> StoredEvent | None:
        """Return an event with its reports, also where all were withdrawn; None where there is none."""
        rows = fetch_dicts(
            self._connection,
            "SELECT * EXCLUDE (content_key) FROM events WHERE event_id = $id ORDER BY superseded_at IS NULL DESC, recorded_at DESC LIMIT 1",
            {"id": event_id},
        )
        return StoredEvent.model_validate(rows[0] | {"told": self._reports(event_id=event_id)}) if rows else None

    def find_report(self, report_id: str) -> StoredReport | None:
        """Return one report of an event in its text, withdrawn ones too; None where there is none."""
        return next(iter(self._reports(report_id=report_id)), None)

    def _reports(self, *, event_id: str | None = None, report_id: str | None = None) -> tuple[StoredReport, ...]:
        rows = fetch_dicts(self._connection, read_query("reports_in_text"), {"event_id": event_id, "report_id": report_id})
        return tuple(StoredReport.model_validate(_in_text(row)) for row in rows)


def _in_text(row: dict[str, object]) -> dict[str, object]:
    """Return a row with the paragraph of its quote in place of the whole text."""
    text, start, end = row.pop("text"), row["quote_start"], row["quote_end"]
    assert isinstance(text, str)
    assert isinstance(start, int)
    assert isinstance(end, int)
    before = text.rfind(_PARAGRAPH_END, 0, start)
    first = before + len(_PARAGRAPH_END) if before >= 0 else 0
    after = text.find(_PARAGRAPH_END, end)
    last = after if after >= 0 else len(text)
    return {**row, "paragraph": text[first:last], "paragraph_start": first, "is_verbatim": text[start:end] == row["quote"]}
