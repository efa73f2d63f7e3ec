"""The schema: migrations are pinned, every column says what it is, and the page about it is the database's own."""

import re
from pathlib import Path

import duckdb
import pytest
from make_schema import GOLDEN, build_schema, describe
from pydantic import BaseModel
from warehouse_builders import NOW, WATCH, open_walk

from vocabulary import claims, documents, stance, watch
from vocabulary.errors import WarehouseError
from vocabulary.words import FAILED_POLLS, PollStatus
from warehouse.columns import read_query
from warehouse.migrate import list_migrations
from warehouse.store import open_warehouse
from warehouse.tables import render_tables_markdown
from warehouse.watch_tables import PART_COLUMNS

# A migration that ran somewhere is never changed: another change is another file.
PINNED = {
    "0001_create_tables": "e117b8e19e1cd71229fd6db6b5afb1fe9de0911423fff8730377f71067bce390",
    "0002_create_views": "32e358b283fe50f7c9b88f96af072bb398e7e9e1052d0f3443c22d22ec392406",
    "0003_find_copies": "464251c3c2bbfe5576165311dabc5d7a0f366ec7b9d9e2ef0b0eea29c57c185d",
    "0004_keep_polling_state": "c8cfea26a22ad66c839891cf4b086e60451204f092f7c253fe89fc48931db928",
    "0005_keep_final_address": "aeb1f598892afa3160c0dd68d90d79fd40aac4a0619ad9e8fb2f79f6718a65a0",
    "0006_keep_robots": "f9747425e4ed9d384f751ee899b1758d3ab0b345619e5e0cca060c84332fe5c9",
    "0007_ask_articles_again": "1c96d081cb4cbecaa3064bf8d6db816708fc8001033ea46d0289ff3c0157505f",
}
# table: record, fields that are no columns of it
RECORDS: dict[str, tuple[type[BaseModel], set[str]]] = {
    "feed_polls": (documents.FeedPoll, set()),
    "feed_entries": (documents.FeedEntry, set()),
    "waiting_entries": (documents.WaitingEntry, set()),
    "document_aliases": (documents.DocumentAlias, set()),
    "host_pauses": (documents.HostPause, set()),
    "page_checks": (documents.PageCheck, set()),
    "gone_documents": (documents.GoneDocument, set()),
    "robots_files": (documents.RobotsFile, set()),
    "documents": (documents.Document, {"text", "text_sha256", "raw_sha256", "final_url", "seen_at", "wire_keys"}),
    "document_versions": (
        documents.Document,
        {"url", "outlet", "published_at", "published_on", "published_basis", "feed_id", "wire_keys"},
    ),
    "outcomes": (documents.Outcome, set()),
    "taggings": (claims.TaggedDocument, {"positions", "events"}),
    "positions": (claims.Position, set()),
    "event_reports": (claims.EventReport, set()),
    "events": (
        claims.EventReport,
        {"report_id", "document_id", "text_sha256", "quote", "quote_start", "quote_end", "confidence", "trail"},
    ),
    "stance_changes": (stance.StanceChange, {"before", "after"}),
    "runs": (stance.RunRecord, set()),
    "watches": (watch.StanceRules, set()),
}
PARTS = {
    "roles": watch.Role,
    "actors": watch.Actor,
    "people": watch.Person,
    "offices": watch.Office,
    "issues": watch.Issue,
    "aspects": watch.Aspect,
    "feeds": watch.Feed,
}
DESIGNED = (
    "feeds feed_polls documents document_versions outcomes actors people offices issues aspects positions events event_reports"
    " stance_changes coverage_days runs digests watches taggings stance_spells stance_days stance_today stance_diff_today"
)


@pytest.fixture(scope="module")
def comments(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str | None]]:
    """Return the comment of each column by table and view."""
    with open_warehouse(tmp_path_factory.mktemp("schema") / "a.duckdb", timezone="UTC") as store:
        rows = store.connection.execute("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal").fetchall()
    found: dict[str, dict[str, str | None]] = {}
    for table, column, comment in rows:
        found.setdefault(table, {})[column] = comment
    return found


def test_migrations_are_pinned() -> None:
    shipped = {f"{migration.number:04d}_{migration.name}": migration.sha256 for migration in list_migrations()}
    assert shipped == PINNED
    assert [migration.number for migration in list_migrations()] == list(range(1, len(PINNED) + 1))


def test_tables_of_the_design_are_there(comments: dict[str, dict[str, str | None]]) -> None:
    assert set(comments) >= set(DESIGNED.split())


def test_everything_has_a_comment(comments: dict[str, dict[str, str | None]], tmp_path: Path) -> None:
    assert [(table, column) for table, columns in comments.items() for column, comment in columns.items() if not comment] == []
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        rows = store.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL UNION ALL SELECT view_name FROM duckdb_views()"
            " WHERE NOT internal AND comment IS NULL UNION ALL"
            " SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL"
        ).fetchall()
    assert rows == []


@pytest.mark.parametrize("table", list(RECORDS))
def test_columns_are_the_fields_of_the_record(comments: dict[str, dict[str, str | None]], table: str) -> None:
    record, left_out = RECORDS[table]
    said = {name: field.description for name, field in record.model_fields.items() if name not in left_out}
    assert {name: comments[table].get(name) for name in said} == said
    assert not left_out & set(comments[table])


@pytest.mark.parametrize("table", list(PARTS))
def test_columns_of_the_watch_are_its_fields(comments: dict[str, dict[str, str | None]], table: str) -> None:
    fields = PARTS[table].model_fields
    assert {column: comments[table][column] for column in PART_COLUMNS[table]} == {
        column: fields[name].description for column, name in PART_COLUMNS[table].items()
    }
    assert set(comments[table]) - set(PART_COLUMNS[table]) <= {"watch_version", "person", "issue"}


def test_no_constraints_and_no_indexes(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        for catalog in ("duckdb_constraints()", "duckdb_indexes()", "duckdb_sequences()"):
            assert store.connection.execute(f"SELECT count(*) FROM {catalog}").fetchone() == (0,)
        kinds = {
            row[0] for row in store.connection.execute("SELECT DISTINCT data_type FROM duckdb_columns() WHERE NOT internal").fetchall()
        }
    assert {kind for kind in kinds if not kind.startswith("STRUCT")} <= {
        "VARCHAR", "VARCHAR[]", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE",
    }  # fmt: skip


def test_page_about_tables_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == render_tables_markdown(), "write it anew from warehouse.tables.render_tables_markdown()"


def test_schema_is_the_golden_one() -> None:
    assert build_schema() == GOLDEN.read_text(encoding="utf-8"), "read the diff; `python tests/warehouse/make_schema.py` writes it anew"


def test_schema_of_a_file_is_the_golden_one(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        assert describe(store.connection) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE positions ADD COLUMN mood VARCHAR",
        "ALTER TABLE positions ALTER confidence TYPE FLOAT",
        "ALTER TABLE positions ALTER confidence SET DEFAULT 0",
        "CREATE VIEW mine AS SELECT 1",
        "CREATE OR REPLACE MACRO stance_score(word) AS 1",
        "CREATE INDEX mine ON positions (position_id)",
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE SEQUENCE mine",
        "CREATE TABLE mine (a INTEGER CHECK (a > 0))",
    ],
)
def test_a_changed_schema_is_another_text(tmp_path: Path, change: str) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        store.connection.execute(change)
        assert describe(store.connection) != GOLDEN.read_text(encoding="utf-8")


def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    for _ in range(2):
        with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
            rows = store.connection.execute("SELECT number, name, sha256 FROM migrations ORDER BY number").fetchall()
        assert {f"{number:04d}_{name}": sha256 for number, name, sha256 in rows} == PINNED


def test_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path, timezone="UTC") as store:
        store.connection.execute("INSERT INTO migrations VALUES (99, 'later', 'x', now())")
    with (
        pytest.raises(WarehouseError, match=rf"a\.duckdb has schema 99, this program knows up to {len(PINNED)}; use the newer program"),
        open_warehouse(path, timezone="UTC"),
    ):
        pass


def test_file_made_by_other_migrations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path, timezone="UTC") as store:
        store.connection.execute("UPDATE migrations SET sha256 = 'other' WHERE number = 1")
    with pytest.raises(WarehouseError, match="migration 1 is not the one that this program ships"), open_warehouse(path, timezone="UTC"):
        pass


def test_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")
    with pytest.raises(WarehouseError, match="no warehouse of this program"), open_warehouse(path, timezone="UTC"):
        pass
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("mine",)]


def test_interrupted_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.duckdb"
    broken = list_migrations()
    broken[1] = type(broken[1])(2, "create_views", broken[1].sql + "SELECT no_such_thing;", "x")
    monkeypatch.setattr("warehouse.migrate.list_migrations", lambda: broken)
    with (
        pytest.raises(WarehouseError, match="migration 0002_create_views failed, nothing of it was stored"),
        open_warehouse(path, timezone="UTC"),
    ):
        pass
    monkeypatch.undo()
    with open_warehouse(path, timezone="UTC") as store:
        assert store.connection.execute("SELECT count(*) FROM migrations").fetchone() == (len(PINNED),)
        assert store.get_status().stances == 0


def test_time_zone_of_the_session_is_utc(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="Pacific/Auckland") as store:
        assert store.connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_storage_version_is_pinned(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        tags = store.connection.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'a'").fetchone()
        settings = store.connection.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')"
        ).fetchall()
    assert tags == ("v1.4.0+",)
    assert {value for _, value in settings} == {"false"}


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "warehouse" / "queries").glob("*.sql")), ids=lambda path: path.stem)
def test_query_files_say_what_they_answer(path: Path) -> None:
    head = path.read_text(encoding="utf-8").splitlines()[:12]
    for word in ("Question:", "Parameters:", "Columns:", "Grain:"):
        assert any(line.startswith(f"-- {word}") for line in head), word


def test_failed_polls_in_sql_are_those_of_the_word_list() -> None:
    good = {str(status) for status in PollStatus} - {str(status) for status in FAILED_POLLS}
    for query in ("feed_coverage", "coverage_days"):
        listed = re.search(r"IN \(('ok'[^)]*)\)", read_query(query))
        assert listed is not None
        assert set(re.findall(r"'(\w+)'", listed.group(1))) == good


def test_watch_is_stored_once_per_version_and_passwords_are_masked(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        store = walk.store
        assert store.put_watch(WATCH, recorded_at=NOW) is False
        other = WATCH.model_copy(update={"version": "watch-2"})
        assert store.put_watch(other, recorded_at=NOW) is True
        assert store.put_watch(WATCH, recorded_at=NOW) is True
        versions = store.connection.execute("SELECT watch_version FROM watches ORDER BY ordinal").fetchall()
        actors = store.connection.execute("SELECT watch_version, count(*) FROM actors GROUP BY ALL ORDER BY ALL").fetchall()
        office = store.connection.execute("SELECT person, role, begins, ends FROM offices WHERE watch_version = 'watch-1'").fetchall()
        urls = store.connection.execute("SELECT DISTINCT feed_id, url FROM feeds ORDER BY feed_id").fetchall()
        assert store.connection.execute("SELECT watch_version FROM watch_in_use").fetchall() == [("watch-1",)]
    assert versions == [("watch-1",), ("watch-2",), ("watch-1",)]
    assert actors == [("watch-1", 3), ("watch-2", 3)]
    assert office == [("Ada Quill", "head", "2024", "")]
    assert urls == [("daily", "https://***@daily.example/rss"), ("wire", "https://wire.example/rss")]
