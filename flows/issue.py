"""The last step: which day a digest covers, whether there is anything to say about it, and issuing it once."""

from datetime import date, timedelta
from functools import lru_cache

import pycountry

from digest.build import build_digest
from flows.context import RunContext
from flows.files import write_digest
from flows.lock import hold_warehouse
from flows.reports import DigestReport, DigestState
from vocabulary.errors import NoDataError
from vocabulary.stance import Coverage, Digest
from warehouse.stances import pick_reaffirmed
from warehouse.store import Warehouse


def issue_digest(ctx: RunContext, day: date | None = None) -> DigestReport:
    """Issue the digest of `day` and write its files; an issued day is reprinted as it was.

    Without `day`, the first digest of a warehouse covers the last day with a document and later ones cover yesterday.
    1. The day is chosen, 2. what was issued before is looked up, 3. where nothing was read for it there is no digest:
    nothing read is not "nothing changed"; what became known late counts as read, 4. the digest is assembled, stored and written.
    Raises `NoDataError` for a `day` that cannot be issued any more or yet.
    """
    with hold_warehouse(ctx.settings) as store:
        last = store.find_last_digest()
        # 1. the day
        target = day or _next_day(ctx, store, last)
        if target is None:
            return DigestReport(state="no_data", notes=("the warehouse holds no documents yet, so there is nothing to say",))
        if target > ctx.today:
            raise NoDataError(f"{target} is not over: today is {ctx.today} in {ctx.settings.timezone}; name an earlier day")
        # 2. issued before
        if issued := store.find_digest(target):
            return _report(ctx, issued, "reprinted", is_last=last is None or issued.day == last.day)
        if last is not None and target < last.day:
            if day is None:
                return _report(ctx, last, "reprinted", is_last=True)
            raise NoDataError(f"{day} has no digest and {last.day} was issued since; `stancewatch diff --day {day}` shows that day")
        # 3. nothing read
        since = _since(store, target, last)
        coverage = _get_coverage(ctx, store, target, since, last)
        if last is not None and _nothing_read(ctx, coverage, target):
            note = f"nothing was read for {target}, so no digest is issued: no data is not the same as no change; {last.day} stands"
            return _report(ctx, last, "no_data", is_last=True, note=note)
        # 4. issue
        digest = assemble_digest(ctx, store, target, last, coverage, since)
        store.insert_digest(digest, run_id=ctx.run_id)
        return _report(ctx, digest, "issued", is_last=True)


def assemble_digest(ctx: RunContext, store: Warehouse, day: date, previous: Digest | None, coverage: Coverage, since: date) -> Digest:
    """Return the digest of `day` after `previous`; its news are those of the days from `since` on."""
    first_day = store.first_document_day() if previous is None else None
    stances = store.list_stances(day)
    return build_digest(
        watch=ctx.watch,
        actor_names=country_names(),
        day=day,
        number=1 if previous is None else previous.number + 1,
        previous_day=previous.day if previous else None,
        first_day=first_day,
        issued_at=ctx.now,
        issued_on=ctx.today,
        changes=[*store.list_lines(previous, day, first_day=first_day), *store.list_signals(since, day)],
        reaffirmed=pick_reaffirmed(stances, day),
        stances=stances,
        events=store.list_events(since, day),
        ahead=store.list_events_ahead(day),
        coverage=coverage,
        extractor_version=ctx.tagger.version,
    )


def _since(store: Warehouse, day: date, previous: Digest | None) -> date:
    """Return the first day that no digest has covered: the day after `previous`, or that of the first document."""
    if previous is not None:
        return min(previous.day + timedelta(days=1), day)
    return min(store.first_document_day() or day, day)


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """Return ISO 3166-1 alpha-3 code to the usual English name, for states that the watch does not list."""
    return {country.alpha_3: getattr(country, "common_name", country.name) for country in pycountry.countries}


def _next_day(ctx: RunContext, store: Warehouse, last: Digest | None) -> date | None:
    """Return the day of the next digest; None for a warehouse without documents."""
    newest = store.latest_document_day()
    if last is not None:
        return ctx.yesterday
    return min(newest, ctx.today) if newest else None


def _get_coverage(ctx: RunContext, store: Warehouse, day: date, since: date, previous: Digest | None) -> Coverage:
    """Return what was read for the digest of `day` after `previous`, and whether the feeds were left out."""
    known_since = previous.issued_at if previous else None
    coverage = store.get_coverage(day, day_from=since, known_since=known_since)
    if ctx.settings.feeds_enabled:
        return coverage
    polled = any(known_since is None or poll.polled_at > known_since for poll in store.last_polls().values())
    return coverage.model_copy(update={"feeds_off": not polled})


def _nothing_read(ctx: RunContext, coverage: Coverage, day: date) -> bool:
    """Tell whether no document was read for `day` and no feed answered on that day or since."""
    answered = [feed.last_ok_at for feed in coverage.feeds if feed.last_ok_at is not None]
    return coverage.documents_read == 0 and not any(at.astimezone(ctx.settings.zone).date() >= day for at in answered)


def _report(ctx: RunContext, digest: Digest, state: DigestState, *, is_last: bool, note: str = "") -> DigestReport:
    """Write the files of `digest` where they are missing, and return what became of it."""
    path = write_digest(ctx.settings.digests, digest, latest=is_last)
    return DigestReport(state=state, day=digest.day, number=digest.number, path=str(path), notes=(note,) if note else ())
