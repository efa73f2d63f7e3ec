"""Which moments of a script are replayed: polls through each day that brings news, and the digest on the morning after. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from newsroom.scenario import Scenario

_POLLED_AT = (time(8), time(12), time(16), time(20))
_LAST_POLL = timedelta(minutes=15)  # before the digest, as under `serve`; the only one for the day after
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Morning:
    """One digest of the replay: the day that it is for, when feeds are polled for it, and when it is issued."""

    day: date
    polls: tuple[datetime, ...]
    issued_at: datetime
    skipped: int
    """Days before `day` that are left out, since the script does nothing on them."""


def plan_mornings(scenario: Scenario, *, digest_at: time, days: int | None = None) -> tuple[Morning, ...]:
    """Return the mornings of a replay in order: a digest for each day on which the script does something, and for the day after it.

    The day after has a digest of its own since some changes need two closes of a day. `days` takes only so many days of the script,
    from its beginning; `digest_at` is a time of day, UTC.
    """
    busy = list_busy_days(scenario)
    taken = busy[:days]
    chosen = sorted({*taken, *({day + _DAY for day in taken} - set(busy))})
    mornings: list[Morning] = []
    for day in chosen:
        issued_at = datetime.combine(day + _DAY, digest_at, tzinfo=UTC)
        times = _POLLED_AT if day in taken else ()
        polls = (*(datetime.combine(day, at, tzinfo=UTC) for at in times), issued_at - _LAST_POLL)
        skipped = (day - mornings[-1].day).days - 1 if mornings else 0
        mornings.append(Morning(day, polls, issued_at, skipped))
    return tuple(mornings)


def list_busy_days(scenario: Scenario) -> list[date]:
    """Return the days on which the script does something: articles appear, change or go, feeds begin or cease to fail."""
    return sorted({moment.date() for moment in _moments(scenario)})


def _moments(scenario: Scenario) -> Iterator[datetime]:
    for article in scenario.articles:
        yield from (version.seen_from for version in article.versions)
        if article.retracted_at is not None:
            yield article.retracted_at
    for fault in scenario.faults:
        yield fault.begins
        if fault.ends is not None:
            yield fault.ends
