"""What must hold across a watch file and in no single entry of it: ids and aliases that are one thing's, references to something.

Says where by place in the watch (`("actors", 3, "names")`); lines of the file are known to `vocabulary.watch_file`.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from vocabulary.patterns import ANY_ACTOR, parse_pattern
from vocabulary.watch import Actor, Issue, Watch, plain_name

Location = tuple[str | int, ...]
Problem = tuple[Location, str]

ALIAS_KEYS = ("names", "demonyms", "capitals", "seats", "short_names")
NEITHER = "neither an actor of the file nor an ISO 3166-1 alpha-3 code"


def find_problems(watch: Watch) -> Iterator[Problem]:
    """Yield every problem across the file with its place, in no particular order."""
    yield from _broken_head(watch)
    yield from _doubled_ids(watch)
    yield from _doubled_feeds(watch)
    yield from _doubled_aliases(watch)
    yield from _broken_members(watch)
    for number, issue in enumerate(watch.issues):
        yield from _broken_issue(("issues", number), issue, watch)
    yield from _broken_patterns(watch)
    yield from _broken_offices(watch)
    yield from _broken_score_groups(watch)
    for number, feed in enumerate(watch.feeds):
        if not _is_actor_or_state(feed.country, watch):
            yield ("feeds", number, "country"), f"feed {feed.id} is of {feed.country}, which is {NEITHER}"
    for key, ids in (("anchors", watch.relevance.anchors), ("parties", watch.relevance.parties)):
        for id_ in ids:
            if id_ not in watch.actor_by_id:
                yield ("relevance", key), f"{'anchor' if key == 'anchors' else 'party'} {id_} is no actor of the file"


def _is_actor_or_state(id_: str, watch: Watch) -> bool:
    return id_ in watch.actor_by_id or id_ in _state_ids()


@lru_cache(maxsize=1)
def _state_ids() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-3 codes."""
    import pycountry  # here: to import it takes longer than all checks, and a file that lists its states does without

    return frozenset(country.alpha_3 for country in pycountry.countries)


def _broken_head(watch: Watch) -> Iterator[Problem]:
    """Yield what is wrong with the language and the numbers."""
    if watch.language != "en" and watch.language not in _languages():
        yield ("language",), f"{watch.language!r} is no language: write its ISO 639-1 code, like 'en'"
    rules = watch.rules
    if rules.fresh_days > rules.ageing_days:
        words = f"evidence of {rules.fresh_days} days is fresh, but of {rules.ageing_days} days no longer ageing"
        yield ("rules", "fresh_days"), f"{words}; make fresh_days the smaller number of the two"


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    """Return the ISO 639-1 codes."""
    import pycountry  # here: see `_state_ids`

    return frozenset(language.alpha_2 for language in pycountry.languages if hasattr(language, "alpha_2"))


def _doubled_ids(watch: Watch) -> Iterator[Problem]:
    """Yield ids that occur twice in their list."""
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("actors", (actor.id for actor in watch.actors)),
        ("issues", (issue.id for issue in watch.issues)),
        ("roles", (role.id for role in watch.roles)),
        ("feeds", (feed.id for feed in watch.feeds)),
        ("people", (person.name for person in watch.people)),
        ("score_groups", (group.id for group in watch.score_groups)),
    )
    for name, ids in lists:
        seen: set[str] = set()
        for number, entry in enumerate(ids):
            if entry in seen:
                yield (name, number), f"{name} has {entry!r} twice; remove one or rename it"
            seen.add(entry)


def _doubled_feeds(watch: Watch) -> Iterator[Problem]:
    """Yield feeds at the address of another one; the address itself may hold a key and is not told."""
    holders: dict[str, str] = {}
    for number, feed in enumerate(watch.feeds):
        first = holders.setdefault(feed.url.partition("://")[2].rstrip("/"), feed.id)
        if first != feed.id:
            yield ("feeds", number, "url"), f"feed {feed.id} has the address of feed {first}; remove one"


def _doubled_aliases(watch: Watch) -> Iterator[Problem]:
    """Yield strings that would name two actors or groups; case and diacritics make no other name: not all texts keep them."""
    owners: dict[str, tuple[str, str]] = {}
    for number, actor in enumerate(watch.actors):
        for key, alias in _aliases(actor):
            first, written = owners.setdefault(_spelling(alias), (actor.id, alias))
            if first != actor.id:
                there = "" if written == alias else f", as {written!r}"
                what = "short name" if key == "short_names" else "alias"
                yield ("actors", number, key), f"{what} {alias!r} of {actor.id} names {first} already{there}; keep it for one of them"
    for number, group in enumerate(watch.groups):
        for name in group.names:
            first, _ = owners.setdefault(_spelling(name), (f"group {number + 1}", name))
            if first != f"group {number + 1}":
                yield ("groups", number, "names"), f"group name {name!r} names {first} already; keep it for one of them"


def _spelling(name: str) -> str:
    return plain_name(name.replace("’", "'")).casefold()


def _aliases(actor: Actor) -> Iterator[tuple[str, str]]:
    for key in ALIAS_KEYS:
        for alias in getattr(actor, key):
            yield key, alias


def _broken_members(watch: Watch) -> Iterator[Problem]:
    """Yield members and bodies that are no actors."""
    for number, actor in enumerate(watch.actors):
        for body in actor.member_of:
            if body not in watch.actor_by_id:
                yield ("actors", number, "member_of"), f"actor {actor.id} is a member of {body}, which is no actor of the file"
    for number, group in enumerate(watch.groups):
        for member in group.members:
            if member not in watch.actor_by_id:
                yield ("groups", number, "members"), f"group {group.names[0]} has member {member}, which is no actor of the file"


def _broken_issue(place: Location, issue: Issue, watch: Watch) -> Iterator[Problem]:
    """Yield what is wrong between an issue, its aspects, its cues and the other issues."""
    for key, others in (("more_specific_than", issue.more_specific_than), ("own_forces_of", issue.own_forces_of)):
        for other in others:
            if other not in watch.issue_by_id:
                yield (*place, key), f"issue {issue.id} refers to {other}, which is no issue of the file"
            if other == issue.id:
                yield (*place, key), f"issue {issue.id} has itself in {key}; name other issues only"
    aspects: set[str] = set()
    for aspect in issue.aspects:
        if aspect.id == "general":
            yield (*place, "aspects"), f"issue {issue.id} has an aspect 'general', which every issue has by itself; remove or rename it"
        if aspect.id in aspects:
            yield (*place, "aspects"), f"issue {issue.id} has aspect {aspect.id!r} twice; remove one or rename it"
        aspects.add(aspect.id)
    for cue in issue.cues:
        if cue.by and cue.by not in watch.actor_by_id:
            yield (*place, "cues"), f"cue {cue.match!r} names {cue.by}, which is no actor of the file"
        if cue.aspect and cue.aspect not in aspects:
            yield (*place, "cues"), f"cue {cue.match!r} names aspect {cue.aspect}, which the issue does not have"


def _patterns(watch: Watch) -> Iterator[tuple[Location, str]]:
    """Yield every pattern with its place."""
    for number, issue in enumerate(watch.issues):
        for cue in issue.cues:
            yield from ((("issues", number, "cues"), pattern) for pattern in (cue.match, cue.needs, cue.unless))
        for aspect in issue.aspects:
            yield from ((("issues", number, "aspects"), pattern) for pattern in aspect.cues)
    yield from ((("relevance", "themes"), pattern) for pattern in watch.relevance.themes)
    yield from ((("event_triggers", number, "needs"), trigger.needs) for number, trigger in enumerate(watch.event_triggers))


def _broken_patterns(watch: Watch) -> Iterator[Problem]:
    """Yield patterns that ask for an actor that no text can name."""
    for place, pattern in _patterns(watch):
        if "@" not in pattern:
            continue
        for id_ in dict.fromkeys(id_ for element in parse_pattern(pattern) for id_ in element.actors):
            if id_ != ANY_ACTOR and not _is_actor_or_state(id_, watch):
                yield place, f"pattern {pattern!r} asks for @{id_}, which is {NEITHER}"


def _broken_offices(watch: Watch) -> Iterator[Problem]:
    """Yield offices of no role or of nobody."""
    for number, person in enumerate(watch.people):
        for index, office in enumerate(person.offices):
            place = ("people", number, "offices", index)
            if office.role not in watch.role_by_id:
                yield (*place, "role"), f"{person.name} holds role {office.role}, which is no role of the file"
            if not _is_actor_or_state(office.actor, watch):
                yield (*place, "actor"), f"{person.name} speaks for {office.actor}, which is {NEITHER}"


def _broken_score_groups(watch: Watch) -> Iterator[Problem]:
    """Yield issues and actors of score groups that are none."""
    for number, group in enumerate(watch.score_groups):
        for issue in group.issues:
            if issue not in watch.issue_by_id:
                yield ("score_groups", number, "issues"), f"score group {group.id} refers to {issue}, which is no issue of the file"
        for id_ in group.but_actors:
            if not _is_actor_or_state(id_, watch):
                yield ("score_groups", number, "but_actors"), f"score group {group.id} leaves out {id_}, which is {NEITHER}"
