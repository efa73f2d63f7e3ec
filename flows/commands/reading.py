"""Verbs that only read the snapshot, and so work while a run is on: `sql`, `status`, `diff`, `explain`."""

import csv
import json
import re
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from flows.commands.options import DayFlag, JsonFlag, parse_day, settings_of
from flows.commands.output import print_json
from vocabulary.errors import TerminalError
from vocabulary.words import FAILED_POLLS

if TYPE_CHECKING:  # starting is to stay light
    from warehouse.reading import StoredEvent, StoredPosition, StoredReport

_PROGRAMS = ("stancewatch", "prefect", "duckdb", "spacy", "trafilatura", "feedparser")
_CELL = 80
_ID = re.compile(r"[0-9a-f]{4,64}")


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
    """Print the last runs, what the warehouse holds, documents and feeds that are not well, versions, and who holds the lock."""
    from flows.lock import find_holder
    from warehouse.reading import open_snapshot
    from warehouse.snapshot import snapshot_path

    settings = settings_of(ctx)
    with open_snapshot(snapshot_path(settings.warehouse)) as snapshot:
        found = snapshot.get_status()
    holder = find_holder(settings)
    versions = _versions()
    if as_json:
        settled = {"allow_private": settings.allow_private, "feeds_enabled": settings.feeds_enabled, "lock": holder, "versions": versions}
        print_json({"warehouse": str(settings.warehouse), **found.model_dump(mode="json"), **settled})
        return
    counts = ", ".join(f"{number} {name}" for name, number in found.counts if name != "last_digest_day")
    typer.echo(f"warehouse {settings.warehouse}: {counts}")
    typer.echo(f"last digest: {found.counts.last_digest_day or 'none'}")
    for run in found.runs:
        typer.echo(f"run {run.started_at:%Y-%m-%d %H:%M} {run.step}: {run.status} ({run.detail})")
    typer.echo("outcomes of the last run that read: " + (", ".join(f"{n} {word}" for word, n in found.outcomes.items()) or "none"))
    for end in found.not_read:
        typer.echo(f"  {end.item}: {end.status}" + (f" ({end.detail})" if end.detail else ""))
    failed = [poll for poll in found.feeds if poll.status in FAILED_POLLS]
    typer.echo(f"feeds: {len(found.feeds) - len(failed)} well, {len(failed)} not")
    for poll in failed:
        typer.echo(f"  {poll.feed_id}: {poll.status}, {poll.failures} in a row ({poll.detail or 'no detail'})")
    typer.echo(f"lock: {holder or 'free'}")
    if settings.allow_private:
        typer.echo("allow_private is ON: inside addresses may be fetched")
    if not settings.feeds_enabled:
        typer.echo("feeds_enabled is off: nothing is polled")
    for run in found.runs[:1]:
        typer.echo(f"watch {run.watch_version}, extractors {run.extractor_version}")
    typer.echo("versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()))


def diff(ctx: typer.Context, day: DayFlag = None, as_json: JsonFlag = False) -> None:
    """Print what changed on a day, by default yesterday, as now known."""
    from flows.clock import today_in
    from warehouse.reading import open_snapshot
    from warehouse.snapshot import snapshot_path

    settings = settings_of(ctx)
    chosen = parse_day(day) or today_in(settings.zone) - timedelta(days=1)
    with open_snapshot(snapshot_path(settings.warehouse)) as snapshot:
        changes = snapshot.list_changes(chosen)
    if as_json:
        print_json({"day": chosen, "changes": [change.model_dump(mode="json") for change in changes]})
        return
    if not changes:
        typer.echo(f"{chosen}: no stance differs from the day before, as far as was read; `stancewatch status` says what was")
    for change in changes:
        before, after = change.before_stance or "nothing", change.after_stance or "nothing"
        typer.echo(f"{change.actor} {change.issue}/{change.aspect}: {change.kind}, {before} -> {after}")
        if change.after:
            shown = change.after
            typer.echo(f'  "{shown.quote}" ({shown.outlet}, {shown.published_on}, {shown.url}; {shown.position_id})')


def explain(
    ctx: typer.Context,
    claim_id: Annotated[str, typer.Argument(metavar="ID", help="Position, event or report of an event, or the beginning of its id")],
    as_json: JsonFlag = False,
) -> None:
    """Print why a position or an event is held: the words in their paragraph, who said them where and when, and which rules found them."""
    from warehouse.reading import StoredEvent, StoredPosition, open_snapshot
    from warehouse.snapshot import snapshot_path

    if not _ID.fullmatch(claim_id):
        raise TerminalError(f"{claim_id!r} is no id of a position, event or report; digests and `stancewatch diff --json` name them")
    with open_snapshot(snapshot_path(settings_of(ctx).warehouse)) as snapshot:
        found = snapshot.find_claim(claim_id)
    if as_json:
        what = "position" if isinstance(found, StoredPosition) else "event" if isinstance(found, StoredEvent) else "report"
        print_json({"what": what, **found.model_dump(mode="json")})
    elif isinstance(found, StoredPosition):
        condition = f" if {found.condition!r}" if found.condition else ""
        typer.echo(f"{found.actor} {found.stance} {found.issue}/{found.aspect}{condition} (held {found.held})")
        by = f"by {found.speaker or 'nobody named'}: {found.attribution}, {found.basis}"
        typer.echo(f"said on {found.said_on} ({found.said_on_basis}) {by}")
        _print_in_text(found)
    else:
        _print_happening(found)
        for report in found.told if isinstance(found, StoredEvent) else (found,):
            typer.echo("")
            typer.echo(f"report {report.report_id} of event {report.event_id}")
            _print_in_text(report)


def _print_happening(found: "StoredEvent | StoredReport") -> None:
    """Print what happened, when, and how the date is known."""
    targets = f" -> {' '.join(found.targets)}" if found.targets else ""
    place = f", {found.place}" if found.place else ""
    typer.echo(f"{found.type} ({found.status}), {found.date_iso() or 'undated'}: {' '.join(found.actors)}{targets}{place}")
    raw = f" {found.date_raw!r}" if found.date_raw else ""
    typer.echo(f"date: {found.date_basis}{raw}, to the {found.date_precision}" if found.date_iso() else "date: the texts give none")
    if found.quantities:
        typer.echo(f"numbers: {'; '.join(found.quantities)}")


def _print_in_text(found: "StoredPosition | StoredReport") -> None:
    """Print the words of a claim in their paragraph, where they were published, and what found them."""
    where = f"{found.outlet}, {found.published_on} ({found.published_basis}), {found.url}"
    typer.echo(" - ".join(part for part in (found.title, where) if part))
    start, end = found.quote_start - found.paragraph_start, found.quote_end - found.paragraph_start
    typer.echo("")
    typer.echo(f"{found.paragraph[:start]}>>{found.paragraph[start:end]}<<{found.paragraph[end:]}")
    typer.echo("")
    typer.echo(f"confidence {found.confidence:g}; rules {found.trail}")
    typer.echo(f"extractors {found.extractor_version}, watch {found.watch_version}")
    if found.withdrawn_at:
        typer.echo(f"withdrawn at {found.withdrawn_at:%Y-%m-%d %H:%M} ({found.withdrawn_reason})")
    if not found.is_verbatim:
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
