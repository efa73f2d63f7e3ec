"""Anybody's SQL over the published snapshot: reading only, nothing outside the file, one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vocabulary.errors import WarehouseError
from warehouse.snapshot import connect_snapshot

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True)
class QueryResult:
    """Columns and rows of a query."""

    columns: list[str]
    rows: list[tuple[object, ...]]


def run_query(snapshot: Path, sql: str) -> QueryResult:
    """Run one reading statement over the snapshot and return its rows.

    Raises `NoDataError` where no snapshot was published yet and `WarehouseError` for SQL that does not run or is no reading statement.
    """
    connection = connect_snapshot(snapshot)
    try:
        cursor = connection.execute(_one_statement(connection, sql))
        columns = [column[0] for column in cursor.description or ()]
        return QueryResult(columns, cursor.fetchall())
    except duckdb.Error as error:
        raise WarehouseError(f"the SQL does not run: {_plain(error)}") from error
    finally:
        connection.close()


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
    """Return DuckDB's words for an error on one line, without the excerpt that points into the SQL."""
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("LINE ", "^")))
