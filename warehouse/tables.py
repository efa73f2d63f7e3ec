"""docs/tables.md: every table, view and macro of a warehouse as its own comments describe it."""

import duckdb

from warehouse.columns import fetch_dicts, read_query
from warehouse.connection import CONFIG
from warehouse.migrate import migrate

_HEAD = """# Tables

Every table, view and macro of a warehouse, with the comments that the database itself carries (`COMMENT ON`). This page is written
from a fresh warehouse; a test compares the two.

Open the published snapshot (`<name>.snapshot.duckdb`) with any DuckDB 1.4 or later, directly or with `USE`: the macros of a database
that is only attached do not find their tables. Times are UTC, days are those of the time zone in the settings. A row's
`watch_version` is the watch that shaped it.
"""


def render_tables_markdown() -> str:
    """Return the page: a section per table and per view with its columns, then the macros."""
    connection = duckdb.connect(":memory:", config=CONFIG)
    try:
        migrate(connection, "a fresh warehouse")
        columns = fetch_dicts(connection, read_query("describe_columns"))
        macros = fetch_dicts(connection, read_query("describe_macros"))
    finally:
        connection.close()
    lines = [_HEAD]
    for kind, title in (("table", "## Tables"), ("view", "## Views")):
        lines += [title, ""]
        shown = ""
        for row in columns:
            if row["kind"] != kind:
                continue
            if row["name"] != shown:
                shown = str(row["name"])
                lines += ["", f"### `{shown}`", "", f"{row['about']}.", "", "| column | type | meaning |", "|---|---|---|"]
            lines.append(f"| `{row['column_name']}` | {row['data_type']} | {_cell(row['meaning'])} |")
        lines.append("")
    lines += ["## Macros", "", "| macro | gives | meaning |", "|---|---|---|"]
    lines += [f"| `{row['call']}` | {row['gives']} | {_cell(row['meaning'])} |" for row in macros]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _cell(text: object) -> str:
    """Return `text` as a cell of a table."""
    return str(text or "").replace("|", "\\|")
