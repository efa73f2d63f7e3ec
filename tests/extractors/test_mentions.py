"""Who is meant: offices by date, surnames, titles, strangers, pronouns."""

from datetime import date

import pytest
from tagging import stances, tag


@pytest.mark.parametrize(
    ("day", "text", "actor", "role"),
    [
        pytest.param(
            date(2024, 3, 1), "Rishi Sunak called for a ceasefire in Ukraine.", "GBR", "head_of_government", id="prime_minister_then"
        ),
        pytest.param(date(2024, 3, 1), "Mark Rutte pledged weapons for Ukraine.", "NLD", "head_of_government", id="rutte_as_dutch_premier"),
        pytest.param(date(2025, 3, 1), "Mark Rutte pledged weapons for Ukraine.", "NATO", "head_of_organisation", id="rutte_as_nato_chief"),
        pytest.param(date(2024, 3, 1), "Olaf Scholz rejected sanctions on Russia.", "DEU", "head_of_government", id="chancellor_then"),
    ],
)
def test_a_name_holds_the_office_of_its_day(day: date, text: str, actor: str, role: str) -> None:
    (position,) = tag(text, day).positions
    assert (position.actor, position.role) == (actor, role)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        pytest.param(date(2025, 3, 1), "Rishi Sunak called for a ceasefire in Ukraine.", id="out_of_office"),
        pytest.param(date(2025, 3, 1), "Joe Biden called for a ceasefire in Ukraine.", id="after_his_term"),
        pytest.param(date(2025, 3, 1), "Opposition lawmakers in Poland called for a ceasefire in Ukraine.", id="opposition"),
        pytest.param(date(2025, 3, 1), "The newspaper called for a ceasefire in Ukraine.", id="newspaper"),
    ],
)
def test_who_speaks_for_nobody_has_no_position(day: date, text: str) -> None:
    assert not tag(text, day).positions


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        pytest.param("Estonia's foreign minister, Jaan Kask, demanded sanctions on Russia.", "EST", id="title_then_name"),
        pytest.param("Jaan Kask, the Estonian foreign minister, demanded sanctions on Russia.", "EST", id="name_then_title"),
        pytest.param("Dutch Defence Minister Piet Bos demanded sanctions on Russia.", "NLD", id="title_before_name"),
        pytest.param(
            "Dutch Defence Minister Piet Bos arrived in Kyiv. Bos demanded sanctions on Russia.", "NLD", id="surname_after_full_name"
        ),
        pytest.param("The Elysee demanded sanctions on Russia.", "FRA", id="palace_without_accent"),
        pytest.param("Downing Street demanded sanctions on Russia.", "GBR", id="street"),
        pytest.param("Ghana demanded sanctions on Russia.", "GHA", id="state_outside_the_watch"),
        pytest.param("Macron came to London. The French president demanded sanctions on Russia.", "FRA", id="demonym_and_title"),
        pytest.param("Macron came to London. The president demanded sanctions on Russia.", "FRA", id="the_president"),
        pytest.param("Kaja Kallas came to Kyiv. She demanded sanctions on Russia.", "EU", id="she"),
        pytest.param("European leaders demanded sanctions on Russia.", "EUR", id="group"),
        pytest.param("ESTONIA demanded sanctions on Russia.", "EST", id="a_state_in_capitals"),
        pytest.param("Jaan Kask has been Estonia's ambassador since May. Kask demanded sanctions on Russia.", "EST", id="office_after_is"),
        pytest.param("A diplomat in Norway's foreign ministry demanded sanctions on Russia.", "NOR", id="somebody_in_a_ministry"),
        pytest.param(
            "Jaan Kask, a secretary in Estonia's defence ministry, demanded sanctions on Russia.", "EST", id="stranger_in_a_ministry"
        ),
        pytest.param(
            "In Oslo it rained. The foreign ministry demanded sanctions on Russia.", "NOR", id="the_ministry_of_the_capital_named_last"
        ),
    ],
)
def test_who_demands(text: str, actor: str) -> None:
    assert {position.actor for position in tag(text).positions} == {actor}


def test_she_is_not_a_man_named_last() -> None:
    text = "Kaja Kallas met Emmanuel Macron in Brussels. She demanded sanctions on Russia."
    assert {position.actor for position in tag(text).positions} == {"EU"}


def test_adjectives_joined_by_and_are_two_actors() -> None:
    found = stances("British and French officials described plans for a peacekeeping force in Ukraine.")
    assert {actor for actor, _, _ in found} == {"GBR", "FRA"}


def test_both_sides_are_the_two_named_last() -> None:
    text = "Turkey hosted a round of talks. Britain and Norway signed a treaty. Both countries pledged weapons for Ukraine."
    assert {actor for actor, issue, _ in stances(text) if issue == "military_aid"} == {"GBR", "NOR"}


def test_a_dateline_is_no_actor() -> None:
    assert not tag("ANKARA, Turkey (Wire) — Talks on a ceasefire went on.").positions


@pytest.mark.parametrize(
    ("day", "name"),
    [pytest.param(date(2024, 3, 1), "Rishi Sunak", id="then"), pytest.param(date(2025, 3, 1), "Keir Starmer", id="later")],
)
def test_the_prime_minister_is_the_one_of_the_day(day: date, name: str) -> None:
    for text in (
        "The British prime minister demanded sanctions on Russia.",
        "Britain waited. The prime minister demanded sanctions on Russia.",
    ):
        (position,) = tag(text, day).positions
        assert (position.actor, position.speaker, position.attribution) == ("GBR", name, "own_words")


def test_each_speaker_is_named_for_his_own_state() -> None:
    found = tag("Emmanuel Macron and Keir Starmer said they support sanctions on Russia.").positions
    assert {(position.actor, position.speaker) for position in found} == {("FRA", "Emmanuel Macron"), ("GBR", "Keir Starmer")}
