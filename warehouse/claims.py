"""What texts say: positions, event reports, and which versions tagged what.

A document is tagged again when its text, the extractors or the watch changed, or when it returned where it had been gone. What is not found
again is withdrawn, what is found again keeps its row. Must not know what a stance is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from vocabulary.claims import EventReport, Position, TaggedDocument
from vocabulary.documents import GoneDocument
from vocabulary.errors import WarehouseError
from warehouse.columns import Extra, build_table, read_query, registered
from warehouse.documents import InsertCount
from warehouse.happenings import place_reports, refresh_events
from warehouse.page_checks import mark_gone

NEW, EDITED, RE_EXTRACTION, WATCH_CHANGE, GONE, RETURNED = "new", "edited", "re-extraction", "watch_change", "gone", "returned"
# What of a position may change while its id stays: then the row is closed and another one opened.
_MATERIAL = ("speaker", "role", "condition", "attribution", "basis", "said_on", "said_on_basis", "confidence")


@dataclass(frozen=True)
class _Accepted:
    """A tagging that goes in, and why its document was tagged."""

    tagged: TaggedDocument
    reason: str


def insert_tagged(
    connection: duckdb.DuckDBPyConnection, tagged: Sequence[TaggedDocument], run_id: str, recorded_at: datetime
) -> InsertCount:
    """Store what the extractors found; to be called inside a transaction.

    1. taggings already in force and those of older texts are left out, 2. positions and reports not found again are withdrawn,
    3. new ones go in, 4. taggings, 5. events are put together again.
    A tagging of a text that is not stored raises `WarehouseError`.
    """
    # 1. which go in, and why
    accepted = _accept(connection, list({item.document_id: item for item in tagged}.values()))
    if not accepted:
        return InsertCount(unchanged=len(tagged))
    again = [item for item in accepted if item.reason != NEW]
    tagged_again = _reasons_table([item.tagged.document_id for item in again], [item.reason for item in again])
    moment = (run_id, recorded_at)
    positions = _claims_table(accepted, Position, "positions", "position_id", moment)
    reports = _claims_table(accepted, EventReport, "events", "report_id", moment)
    touched_events: set[str] = set()
    with registered(connection, tagged_again=tagged_again, incoming_positions=positions):
        # 2. withdraw (a document tagged for the first time has nothing to withdraw, and history is not scanned for it)
        if again:
            _withdraw_positions(connection, recorded_at)
            touched_events |= _withdraw_reports(connection, reports, recorded_at)
        # 3. insert
        _insert_positions(connection, bool(again))
        touched_events |= place_reports(connection, reports, bool(again))
    # 4. taggings
    _insert_taggings(connection, accepted, run_id, recorded_at)
    # 5. events
    refresh_events(connection, touched_events, run_id, recorded_at)
    new = sum(item.reason == NEW for item in accepted)
    return InsertCount(new, len(accepted) - new, len(tagged) - len(accepted))


def withdraw_documents(connection: duckdb.DuckDBPyConnection, gone: Sequence[GoneDocument]) -> int:
    """Withdraw all that these documents show, since they are gone where they were published; return the number of positions.

    1. They are marked, 2. what they show is withdrawn, 3. their taggings end, so that they are tagged anew once they return.
    """
    if not gone:
        return 0
    run_id, recorded_at = gone[0].run_id, gone[0].gone_at
    ids = sorted({one.document_id for one in gone})
    # 1. mark
    mark_gone(connection, gone)
    # 2. withdraw
    nothing = build_table(Position, [], id_field="position_id")
    with registered(connection, tagged_again=_reasons_table(ids, [GONE] * len(ids)), incoming_positions=nothing):
        count = _withdraw_positions(connection, recorded_at)
        touched = _withdraw_reports(connection, build_table(EventReport, [], id_field="report_id"), recorded_at)
        # 3. taggings
        connection.execute(
            "UPDATE taggings t SET superseded_at = $recorded_at FROM tagged_again g"
            " WHERE t.document_id = g.document_id AND t.superseded_at IS NULL",
            {"recorded_at": recorded_at},
        )
    refresh_events(connection, touched, run_id, recorded_at)
    return count


def _accept(connection: duckdb.DuckDBPyConnection, tagged: Sequence[TaggedDocument]) -> list[_Accepted]:
    """Return the taggings that change anything, each with its reason."""
    wanted = pa.table({"document_id": pa.array([item.document_id for item in tagged], pa.string())})
    with registered(connection, wanted=wanted):
        newest = dict(
            connection.execute(
                "SELECT document_id, arg_max(text_sha256, version) FROM document_versions SEMI JOIN wanted USING (document_id) GROUP BY ALL"
            ).fetchall()
        )
        rows = connection.execute(
            "SELECT document_id, text_sha256, extractor_version, watch_version FROM taggings SEMI JOIN wanted USING (document_id)"
            " WHERE superseded_at IS NULL"
        ).fetchall()
        returned = connection.execute(
            "SELECT DISTINCT document_id FROM gone_documents SEMI JOIN wanted USING (document_id) WHERE back_at IS NOT NULL"
        ).fetchall()
    in_force = {row[0]: row[1:] for row in rows}
    were_gone = {row[0] for row in returned}
    accepted = []
    for item in tagged:
        if item.document_id not in newest:
            raise WarehouseError(
                f"document {item.document_id} was tagged but is not stored; insert documents before what was found in them"
            )
        versions = (item.text_sha256, item.extractor_version, item.watch_version)
        before = in_force.get(item.document_id)
        if item.text_sha256 == newest[item.document_id] and versions != before:
            accepted.append(_Accepted(item, _reason(before, versions, item.document_id in were_gone)))
    return accepted


def _reason(before: tuple[str, str, str] | None, now: tuple[str, str, str], was_gone: bool) -> str:
    """Say why a document is tagged: the text before the extractors before the watch."""
    if before is None:
        return RETURNED if was_gone else NEW
    if before[0] != now[0]:
        return EDITED
    return RE_EXTRACTION if before[1] != now[1] else WATCH_CHANGE


def _reasons_table(document_ids: Sequence[str], reasons: Sequence[str]) -> pa.Table:
    """Return documents and why what they show may be withdrawn."""
    return pa.table({"document_id": pa.array(document_ids, pa.string()), "reason": pa.array(reasons, pa.string())})


def _claims_table(
    accepted: Sequence[_Accepted], model: type[Position] | type[EventReport], field: str, id_field: str, moment: tuple[str, datetime]
) -> pa.Table:
    """Return all positions, or all reports, of the accepted taggings with why and when they were recorded; once per id."""
    pairs = {getattr(claim, id_field): (claim, item.reason) for item in accepted for claim in getattr(item.tagged, field)}
    run_id, recorded_at = moment
    count = len(pairs)
    extra: dict[str, Extra] = {
        "recorded_reason": (pa.string(), [reason for _, reason in pairs.values()]),
        "run_id": (pa.string(), [run_id] * count),
        "recorded_at": (pa.timestamp("us", tz="UTC"), [recorded_at] * count),
    }
    return build_table(model, [claim for claim, _ in pairs.values()], extra, id_field="document_id")


def _withdraw_positions(connection: duckdb.DuckDBPyConnection, recorded_at: datetime) -> int:
    """Close the live positions of `tagged_again` that `incoming_positions` does not repeat; queue their keys."""
    same = " AND ".join(f"i.{name} IS NOT DISTINCT FROM p.{name}" for name in _MATERIAL)
    keys = connection.execute(
        "UPDATE positions p SET withdrawn_at = $recorded_at, withdrawn_reason = t.reason FROM tagged_again t"
        " WHERE p.document_id = t.document_id AND p.withdrawn_at IS NULL"
        f" AND NOT EXISTS (SELECT 1 FROM incoming_positions i WHERE i.position_id = p.position_id AND {same})"
        " RETURNING p.actor, p.issue, p.aspect",
        {"recorded_at": recorded_at},
    ).fetchall()
    if keys:
        names = ("actor", "issue", "aspect")
        table = pa.table({name: pa.array([key[at] for key in keys], pa.string()) for at, name in enumerate(names)})
        with registered(connection, withdrawn_keys=table):
            connection.execute("INSERT INTO stance_queue BY NAME SELECT DISTINCT * FROM withdrawn_keys")
    return len(keys)


def _insert_positions(connection: duckdb.DuckDBPyConnection, again: bool) -> None:
    """Append `incoming_positions` that are not live and queue their keys."""
    live = "SELECT position_id FROM positions SEMI JOIN tagged_again USING (document_id) WHERE withdrawn_at IS NULL"
    fresh = f"SELECT * FROM incoming_positions ANTI JOIN ({live}) USING (position_id)" if again else "FROM incoming_positions"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh_positions AS {fresh}")
    connection.execute(read_query("insert_positions"))
    connection.execute("INSERT INTO stance_queue BY NAME SELECT DISTINCT actor, issue, aspect FROM fresh_positions")
    connection.execute("DROP TABLE fresh_positions")


def _withdraw_reports(connection: duckdb.DuckDBPyConnection, reports: pa.Table, recorded_at: datetime) -> set[str]:
    """Close the live event reports of `tagged_again` that `reports` does not repeat; return their events."""
    with registered(connection, incoming_reports=reports):
        rows = connection.execute(
            "UPDATE event_reports r SET withdrawn_at = $recorded_at, withdrawn_reason = t.reason FROM tagged_again t"
            " WHERE r.document_id = t.document_id AND r.withdrawn_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM incoming_reports i WHERE i.report_id = r.report_id"
            " AND (i.status, i.confidence) IS NOT DISTINCT FROM (r.status, r.confidence)"
            " AND i.targets = r.targets AND i.place IS NOT DISTINCT FROM r.place AND i.quantities = r.quantities)"
            " RETURNING r.event_id",
            {"recorded_at": recorded_at},
        ).fetchall()
    return {row[0] for row in rows}


def _insert_taggings(connection: duckdb.DuckDBPyConnection, accepted: Sequence[_Accepted], run_id: str, recorded_at: datetime) -> None:
    """Close the taggings in force of these documents and append the new ones."""
    count = len(accepted)
    extra: dict[str, Extra] = {
        "position_count": (pa.int32(), [len(item.tagged.positions) for item in accepted]),
        "event_count": (pa.int32(), [len(item.tagged.events) for item in accepted]),
        "reason": (pa.string(), [item.reason for item in accepted]),
        "run_id": (pa.string(), [run_id] * count),
        "recorded_at": (pa.timestamp("us", tz="UTC"), [recorded_at] * count),
    }
    table = build_table(TaggedDocument, [item.tagged for item in accepted], extra, id_field="document_id")
    with registered(connection, incoming=table):
        connection.execute(
            "UPDATE taggings t SET superseded_at = $recorded_at FROM incoming i"
            " WHERE t.document_id = i.document_id AND t.superseded_at IS NULL AND i.reason <> 'new'",
            {"recorded_at": recorded_at},
        )
        connection.execute("INSERT INTO taggings BY NAME SELECT * FROM incoming")
