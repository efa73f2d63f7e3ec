"""Articles, their text versions, and how items ended.

Must not know what a text says about anybody.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import duckdb
import pyarrow as pa

from vocabulary.documents import Document, Outcome
from warehouse.columns import build_table, fetch_dicts, read_query, registered

MOST_ALIKE = 20  # stored texts that one new text is compared with


@dataclass(frozen=True)
class InsertCount:
    """What an insert of documents or taggings did: new documents, new versions of known ones, and what was known already."""

    new_documents: int = 0
    new_versions: int = 0
    unchanged: int = 0


class AlikeText(NamedTuple):
    """A stored text that shares keys with another."""

    document_id: str
    wire_id: str
    text: str


@dataclass
class _Versions:
    """The versions of one document: what decides whether a text is another version."""

    count: int = 0
    text_sha256: str = ""
    seen_at: datetime | None = None
    at_that_time: frozenset[str] = frozenset()

    def takes(self, document: Document) -> bool:
        """Tell whether `document` is another version: another text than the newest, seen after it.

        A text that was replaced at that same time is a replay, not an edit back; so is anything older.
        """
        if self.seen_at is None:
            return True
        if document.text_sha256 == self.text_sha256 or document.seen_at < self.seen_at:
            return False
        return document.seen_at > self.seen_at or document.text_sha256 not in self.at_that_time

    def add(self, text_sha256: str, seen_at: datetime) -> None:
        """Count another version."""
        same_time = self.at_that_time if seen_at == self.seen_at else frozenset()
        self.count, self.text_sha256, self.seen_at = self.count + 1, text_sha256, seen_at
        self.at_that_time = same_time | {text_sha256}


def insert_documents(connection: duckdb.DuckDBPyConnection, documents: Sequence[Document]) -> InsertCount:
    """Store new articles and new texts of known ones; to be called inside a transaction.

    1. what is known of these articles, 2. which texts are new, in the order in which they were seen, 3. both inserts.
    """
    if not documents:
        return InsertCount()
    # 1. what is known
    ids = pa.table({"document_id": pa.array([document.document_id for document in documents], pa.string())})
    known: dict[str, _Versions] = {}
    with registered(connection, incoming_ids=ids):
        for document_id, text_sha256, seen_at in connection.execute(
            "SELECT document_id, text_sha256, seen_at FROM document_versions SEMI JOIN incoming_ids USING (document_id) ORDER BY version"
        ).fetchall():
            known.setdefault(document_id, _Versions()).add(text_sha256, seen_at)
    # 2. which texts are new
    firsts: list[Document] = []
    versions: list[Document] = []
    numbers: list[int] = []
    for document in sorted(documents, key=lambda item: item.seen_at):
        seen = known.setdefault(document.document_id, _Versions())
        if not seen.takes(document):
            continue
        if seen.count == 0:
            firsts.append(document)
        seen.add(document.text_sha256, document.seen_at)
        versions.append(document)
        numbers.append(seen.count)
    # 3. both inserts
    if versions:
        first_table = build_table(Document, firsts, id_field="document_id")
        version_table = build_table(Document, versions, {"version": (pa.int32(), numbers)}, id_field="document_id")
        with registered(connection, incoming_documents=first_table, incoming_versions=version_table):
            connection.execute(
                "INSERT INTO documents BY NAME SELECT * EXCLUDE (text, text_sha256, raw_sha256, final_url, seen_at, wire_keys),"
                " seen_at AS first_seen_at FROM incoming_documents"
            )
            connection.execute(
                "INSERT INTO document_versions BY NAME SELECT document_id, version, title, credited_source, language, wire_id, text,"
                " text_sha256, raw_sha256, final_url, seen_at FROM incoming_versions"
            )
            connection.execute(
                "INSERT INTO wire_keys BY NAME SELECT document_id, version, published_on, unnest(wire_keys) AS wire_key"
                " FROM incoming_versions"
            )
    return InsertCount(len(firsts), len(versions) - len(firsts), len(documents) - len(versions))


def find_alike(connection: duckdb.DuckDBPyConnection, documents: Sequence[Document], days: int) -> dict[str, list[AlikeText]]:
    """Map the id of each of `documents` that may be a copy of stored ones to those, most shared keys first.

    Stored ones were published within `days` days of it; itself is among them where it is stored. A day of news is looked up in
    one query, so that its cost follows the day and not what is stored.
    """
    dated = [document for document in documents if document.wire_keys]
    if not dated:
        return {}
    parameters = {
        "days": days,
        "day_from": min(document.published_on for document in dated) - timedelta(days),
        "day_to": max(document.published_on for document in dated) + timedelta(days),
        "most": MOST_ALIKE,
    }
    asked = pa.table(
        {
            "asked_id": pa.array([document.document_id for document in dated], pa.string()),
            "asked_on": pa.array([document.published_on for document in dated], pa.date32()),
            "keys": pa.array([document.wire_keys for document in dated], pa.list_(pa.int64())),
        }
    )
    with registered(connection, incoming_keys=asked):
        shared = connection.execute(read_query("alike_documents"), parameters).fetchall()
    found: dict[str, list[AlikeText]] = {}
    if shared:  # seldom: the texts are read only then
        texts = _read_texts(connection, {(document_id, version) for _, document_id, version in shared})
        for asked_id, document_id, version in shared:
            found.setdefault(asked_id, []).append(texts[document_id, version])
    return found


def _read_texts(connection: duckdb.DuckDBPyConnection, versions: Collection[tuple[str, int]]) -> dict[tuple[str, int], AlikeText]:
    """Map each of these text versions to what is stored of it.

    1. where they stand, 2. their texts by place: by id or by a join, DuckDB would unpack the texts of all articles; 3. their wires.
    """
    ids = {f"id_{number}": document_id for number, document_id in enumerate(sorted({document_id for document_id, _ in versions}))}
    # 1. where they stand
    rows = connection.execute(f"SELECT rowid, document_id, version FROM document_versions WHERE document_id IN ({_names(ids)})", ids)
    found = {rowid: (document_id, version) for rowid, document_id, version in rows.fetchall() if (document_id, version) in versions}
    # 2. their texts
    places = {f"row_{number}": rowid for number, rowid in enumerate(found)}
    texts = connection.execute(f"SELECT rowid, text FROM document_versions WHERE rowid IN ({_names(places)})", places).fetchall()
    # 3. their wires
    wires = dict(connection.execute(f"SELECT document_id, wire_id FROM documents WHERE document_id IN ({_names(ids)})", ids).fetchall())
    return {found[rowid]: AlikeText(found[rowid][0], wires[found[rowid][0]], text) for rowid, text in texts}


def _names(parameters: Iterable[str]) -> str:
    """Return the names of parameters as they stand in a list of a query."""
    return ", ".join(f"${name}" for name in parameters)


def known_urls(connection: duckdb.DuckDBPyConnection, urls: Collection[str]) -> set[str]:
    """Return those of `urls` that an article of the warehouse has."""
    if not urls:
        return set()
    table = pa.table({"url": pa.array(list(urls), pa.string())})
    with registered(connection, incoming_urls=table):
        return {row[0] for row in connection.execute("SELECT url FROM documents SEMI JOIN incoming_urls USING (url)").fetchall()}


class CopyCount(NamedTuple):
    """How much of what is stored is one story printed several times."""

    stories: int
    """Stories of which there are several prints."""
    documents: int
    """Articles that are a print of one of them."""


def count_copies(connection: duckdb.DuckDBPyConnection) -> CopyCount:
    """Return how many stories have several prints (one `wire_id` in several articles), and how many articles those are."""
    row = connection.execute(
        "WITH stories AS (SELECT wire_id, count(*) AS prints FROM documents WHERE wire_id IS NOT NULL GROUP BY wire_id HAVING count(*) > 1)"
        " SELECT count(*), coalesce(sum(prints), 0)::BIGINT FROM stories"
    ).fetchone()
    return CopyCount(*row) if row else CopyCount(0, 0)


def list_untagged(
    connection: duckdb.DuckDBPyConnection, extractor_version: str, watch_version: str, limit: int | None, ids: Collection[str] | None
) -> list[Document]:
    """Return the newest text of each article whose tagging in force is not by these versions, oldest first; only of `ids` where given."""
    parameters = {
        "extractor_version": extractor_version,
        "watch_version": watch_version,
        "limit": limit,
        "ids": None if ids is None else sorted(ids),
    }
    return [Document.model_validate(row) for row in fetch_dicts(connection, read_query("untagged_documents"), parameters)]


def insert_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """Store how items ended; the first outcome of an item in a run stands."""
    firsts = list({(outcome.run_id, outcome.item): outcome for outcome in reversed(outcomes)}.values())
    if firsts:
        with registered(connection, incoming=build_table(Outcome, firsts, id_field="item")):
            connection.execute("INSERT INTO outcomes BY NAME SELECT * FROM incoming ANTI JOIN outcomes USING (run_id, item)")


def document_days(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """Return the first and the newest day on which an article was published."""
    row = connection.execute("SELECT min(published_on), max(published_on) FROM documents").fetchone()
    return (row[0], row[1]) if row else (None, None)
