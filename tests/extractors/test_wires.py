"""Copies of one wire story and stories that only resemble it."""

import random

import pytest

from extractors.wires import StoredText, find_wire, wire_keys

STORY = """Ministers agree to guard the strait together

Ministers of eleven coastal states agreed on Tuesday to guard the northern strait together, after a winter in which four cables were cut.

The agreement, reached in the port of Lindholm after two days of talks, puts frigates of at least three navies at sea at any time.
It does not say who would command them, a question that two officials called the hardest of the evening.

"We will not wait for the fifth cable," the Danish minister told reporters as she left the hall. "Whoever touches one of them will be seen,
followed and named." Her colleague from Finland said his government would send a ship by the end of the month.

Norway kept its answer open. Its minister said that parliament would have to agree and that he could not speak for it before Friday.
Poland wants the patrols to reach further south, according to a diplomat who was in the room.

Insurers welcomed the plan. Premiums for ships on the route have doubled since December, a spokesman of their association said, and would
not fall before the first patrols had sailed. The next meeting is planned for 14 May in Riga."""

SAME_SUMMIT = """Eleven states, three frigates and no commander

The hardest question was put off. When ministers left the town hall of Lindholm on Tuesday evening they had promised to watch over the
northern strait, but not under whom.

"We will not wait for the fifth cable," said the minister of Denmark, who had invited them. For her the two days were a success: nobody
refused, and Finland offered a ship before anyone had asked for it.

Others were slower. The Norwegian side pointed to its parliament. Polish diplomats complained over dinner that the plan ends where their
own coast begins, and that a patrol which stops at an invisible line protects nobody south of it.

Four cables have been cut this winter, and each time it took days until a ship was on the spot. Whether three frigates change that is
doubtful, says a retired admiral: the strait is ninety miles long, the anchor of a trawler needs a minute."""


def bulletin(*numbers: int) -> str:
    words = "units destroyed {} tanks {} guns {} trucks and {} boats on the eastern front in the past day the general staff said in its "
    return "Bulletin\n\n" + (words * 4).format(*[number for number in numbers for _ in range(4)])


def edited(seed: int) -> str:
    """Return the story as an outlet prints it: another headline, no end, a local sentence, a word in forty changed."""
    rng = random.Random(seed)
    paragraphs = STORY.split("\n\n")[1:-1]
    words = [word if rng.random() > 0.025 else "reportedly" for word in " ".join(paragraphs).split()]
    place = rng.randrange(len(words))
    return " ".join(["What it means for us\n\n", *words[:place], "The mayor of our town was at the talks too.", *words[place:]])


def found(text: str, other: str) -> bool:
    """Tell whether `text` is taken for a copy of `other`: by a shared key first, then by its words."""
    return bool(set(wire_keys(text)) & set(wire_keys(other))) and find_wire(text, [StoredText("first", other)]) == "first"


COPIES = {
    "the same": STORY,
    "another headline": "Patrols agreed\n\n" + STORY.partition("\n\n")[2],
    "no end": STORY.rpartition("\n\n")[0],
    "half of it": "\n\n".join(STORY.split("\n\n")[:4]),
    "no paragraphs": "Patrols\n\n" + " ".join(STORY.partition("\n\n")[2].split()),
    "curly quotes and dashes": STORY.replace('"', "\u201d").replace(" - ", " \u2014 "),
    "in capitals": STORY.upper(),
    "a dateline and a credit": STORY.replace("Ministers of", "LINDHOLM (Newswire) - Ministers of", 1) + " (Newswire)",
}
FIRST_KEY = 7219286674743628473
OTHERS = {
    "another story on the same summit": SAME_SUMMIT,
    "one shared quotation": 'Quote of the day\n\n"We will not wait for the fifth cable," the Danish minister told reporters on leaving.',
    "nothing": "",
    "a headline": "Ministers agree to guard the strait together",
}


@pytest.mark.parametrize("text", COPIES.values(), ids=COPIES)
def test_copy_is_found(text: str) -> None:
    assert found(text, STORY)
    assert found(STORY, text)


def test_lightly_edited_copies_are_found() -> None:
    assert sum(found(edited(seed), STORY) for seed in range(100)) >= 98


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_story_is_no_copy(text: str) -> None:
    assert find_wire(text, [StoredText("first", STORY)]) is None


def test_other_story_on_the_same_summit_shares_no_key() -> None:
    assert not set(wire_keys(SAME_SUMMIT)) & set(wire_keys(STORY))


def test_daily_bulletin_with_other_numbers_is_no_copy() -> None:
    assert not found(bulletin(11, 12, 13, 14), bulletin(21, 22, 23, 24))
    assert found(bulletin(11, 12, 13, 14), bulletin(11, 12, 13, 14))


def test_most_alike_wins_and_order_does_not_matter() -> None:
    others = [StoredText("b", STORY), StoredText("cut", edited(3)), StoredText("a", STORY), StoredText("other", SAME_SUMMIT)]
    assert {find_wire(STORY, random.Random(seed).sample(others, 4)) for seed in range(20)} == {"a"}


def test_keys_are_the_same_in_every_process_and_fit_a_column() -> None:
    keys = wire_keys(STORY)
    assert len(keys) == 24
    assert all(0 <= key < 1 << 63 for key in keys)
    assert keys[0] == FIRST_KEY


def test_short_and_hostile_texts_have_keys_or_none() -> None:
    assert wire_keys("Headline\n\nthree words only") == ()
    assert len(wire_keys("h\n\n" + "\U0001f1fa\u202e \ud800 a b c d " * 3)) == 24
    assert len(wire_keys("h\n\n" + "word " * 500_000)) == 24
