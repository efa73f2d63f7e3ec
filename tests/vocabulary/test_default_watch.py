"""The default watch holds what it promises."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest

from extractors.patterns import compile_pattern
from vocabulary.watch import Actor, Office, Watch
from vocabulary.watch_file import parse_watch

DEFAULT = Path(__file__).resolve().parents[2] / "watches" / "coalition.toml"
DAYS = [date(2024 + month // 12, month % 12 + 1, 15) for month in range(34)]  # 2024-01-15 to 2026-10-15
EU_IDS = "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU SVK SVN ESP SWE"
NATO_ONLY_IDS = "ALB CAN GBR ISL MKD MNE NOR TUR USA"
EU_STATES = set(EU_IDS.split())
NATO_STATES = (EU_STATES - {"AUT", "CYP", "IRL", "MLT"}) | set(NATO_ONLY_IDS.split())
NOT_IN_COALITION = {"HUN", "SVK", "MLT", "MKD", "USA"}  # of the states of the EU and NATO
FURTHER_MEMBERS = {"AUS", "JPN", "NZL", "UKR"}
ISSUES = [
    "reassurance_force",
    "own_troops",
    "us_backstop",
    "air_sea_cover",
    "ceasefire",
    "ceasefire_monitoring",
    "peace_talks",
    "security_guarantees",
    "military_aid",
    "training",
    "sanctions",
    "frozen_assets",
    "nato_membership",
    "eu_membership",
    "territorial_concessions",
]


@lru_cache(maxsize=1)
def default_watch() -> Watch:
    return parse_watch(DEFAULT.read_text(encoding="utf-8"), DEFAULT.name)


def patterns(watch: Watch) -> Iterator[str]:
    for issue in watch.issues:
        for cue in issue.cues:
            yield from (pattern for pattern in (cue.match, cue.needs, cue.unless) if pattern)
        for aspect in issue.aspects:
            yield from aspect.cues
    yield from watch.relevance.themes
    yield from (trigger.needs for trigger in watch.event_triggers if trigger.needs)


def test_default_watch_has_enough_actors() -> None:
    watch = default_watch()
    assert sum(actor.in_focus for actor in watch.actors) >= 50
    assert {actor.kind for actor in watch.actors} >= {"state", "organisation", "coalition", "group"}
    assert sum(actor.kind == "coalition" for actor in watch.actors) == 1


def focus_actors() -> list[Actor]:
    return [actor for actor in default_watch().actors if actor.in_focus]


@pytest.mark.parametrize("actor", focus_actors(), ids=lambda actor: actor.id)
@pytest.mark.parametrize("key", ["demonyms", "capitals", "seats"])
def test_actors_in_focus_have_all_kinds_of_names_or_a_reason(actor: Actor, key: str) -> None:
    assert actor.names
    assert getattr(actor, key) or actor.note, f"{actor.id} has no {key} and no note that says why"


def members_of(body: str) -> set[str]:
    return {actor.id for actor in default_watch().actors if body in actor.member_of}


def test_members_of_the_bodies_are_complete() -> None:
    assert len(EU_STATES) == 27
    assert len(NATO_STATES) == 32
    assert members_of("EU") == EU_STATES
    assert members_of("NATO") == NATO_STATES


def test_members_of_the_coalition_are_states_in_focus() -> None:
    members = members_of("COW")
    assert members == (EU_STATES | NATO_STATES | FURTHER_MEMBERS) - NOT_IN_COALITION
    assert len(members) >= 30
    watch = default_watch()
    assert {(watch.actor_by_id[id_].kind, watch.actor_by_id[id_].in_focus) for id_ in members} == {("state", True)}


def test_default_watch_has_enough_people_with_dated_offices() -> None:
    people = default_watch().people
    assert len(people) >= 100
    offices = [office for person in people for office in person.offices]
    assert {office.verified for office in offices} == {True, False}, "some were looked up, and those that were not say so"
    assert sum(bool(office.begins) for office in offices) > len(offices) / 2


def test_every_office_has_a_public_source() -> None:
    for person in default_watch().people:
        for office in person.offices:
            assert office.source.startswith("https://"), (person.name, office.title)
            assert "github" not in office.source, f"{person.name}: a data file of somebody's project is no reference"


def to_the_day(office: Office) -> bool:
    return len(office.begins) == len("2024-01-15") and len(office.ends) in (0, len("2024-01-15"))


def heads(day: date) -> dict[tuple[str, str, str], set[str]]:
    """Map (actor, role, title) to those who hold it at the end of `day`, where dates are given to the day."""
    watch = default_watch()
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for person in watch.people:
        for office in person.offices:
            if watch.role_by_id[office.role].is_head and to_the_day(office) and office.held_on(day) and office.ends != day.isoformat():
                found[office.actor, office.role, office.title].add(person.name)
    return found


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nobody_shares_the_head_of_a_state(day: date) -> None:
    found = heads(day)
    assert len(found) >= 40
    assert {place: names for place, names in found.items() if len(names) > 1} == {}


def test_heads_of_government_do_not_overlap_whatever_the_precision() -> None:
    watch = default_watch()
    by_place: dict[tuple[str, str], list[tuple[str, Office]]] = defaultdict(list)
    for person in watch.people:
        for office in person.offices:
            if office.role == "head_of_government":
                by_place[office.actor, office.title].append((person.name, office))
    for place, terms in by_place.items():
        for (name, office), (other_name, other) in combinations(terms, 2):
            first, second = sorted((office, other), key=lambda term: term.begins)
            length = min(len(first.ends), len(second.begins))
            assert first.ends, (place, name, other_name)
            assert first.ends[:length] <= second.begins[:length], (place, name, other_name)


def test_nobody_holds_the_same_role_twice_at_once() -> None:
    for person in default_watch().people:
        for day in DAYS:
            held = [(office.actor, office.role, office.title) for office in person.offices if office.held_on(day)]
            assert len(held) == len(set(held)), (person.name, day)


def test_default_watch_has_its_issues() -> None:
    issues = default_watch().issues
    assert sorted(issue.id for issue in issues) == sorted(ISSUES)
    for issue in issues:
        ids = [aspect.id for aspect in issue.aspects]
        assert ids, f"{issue.id} has no question of its own"
        assert len(ids) == len(set(ids))
        assert "general" not in ids, "`general` is added by itself"
        assert issue.cues
        assert issue.meaning
        assert all(aspect.title and aspect.cues for aspect in issue.aspects), issue.id


def test_default_watch_has_enough_feeds_and_none_claims_to_be_checked() -> None:
    feeds = default_watch().feeds
    assert len(feeds) >= 25
    assert len({feed.country for feed in feeds}) >= 12
    assert not any(feed.verified for feed in feeds)
    assert len({feed.url for feed in feeds}) == len(feeds)


def test_default_watch_refers_only_to_what_it_has() -> None:
    watch = default_watch()
    for group in watch.groups:
        assert set(group.members) <= set(watch.actor_by_id), group.names
        assert len(set(group.members)) == len(group.members), group.names
    for score_group in watch.score_groups:
        assert set(score_group.but_actors) <= set(watch.actor_by_id)
    for office in (office for person in watch.people for office in person.offices):
        assert office.actor in watch.actor_by_id or (len(office.actor) == 3 and office.actor.isupper())


def test_every_pattern_of_the_default_watch_compiles() -> None:
    found = list(patterns(default_watch()))
    assert len(found) > 200
    for pattern in found:
        elements = compile_pattern(pattern)
        assert not elements[0].optional or len(elements) > 1
        assert all(element.words or element.actors or element.gap for element in elements), pattern
        assert all("" not in element.words for element in elements), pattern


def test_patterns_of_the_default_watch_ask_for_its_own_actors() -> None:
    watch = default_watch()
    for pattern in patterns(watch):
        for element in compile_pattern(pattern):
            assert element.actors <= {*watch.actor_by_id, "any"}, pattern
