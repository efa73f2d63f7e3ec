"""What the reading verbs ask of the published snapshot, as any analyst could: documented tables, views and macros only.

Nothing here takes the lock. Values are days and hexadecimal ids, checked before they enter a statement.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.settings import Settings
from vocabulary.errors import NoDataError, TerminalError
from warehouse.adhoc import run_query
from warehouse.snapshot import snapshot_path

Row = dict[str, Any]
_ID = re.compile(r"[0-9a-f]{4,64}")

_CHANGES = """
SELECT c.actor, c.issue, c.aspect, c.kind, c.before_stance, c.after_stance, c.moved_on,
    b.quote AS before_quote, a.position_id, a.quote, a.speaker, d.outlet, d.title, d.url, d.published_on
FROM changes_between(DATE '{before}', DATE '{day}', TIMESTAMPTZ 'infinity', TIMESTAMPTZ 'infinity') c
LEFT JOIN positions b ON b.position_id = c.before_position_id
LEFT JOIN positions a ON a.position_id = c.after_position_id
LEFT JOIN documents d ON d.document_id = a.document_id
ORDER BY c.kind = 'first_seen', c.actor, c.issue, c.aspect
"""
_POSITION = """
SELECT p.*, d.outlet, d.title, d.url, d.published_on, d.published_basis, v.text
FROM positions p
JOIN documents d ON d.document_id = p.document_id
JOIN document_versions v ON v.document_id = p.document_id AND v.text_sha256 = p.text_sha256
WHERE starts_with(p.position_id, '{position_id}')
ORDER BY p.recorded_at DESC
"""
_RUNS = """
SELECT run_id, step, status, started_at, ended_at, detail, watch_version, extractor_version
FROM runs ORDER BY started_at DESC, run_id LIMIT 5
"""
_OUTCOMES = """
SELECT status, count(*) AS number FROM outcomes
WHERE run_id = (SELECT o.run_id FROM outcomes o ORDER BY o.recorded_at DESC, o.run_id LIMIT 1)
GROUP BY status ORDER BY number DESC, status
"""
_FEEDS = """
SELECT feed_id, status, polled_at, failures, detail FROM feed_polls
QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY polled_at DESC) = 1
ORDER BY feed_id
"""
_COUNTS = """
SELECT
    (SELECT count(*) FROM documents) AS documents,
    (SELECT count(*) FROM positions_live) AS positions,
    (SELECT count(*) FROM events_live) AS events,
    (SELECT count(*) FROM stance_today) AS stances,
    (SELECT count(*) FROM digests) AS digests,
    (SELECT max(day) FROM digests) AS last_digest_day
"""


@dataclass(frozen=True)
class SnapshotStatus:
    """The snapshot in numbers."""

    counts: Row
    runs: list[Row]
    outcomes: dict[str, int]
    feeds: list[Row]


def read_rows(settings: Settings, sql: str) -> list[Row]:
    """Return the rows of `sql` over the snapshot as mappings. Raises `NoDataError` before the first run."""
    result = run_query(snapshot_path(settings.warehouse), sql)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def list_changes(settings: Settings, day: date) -> list[Row]:
    """Return what differs between the close of `day` and of the day before, as now known; first sights come last."""
    return read_rows(settings, _CHANGES.format(before=(day - timedelta(days=1)).isoformat(), day=day.isoformat()))


def get_position(settings: Settings, position_id: str) -> Row:
    """Return one position with its document and the paragraph of its quote. `position_id` may be a beginning that only one has."""
    if not _ID.fullmatch(position_id):
        raise TerminalError(f"{position_id!r} is no position id; digests and `stancewatch diff --json` name them")
    rows = read_rows(settings, _POSITION.format(position_id=position_id))
    ids = {row["position_id"] for row in rows}
    if not ids:
        raise NoDataError(f"no position begins with {position_id}; `stancewatch sql 'SELECT position_id, quote FROM positions'` lists them")
    if len(ids) > 1:
        raise TerminalError(f"{len(ids)} positions begin with {position_id}; write more of the id")
    row = rows[0]
    text, start, end = row.pop("text"), row["quote_start"], row["quote_end"]
    begins = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    ends = text.find("\n\n", end)
    return {**row, "paragraph": text[begins : ends if ends >= 0 else len(text)], "is_verbatim": text[start:end] == row["quote"]}


def get_snapshot_status(settings: Settings) -> SnapshotStatus:
    """Return what the snapshot holds and how the last runs and polls ended."""
    return SnapshotStatus(
        counts=read_rows(settings, _COUNTS)[0],
        runs=read_rows(settings, _RUNS),
        outcomes={row["status"]: row["number"] for row in read_rows(settings, _OUTCOMES)},
        feeds=read_rows(settings, _FEEDS),
    )
