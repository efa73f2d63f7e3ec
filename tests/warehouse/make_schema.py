"""Write the golden schema anew: `python tests/warehouse/make_schema.py`, then read the diff before keeping it.

`data/schema.sql` is what all migrations together make of an empty file, in the words of DuckDB's own catalogue: a new migration shows
there as what it changes. It changes with DuckDB's version too, where that writes its catalogue otherwise.
"""

from pathlib import Path

import duckdb

from warehouse.connection import CONFIG
from warehouse.migrate import migrate

GOLDEN = Path(__file__).parent / "data" / "schema.sql"
_HEAD = """\
-- The schema of a fresh warehouse: tables, views, macros, each in the order of names, so that a diff shows what changed.
-- To be read and not to be run. Written by tests/warehouse/make_schema.py; comments are in docs/tables.md.
"""
_TABLES = """
SELECT table_name, column_name, data_type || CASE WHEN is_nullable THEN '' ELSE ' NOT NULL' END AS kind,
    column_default AS preset
FROM duckdb_columns() c
SEMI JOIN (SELECT table_oid FROM duckdb_tables() WHERE NOT internal) t USING (table_oid)
ORDER BY table_name, column_index
"""
_VIEWS_AND_MACROS = """
SELECT sql FROM (
    SELECT 1 AS place, view_name AS name, sql FROM duckdb_views() WHERE NOT internal
    UNION ALL
    SELECT
        2, function_name,
        'CREATE MACRO ' || function_name || '(' || array_to_string(parameters, ', ') || ') AS '
        || CASE function_type WHEN 'table_macro' THEN 'TABLE ' ELSE '' END || macro_definition || ';'
    FROM duckdb_functions() WHERE NOT internal
)
ORDER BY place, name
"""
_OTHERS = """
SELECT sql FROM (
    SELECT sql FROM duckdb_indexes() UNION ALL SELECT sql FROM duckdb_sequences() WHERE NOT temporary
    UNION ALL SELECT 'CREATE TYPE ' || type_name FROM duckdb_types() WHERE NOT internal
    UNION ALL SELECT 'ALTER TABLE ' || table_name || ' ADD ' || constraint_text FROM duckdb_constraints()
)
ORDER BY sql
"""


def build_schema() -> str:
    """Return the golden file as it should be."""
    connection = duckdb.connect(":memory:", config=CONFIG)
    try:
        migrate(connection, "a fresh warehouse")
        return describe(connection)
    finally:
        connection.close()


def describe(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the schema of an open file."""
    tables: dict[str, list[str]] = {}
    for table, column, kind, preset in connection.execute(_TABLES).fetchall():
        tables.setdefault(table, []).append(f'    "{column}" {kind}' + (f" DEFAULT {preset}" if preset is not None else ""))
    parts = [f"CREATE TABLE {table} (\n" + ",\n".join(columns) + "\n);" for table, columns in tables.items()]
    parts += [row[0] for query in (_VIEWS_AND_MACROS, _OTHERS) for row in connection.execute(query).fetchall()]
    return "\n\n".join([_HEAD.rstrip(), *parts]) + "\n"


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(build_schema(), encoding="utf-8", newline="\n")
