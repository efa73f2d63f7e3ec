"""Lines of a digest: confirmed changes, first sights and signals, with the evidence of both sides.

What a change is and why it stands there is SQL (`queries/opening_changes.sql`, `changes_since_digest.sql`, `signals.sql`).
"""

from datetime import date

import duckdb

from vocabulary.errors import WarehouseError
from vocabulary.identity import content_id
from vocabulary.stance import Digest, Evidence, StanceChange
from warehouse.columns import fetch_dicts, read_query
from warehouse.stances import show_evidence


def list_changes(
    connection: duckdb.DuckDBPyConnection, previous: Digest | None, day: date, first_day: date | None, timezone: str
) -> list[StanceChange]:
    """Return what changed since `previous`, first sights too, most significant first.

    `previous` must be issued; without it, the changes from the close of `first_day` to that of `day`.
    """
    if previous is None:
        rows = fetch_dicts(connection, read_query("opening_changes"), {"day": day, "first_day": first_day})
    else:
        known = connection.execute("SELECT 1 FROM digests WHERE digest_id = $id", {"id": previous.digest_id}).fetchone()
        if known is None:
            raise WarehouseError(f"the digest of {previous.day} was never issued here; changes are counted from an issued digest")
        parameters = {"day": day, "digest_id": previous.digest_id, "timezone": timezone}
        rows = fetch_dicts(connection, read_query("changes_since_digest"), parameters)
    as_issued = {stance.lead.position_id: stance.lead for stance in previous.stances} if previous else {}
    return _build_lines(connection, rows, day, as_issued)


def list_signals(connection: duckdb.DuckDBPyConnection, day_from: date, day_to: date) -> list[StanceChange]:
    """Return the signals of these days, most significant first."""
    rows = fetch_dicts(connection, read_query("signals"), {"day_from": day_from, "day_to": day_to})
    return _build_lines(connection, rows, day_to, {})


def _build_lines(
    connection: duckdb.DuckDBPyConnection, rows: list[dict[str, object]], day: date, as_issued: dict[str, Evidence]
) -> list[StanceChange]:
    """Return rows as lines of the digest of `day`; evidence that a digest showed is shown as it was."""
    ids = {str(row[name]) for row in rows for name in ("before_position_id", "after_position_id") if row[name] is not None}
    shown = show_evidence(connection, ids) | as_issued
    lines = []
    for row in rows:
        before, after = row.pop("before_position_id"), row.pop("after_position_id")
        words = [row[name] for name in ("actor", "issue", "aspect", "kind", "cause", "strength")]
        own = {
            "change_id": content_id(day, *words, before, after),
            "day": day,
            "before": shown[str(before)] if before is not None else None,
            "after": shown[str(after)] if after is not None else None,
        }
        lines.append(StanceChange.model_validate(row | own))
    return lines
