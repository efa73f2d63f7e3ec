"""Where a sentence speaks of an issue: the many ways in which news name one, and what a more specific issue takes from another."""

from functools import lru_cache
from itertools import pairwise

import pytest
from tagging import DAY, ROOT

from extractors.cues import CueFinder
from extractors.gazetteer import Gazetteer
from extractors.lexicon import load_lexicon
from extractors.mentions import DocumentActors
from extractors.model import load_model
from extractors.parse import Doc, read_parse
from extractors.patterns import ActorsAt
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch


@lru_cache(maxsize=1)
def default_watch() -> Watch:
    path = ROOT / "watches" / "coalition.toml"
    return parse_watch(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=1)
def finder() -> CueFinder:
    return CueFinder(default_watch())


def actors_of(doc: Doc) -> ActorsAt:
    watch = default_watch()
    gazetteer = Gazetteer(watch, load_model())
    return ActorsAt(DocumentActors(doc, watch=watch, gazetteer=gazetteer, lexicon=load_lexicon(), day=DAY).ids_at)


def issues_of(text: str) -> list[set[str]]:
    """Return the issues that each sentence of `text` speaks of."""
    doc = read_parse(load_model()(text))
    at = actors_of(doc)
    return [{hit.issue.id for hit in finder().find(sentence, at)} for sentence in doc.sents]


SPOKEN_OF = [
    ("boots", "Ottawa won't exclude boots in Ukraine.", "own_troops"),
    ("no_nationals", "No Italians will serve with the force, Rome said.", "own_troops"),
    ("lead_on_targets", "Moscow said such units would be legitimate targets.", "reassurance_force"),
    ("american_element", "The force cannot work without an American element.", "us_backstop"),
    ("from_the_air", "Trump said the United States might help from the air.", "us_backstop"),
    ("frigate", "Portugal will contribute a frigate to the mission.", "air_sea_cover"),
    ("month_without", "Kyiv proposed a month without shooting.", "ceasefire"),
    ("frozen_line", "The leaders want the front line frozen.", "ceasefire"),
    ("unarmed_officers", "Vienna would send unarmed observers.", "ceasefire_monitoring"),
    ("root_causes", "Lavrov said the root causes had to be dealt with.", "peace_talks"),
    ("war_over", "Trump wants the war to be over by summer.", "peace_talks"),
    ("answer_to_attack", "Washington spoke of an answer if Russia attacks again.", "security_guarantees"),
    ("plural_weapon", "Berlin hands over two Patriots to Ukraine.", "military_aid"),
    ("worth_of_shells", "Madrid pledged 300 million euros for shells.", "military_aid"),
    ("taught", "Sweden has taught Ukrainian recruits on Gotland.", "training"),
    ("numbered_package", "Hungary blocked the nineteenth package.", "sanctions"),
    ("make_pay", "Warsaw wants to make Russia pay.", "frozen_assets"),
    ("renounce", "Ukraine must renounce the alliance, the Kremlin said.", "nato_membership"),
    ("path", "Oslo supports Ukraine's path to NATO.", "nato_membership"),
    ("cluster", "Budapest keeps the first cluster closed to Ukraine.", "eu_membership"),
    ("fortress", "Kyiv refuses to give up its fortress belt.", "territorial_concessions"),
]
NOT_SPOKEN_OF = [
    ("air_force", "The air force shot down 60 drones over Kyiv.", "reassurance_force"),
    ("north_korean", "North Korean soldiers were killed near Kursk.", "own_troops"),
    ("fired_missiles", "Russia fired nine missiles at Kharkiv overnight.", "military_aid"),
    ("night_train", "The train to Lviv was late by an hour.", "training"),
    ("pumping_station", "A drone hit an oil pumping station.", "sanctions"),
]


@pytest.mark.parametrize(("text", "issue"), [pytest.param(text, issue, id=name) for name, text, issue in SPOKEN_OF])
def test_sentence_speaks_of_an_issue(text: str, issue: str) -> None:
    assert issue in set().union(*issues_of(text))


@pytest.mark.parametrize(("text", "issue"), [pytest.param(text, issue, id=name) for name, text, issue in NOT_SPOKEN_OF])
def test_words_of_war_alone_are_no_cue(text: str, issue: str) -> None:
    assert issue not in set().union(*issues_of(text))


def test_own_soldiers_leave_the_whole_what_names_it() -> None:
    """`European soldiers` names the force, `send soldiers` the part in it: the clause tells which is meant."""
    (named,) = issues_of("Paris wants to send European soldiers to Ukraine.")
    (bare,) = issues_of("Paris wants to send soldiers.")

    assert {"own_troops", "reassurance_force"} <= named
    assert bare == {"own_troops"}


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        pytest.param("Kyiv proposed a truce. Moscow is opposed to that.", "ceasefire", id="that"),
        pytest.param("Kyiv proposed a truce. Ankara welcomed the prospect.", "ceasefire", id="noun"),
        pytest.param("Kyiv proposed a truce. It rained in Ankara.", "", id="weather"),
        pytest.param("Kyiv proposed a truce. Ankara has a parliament that nobody fears.", "", id="relative"),
    ],
)
def test_next_sentence_points_back(text: str, issue: str) -> None:
    doc = read_parse(load_model()(text))
    at = actors_of(doc)
    first, second = next(pairwise(doc.sents))

    found = finder().find_back(second, finder().find(first, at))

    assert [hit.issue.id for hit in found] == ([issue] if issue else [])
