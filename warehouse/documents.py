"""Articles, their text versions, how items ended, and polls of feeds.

Must not know what a text says about anybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa

from vocabulary.documents import Document, FeedPoll, Outcome
from warehouse.columns import build_table, fetch_dicts, read_query, registered


@dataclass(frozen=True)
class InsertCount:
    """What an insert of documents or taggings did: new documents, new versions of known ones, and what was known already."""

    new_documents: int = 0
    new_versions: int = 0
    unchanged: int = 0


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
                "INSERT INTO documents BY NAME SELECT * EXCLUDE (text, text_sha256, raw_sha256, seen_at), seen_at AS first_seen_at"
                " FROM incoming_documents"
            )
            connection.execute(
                "INSERT INTO document_versions BY NAME SELECT document_id, version, title, credited_source, language, wire_id, text,"
                " text_sha256, raw_sha256, seen_at FROM incoming_versions"
            )
    return InsertCount(len(firsts), len(versions) - len(firsts), len(documents) - len(versions))


def known_urls(connection: duckdb.DuckDBPyConnection, urls: Collection[str]) -> set[str]:
    """Return those of `urls` that an article of the warehouse has."""
    if not urls:
        return set()
    table = pa.table({"url": pa.array(list(urls), pa.string())})
    with registered(connection, incoming_urls=table):
        return {row[0] for row in connection.execute("SELECT url FROM documents SEMI JOIN incoming_urls USING (url)").fetchall()}


def list_untagged(connection: duckdb.DuckDBPyConnection, extractor_version: str, watch_version: str, limit: int | None) -> list[Document]:
    """Return the newest text of each article whose tagging in force is not by these versions, oldest article first."""
    parameters = {"extractor_version": extractor_version, "watch_version": watch_version, "limit": limit}
    return [Document.model_validate(row) for row in fetch_dicts(connection, read_query("untagged_documents"), parameters)]


def insert_outcomes(connection: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """Store how items ended; the first outcome of an item in a run stands."""
    firsts = list({(outcome.run_id, outcome.item): outcome for outcome in reversed(outcomes)}.values())
    if firsts:
        with registered(connection, incoming=build_table(Outcome, firsts, id_field="item")):
            connection.execute("INSERT INTO outcomes BY NAME SELECT * FROM incoming ANTI JOIN outcomes USING (run_id, item)")


def insert_polls(connection: duckdb.DuckDBPyConnection, polls: Sequence[FeedPoll]) -> None:
    """Store polls; the first poll of a feed in a run stands."""
    firsts = list({(poll.run_id, poll.feed_id): poll for poll in reversed(polls)}.values())
    if firsts:
        with registered(connection, incoming=build_table(FeedPoll, firsts, id_field="feed_id")):
            connection.execute("INSERT INTO feed_polls BY NAME SELECT * FROM incoming ANTI JOIN feed_polls USING (run_id, feed_id)")


def last_polls(connection: duckdb.DuckDBPyConnection) -> dict[str, FeedPoll]:
    """Map each feed that was ever polled to its newest poll."""
    rows = fetch_dicts(
        connection, "SELECT * FROM feed_polls QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY polled_at DESC, run_id DESC) = 1"
    )
    return {str(row["feed_id"]): FeedPoll.model_validate(row) for row in rows}


def document_days(connection: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    """Return the first and the newest day on which an article was published."""
    row = connection.execute("SELECT min(published_on), max(published_on) FROM documents").fetchone()
    return (row[0], row[1]) if row else (None, None)
