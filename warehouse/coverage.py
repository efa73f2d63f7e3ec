"""What was read and what was not, events as a digest shows them, and the state of the warehouse in numbers."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
from pydantic import Field

from vocabulary.claims import TextDate
from vocabulary.documents import Record
from vocabulary.masking import masked_url
from vocabulary.stance import Coverage, DigestEvent, FeedCoverage, RunRecord
from vocabulary.words import DatePrecision, DocumentOutcome
from warehouse.columns import fetch_dicts, read_query
from warehouse.connection import STORAGE_VERSION
from warehouse.runs import find_last_run
from warehouse.snapshot import snapshot_path

# the item was read, or was rightly left alone
ENDED_WELL = frozenset({DocumentOutcome.TAGGED, DocumentOutcome.UNCHANGED, DocumentOutcome.OFF_TOPIC})


class WarehouseStatus(Record):
    """The warehouse in numbers."""

    path: str = Field(description="Working file")
    snapshot: str | None = Field(description="Snapshot beside it; None before the first")
    schema_number: int = Field(description="Newest migration")
    duckdb_version: str = Field(description="DuckDB that runs")
    storage_version: str = Field(description="DuckDB whose files are written")
    watch_version: str | None = Field(description="Watch in use; None before the first")
    documents: int = Field(description="Articles")
    document_versions: int = Field(description="Texts of articles")
    positions: int = Field(description="Live positions")
    events: int = Field(description="Live events")
    stances: int = Field(description="Keys with a stance on the newest day")
    queued_keys: int = Field(description="Keys whose evidence changed since stances were last built")
    newest_day: date | None = Field(description="Newest day with a document or a digest")
    digests: int = Field(description="Digests issued")
    last_digest_day: date | None = Field(description="Newest day with a digest")
    last_run: RunRecord | None = Field(description="Run that began last")


def get_status(connection: duckdb.DuckDBPyConnection, path: Path) -> WarehouseStatus:
    """Return what the warehouse at `path` holds."""
    row = fetch_dicts(connection, read_query("status"))[0]
    snapshot = snapshot_path(path)
    own = {
        "path": str(path),
        "snapshot": str(snapshot) if snapshot.exists() else None,
        "duckdb_version": duckdb.__version__,
        "storage_version": STORAGE_VERSION,
        "last_run": find_last_run(connection),
    }
    return WarehouseStatus.model_validate(row | own)


def list_events(connection: duckdb.DuckDBPyConnection, day_from: date, day_to: date) -> list[DigestEvent]:
    """Return the events of these days, by date: happenings that lie within them, or that go on over one of them."""
    return _show_events(connection, "list_events", {"day_from": day_from, "day_to": day_to})


def list_events_ahead(connection: duckdb.DuckDBPyConnection, day: date) -> list[DigestEvent]:
    """Return the planned events that begin, or may still begin, after `day`, by date."""
    return _show_events(connection, "list_events_ahead", {"day": day})


def _show_events(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object]) -> list[DigestEvent]:
    """Return the rows of an event query as records."""
    shown = []
    for row in fetch_dicts(connection, read_query(query), parameters):
        starts_on, ends_on, precision = row["starts_on"], row.pop("ends_on"), DatePrecision(str(row.pop("date_precision")))
        assert isinstance(starts_on, date | None)
        assert isinstance(ends_on, date | None)
        written = TextDate(starts_on=starts_on, ends_on=ends_on, precision=precision).iso()
        shown.append(DigestEvent.model_validate(row | {"date_iso": written}))
    return shown


def get_coverage(connection: duckdb.DuckDBPyConnection, day_from: date, day_to: date, known_since: datetime | None) -> Coverage:
    """Return what was read for the days from `day_from` to `day_to`, or of earlier days since `known_since`, and what was not."""
    days = {"day_from": day_from, "day_to": day_to, "known_since": known_since}
    outcomes = fetch_dicts(connection, read_query("last_outcomes"))
    words = Counter(str(row["status"]) for row in outcomes)
    bad = [row for row in outcomes if DocumentOutcome(str(row["status"])) not in ENDED_WELL]
    counts = fetch_dicts(connection, read_query("count_documents"), days)[0]
    feeds = fetch_dicts(connection, read_query("feed_coverage"))
    silent = connection.execute(read_query("silent_actors"), days).fetchall()
    return Coverage.model_validate(
        counts
        | {
            "outcomes": dict(sorted(words.items())),
            # a digest goes out: no key of an address goes with it
            "not_read": [masked_url(f"{row['item']}: {row['status']}" + (f" ({row['detail']})" if row["detail"] else "")) for row in bad],
            "feeds": [FeedCoverage.model_validate(row | {"detail": masked_url(str(row["detail"]))}) for row in feeds],
            "silent_actors": [row[0] for row in silent],
        }
    )


def record_coverage(connection: duckdb.DuckDBPyConnection, days: tuple[date, date], run_id: str, now: datetime, timezone: str) -> None:
    """Keep what was covered on those of these days that had any document or poll, and on the last; days that have rows keep them."""
    parameters = {"day_from": days[0], "day_to": days[1], "run_id": run_id, "recorded_at": now, "timezone": timezone}
    connection.execute(f"INSERT INTO coverage_days BY NAME {read_query('coverage_days')}", parameters)
