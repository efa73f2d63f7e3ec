"""Verbs that only read the snapshot, and so work while a run is on: `status`, `diff`, `explain`."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import DayFlag, JsonFlag, parse_day, settings_of
from flows.commands.output import print_json, put
from vocabulary.errors import TerminalError, WarehouseError
from vocabulary.masking import masked_url
from vocabulary.words import FAILED_POLLS, RunStatus

if TYPE_CHECKING:  # starting is to stay light
    from warehouse.reading import SnapshotStatus, StoredEvent, StoredPosition, StoredReport

_PROGRAMS = ("stancewatch", "prefect", "duckdb", "spacy", "trafilatura", "feedparser")
_ID = re.compile(r"[0-9a-f]{4,64}")


def register(app: typer.Typer) -> None:
    """Add the verbs to `app`."""
    app.command(epilog="Example: stancewatch status --json")(status)
    app.command(epilog="Example: stancewatch diff --day 2025-03-27")(diff)
    app.command(epilog="Example: stancewatch explain 0f3a9c")(explain)


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


def explain(
    ctx: typer.Context,
    claim_id: Annotated[str, typer.Argument(metavar="ID", help="Position, event or report of an event, or the beginning of its id")],
    as_json: JsonFlag = False,
) -> None:
    """Print why a position or an event is held: the words in their paragraph, who said them where and when, and which rules found them."""
    from flows.lock import place_of
    from warehouse.reading import StoredEvent, StoredPosition, open_snapshot
    from warehouse.snapshot import snapshot_path

    if not _ID.fullmatch(claim_id):
        raise TerminalError(f"{claim_id!r} is no id of a position, event or report; digests and `stancewatch diff --json` name them")
    with open_snapshot(snapshot_path(place_of(settings_of(ctx)))) as snapshot:
        found = snapshot.find_claim(claim_id)
    if as_json:
        what = "position" if isinstance(found, StoredPosition) else "event" if isinstance(found, StoredEvent) else "report"
        print_json({"what": what, **found.model_dump(mode="json")})
    elif isinstance(found, StoredPosition):
        condition = f" if {found.condition!r}" if found.condition else ""
        put(f"{found.actor} {found.stance} {found.issue}/{found.aspect}{condition} (held {found.held})")
        by = f"by {found.speaker or 'nobody named'}: {found.attribution}, {found.basis}"
        put(f"said on {found.said_on} ({found.said_on_basis}) {by}")
        _print_in_text(found)
    else:
        _print_happening(found)
        for report in found.told if isinstance(found, StoredEvent) else (found,):
            put("")
            put(f"report {report.report_id} of event {report.event_id}")
            _print_in_text(report)


def _print_happening(found: "StoredEvent | StoredReport") -> None:
    """Print what happened, when, and how the date is known."""
    targets = f" -> {' '.join(found.targets)}" if found.targets else ""
    place = f", {found.place}" if found.place else ""
    put(f"{found.type} ({found.status}), {found.date_iso() or 'undated'}: {' '.join(found.actors)}{targets}{place}")
    raw = f" {found.date_raw!r}" if found.date_raw else ""
    put(f"date: {found.date_basis}{raw}, to the {found.date_precision}" if found.date_iso() else "date: the texts give none")
    if found.quantities:
        put(f"numbers: {'; '.join(found.quantities)}")


def _print_in_text(found: "StoredPosition | StoredReport") -> None:
    """Print the words of a claim in their paragraph, where they were published, and what found them."""
    where = f"{found.outlet}, {found.published_on} ({found.published_basis}), {found.url}"
    put(" - ".join(part for part in (found.title, where) if part))
    start, end = found.quote_start - found.paragraph_start, found.quote_end - found.paragraph_start
    put("")
    put(f"{found.paragraph[:start]}>>{found.paragraph[start:end]}<<{found.paragraph[end:]}")
    put("")
    put(f"confidence {found.confidence:g}; rules {found.trail}")
    put(f"extractors {found.extractor_version}, watch {found.watch_version}")
    if found.withdrawn_at:
        put(f"withdrawn at {found.withdrawn_at:%Y-%m-%d %H:%M} ({found.withdrawn_reason})")
    if not found.is_verbatim:
        put("WARNING: the quote is not what the stored text holds there")


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in _PROGRAMS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a checkout that was not installed
            found[name] = "not installed"
    return found
