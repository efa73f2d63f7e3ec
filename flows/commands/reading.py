"""Verbs that only read the snapshot, and so work while a run is on: `status`, `diff`; `explain` has a file of its own."""

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from flows.commands.options import DayFlag, JsonFlag, parse_day, settings_of
from flows.commands.output import print_json, put
from vocabulary.errors import WarehouseError
from vocabulary.masking import masked_url
from vocabulary.words import FAILED_POLLS, RunStatus

if TYPE_CHECKING:  # starting is to stay light
    from warehouse.reading import SnapshotStatus

_PROGRAMS = ("stancewatch", "prefect", "duckdb", "spacy", "trafilatura", "feedparser")


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    app.command(epilog="Example: stancewatch status --json")(status)
    app.command(epilog="Example: stancewatch diff --day 2025-03-27")(diff)


def status(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Print the last runs, what the warehouse holds, documents and feeds that are not well, versions, and who holds the lock."""
    from flows.lock import find_holder, place_of
    from warehouse.reading import open_snapshot
    from warehouse.snapshot import snapshot_path

    settings = settings_of(ctx)
    with open_snapshot(snapshot_path(place_of(settings))) as snapshot:
        found = snapshot.get_status()
    try:
        holder = find_holder(settings)
    except WarehouseError as error:  # what was read is worth more than who may write
        holder = f"not known: {error}"
    found = _as_shown(found, is_held=holder is not None)
    versions = _versions()
    if as_json:
        settled = {"allow_private": settings.allow_private, "feeds_enabled": settings.feeds_enabled, "lock": holder, "versions": versions}
        print_json({"warehouse": str(settings.warehouse), **found.model_dump(mode="json"), **settled})
        return
    counts = ", ".join(f"{number} {name}" for name, number in found.counts if name != "last_digest_day")
    put(f"warehouse {settings.warehouse}: {counts}")
    put(f"last digest: {found.counts.last_digest_day or 'none'}")
    for run in found.runs:
        put(f"run {run.started_at:%Y-%m-%d %H:%M} {run.step}: {run.status} ({run.detail})")
    put("outcomes of the last run that read: " + (", ".join(f"{n} {word}" for word, n in found.outcomes.items()) or "none"))
    for end in found.not_read:
        put(f"  {end.item}: {end.status}" + (f" ({end.detail})" if end.detail else ""))
    failed = [poll for poll in found.feeds if poll.status in FAILED_POLLS]
    put(f"feeds: {len(found.feeds) - len(failed)} well, {len(failed)} not")
    for poll in failed:
        put(f"  {poll.feed_id}: {poll.status}, {poll.failures} in a row ({poll.detail or 'no detail'})")
    put(f"lock: {holder or 'free'}")
    if settings.allow_private:
        put("allow_private is ON: inside addresses may be fetched")
    if not settings.feeds_enabled:
        put("feeds_enabled is off: nothing is polled")
    for run in found.runs[:1]:
        put(f"watch {run.watch_version}, extractors {run.extractor_version}")
    put("versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()))


def _as_shown(found: "SnapshotStatus", *, is_held: bool) -> "SnapshotStatus":
    """Return the status as it may go out: no key of an address, and no run marked as running where no process holds the warehouse."""
    from warehouse.runs import LOST

    runs = tuple(
        run if is_held or run.status is not RunStatus.RUNNING else run.model_copy(update={"status": RunStatus.FAILED, "detail": LOST})
        for run in found.runs
    )
    ends = tuple(end.model_copy(update={"item": masked_url(end.item), "detail": masked_url(end.detail)}) for end in found.not_read)
    feeds = tuple(poll.model_copy(update={"detail": masked_url(poll.detail)}) for poll in found.feeds)
    return found.model_copy(update={"runs": runs, "not_read": ends, "feeds": feeds})


def diff(ctx: typer.Context, day: DayFlag = None, as_json: JsonFlag = False) -> None:
    """Print what changed on a day, by default yesterday, as now known."""
    from flows.clock import today_in
    from flows.lock import place_of
    from warehouse.reading import open_snapshot
    from warehouse.snapshot import snapshot_path

    settings = settings_of(ctx)
    chosen = parse_day(day) or today_in(settings.zone) - timedelta(days=1)
    with open_snapshot(snapshot_path(place_of(settings))) as snapshot:
        changes = snapshot.list_changes(chosen)
    if as_json:
        print_json({"day": chosen, "changes": [change.model_dump(mode="json") for change in changes]})
        return
    if not changes:
        put(f"{chosen}: no stance differs from the day before, as far as was read; `stancewatch status` says what was")
    for change in changes:
        before, after = change.before_stance or "nothing", change.after_stance or "nothing"
        put(f"{change.actor} {change.issue}/{change.aspect}: {change.kind}, {before} -> {after}")
        if change.after:
            shown = change.after
            put(f'  "{shown.quote}" ({shown.outlet}, {shown.published_on}, {shown.url}; {shown.position_id})')


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in _PROGRAMS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that was not installed
            found[name] = "not installed"
    return found
