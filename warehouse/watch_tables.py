"""The watch as tables: actors, people, offices, issues, roles, feeds, and the numbers by which stances are built.

Must not know any particular watch.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb
import pyarrow as pa
from pydantic import BaseModel

from vocabulary.masking import masked_url
from vocabulary.watch import Actor, Aspect, Feed, Issue, Office, Person, Role, Watch
from warehouse.columns import build_table, registered

# Column and field of each part. What only the extractors read (cues and their like) stays in the watch file.
PART_COLUMNS: dict[str, dict[str, str]] = {
    "roles": {"role_id": "id", **{name: name for name in ("titles", "weight", "attribution", "is_head")}},
    "actors": {
        "actor_id": "id",
        **{
            name: name for name in ("kind", "names", "demonyms", "capitals", "seats", "member_of", "in_focus", "note", "source", "verified")
        },
    },
    "people": {name: name for name in ("name", "surname", "aliases", "gender")},
    "offices": {name: name for name in ("role", "title", "actor", "begins", "ends", "source", "verified")},
    "issues": {"issue_id": "id", **{name: name for name in ("title", "meaning", "more_specific_than", "own_forces_of")}},
    "aspects": {"aspect_id": "id", "title": "title"},
    "feeds": {
        "feed_id": "id",
        "fetches_all": "full",
        **{name: name for name in ("url", "outlet", "country", "kind", "state_media", "source", "verified")},
    },
}


def current_version(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the version of the watch in use, None before the first."""
    row = connection.execute("SELECT watch_version FROM watch_in_use").fetchone()
    return row[0] if row else None


def put_watch(connection: duckdb.DuckDBPyConnection, watch: Watch, recorded_at: datetime) -> bool:
    """Put `watch` into use and return True, or do nothing and return False where it is in use already.

    Going back to an earlier version appends to `watches` only: the rows of its parts are there. To be called inside a transaction.
    """
    if current_version(connection) == watch.version:
        return False
    row = connection.execute(
        "SELECT count(*) FILTER (watch_version = $version), count(*) + 1 FROM watches", {"version": watch.version}
    ).fetchone()
    times, ordinal = row or (0, 1)
    head: dict[str, object] = {name: getattr(watch, name) for name in ("title", "about", "language")} | watch.rules.model_dump()
    head |= {"watch_version": watch.version, "watch_id": watch.id, "recorded_at": recorded_at, "ordinal": ordinal}
    names = sorted(head)
    connection.execute(
        f"INSERT INTO watches ({', '.join(names)}) VALUES ({', '.join('$' + name for name in names)})", {name: head[name] for name in names}
    )
    if times == 0:
        _insert_parts(connection, watch)
    return True


def _insert_parts(connection: duckdb.DuckDBPyConnection, watch: Watch) -> None:
    """Store every part of a version that was never in use."""
    aspects = [(issue.id, aspect) for issue in watch.issues for aspect in issue.aspects]
    offices = [(person.name, office) for person in watch.people for office in person.offices]
    feeds = [feed.model_copy(update={"url": masked_url(feed.url)}) for feed in watch.feeds]
    for table, model, records, extra in (
        ("roles", Role, watch.roles, {}),
        ("actors", Actor, watch.actors, {}),
        ("people", Person, watch.people, {}),
        ("offices", Office, [office for _, office in offices], {"person": [name for name, _ in offices]}),
        ("issues", Issue, watch.issues, {}),
        ("aspects", Aspect, [aspect for _, aspect in aspects], {"issue": [issue for issue, _ in aspects]}),
        ("feeds", Feed, feeds, {}),
    ):
        rows = _part_table(table, model, records, {"watch_version": [watch.version] * len(records), **extra})
        with registered(connection, incoming=rows):
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")


def _part_table(table: str, model: type[BaseModel], records: Sequence[BaseModel], extra: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return parts of a watch as rows of `table`."""
    named = {name: (pa.string(), values) for name, values in extra.items()}
    rows = build_table(model, records, named, id_field=next(iter(model.model_fields)))
    columns = {name: rows[field] for name, field in PART_COLUMNS[table].items()}
    return pa.table(columns | {name: rows[name] for name in extra})
