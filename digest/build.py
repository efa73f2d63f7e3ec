"""Assemble the digest of a day: rank its lines, name every id, number it.

It decides nothing about stances: which line is confirmed and which is a signal was settled where they were computed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from vocabulary.identity import content_id
from vocabulary.stance import Coverage, Digest, DigestEvent, StanceChange, StanceDay
from vocabulary.watch import Watch
from vocabulary.words import ChangeKind, ChangeStrength

GENERAL = "general"  # the aspect that stands for the issue as such; it has no title of its own


def build_digest(
    *,
    watch: Watch,
    actor_names: Mapping[str, str],
    day: date,
    number: int,
    previous_day: date | None,
    first_day: date | None,
    issued_at: datetime,
    issued_on: date,
    changes: Sequence[StanceChange],
    reaffirmed: Sequence[StanceDay],
    stances: Sequence[StanceDay],
    events: Sequence[DigestEvent],
    ahead: Sequence[DigestEvent],
    coverage: Coverage,
    extractor_version: str,
) -> Digest:
    """Return the digest of `day`, its lines ranked and every id that occurs named.

    `changes` holds all strengths and kinds in any order; `actor_names` names actors that the watch does not know;
    `issued_on` is the day of `issued_at` in the caller's time zone. Raises `ValueError` where number and previous day
    contradict each other: only digest 1 has none before it.
    """
    if (number == 1) != (previous_day is None):
        raise ValueError(f"digest {number} with previous day {previous_day}: digest 1, and no other, has none before it")
    names = _actor_names(watch, actor_names, _actors_in(changes, (*stances, *reaffirmed), (*events, *ahead), coverage))
    keys = sorted({(line.issue, line.aspect) for line in changes} | {(line.issue, line.aspect) for line in (*stances, *reaffirmed)})
    titles = {issue: watch.issue_by_id[issue].title if issue in watch.issue_by_id else issue for issue, _ in keys}
    ranked = sorted(changes, key=_rank)
    confirmed = [change for change in ranked if change.strength is ChangeStrength.CONFIRMED]
    return Digest(
        digest_id=content_id(watch.id, day, number),
        number=number,
        opening=number == 1,
        watch_id=watch.id,
        watch_title=watch.title,
        watch_version=watch.version,
        day=day,
        previous_day=previous_day,
        first_day=first_day if number == 1 else None,
        issued_at=issued_at,
        # a day that is not over yet, or that a zone puts ahead, has no age
        age_days=max(0, (issued_on - day).days),
        actor_names=names,
        issue_titles=titles,
        aspect_titles=_aspect_titles(watch, keys),
        changes=tuple(change for change in confirmed if change.kind is not ChangeKind.FIRST_SEEN),
        first_seen=tuple(change for change in confirmed if change.kind is ChangeKind.FIRST_SEEN),
        # a first sight that is only reported or claimed is no stance yet, so it is a signal as well
        signals=tuple(change for change in ranked if change.strength is ChangeStrength.SIGNAL),
        reaffirmed=_by_name(reaffirmed, names, titles),
        stances=_by_name(stances, names, titles),
        events=_by_date(events),
        ahead=_by_date(ahead),
        coverage=_ordered(coverage, names),
        extractor_version=extractor_version,
    )


def _rank(change: StanceChange) -> tuple[float, str, str, str, str]:
    """Return the sort key of a change: most significant first, then by names that do not depend on chance."""
    return (-change.significance, change.actor, change.issue, change.aspect, change.change_id)


def _actors_in(
    changes: Iterable[StanceChange], stances: Iterable[StanceDay], events: Iterable[DigestEvent], coverage: Coverage
) -> set[str]:
    """Return every actor id that a reader of the digest may meet."""
    lines = {line.actor for line in changes} | {line.actor for line in stances}
    return lines.union(coverage.silent_actors, *((*event.actors, *event.targets) for event in events))


def _actor_names(watch: Watch, extra: Mapping[str, str], actors: Iterable[str]) -> dict[str, str]:
    """Return actor id to name: the watch's own name wins, an id that nobody names stands for itself."""
    known = watch.actor_by_id
    return {actor: known[actor].names[0] if actor in known else extra.get(actor, actor) for actor in sorted(actors)}


def _aspect_titles(watch: Watch, keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return `issue/aspect` to title for every aspect but the general one."""
    known = {f"{issue.id}/{aspect.id}": aspect.title for issue in watch.issues for aspect in issue.aspects}
    named = ((f"{issue}/{aspect}", aspect) for issue, aspect in keys if aspect != GENERAL)
    return {key: known.get(key, aspect.replace("_", " ")) for key, aspect in named}


def _by_name(days: Iterable[StanceDay], names: Mapping[str, str], titles: Mapping[str, str]) -> tuple[StanceDay, ...]:
    """Return stances in reading order: actor name, issue title, the general aspect before the others."""

    def key(stance: StanceDay) -> tuple[str, str, str, str, bool, str]:
        name, title = names[stance.actor].casefold(), titles[stance.issue].casefold()
        return (name, stance.actor, title, stance.issue, stance.aspect != GENERAL, stance.aspect)

    return tuple(sorted(days, key=key))


def _by_date(events: Iterable[DigestEvent]) -> tuple[DigestEvent, ...]:
    """Return events by their first day, the undated last."""
    return tuple(sorted(events, key=lambda event: (event.starts_on or date.max, event.type, event.event_id)))


def _ordered(coverage: Coverage, names: Mapping[str, str]) -> Coverage:
    """Return `coverage` with its lists in reading order, so that the order of arrival leaves no trace."""
    update = {
        "outcomes": dict(sorted(coverage.outcomes.items())),
        "not_read": tuple(sorted(coverage.not_read)),
        "feeds": tuple(sorted(coverage.feeds, key=lambda feed: (feed.outlet.casefold(), feed.feed_id))),
        "silent_actors": tuple(sorted(coverage.silent_actors, key=lambda actor: (names[actor].casefold(), actor))),
    }
    return coverage.model_copy(update=update)
