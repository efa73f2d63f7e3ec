"""What follows from the truth of single articles: which stance of whom is shown for the first time, and when.

Changes proper are written by hand (`scenario/changes.toml`), because they rest on judgement; first evidence can be counted.
"""

from datetime import date

from newsroom.records import Article, TrueChange, TruePosition, Version
from newsroom.scenario import Scenario
from vocabulary.words import Attribution, Basis, ChangeCause, ChangeKind, ChangeStrength, Held

_OWN = frozenset({Attribution.OWN_WORDS, Attribution.ACT, Attribution.SPOKESPERSON})
_LATE_AFTER_DAYS = 3


def list_first_evidence(scenario: Scenario) -> tuple[TrueChange, ...]:
    """Return one `first_seen` line per actor, issue and aspect: confirmed where own words, an act or a spokesperson show it, dated.

    Keys that only reports and claims show have a signal instead. Positions held in the past and articles whose page cannot be read
    (a wall in its place) are left out.
    """
    lines: dict[tuple[str, str, str, ChangeStrength], TrueChange] = {}
    for article in scenario.articles:
        if article.answer != "page":
            continue
        for version in article.versions:
            for position in version.positions:
                if position.held is Held.NOW:
                    line = _first_seen(article, version, position)
                    lines.setdefault((line.actor, line.issue, line.aspect, line.strength), line)
    confirmed = {key[:3] for key in lines if key[3] is ChangeStrength.CONFIRMED}
    kept = [line for key, line in lines.items() if line.strength is ChangeStrength.CONFIRMED or key[:3] not in confirmed]
    return tuple(sorted(kept, key=lambda line: (line.day, line.actor, line.issue, line.aspect)))


def _first_seen(article: Article, version: Version, position: TruePosition) -> TrueChange:
    said_on = position.said_on or article.dated_at.date()
    day = version.seen_from.date()
    is_own = position.attribution in _OWN and position.basis is Basis.DATED
    return TrueChange(
        day=day,
        said_on=said_on,
        actor=position.actor,
        issue=position.issue,
        aspect=position.aspect,
        kind=ChangeKind.FIRST_SEEN,
        before=None,
        after=position.stance,
        strength=ChangeStrength.CONFIRMED if is_own else ChangeStrength.SIGNAL,
        cause=ChangeCause.LATE if _days(said_on, day) > _LATE_AFTER_DAYS else ChangeCause.MOVE,
        articles=(article.id,),
        optional=position.optional,
        why="First evidence in the scenario.",
    )


def _days(first: date, last: date) -> int:
    return (last - first).days
