"""The verb `tag`: what is untagged in the warehouse, or any file without touching the warehouse."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import JsonFlag, WatchFlag, settings_of
from flows.commands.output import complain, print_run
from flows.exit_codes import ExitCode
from flows.settings import Settings
from vocabulary.errors import SeedError


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch tag article.txt --published 2025-03-27 --jsonl")(tag)


def tag(
    ctx: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files to tag; none for the warehouse")] = None,
    published: Annotated[str | None, typer.Option(metavar="DATE", help="When the files were published: YYYY-MM-DD or YYYY-MM")] = None,
    meta: Annotated[Path | None, typer.Option(help="JSON list of {doc, published}, for files with dates of their own")] = None,
    watch: WatchFlag = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per file")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Tag FILEs and print what they say, or, without any, tag what is untagged in the warehouse."""
    settings = settings_of(ctx, watch=watch)
    if files:
        raise typer.Exit(_tag_files(settings, files, published, meta, as_lines=not (jsonl or as_json)))
    if published or meta or jsonl:
        raise typer.BadParameter("name the files that --published, --meta and --jsonl are about", param_hint="FILE")
    from flows.context import open_context
    from flows.running import run_tag

    report = run_tag(open_context(settings))
    print_run(report, as_json=as_json)
    raise typer.Exit(report.exit_code)


def _tag_files(settings: Settings, files: list[Path], published: str | None, meta: Path | None, *, as_lines: bool) -> ExitCode:
    from flows.clock import today_in
    from flows.context import open_context
    from flows.file_tagging import as_prediction, tag_files

    days = _days(files, published, meta, today_in(settings.zone) + timedelta(days=1))
    partial = False
    for found in tag_files(open_context(settings), files, days):
        if found.problem:
            partial = True
            complain(SeedError(f"{found.name}: {found.problem}"))
        if not as_lines:
            typer.echo(json.dumps(as_prediction(found), ensure_ascii=False))
        elif found.tagged:
            typer.echo(f"{found.name}: {len(found.tagged.positions)} positions, {len(found.tagged.events)} events")
            for one in found.tagged.positions:
                typer.echo(f"  {one.actor} {one.stance} {one.issue} ({one.said_on}, {one.attribution}): {one.quote!r}")
            for event in found.tagged.events:
                typer.echo(f"  {event.type} {event.date_iso() or 'undated'} {event.status} {' '.join(event.actors)}: {event.quote!r}")
    return ExitCode.PARTIAL if partial else ExitCode.DONE


def _days(files: list[Path], published: str | None, meta: Path | None, latest: date) -> dict[str, date]:
    """Return file name to day, none after `latest`; a usage error where a file has none or both flags are given."""
    from flows.file_tagging import parse_day_or_month, parse_published, read_published

    if (published is None) == (meta is None):
        raise typer.BadParameter("give either --published DATE or --meta FILE.json: dates in a text are read from that day")
    if published is not None:
        days = {path.name: parse_day_or_month(published, "--published") for path in files}
    else:
        assert meta is not None
        known = read_published(meta)
        for path in files:
            if path.name not in known:
                raise typer.BadParameter(f"{meta} has no entry for {path.name}; add one with doc and published", param_hint="--meta")
        days = {path.name: parse_published(known[path.name], f"{meta}, {path.name}") for path in files}
    for name, day in days.items():
        if day > latest:
            raise SeedError(f"{meta or '--published'}: {day} of {name} has not come yet; correct the date")
    return days
