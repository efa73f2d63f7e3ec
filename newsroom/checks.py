"""What must hold in a scenario, article by article and as a whole. Yields problems in words; repairs nothing."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from newsroom.outlets import Outlet
from newsroom.records import Article, Fault, TrueChange, Version
from vocabulary.errors import TerminalError
from vocabulary.words import ChangeKind

LEAST_ARTICLES = 120
LEAST_OFF_TOPIC = 35
LEAST_DAYS = 12
LEAST_OUTLETS = 8
FEWEST_WORDS, MOST_WORDS = 120, 500


class ScenarioError(TerminalError):
    """A scenario that does not hold; every problem is one line."""

    def __init__(self, source: str, problems: Collection[str]) -> None:
        super().__init__(f"scenario {source} does not hold; correct its files:\n" + "\n".join(problems))
        self.problems = tuple(problems)


def find_article_problems(article: Article, actors: Collection[str] | None, issues: Mapping[str, Collection[str]] | None) -> Iterator[str]:
    """Yield what is wrong within one article; ids are checked where lists are given."""
    if article.dated_at > article.appears_at:
        yield f"is dated {article.dated_at}, after it appears"
    moments = [version.seen_from for version in article.versions]
    if moments != sorted(set(moments)):
        yield "has edits that are not in the order of time, or before it appears"
    if article.retracted_at is not None and article.retracted_at <= moments[-1]:
        yield "is retracted before its last text went up"
    if not article.on_topic and any(version.positions or version.events for version in article.versions):
        yield "is off topic and shows positions or events"
    if article.near_miss and article.on_topic:
        yield "is a near miss and on topic"
    for version in article.versions:
        for problem in (*_broken_text(version), *_broken_truth(article, version, actors, issues)):
            yield f"version {version.number}: {problem}"


def _broken_text(version: Version) -> Iterator[str]:
    words = len(version.text.split())
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        yield f"has {words} words; {FEWEST_WORDS} to {MOST_WORDS} are asked for"
    if doubles := [line for line, count in Counter(version.paragraphs).items() if count > 1]:
        yield f"prints {doubles[0][:60]!r} twice"


def _broken_truth(
    article: Article, version: Version, actors: Collection[str] | None, issues: Mapping[str, Collection[str]] | None
) -> Iterator[str]:
    """Yield quotes and conditions that do not stand in the text, and ids that do not exist."""
    if article.on_topic and not version.positions and not version.events:
        yield "is on topic and shows nothing"
    for position in version.positions:
        name = f"{position.actor} {position.issue}/{position.aspect}"
        if position.quote not in version.text or len(position.quote.split()) < 3:
            yield f"{name}: the quote {position.quote[:60]!r} does not stand in the text, or has fewer than three words"
        if (position.condition is not None) != (position.stance == "conditional"):
            yield f"{name}: a condition is given for `conditional` and for nothing else"
        if position.condition is not None and position.condition not in version.text:
            yield f"{name}: the condition {position.condition!r} does not stand in the text"
        if position.speaker is not None and position.speaker not in version.text:
            yield f"{name}: the speaker {position.speaker!r} does not stand in the text"
        if position.said_on is not None and position.said_on > version.seen_from.date():
            yield f"{name}: is said on {position.said_on}, after the text went up"
        if actors is not None and position.actor not in actors:
            yield f"{name}: {position.actor} is no actor"
        if issues is not None and position.aspect not in ("general", *issues.get(position.issue, ())):
            yield f"{name}: is no issue and aspect"
        if issues is not None and position.issue not in issues:
            yield f"{name}: {position.issue} is no issue"
    for event in version.events:
        if event.quote not in version.text or len(event.quote.split()) < 3:
            yield f"{event.happening}: the quote {event.quote[:60]!r} does not stand in the text"
        if event.place is not None and event.place not in version.text:
            yield f"{event.happening}: the place {event.place!r} does not stand in the text"
        if actors is not None and (strangers := {*event.actors, *event.targets} - set(actors)):
            yield f"{event.happening}: {sorted(strangers)} are no actors"


def find_scenario_problems(
    outlets: Sequence[Outlet], articles: Sequence[Article], changes: Sequence[TrueChange], faults: Sequence[Fault]
) -> list[str]:
    """Return what is wrong between articles, outlets, changes and faults."""
    known = {outlet.id for outlet in outlets}
    by_id = {article.id: article for article in articles}
    days = {article.appears_at.date() for article in articles}
    off_topic = sum(1 for article in articles if not article.on_topic)
    problems = [
        f"{what}: {number} of at least {least}"
        for what, number, least in (
            ("outlets", len(outlets), LEAST_OUTLETS),
            ("articles", len(articles), LEAST_ARTICLES),
            ("articles off topic", off_topic, LEAST_OFF_TOPIC),
            ("publishing days", len(days), LEAST_DAYS),
        )
        if number < least
    ]
    problems += [f"{article.id}: outlet {article.outlet} does not exist" for article in articles if article.outlet not in known]
    problems += [f"fault of {fault.outlet}: the outlet does not exist" for fault in faults if fault.outlet not in known]
    problems += [
        f"{article.id}: credits {article.credited_source}, which is no outlet"
        for article in articles
        if article.credited_source and article.credited_source not in {outlet.name for outlet in outlets}
    ]
    problems += _doubled_texts(articles)
    problems += _broken_happenings(articles)
    if [change.day for change in changes] != sorted(change.day for change in changes):
        problems.append("changes do not stand in the order of their days")
    for change in changes:
        problems += [f"change {change.day} {change.actor} {change.issue}/{change.aspect}: {what}" for what in _broken_change(change, by_id)]
    return problems


def _doubled_texts(articles: Sequence[Article]) -> Iterator[str]:
    """Yield paragraphs that two articles share without being copies of one story: no text is filled in by a template."""
    first: dict[str, Article] = {}
    for article in articles:
        for paragraph in article.versions[0].paragraphs:
            other = first.setdefault(paragraph, article)
            if other is not article and (other.copy_group is None or other.copy_group != article.copy_group):
                yield f"{article.id} shares {paragraph[:60]!r} with {other.id} and is no copy of it"


def _broken_happenings(articles: Sequence[Article]) -> Iterator[str]:
    """Yield happenings whose reports are of different types."""
    types: dict[str, set[str]] = {}
    for article in articles:
        for version in article.versions:
            for event in version.events:
                types.setdefault(event.happening, set()).add(event.type)
    yield from (f"happening {id_} is reported as {sorted(kinds)}" for id_, kinds in types.items() if len(kinds) > 1)


def _broken_change(change: TrueChange, by_id: Mapping[str, Article]) -> Iterator[str]:
    """Yield what does not fit between a change and the articles that are to show it."""
    if missing := [id_ for id_ in change.articles if id_ not in by_id]:
        yield f"articles {missing} do not exist"
        return
    if change.day < change.said_on:
        yield f"is shown before it was said on {change.said_on}"
    if (change.before is None) != (change.kind == ChangeKind.FIRST_SEEN):
        yield "first_seen goes with an empty `before`, and with nothing else"
    if by_id[change.articles[0]].appears_at.date() > change.day:
        yield f"is shown before {change.articles[0]} appears"
    if change.after is None or change.kind is ChangeKind.CONTESTED:  # the articles then show the two sides
        return
    key = (change.actor, change.issue, change.aspect)
    for id_ in change.articles:
        shown = {
            position.stance
            for version in by_id[id_].versions
            for position in version.positions
            if (position.actor, position.issue, position.aspect) == key
        }
        if change.after not in shown and change.before not in shown:
            yield f"{id_} shows neither the stance before nor the one after (it shows {sorted(shown)})"
