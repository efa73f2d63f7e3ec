"""What the digests showed beside what the script says is true. Pure.

A line of a digest shows a true change where actor, issue, aspect and kind are the same and its digest is one in which it may stand:
of a day from the words themselves to a week after the first day on which rules allow it, or the first digest after that. Each true
change is shown once, and each line shows one: what is shown twice is once too much.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pydantic import Field

from newsroom.records import TrueChange
from vocabulary.documents import Record
from vocabulary.stance import StanceChange
from vocabulary.words import ChangeKind, ChangeStrength, Stance

_LEEWAY = timedelta(days=7)


class Line(Record):
    """A change in short: one of the script, or one that a digest showed."""

    day: date = Field(description="Day of the digest that shows it, or may first show it")
    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(description="Question within the issue")
    kind: ChangeKind = Field(description="What it did to the stance")
    before: Stance | None = Field(description="Stance before")
    after: Stance | None = Field(description="Stance after")


class Comparison(Record):
    """Confirmed changes, shown and true. Those on which careful readers may differ count neither way."""

    true: int = Field(description="Changes of the script that are to be found by the last digest")
    found: tuple[Line, ...] = Field(description="Those of them that a digest showed as confirmed")
    as_signal: tuple[Line, ...] = Field(description="Those of them not found of which a digest showed the same move as a signal")
    otherwise: tuple[Line, ...] = Field(description="Those neither found nor signalled where a line of that actor and issue stood in time")
    missed: tuple[Line, ...] = Field(description="The rest of them")
    shown: int = Field(description="Confirmed changes that the digests showed, but for those of readers that may differ")
    wrong: tuple[Line, ...] = Field(description="Those of them that are no change of the script")
    wrong_near: int = Field(description="Of the wrong ones, those where the script has a change of that actor and issue in time")
    open: tuple[Line, ...] = Field(description="Confirmed changes shown on which careful readers may differ")


def compare_changes(
    changes: Sequence[TrueChange], shown: Sequence[StanceChange], signals: Sequence[StanceChange], days: Sequence[date]
) -> Comparison:
    """Return how `shown` (confirmed lines of the digests) and `signals` stand to the true `changes`; `days` are those of the digests."""
    last = max(days, default=date.min)
    asked = [change for change in changes if change.strength is ChangeStrength.CONFIRMED and change.day <= last]
    lines = sorted(shown, key=lambda line: line.day)
    # what every reader must find goes first, so that no line is spent on a change that may be left alone
    pairs = _pair(sorted(asked, key=lambda change: (change.optional, change.day)), lines, days)
    found = [change for change in asked if id(change) in pairs and not change.optional]
    used = {id(line): change for change, line in ((change, pairs[id(change)]) for change in asked if id(change) in pairs)}
    lost = [change for change in asked if id(change) not in pairs and not change.optional]
    as_signal = [change for change in lost if any(_shows(line, change, days) for line in signals)]
    rest = [change for change in lost if change not in as_signal]
    otherwise = [change for change in rest if any(_is_near(line, change, days) for line in lines)]
    wrong = [line for line in lines if id(line) not in used]
    optional = [line for line in lines if id(line) in used and used[id(line)].optional]
    return Comparison(
        true=len(found) + len(lost),
        found=_true_lines(found),
        as_signal=_true_lines(as_signal),
        otherwise=_true_lines(otherwise),
        missed=_true_lines(change for change in rest if change not in otherwise),
        shown=len(lines) - len(optional),
        wrong=_shown_lines(wrong),
        wrong_near=sum(any(_is_near(line, change, days) for change in asked) for line in wrong),
        open=_shown_lines(optional),
    )


def _pair(changes: Iterable[TrueChange], lines: Sequence[StanceChange], days: Sequence[date]) -> dict[int, StanceChange]:
    """Map `id` of each change that is shown to its line, the earliest that is not another's."""
    pairs: dict[int, StanceChange] = {}
    used: set[int] = set()
    for change in changes:
        line = next((line for line in lines if id(line) not in used and _shows(line, change, days)), None)
        if line is not None:
            pairs[id(change)] = line
            used.add(id(line))
    return pairs


def _shows(line: StanceChange, change: TrueChange, days: Sequence[date]) -> bool:
    same = (line.actor, line.issue, line.aspect, line.kind) == (change.actor, change.issue, change.aspect, change.kind)
    return same and _is_in_time(line, change, days)


def _is_near(line: StanceChange, change: TrueChange, days: Sequence[date]) -> bool:
    return (line.actor, line.issue) == (change.actor, change.issue) and _is_in_time(line, change, days)


def _is_in_time(line: StanceChange, change: TrueChange, days: Sequence[date]) -> bool:
    """Tell whether the digest of `line` is one in which `change` may stand."""
    end = change.day + _LEEWAY
    first = min((day for day in days if day >= change.day), default=end)
    return change.said_on <= line.day <= max(end, first)


def _true_lines(changes: Iterable[TrueChange]) -> tuple[Line, ...]:
    return tuple(
        Line(
            day=change.day,
            actor=change.actor,
            issue=change.issue,
            aspect=change.aspect,
            kind=change.kind,
            before=change.before,
            after=change.after,
        )
        for change in changes
    )


def _shown_lines(lines: Iterable[StanceChange]) -> tuple[Line, ...]:
    return tuple(
        Line(
            day=line.day,
            actor=line.actor,
            issue=line.issue,
            aspect=line.aspect,
            kind=line.kind,
            before=line.before_stance,
            after=line.after_stance,
        )
        for line in lines
    )
