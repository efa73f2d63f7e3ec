"""Anybody's SQL over the published snapshot: reading only, nothing outside the file, one statement, within a time and a memory."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vocabulary.errors import WarehouseError
from warehouse.snapshot import connect_snapshot

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_CHUNK = 1000
_AGAIN_S = 0.05
_TOO_MUCH = "the SQL needs more memory than it may take (sql_memory_mb); ask for less, or raise that setting"
_LONGEST_WORDS = 1000  # an error may repeat the whole query


@dataclass(frozen=True)
class QueryResult:
    """Columns and rows of a query."""

    columns: list[str]
    rows: list[tuple[object, ...]]


def run_query(snapshot: Path, sql: str, *, timeout_s: float | None = None, memory_mb: int | None = None) -> QueryResult:
    """Run one reading statement over the snapshot and return its rows.

    After `timeout_s` seconds the query is interrupted; `memory_mb` limits what DuckDB keeps, and nothing is written to the disk instead.
    Raises `NoDataError` where no snapshot was published yet and `WarehouseError` for SQL that does not run, is no reading statement, or
    asks for more than it may take. A single function over one huge value, and the planning of a query, can be neither interrupted nor
    measured by DuckDB: who must be sure puts a limit around the process, as `stancewatch sql` does.
    """
    if any("\ud800" <= char <= "\udfff" for char in sql):
        raise WarehouseError("the SQL holds bytes that are no UTF-8; write it in UTF-8")
    connection = connect_snapshot(snapshot, memory_mb=memory_mb)
    try:
        with _interrupting(connection, timeout_s) as passed:
            return _run(connection, sql)
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise WarehouseError(_TOO_MUCH) from error
    except duckdb.Error as error:
        if passed.is_set():  # said in several ways, as far as it had come
            raise time_error(timeout_s) from error
        raise WarehouseError(f"the SQL does not run: {_plain(error)}") from error
    except (ValueError, OverflowError) as error:  # a value that Python has no form for
        raise WarehouseError(f"the SQL gives a value that cannot be shown: {error}; CAST it AS VARCHAR") from error
    except RuntimeError as error:
        # as DuckDB's client tells of Ctrl-C, and of a row that Python has no room for
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        if "allocate" in str(error):
            raise WarehouseError(_TOO_MUCH) from error
        raise
    finally:
        connection.close()


def time_error(timeout_s: float | None) -> WarehouseError:
    """Return the error of a query that took too long."""
    return WarehouseError(
        f"the SQL did not end within {timeout_s:g} s (sql_timeout_s) and was stopped; ask for less, or raise that setting"
    )


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> QueryResult:
    """Return the rows of the one statement; fetched in parts, so that it can be interrupted in between."""
    cursor = connection.execute(_one_statement(connection, sql))
    columns = [column[0] for column in cursor.description or ()]
    rows: list[tuple[object, ...]] = []
    while chunk := cursor.fetchmany(_CHUNK):
        rows += chunk
    return QueryResult(columns, rows)


@contextmanager
def _interrupting(connection: duckdb.DuckDBPyConnection, timeout_s: float | None) -> Iterator[threading.Event]:
    """Interrupt what the body runs on `connection` after `timeout_s` seconds; the event tells whether they have passed."""
    passed, done = threading.Event(), threading.Event()

    def watch() -> None:
        if done.wait(timeout_s):
            return
        passed.set()
        # again and again: a query that is still being planned forgets that it was interrupted
        while not done.wait(_AGAIN_S):
            connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    if timeout_s is not None:
        watcher.start()
    try:
        yield passed
    finally:
        done.set()
        if timeout_s is not None:
            watcher.join()


def _one_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Return the only statement of `sql`; refuse none, several, and any that does more than read.

    Parsed on the sealed connection: some statements run code while they are parsed, and the module's own connection has no seal.
    """
    statements: Sequence[duckdb.Statement] = connection.extract_statements(sql)
    if len(statements) != 1:
        raise WarehouseError(f"the SQL has {len(statements)} statements; write one SELECT")
    if statements[0].type not in _READING:
        raise WarehouseError(f"{statements[0].type.name} statements are refused on the snapshot; write one SELECT")
    return statements[0]


def _plain(error: duckdb.Error) -> str:
    """Return DuckDB's words for an error on one line, without the excerpt that points into the SQL and without a stack."""
    lines = [line.strip() for line in str(error).partition("Stack Trace:")[0].splitlines()]
    words = " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
    return words if len(words) <= _LONGEST_WORDS else words[: _LONGEST_WORDS - 1] + "…"
