"""Verbs that only read the snapshot, and so work while a run is on: `sql`, `status`, `diff`, `explain`."""

import csv
import json
import sys
from datetime import timedelta
from typing import Annotated, Any, Literal

import typer

from flows.commands.options import DayFlag, JsonFlag, parse_day, settings_of
from flows.commands.output import print_json
from vocabulary.words import FAILED_POLLS

_PROGRAMS = ("stancewatch", "prefect", "duckdb", "spacy", "trafilatura", "feedparser")
_CELL = 80


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    app.command(epilog='Example: stancewatch sql "FROM stance_today" --format csv')(sql)
    app.command(epilog="Example: stancewatch status --json")(status)
    app.command(epilog="Example: stancewatch diff --day 2025-03-27")(diff)
    app.command(epilog="Example: stancewatch explain 0f3a9c")(explain)


def sql(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="One SELECT; docs/tables.md names the tables")],
    form: Annotated[Literal["table", "csv", "json"], typer.Option("--format", help="How to print the rows")] = "table",
) -> None:
    """Run a query over the published snapshot; it can only read."""
    from warehouse.adhoc import run_query
    from warehouse.snapshot import snapshot_path

    result = run_query(snapshot_path(settings_of(ctx).warehouse), query)
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(result.columns)
        writer.writerows(result.rows)
    elif form == "json":
        print_json([dict(zip(result.columns, row, strict=True)) for row in result.rows])
    else:
        _print_table(result.columns, result.rows)


def status(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Print the last runs, what the warehouse holds, feeds that are not well, versions, and who holds the lock."""
    from flows.lock import find_holder
    from flows.snapshot_reads import get_snapshot_status

    settings = settings_of(ctx)
    found = get_snapshot_status(settings)
    holder = find_holder(settings)
    versions = _versions()
    if as_json:
        settled = {"allow_private": settings.allow_private, "feeds_enabled": settings.feeds_enabled, "lock": holder, "versions": versions}
        print_json({"warehouse": str(settings.warehouse), **vars(found), **settled})
        return
    counts = ", ".join(f"{number} {name}" for name, number in found.counts.items() if name != "last_digest_day")
    typer.echo(f"warehouse {settings.warehouse}: {counts}")
    typer.echo(f"last digest: {found.counts['last_digest_day'] or 'none'}")
    for run in found.runs:
        typer.echo(f"run {run['started_at']:%Y-%m-%d %H:%M} {run['step']}: {run['status']} ({run['detail']})")
    typer.echo("outcomes of the last run that read: " + (", ".join(f"{n} {word}" for word, n in found.outcomes.items()) or "none"))
    failed = [feed for feed in found.feeds if feed["status"] in FAILED_POLLS]
    typer.echo(f"feeds: {len(found.feeds) - len(failed)} well, {len(failed)} not")
    for feed in failed:
        typer.echo(f"  {feed['feed_id']}: {feed['status']}, {feed['failures']} in a row ({feed['detail'] or 'no detail'})")
    typer.echo(f"lock: {holder or 'free'}")
    if settings.allow_private:
        typer.echo("allow_private is ON: inside addresses may be fetched")
    if not settings.feeds_enabled:
        typer.echo("feeds_enabled is off: nothing is polled")
    for run in found.runs[:1]:
        typer.echo(f"watch {run['watch_version']}, extractors {run['extractor_version']}")
    typer.echo("versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()))


def diff(ctx: typer.Context, day: DayFlag = None, as_json: JsonFlag = False) -> None:
    """Print what changed on a day, by default yesterday, as now known."""
    from flows.clock import today_in
    from flows.snapshot_reads import list_changes

    settings = settings_of(ctx)
    chosen = parse_day(day) or today_in(settings.zone) - timedelta(days=1)
    changes = list_changes(settings, chosen)
    if as_json:
        print_json({"day": chosen, "changes": changes})
        return
    if not changes:
        typer.echo(f"{chosen}: no stance differs from the day before, as far as was read; `stancewatch status` says what was")
    for change in changes:
        before, after = change["before_stance"] or "nothing", change["after_stance"] or "nothing"
        typer.echo(f"{change['actor']} {change['issue']}/{change['aspect']}: {change['kind']}, {before} -> {after}")
        if change["quote"]:
            typer.echo(f'  "{change["quote"]}" ({change["outlet"]}, {change["published_on"]}, {change["url"]}; {change["position_id"]})')


def explain(
    ctx: typer.Context,
    position_id: Annotated[str, typer.Argument(help="Position, or the beginning of its id")],
    as_json: JsonFlag = False,
) -> None:
    """Print why a position is held: its words in their paragraph, who said them where and when, and which rules found it."""
    from flows.snapshot_reads import get_position

    found = get_position(settings_of(ctx), position_id)
    if as_json:
        print_json(found)
        return
    condition = f" if {found['condition']!r}" if found["condition"] else ""
    typer.echo(f"{found['actor']} {found['stance']} {found['issue']}/{found['aspect']}{condition} (held {found['held']})")
    by = f"by {found['speaker'] or 'nobody named'}: {found['attribution']}, {found['basis']}"
    typer.echo(f"said on {found['said_on']} ({found['said_on_basis']}) {by}")
    where = f"{found['outlet']}, {found['published_on']} ({found['published_basis']}), {found['url']}"
    typer.echo(" - ".join(part for part in (found["title"], where) if part))
    quote = found["quote"]
    typer.echo("")
    typer.echo(found["paragraph"].replace(quote, f">>{quote}<<", 1))
    typer.echo("")
    typer.echo(f"confidence {found['confidence']:g}; rules {found['trail']}")
    typer.echo(f"extractors {found['extractor_version']}, watch {found['watch_version']}")
    if found["withdrawn_at"]:
        typer.echo(f"withdrawn at {found['withdrawn_at']:%Y-%m-%d %H:%M}")
    if not found["is_verbatim"]:
        typer.echo("WARNING: the quote is not what the stored text holds there")


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in _PROGRAMS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that was not installed
            found[name] = "not installed"
    return found


def _print_table(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Print rows in columns; long cells are cut, since csv and json have them whole."""
    shown = [columns, *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in shown) for place in range(len(columns))]
    for number, row in enumerate(shown):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            typer.echo("  ".join("-" * width for width in widths))
    typer.echo(f"({len(rows)} rows)")


def _cell(value: object) -> str:
    text = "" if value is None else json.dumps(value, default=str) if isinstance(value, list | dict) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
