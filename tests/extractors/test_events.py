"""Happenings in sentences of our own: type, date, status and who took part."""

import pytest
from tagging import tag

Expected = list[tuple[str, str | None, str, set[str]]]

CASES: list[tuple[str, str, Expected]] = [
    ("summit_dated", "Leaders of France and Germany met in Berlin on 12 March 2025.", [("meeting", "2025-03-12", "past", {"DEU", "FRA"})]),
    ("planned_tomorrow", "Macron will meet Zelensky in Paris on Thursday.", [("meeting", "2025-03-27", "planned", {"FRA", "UKR"})]),
    ("call", "Trump spoke by phone with Putin on Tuesday.", [("call", "2025-03-25", "past", {"RUS", "USA"})]),
    ("phone_call_noun", "Starmer held a phone call with Macron on Monday.", [("call", "2025-03-24", "past", {"FRA", "GBR"})]),
    ("attack_year", "Russia invaded Ukraine in 2022.", [("attack", "2022", "past", {"RUS"})]),
    ("drones_strike", "Russian drones attacked Odesa overnight.", [("attack", "2025-03-26", "past", {"RUS"})]),
    ("sanctions_imposed", "The European Union imposed sanctions on Russia in February.", [("sanction", "2025-02", "past", {"EU"})]),
    ("aid_delivered", "Norway delivered weapons to Ukraine last week.", [("aid", "2025-W12", "past", {"NOR"})]),
    ("pledge", "Denmark pledged more ammunition for Ukraine on Friday.", [("pledge", "2025-03-21", "past", {"DNK"})]),
    (
        "agreement_signed",
        "Ukraine and Britain signed an agreement on 16 January 2025.",
        [("agreement", "2025-01-16", "past", {"GBR", "UKR"})],
    ),
    ("vote", "The United Nations voted on the resolution on 24 February 2025.", [("vote", "2025-02-24", "past", {"UN"})]),
    ("press_conference", "Macron will give a press conference on Thursday.", [("statement_event", "2025-03-27", "planned", {"FRA"})]),
    (
        "list_of_dates",
        "20 March: Military top meeting in Northwood, with Sweden and Norway in attendance.",
        [("meeting", "2025-03-20", "past", {"NOR", "SWE"})],
    ),
    ("call_for_is_no_call", "Poland repeated its call for sanctions.", []),
    ("mere_idea_no_deployment", "The idea of sending troops to Ukraine worries Spain.", []),
    ("denied", "Italy did not meet Russia in March.", []),
    ("supposed", "If Russia attacked Estonia in May, NATO would answer.", []),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(text, found, id=name) for name, text, found in CASES])
def test_events_of_a_sentence(text: str, expected: Expected) -> None:
    assert [(str(e.type), e.date_iso(), str(e.status), set(e.actors)) for e in tag(text).events] == expected


def test_the_one_attacked_is_a_target() -> None:
    (event,) = tag("Russia invaded Ukraine in 2022.").events
    assert (event.actors, event.targets) == (("RUS",), ("UKR",))


def test_one_happening_told_twice_is_one_event() -> None:
    text = "Macron met Zelensky in Paris on Monday. The meeting between Macron and Zelensky lasted an hour."
    assert len([event for event in tag(text).events if event.type == "meeting"]) == 1


def test_place_and_quantity_are_kept_as_written() -> None:
    (event,) = tag("Norway delivered 40 missiles in Kyiv on Monday.").events
    assert event.place == "Kyiv"
    assert "40 missiles" in event.quantities
