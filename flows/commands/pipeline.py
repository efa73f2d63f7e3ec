"""Verbs that do work: `run`, and its steps one by one: `seed`, `poll`, `digest` (`tag` has a module of its own)."""

from datetime import date
from typing import Annotated

import typer

from flows.commands.options import DayFlag, JsonFlag, OfflineFlag, SeedsFlag, WatchFlag, parse_day, settings_of
from flows.commands.output import complain, print_run, put, say
from flows.exit_codes import ExitCode
from flows.reports import RunReport
from flows.settings import Settings, set_environment, settings_environment
from vocabulary.errors import StancewatchError


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    app.command(epilog="Example: stancewatch run --seeds seeds --offline")(run)
    app.command(epilog="Example: stancewatch seed --seeds ~/articles")(seed)
    app.command(epilog="Example: stancewatch poll --all")(poll)
    app.command(epilog="Example: stancewatch digest --day 2025-03-27")(digest)


def run(
    ctx: typer.Context,
    direct: Annotated[bool, typer.Option("--direct", help="Run the same steps without Prefect")] = False,
    seeds: SeedsFlag = None,
    watch: WatchFlag = None,
    offline: OfflineFlag = False,
    day: DayFlag = None,
    as_json: JsonFlag = False,
) -> None:
    """Do the main job once: first batch, poll, tag, diff, digest.

    Runs as a Prefect flow on a server that starts and ends with it, or on the one that prefect_api_url names. Where no
    Prefect API can be had, the same steps run without it, and a note says so.
    """
    settings = settings_of(ctx, seeds=seeds, watch=watch, feeds_enabled=False if offline else None)
    chosen = parse_day(day)
    report = _direct(settings, chosen) if direct else _scheduled(settings, chosen)
    print_run(report, as_json=as_json)
    raise typer.Exit(report.exit_code)


def seed(ctx: typer.Context, seeds: SeedsFlag = None, watch: WatchFlag = None, as_json: JsonFlag = False) -> None:
    """Load the first batch of documents; what is loaded already stays as it is."""
    from flows.context import open_context
    from flows.running import run_first_batch

    report = run_first_batch(open_context(settings_of(ctx, seeds=seeds, watch=watch)))
    print_run(report, as_json=as_json)
    raise typer.Exit(report.exit_code)


def poll(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Poll the feeds too whose time has not come")] = False,
    watch: WatchFlag = None,
    as_json: JsonFlag = False,
) -> None:
    """Poll the feeds that are due and fetch new articles that may matter."""
    from flows.context import open_context
    from flows.running import run_poll

    report = run_poll(open_context(settings_of(ctx, watch=watch)), force=everything)
    print_run(report, as_json=as_json)
    raise typer.Exit(report.exit_code)


def digest(ctx: typer.Context, day: DayFlag = None, as_json: JsonFlag = False) -> None:
    """Issue the digest of a day, by default of yesterday; an issued one is printed again as it was."""
    settings, chosen = settings_of(ctx), parse_day(day)
    if chosen and _reprint(settings, chosen, as_json=as_json):
        return
    from flows.context import open_context
    from flows.running import run_daily_digest

    report = run_daily_digest(open_context(settings), day=chosen)
    print_run(report, as_json=as_json)
    nothing = report.digest is not None and report.digest.state == "no_data"
    raise typer.Exit(ExitCode.NO_DATA if nothing else report.exit_code)


def _reprint(settings: Settings, day: date, *, as_json: bool) -> bool:
    """Print the digest of `day` where the snapshot has it, which needs neither the lock nor a folder that may be written."""
    from flows.reprint import find_issued, reprint

    issued = find_issued(settings, day)
    if issued is None:
        return False
    report, text = reprint(settings, issued)
    print_run(RunReport(run_id="", digest=report), as_json=as_json)
    if text and not as_json:
        put(text)
    return True


def _direct(settings: Settings, day: date | None) -> RunReport:
    from flows.context import open_context
    from flows.running import run_direct

    return run_direct(open_context(settings), day=day)


def _scheduled(settings: Settings, day: date | None) -> RunReport:
    """Run under Prefect; where its API cannot be had, at the start or in the middle, run the steps without it.

    The warehouse is taken before the server starts: a second run ends at once, and nobody slips in between two tasks.
    """
    from flows.context import open_context
    from flows.lock import hold_warehouse
    from flows.prefect_server import PrefectApiError, is_healthy, prefect_api

    ctx = open_context(settings)
    with hold_warehouse(settings):
        set_environment(settings_environment(settings))
        try:
            with prefect_api(settings, services=False, say=say) as url:
                from flows.monitor import monitor

                try:
                    return RunReport.model_validate(monitor(now=ctx.now.isoformat(), day=day.isoformat() if day else ""))
                except StancewatchError:
                    raise
                except Exception as error:
                    if is_healthy(url, settings):
                        raise  # a bug, and not the scheduler's absence
                    raise PrefectApiError(f"the Prefect API was lost in the middle of the run: {type(error).__name__}") from error
        except PrefectApiError as error:
            complain(error)
        note = "unscheduled: no Prefect API could be had, so the same steps ran without it"
        return _direct(settings, day).model_copy(update={"notes": (note,)})
