"""The verb `sql`: anybody's query over the published snapshot, as a table, CSV or JSON."""

import csv
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.commands.options import settings_of
from flows.commands.output import complain, json_line, json_value, put_lines, without_controls
from flows.exit_codes import ExitCode

if TYPE_CHECKING:  # starting is to stay light
    from flows.settings import Settings

_CELL = 80
# a query that is interrupted has so long to stop by itself; and what it may take beside the rows and what DuckDB keeps
_GRACE_S = 3.0
_SLACK_MB = 256


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog='Example: stancewatch sql "FROM stance_today" --format csv')(sql)


def sql(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT; docs/tables.md names the tables")],
    form: Annotated[Literal["table", "csv", "json"], typer.Option("--format", help="How to print the rows")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json")] = False,
) -> None:
    """Run a query over the published snapshot; it can only read, for at most sql_timeout_s seconds and in sql_memory_mb of memory."""
    columns, rows = _ask(settings_of(ctx), query)
    if as_json or form == "json":
        names = _distinct(columns)
        lines = [json_line(dict(zip(names, row, strict=True))) for row in rows]
        put_lines(["[", *(f"  {line}{',' * (number < len(lines))}" for number, line in enumerate(lines, start=1)), "]"])
    elif form == "csv":
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            writer = csv.writer(sys.stdout or nowhere, lineterminator="\n")  # stdout may be closed
            writer.writerow(columns)
            writer.writerows([_csv_cell(value) for value in row] for row in rows)
    else:
        _print_table(columns, rows)


def _ask(settings: "Settings", query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of a query, which ends in time: by itself, interrupted, or with the whole process."""
    from flows.limits import dying_of_interrupts, end_process, process_limits
    from flows.lock import place_of
    from warehouse.adhoc import run_query, time_error
    from warehouse.snapshot import snapshot_path

    timeout_s, memory_mb = settings.sql_timeout_s, settings.sql_memory_mb

    def give_up() -> None:
        complain(time_error(timeout_s))
        end_process(ExitCode.ERROR)

    # beside what DuckDB keeps, the rows themselves; and some time to stop by itself
    limits = process_limits(timeout_s=timeout_s + _GRACE_S, memory_mb=2 * memory_mb + _SLACK_MB, on_timeout=give_up)
    with dying_of_interrupts(), limits:
        result = run_query(snapshot_path(place_of(settings)), query, timeout_s=timeout_s, memory_mb=memory_mb)
    return result.columns, result.rows


def _print_table(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows in columns; long cells are cut, since csv and json have them whole."""
    shown = [[_cell(name) for name in columns], *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in shown) for place in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    put_lines([lines[0], "  ".join("-" * width for width in widths), *lines[1:], f"({len(rows)} rows)"])


def _cell(value: object) -> str:
    text = without_controls(" ".join(_text(value).split()))
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _csv_cell(value: object) -> object:
    return _text(value) if isinstance(value, list | tuple | dict | bytes) else value


def _text(value: object) -> str:
    """Return a value as text: nothing for NULL, JSON for lists and structures, hexadecimal for bytes."""
    if isinstance(value, list | tuple | dict):
        return json_line(value)
    return "" if value is None else str(json_value(value) if isinstance(value, bytes) else value)


def _distinct(columns: list[str]) -> list[str]:
    """Return the names with `_1`, `_2` and so on at those that occur again, as DuckDB does in a subquery: an object has a key once."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for name in columns:
        written = name
        while written in names or (written != name and written in columns):
            seen[name] += 1
            written = f"{name}_{seen[name]}"
        names.append(written)
    return names
