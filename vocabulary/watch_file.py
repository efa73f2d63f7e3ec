"""Read a watch file: TOML text in, `Watch` out, every problem named with its line.

Pure: the text and a name for messages are arguments. Nothing is half applied: a file with one problem gives no watch.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable

from pydantic import ValidationError

from vocabulary.errors import WatchError
from vocabulary.identity import content_id
from vocabulary.watch import Watch, plain_name

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")
Location = tuple[str | int, ...]


def parse_watch(text: str, source: str) -> Watch:
    """Return the watch that `text` (TOML) describes.

    1. TOML is parsed, 2. the model is validated, 3. references and aliases are checked across the whole file.
    Raises `WatchError` with every problem of the first stage that fails, each as `line N: what`.
    """
    # 1. TOML
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = found.group(1) if found else str(text.count("\n") + 1)
        raise WatchError(source, [f"line {line}: not TOML: {str(error).split(' (at')[0]}"]) from error
    lines = _line_numbers(text)
    if isinstance(raw.get("watch"), dict):
        raw = {**raw.pop("watch"), **raw}
    # 2. the model
    try:
        watch = Watch.model_validate({**raw, "version": content_id(text)[:12]})
    except ValidationError as error:
        problems = [(_line_of(tuple(item["loc"]), lines), _words(item)) for item in error.errors()]
        raise WatchError(source, [f"line {line}: {words}" for line, words in sorted(problems)]) from error
    # 3. across the file
    crossed = sorted((_line_of(where, lines), words) for where, words in _cross_problems(watch))
    if crossed:
        raise WatchError(source, [f"line {line}: {words}" for line, words in crossed])
    return watch


def _line_numbers(text: str) -> dict[Location, int]:
    """Map each table and key of `text` to its line; array tables are counted from 0."""
    where: dict[Location, int] = {(): 1}
    counts: dict[str, int] = defaultdict(int)
    here: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header.group(2)
            here = () if name == "watch" else tuple(name.split("."))
            if header.group(1) == "[[":
                here = (*here, counts[name])
                counts[name] += 1
            where[here] = number
        elif key := _KEY.match(line):
            where.setdefault((*here, key.group(1)), number)
    return where


def _line_of(location: Location, lines: dict[Location, int]) -> int:
    """Return the line of the longest known part of `location`."""
    for length in range(len(location), -1, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return 1


def _words(item: object) -> str:
    """Return a validation error of pydantic as `place: what is wrong`."""
    assert isinstance(item, dict)
    place = ".".join(str(part) for part in item["loc"])
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"


def _cross_problems(watch: Watch) -> Iterable[tuple[Location, str]]:
    """Yield what holds in no single entry: doubled ids and aliases, references to nothing."""
    yield from _doubled_ids(watch)
    yield from _doubled_aliases(watch)
    actors, issues, roles = watch.actor_by_id, watch.issue_by_id, watch.role_by_id
    for number, actor in enumerate(watch.actors):
        for body in actor.member_of:
            if body not in actors:
                yield ("actors", number, "member_of"), f"actor {actor.id} is a member of {body}, which is no actor of the file"
    for number, group in enumerate(watch.groups):
        for member in group.members:
            if member not in actors:
                yield ("groups", number, "members"), f"group {group.names[0]} has member {member}, which is no actor of the file"
    for number, issue in enumerate(watch.issues):
        for other in (*issue.more_specific_than, *issue.own_forces_of):
            if other not in issues:
                yield ("issues", number), f"issue {issue.id} refers to {other}, which is no issue of the file"
        for cue in issue.cues:
            if cue.by and cue.by not in actors:
                yield ("issues", number, "cues"), f"cue {cue.match!r} names {cue.by}, which is no actor of the file"
            if cue.aspect and cue.aspect not in {aspect.id for aspect in issue.aspects}:
                yield ("issues", number, "cues"), f"cue {cue.match!r} names aspect {cue.aspect}, which the issue does not have"
    for number, person in enumerate(watch.people):
        for office in person.offices:
            if office.role not in roles:
                yield ("people", number, "offices"), f"{person.name} holds role {office.role}, which is no role of the file"
    for number, group_ in enumerate(watch.score_groups):
        for wanted in group_.issues:
            if wanted not in issues:
                yield ("score_groups", number, "issues"), f"score group {group_.id} refers to {wanted}, which is no issue of the file"
    for anchor in watch.relevance.anchors:
        if anchor not in actors:
            yield ("relevance", "anchors"), f"anchor {anchor} is no actor of the file"


def _doubled_ids(watch: Watch) -> Iterable[tuple[Location, str]]:
    """Yield ids that occur twice in their list."""
    for name, ids in (
        ("actors", [actor.id for actor in watch.actors]),
        ("issues", [issue.id for issue in watch.issues]),
        ("roles", [role.id for role in watch.roles]),
        ("feeds", [feed.id for feed in watch.feeds]),
        ("people", [person.name for person in watch.people]),
    ):
        seen: set[str] = set()
        for number, entry in enumerate(ids):
            if entry in seen:
                yield (name, number), f"{name} has {entry!r} twice; remove one or rename it"
            seen.add(entry)


def _doubled_aliases(watch: Watch) -> Iterable[tuple[Location, str]]:
    """Yield strings that would name two actors."""
    owner: dict[str, str] = {}
    for number, actor in enumerate(watch.actors):
        for alias in actor.aliases():
            for spelling in {alias, plain_name(alias)}:
                first = owner.setdefault(spelling, actor.id)
                if first != actor.id:
                    yield ("actors", number), f"alias {spelling!r} of {actor.id} names {first} already; keep it for one of them"
