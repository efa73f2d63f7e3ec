"""Anybody's SQL is held to the file, to a time and to a memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_builders import open_walk

from vocabulary.errors import WarehouseError
from warehouse.adhoc import run_query
from warehouse.snapshot import connect_snapshot

ENDLESS = "SELECT count(*) FROM range(1000000000000)"
TOO_LONG = "the SQL did not end within 0.3 s (sql_timeout_s) and was stopped; ask for less, or raise that setting"
TOO_MUCH = "the SQL needs more memory than it may take (sql_memory_mb); ask for less, or raise that setting"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adhoc")
    with open_walk(folder) as walk:
        return walk.store.publish_snapshot()


@pytest.fixture(autouse=True)
def _nothing_is_written(snapshot: Path) -> Iterator[None]:
    before, names = snapshot.read_bytes(), sorted(path.name for path in snapshot.parent.iterdir())
    yield
    assert snapshot.read_bytes() == before
    assert sorted(path.name for path in snapshot.parent.iterdir()) == names


def refusal(snapshot: Path, sql: str, *, timeout_s: float | None = None, memory_mb: int | None = None) -> str:
    with pytest.raises(WarehouseError) as caught:
        run_query(snapshot, sql, timeout_s=timeout_s, memory_mb=memory_mb)
    assert "\n" not in str(caught.value)
    return str(caught.value)


SLOW = {
    "one row": ENDLESS,
    "many rows": "SELECT * FROM range(1000000000000)",
    "recursion": "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t",
    "product": "SELECT count(*) FROM range(100000) a, range(100000) b, range(100000) c WHERE a.range + b.range + c.range = 7",
}


@pytest.mark.parametrize("sql", SLOW.values(), ids=SLOW.keys())
def test_a_query_that_does_not_end_is_stopped(snapshot: Path, sql: str) -> None:
    assert refusal(snapshot, sql, timeout_s=0.3, memory_mb=512) == TOO_LONG


LARGE = {
    "sort": "SELECT count(*), max(s) FROM (SELECT repeat('x', 100) || range AS s FROM range(5000000) ORDER BY hash(range) LIMIT 4000000)",
    "distinct": "SELECT count(DISTINCT repeat('x', 500) || range) FROM range(3000000)",
    "list": "SELECT len(list(repeat('x', 1000) || range)) FROM range(2000000)",
}


@pytest.mark.parametrize("sql", LARGE.values(), ids=LARGE.keys())
def test_a_query_that_takes_too_much_memory_is_refused_and_spills_nothing(snapshot: Path, sql: str) -> None:
    assert refusal(snapshot, sql, memory_mb=100) == TOO_MUCH


def test_a_query_within_its_limits_is_answered_whole(snapshot: Path) -> None:
    found = run_query(snapshot, "SELECT range FROM range(25000)", timeout_s=60, memory_mb=100)
    assert [row[0] for row in found.rows] == list(range(25_000))


def test_limits_do_not_outlive_their_query(snapshot: Path) -> None:
    assert refusal(snapshot, ENDLESS, timeout_s=0.3) == TOO_LONG
    assert run_query(snapshot, "SELECT 1").rows == [(1,)]


def test_connections_of_one_process_share_the_snapshot_with_and_without_a_limit(snapshot: Path) -> None:
    first = connect_snapshot(snapshot)
    try:
        assert run_query(snapshot, "SELECT 1", memory_mb=100).rows == [(1,)]
    finally:
        first.close()


BUT = {
    "bytes that are no text": ("SELECT '\udcff'", "the SQL holds bytes that are no UTF-8"),
    "nul": ("SELECT\x001", "the SQL does not run"),
    "deep": (f"SELECT {'(' * 50_000}1{')' * 50_000}", "the SQL does not run"),
    "a value that Python lacks": ("SELECT INTERVAL '3000000 years'", "the SQL gives a value that cannot be shown"),
    "an error as long as the query": ("a" * 100_000, "the SQL does not run: Parser Error"),
    "a wrong value": ("SELECT CAST('soon' AS DATE)", "the SQL does not run: Conversion Error"),
    "secrets": ("FROM duckdb_secrets()", "disabled by configuration"),
    "installed extensions": ("FROM duckdb_extensions()", "disabled by configuration"),
    "environment": ("SELECT getenv('HOME')", "getenv does not exist"),
    "logging": ("CALL enable_logging()", "CALL statements are refused"),
    "variable": ("SET VARIABLE x = 1", "SET statements are refused"),
    "use": ("USE memory", "SET statements are refused"),
    "detach": ("DETACH orchard", "DETACH statements are refused"),
    "vacuum": ("VACUUM", "VACUUM statements are refused"),
    "comment": ("COMMENT ON TABLE runs IS 'x'", "ALTER statements are refused"),
    "transaction": ("BEGIN", "TRANSACTION statements are refused"),
    "macro": ("CREATE MACRO f() AS 1", "CREATE statements are refused"),
    "secret": ("CREATE SECRET (TYPE s3)", "statements are refused"),
    "explain of a write": ("EXPLAIN INSERT INTO runs (run_id) VALUES ('x')", "read-only"),
    "python objects by name": ("FROM snapshot", "Table with name snapshot does not exist"),
    "python objects by address": ("FROM arrow_scan(1, 2, 3)", "the SQL does not run"),
    "another database's reader": ("FROM sqlite_scan('a', 'b')", "the SQL does not run"),
    "a parquet file": ("FROM parquet_metadata('x')", "disabled by configuration"),
}


@pytest.mark.parametrize(("sql", "said"), BUT.values(), ids=BUT.keys())
def test_odd_sql_ends_in_one_line(snapshot: Path, sql: str, said: str) -> None:
    found = refusal(snapshot, sql, timeout_s=60, memory_mb=256)
    assert said in found
    assert len(found) < 1500
