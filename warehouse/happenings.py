"""From event reports to events: one row per happening.

Two reports are one happening only where nothing speaks against it: a wrong merge hides a happening, a missed one shows it twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb
import pyarrow as pa

from vocabulary.words import DatePrecision
from warehouse.columns import fetch_dicts, read_query, registered


@dataclass
class Happening:
    """What is known of one event while reports are placed."""

    event_id: str
    type: str
    starts_on: date | None
    ends_on: date | None
    precision: str
    actors: frozenset[str]
    targets: frozenset[str] = frozenset()
    place: str = ""
    documents: set[str] = field(default_factory=set)

    @property
    def slot(self) -> tuple[str, date | None, date | None]:
        """Return type and dates, which one happening never has two of."""
        return self.type, self.starts_on, self.ends_on

    def fits(self, other: "Happening") -> bool:
        """Tell whether `other`, a report of another document, may be of this happening.

        The slot is the same. Undated reports never merge; one actor set holds the other on a single day, otherwise they are equal;
        targets do not contradict, nor do places; and a document reports a happening once: its second report is of something else.
        """
        if self.starts_on is None or self.documents & other.documents:
            return False
        one_day = self.starts_on == self.ends_on and self.precision == other.precision == DatePrecision.DAY
        same_actors = self.actors <= other.actors or other.actors <= self.actors if one_day else self.actors == other.actors
        same_targets = self.targets <= other.targets or other.targets <= self.targets
        places = {self.place.casefold(), other.place.casefold()} - {""}
        return same_actors and bool(self.actors and other.actors) and same_targets and len(places) < 2

    def absorb(self, other: "Happening") -> None:
        """Take what a report adds."""
        self.actors |= other.actors
        self.targets |= other.targets
        self.place = self.place or other.place
        self.documents |= other.documents


def merge_reports(known: Iterable[Happening], reports: Iterable[Happening]) -> dict[str, str]:
    """Map each report (its id in `event_id`) to the event it belongs to, in the order given.

    A report goes to the one known happening with the same actors, else to the only one that fits; where two fit, it stands alone.
    """
    by_slot: defaultdict[tuple[str, date | None, date | None], list[Happening]] = defaultdict(list)
    for happening in known:
        by_slot[happening.slot].append(happening)
    placed: dict[str, str] = {}
    for report in reports:
        report_id = report.event_id
        fitting = [happening for happening in by_slot[report.slot] if happening.fits(report)]
        equal = [happening for happening in fitting if happening.actors == report.actors]
        choice = (equal if len(equal) == 1 else fitting) if fitting else []
        if len(choice) == 1:
            choice[0].absorb(report)
            placed[report_id] = choice[0].event_id
        else:
            by_slot[report.slot].append(report)
            placed[report_id] = report_id
    return placed


def place_reports(connection: duckdb.DuckDBPyConnection, reports: pa.Table, again: bool) -> set[str]:
    """Append the reports that are not live, each with the event it belongs to; return these events.

    `again`: some documents were tagged before, so that a report may be live already; reads the registered `tagged_again`.
    """
    if reports.num_rows == 0:
        return set()
    with registered(connection, incoming_reports=reports):
        live = "SELECT report_id FROM event_reports SEMI JOIN tagged_again USING (document_id) WHERE withdrawn_at IS NULL"
        fresh = f"SELECT * FROM incoming_reports ANTI JOIN ({live}) USING (report_id)" if again else "FROM incoming_reports"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh_reports AS {fresh}")
    known = [_happening(row, "event_id") for row in fetch_dicts(connection, read_query("candidate_events"))]
    rows = fetch_dicts(connection, read_query("reports_to_place"))
    placed = merge_reports(known, [_happening(row, "report_id") for row in rows])
    table = pa.table({"report_id": pa.array(list(placed), pa.string()), "event_id": pa.array(list(placed.values()), pa.string())})
    with registered(connection, placed_reports=table):
        connection.execute(
            "INSERT INTO event_reports BY NAME SELECT * EXCLUDE (recorded_reason) FROM fresh_reports JOIN placed_reports USING (report_id)"
        )
    connection.execute("DROP TABLE fresh_reports")
    return set(placed.values())


def refresh_events(connection: duckdb.DuckDBPyConnection, event_ids: Collection[str], run_id: str, recorded_at: datetime) -> None:
    """Build these events from their live reports; close rows that differ and append what they became."""
    if not event_ids:
        return
    table = pa.table({"event_id": pa.array(sorted(event_ids), pa.string())})
    with registered(connection, touched_events=table):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE built_events AS {read_query('build_events')}")
        connection.execute(
            "UPDATE events e SET superseded_at = $recorded_at FROM touched_events t"
            " WHERE e.event_id = t.event_id AND e.superseded_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM built_events b WHERE b.event_id = e.event_id AND b.content_key = e.content_key)",
            {"recorded_at": recorded_at},
        )
        connection.execute(
            "INSERT INTO events BY NAME SELECT b.*, $run_id AS run_id, $recorded_at AS recorded_at FROM built_events b"
            " ANTI JOIN (SELECT event_id FROM events SEMI JOIN touched_events USING (event_id) WHERE superseded_at IS NULL) e"
            " USING (event_id)",
            {"run_id": run_id, "recorded_at": recorded_at},
        )
    connection.execute("DROP TABLE built_events")


def _happening(row: dict[str, object], id_column: str) -> Happening:
    """Return a row of candidate events, or of reports to place, as a happening."""
    starts_on, ends_on, actors, targets, documents = (row[name] for name in ("starts_on", "ends_on", "actors", "targets", "documents"))
    assert isinstance(starts_on, date | None)
    assert isinstance(ends_on, date | None)
    assert isinstance(actors, list)
    assert isinstance(targets, list)
    assert isinstance(documents, list)
    return Happening(
        str(row[id_column]),
        str(row["type"]),
        starts_on,
        ends_on,
        str(row["date_precision"]),
        frozenset(actors),
        frozenset(targets),
        str(row["place"] or ""),
        set(documents),
    )
