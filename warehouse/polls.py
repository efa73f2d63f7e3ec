"""What polling remembers: polls, entries met, pages that wait, other addresses of articles, hosts that want rest, each robots.txt.

Must not know how anything is fetched, nor what an article says.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import duckdb
import pyarrow as pa
from pydantic import BaseModel, TypeAdapter

from vocabulary.documents import DocumentAlias, EntryKey, FeedEntry, FeedPoll, HostPause, RobotsFile, WaitingEntry
from vocabulary.masking import masked_url
from vocabulary.watch import Feed
from warehouse.columns import build_table, fetch_dicts, registered

_POLLS = TypeAdapter(list[FeedPoll])  # all rows in one go: there is one for each feed
_LAST_POLLS = """
WITH newest AS (
    SELECT feed_id, max(polled_at) AS polled_at FROM feed_polls GROUP BY feed_id
)
SELECT * REPLACE (
    coalesce(address_id, '') AS address_id, coalesce(address, '') AS address, coalesce(moved_to, '') AS moved_to,
    coalesce(watch_version, '') AS watch_version, coalesce(interval_s, 0) AS interval_s,
    coalesce(wish_s, 0) AS wish_s
)
FROM feed_polls SEMI JOIN newest USING (feed_id, polled_at)
QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY run_id DESC) = 1
"""
_INSERT_ENTRIES = """
WITH newest AS (
    SELECT feed_id, document_id, guid_id, watch_version, coalesce(said_id, '') AS said_id, updated_at
    FROM feed_entries SEMI JOIN incoming USING (feed_id, document_id)
    QUALIFY row_number() OVER (PARTITION BY feed_id, document_id ORDER BY first_seen_at DESC) = 1
)
INSERT INTO feed_entries BY NAME
SELECT i.* FROM incoming i
ANTI JOIN newest n ON n.feed_id = i.feed_id AND n.document_id = i.document_id AND n.guid_id = i.guid_id
    AND n.watch_version = i.watch_version AND n.said_id = i.said_id AND n.updated_at IS NOT DISTINCT FROM i.updated_at
ANTI JOIN feed_entries e ON e.feed_id = i.feed_id AND e.document_id = i.document_id AND e.guid_id = i.guid_id
    AND e.watch_version = i.watch_version AND e.first_seen_at = i.first_seen_at
"""
_KNOWN_ENTRIES = """
SELECT * REPLACE (coalesce(said_id, '') AS said_id) FROM feed_entries SEMI JOIN incoming USING (feed_id, document_id)
UNION
SELECT * REPLACE (coalesce(said_id, '') AS said_id) FROM feed_entries
SEMI JOIN (SELECT feed_id, guid_id FROM incoming WHERE guid_id <> '') USING (feed_id, guid_id)
ORDER BY first_seen_at, document_id
"""
_KNOWN_ARTICLES = """
SELECT document_id, document_id FROM documents SEMI JOIN incoming USING (document_id)
UNION
SELECT document_id, document_id FROM waiting_entries SEMI JOIN incoming USING (document_id)
UNION
SELECT alias_id, a.document_id FROM document_aliases a SEMI JOIN incoming i ON i.document_id = a.alias_id
"""
_WAITING = """
SELECT * FROM waiting_entries
WHERE not_before IS NULL OR not_before <= $now
ORDER BY row_number() OVER (PARTITION BY feed_id ORDER BY queued_at, attempts, document_id), queued_at, feed_id
LIMIT $limit
"""


def insert_polls(connection: duckdb.DuckDBPyConnection, polls: Sequence[FeedPoll]) -> None:
    """Store polls; the first poll of a feed in a run stands."""
    _insert_new(connection, "feed_polls", FeedPoll, polls, ("run_id", "feed_id"))


def last_polls(connection: duckdb.DuckDBPyConnection) -> dict[str, FeedPoll]:
    """Map each feed that was ever polled to its newest poll."""
    return {poll.feed_id: poll for poll in _POLLS.validate_python(fetch_dicts(connection, _LAST_POLLS))}


def insert_entries(connection: duckdb.DuckDBPyConnection, entries: Sequence[FeedEntry]) -> None:
    """Store entries met, unless the newest of the same feed and article is the same: same guid, same words, judged by the same watch."""
    firsts = {(entry.feed_id, entry.document_id, entry.guid_id, entry.watch_version): entry for entry in reversed(entries)}
    if firsts:
        with registered(connection, incoming=build_table(FeedEntry, list(firsts.values())[::-1], id_field="document_id")):
            connection.execute(_INSERT_ENTRIES)


def find_entries(connection: duckdb.DuckDBPyConnection, keys: Collection[EntryKey]) -> list[FeedEntry]:
    """Return the stored entries of the same feeds with one of these articles or guids."""
    if not keys:
        return []
    columns = zip(*keys, strict=True)
    table = pa.table({name: pa.array(list(values), pa.string()) for name, values in zip(EntryKey._fields, columns, strict=True)})
    with registered(connection, incoming=table):
        rows = fetch_dicts(connection, _KNOWN_ENTRIES)
    return [FeedEntry.model_validate(row) for row in rows]


def find_articles(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> dict[str, str]:
    """Map each of these ids that is an article's, a waiting entry's, or another address of one, to that article's id."""
    table = pa.table({"document_id": pa.array(sorted(set(ids)), pa.string())})
    if not table.num_rows:
        return {}
    with registered(connection, incoming=table):
        return dict(connection.execute(_KNOWN_ARTICLES).fetchall())


def put_waiting(connection: duckdb.DuckDBPyConnection, entries: Sequence[WaitingEntry]) -> None:
    """Let entries wait, once by article; one that waits already is replaced."""
    by_id = {entry.document_id: entry for entry in reversed(entries)}
    end_waiting(connection, by_id)
    if by_id:
        with registered(connection, incoming=build_table(WaitingEntry, list(by_id.values()), id_field="document_id")):
            connection.execute("INSERT INTO waiting_entries BY NAME SELECT * FROM incoming")


def end_waiting(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> None:
    """Take entries off the list of those that wait."""
    table = pa.table({"document_id": pa.array(sorted(ids), pa.string())})
    if table.num_rows:
        with registered(connection, incoming=table):
            connection.execute("DELETE FROM waiting_entries WHERE document_id IN (SELECT document_id FROM incoming)")


def list_waiting(connection: duckdb.DuckDBPyConnection, now: datetime, limit: int) -> list[WaitingEntry]:
    """Return entries that may be asked for now, at most `limit`: the first met of each feed, then the second of each, and so on."""
    rows = fetch_dicts(connection, _WAITING, {"now": now, "limit": limit})
    return [WaitingEntry.model_validate(row) for row in rows]


def count_waiting(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of entries whose page is still to be fetched."""
    row = connection.execute("SELECT count(*) FROM waiting_entries").fetchone()
    return row[0] if row else 0


def insert_aliases(connection: duckdb.DuckDBPyConnection, aliases: Sequence[DocumentAlias]) -> None:
    """Store other addresses of articles; the first article of an address stands."""
    _insert_new(connection, "document_aliases", DocumentAlias, aliases, ("alias_id",))


def insert_pauses(connection: duckdb.DuckDBPyConnection, pauses: Sequence[HostPause]) -> None:
    """Store what hosts asked for."""
    _insert_new(connection, "host_pauses", HostPause, pauses, ("run_id", "host", "not_before"))


def host_pauses(connection: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, datetime]:
    """Map each host that is not to be asked at `now` to the end of its rest."""
    sql = "SELECT host, max(not_before) FROM host_pauses WHERE not_before > $now GROUP BY host"
    return dict(connection.execute(sql, {"now": now}).fetchall())


def put_robots(connection: duckdb.DuckDBPyConnection, files: Sequence[RobotsFile]) -> None:
    """Keep what sites answered; a newer answer of a site takes the place of the one before."""
    newest = {file.site: file for file in files}
    if newest:
        with registered(connection, incoming=build_table(RobotsFile, list(newest.values()), id_field="site")):
            connection.execute("DELETE FROM robots_files WHERE site IN (SELECT site FROM incoming)")
            connection.execute("INSERT INTO robots_files BY NAME SELECT * FROM incoming")


def find_robots(connection: duckdb.DuckDBPyConnection, sites: Collection[str]) -> dict[str, RobotsFile]:
    """Map those of these sites whose robots.txt is known to it."""
    if not sites:
        return {}
    with registered(connection, incoming=pa.table({"site": pa.array(sorted(sites), pa.string())})):
        rows = fetch_dicts(connection, "SELECT * FROM robots_files SEMI JOIN incoming USING (site)")
    return {str(row["site"]): RobotsFile.model_validate(row) for row in rows}


def _insert_new(
    connection: duckdb.DuckDBPyConnection, table: str, model: type[BaseModel], records: Sequence[BaseModel], keys: tuple[str, ...]
) -> None:
    """Insert the first record of each key that `table` does not hold yet; the second of `keys`, or the only one, names it in messages."""
    firsts = list({tuple(getattr(record, key) for key in keys): record for record in reversed(records)}.values())[::-1]
    if firsts:
        with registered(connection, incoming=build_table(model, firsts, id_field=keys[min(1, len(keys) - 1)])):
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming ANTI JOIN {table} USING ({', '.join(keys)})")


def put_choices(connection: duckdb.DuckDBPyConnection, added: Sequence[Feed], removed: Collection[str]) -> None:
    """Keep which feeds the user added to those of the watch, keys in their addresses masked, and which were taken from them."""
    rows = [(feed.id, masked_url(feed.url), feed.outlet, False) for feed in added] + [(feed, "", "", True) for feed in sorted(removed)]
    stored = connection.execute("SELECT feed_id, url, outlet, is_removed FROM feed_choices").fetchall()
    if sorted(stored) != sorted(rows):
        connection.execute("DELETE FROM feed_choices")
        if rows:
            connection.executemany("INSERT INTO feed_choices (feed_id, url, outlet, is_removed) VALUES (?, ?, ?, ?)", rows)
