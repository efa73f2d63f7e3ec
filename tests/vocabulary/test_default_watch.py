"""The default watch holds what it promises."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from extractors.patterns import compile_pattern
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch

DEFAULT = Path(__file__).resolve().parents[2] / "watches" / "coalition.toml"


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


def test_default_watch_has_enough_people_with_dated_offices() -> None:
    people = default_watch().people
    assert len(people) >= 100
    offices = [office for person in people for office in person.offices]
    assert all(office.source.startswith("https://") for office in offices)
    assert {office.verified for office in offices} == {True, False}, "some were looked up, and those that were not say so"
    assert sum(bool(office.begins) for office in offices) > len(offices) / 2


def test_default_watch_has_its_issues() -> None:
    issues = default_watch().issues
    assert len(issues) == 15
    for issue in issues:
        ids = [aspect.id for aspect in issue.aspects]
        assert len(ids) == len(set(ids))
        assert "general" not in ids, "`general` is added by itself"
        assert issue.cues
        assert issue.meaning


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
