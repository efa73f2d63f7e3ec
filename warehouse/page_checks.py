"""Which articles are asked for again and when, and which are gone where they were published.

Must not know how anything is fetched. What a gone article showed is withdrawn by `warehouse.claims`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import duckdb
import pyarrow as pa

from vocabulary.documents import GoneDocument, PageCheck, WaitingEntry
from warehouse.columns import build_table, fetch_dicts, registered

_OFF_TOPIC = "SELECT document_id FROM taggings WHERE superseded_at IS NULL AND relevance = 0"
_DUE = """
SELECT * FROM page_checks
WHERE next_ask_at <= $now
ORDER BY is_called DESC, next_ask_at, document_id
LIMIT $limit
"""
# What of an entry makes the text of its article
_SAID = "guid = c.guid, title = c.title, summary = c.summary, content_html = c.content_html, updated_at = c.updated_at"
_NEW_CHECKS = f"""
INSERT INTO page_checks BY NAME
SELECT
    c.feed_id, c.guid, d.url, c.title, c.summary, c.content_html, c.published_at, c.published_raw, c.updated_at, d.document_id, d.outlet,
    d.first_seen_at, NULL::TIMESTAMPTZ AS asked_at, $called_at::TIMESTAMPTZ AS next_ask_at, true AS is_called, 0 AS idle_calls, '' AS etag,
    '' AS last_modified, 0 AS attempts, 0 AS missing,
    d.document_id IN (SELECT g.document_id FROM gone_documents g WHERE g.back_at IS NULL) AS is_gone
FROM incoming_calls c
JOIN documents d USING (document_id)
WHERE d.feed_id IS NOT NULL AND d.document_id NOT IN (SELECT k.document_id FROM page_checks k) AND d.document_id NOT IN ({_OFF_TOPIC})
"""


class Calls(NamedTuple):
    """What feeds say of known articles in one batch of answers."""

    edited: Sequence[WaitingEntry]
    """Entries shown edited, with the ids of their articles."""
    named: Collection[str]
    """Articles that a feed names for the first time."""
    called_at: datetime
    most_idle: int
    """After so many calls in vain an article is left to its schedule."""


class StoredText(NamedTuple):
    """The newest text of an article."""

    text: str
    text_sha256: str
    final_url: str


def put_checks(connection: duckdb.DuckDBPyConnection, checks: Sequence[PageCheck]) -> None:
    """Keep when articles are asked for again, once by article; what was kept of one before is replaced."""
    by_id = {check.document_id: check for check in checks}
    if by_id:
        with registered(connection, incoming=build_table(PageCheck, list(by_id.values()), id_field="document_id")):
            connection.execute("DELETE FROM page_checks WHERE document_id IN (SELECT document_id FROM incoming)")
            connection.execute("INSERT INTO page_checks BY NAME SELECT * FROM incoming")


def list_checks(connection: duckdb.DuckDBPyConnection, now: datetime, limit: int) -> list[PageCheck]:
    """Return articles to be asked for at `now`, called ones first, then those due longest; off-topic ones leave the list for good."""
    connection.execute(f"DELETE FROM page_checks WHERE document_id IN ({_OFF_TOPIC})")
    return [PageCheck.model_validate(row) for row in fetch_dicts(connection, _DUE, {"now": now, "limit": limit})]


def take_calls(connection: duckdb.DuckDBPyConnection, calls: Calls) -> None:
    """Let articles be asked for at once that feeds show edited, and gone ones that a feed names anew.

    1. One that still waits for its first page waits with its new words. 2. One that is asked for again is due, with the words of its own
    feed; one that was called in vain often is left to its schedule. 3. One of which nothing is kept is asked for too, unless it
    is off topic or a seed. 4. Gone ones.
    """
    firsts = list({call.document_id: call for call in reversed(calls.edited)}.values())
    named = pa.table({"document_id": pa.array(sorted(set(calls.named)), pa.string())})
    if firsts:
        with registered(connection, incoming_calls=build_table(WaitingEntry, firsts, id_field="document_id")):
            # 1. waiting
            same = "w.document_id = c.document_id AND w.feed_id = c.feed_id"
            connection.execute(f"UPDATE waiting_entries w SET {_SAID} FROM incoming_calls c WHERE {same}")
            # 2. known
            connection.execute(f"UPDATE page_checks w SET {_SAID} FROM incoming_calls c WHERE {same}")
            connection.execute(
                "UPDATE page_checks w SET is_called = true, next_ask_at = $called_at FROM incoming_calls c"
                " WHERE w.document_id = c.document_id AND w.idle_calls < $most_idle",
                {"called_at": calls.called_at, "most_idle": calls.most_idle},
            )
            # 3. unknown
            connection.execute(_NEW_CHECKS, {"called_at": calls.called_at})
    # 4. gone
    if named.num_rows:
        with registered(connection, incoming=named):
            connection.execute(
                "UPDATE page_checks SET is_called = true, next_ask_at = $called_at"
                " WHERE is_gone AND document_id IN (SELECT document_id FROM incoming)",
                {"called_at": calls.called_at},
            )


def newest_texts(connection: duckdb.DuckDBPyConnection, ids: Collection[str]) -> dict[str, StoredText]:
    """Map each of these articles that is stored to its newest text."""
    table = pa.table({"document_id": pa.array(sorted(set(ids)), pa.string())})
    if not table.num_rows:
        return {}
    with registered(connection, incoming=table):
        rows = connection.execute(
            "SELECT document_id, text, text_sha256, coalesce(final_url, '') FROM document_versions SEMI JOIN incoming USING (document_id)"
            " QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY version DESC) = 1"
        ).fetchall()
    return {document_id: StoredText(*rest) for document_id, *rest in rows}


def mark_gone(connection: duckdb.DuckDBPyConnection, gone: Sequence[GoneDocument]) -> None:
    """Record that articles are gone; one that is gone already stays gone since then."""
    with registered(connection, incoming=build_table(GoneDocument, gone, id_field="document_id")):
        connection.execute(
            "INSERT INTO gone_documents BY NAME SELECT * FROM incoming"
            " ANTI JOIN (SELECT document_id FROM gone_documents WHERE back_at IS NULL) USING (document_id)"
        )


def mark_back(connection: duckdb.DuckDBPyConnection, back: Mapping[str, datetime]) -> None:
    """Record that articles that were gone were found there again, by id and time."""
    if back:
        times = pa.array(list(back.values()), pa.timestamp("us", tz="UTC"))
        table = pa.table({"document_id": pa.array(list(back), pa.string()), "found_at": times})
        with registered(connection, incoming=table):
            connection.execute(
                "UPDATE gone_documents g SET back_at = i.found_at FROM incoming i WHERE g.document_id = i.document_id AND g.back_at IS NULL"
            )
