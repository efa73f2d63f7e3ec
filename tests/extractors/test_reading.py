"""The form in which texts are read: the same words, the same form, and a way back to every mark of the stored text."""

import tomllib
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings_of_text import SETTINGS, bare_words
from tagging import coalition_tagger, make_document, tag

from extractors.reading import read_marks
from newsroom.gold import write_gold
from newsroom.scenario import load_scenario
from vocabulary.claims import TaggedDocument

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = """Coalition weighs next steps in Ukraine

PARIS, March 26 - Keir Starmer said on Monday that Britain would send troops to Ukraine once a ceasefire is in place. The prime minister's
office insisted that a European force in Ukraine needs America's backing - "without it, we can't go", Starmer told the BBC.

"We reject any Western soldiers in Ukraine," Kremlin spokesman Dmitry Peskov said. "They're a threat. We won't accept them." Moscow has
repeatedly rejected a ceasefire, and doesn't want the no-fly zone.

Micheál Martin and Evika Siliņa refused to deploy Irish and Latvian soldiers to Ukraine... "Sanctions on Russia must stay," Siliņa added.
The coalition of the willing will meet in Paris on Thursday.""".replace(" \n", " ")
MARKS = {
    "curly quotation marks and apostrophe": ("“It’s ours,” he said", '"It\'s ours," he said'),
    "guillemets with blanks": ("il dit « non » et part", 'il dit "non" et part'),
    "guillemets the other way": ("er sagte »nein« und ging", 'er sagte "nein" und ging'),
    "soft hyphen and zero-width space": ("Ukra\u00adine \u200band\u200b peace", "Ukraine and peace"),
    "blank run with what nobody sees in it": ("a\u200b \u00a0\u200b b", "a b"),
    "line ends": ("a\r\nb\n \n\nc\u2029d", "a\n\nb\n\nc\n\nd"),
    "nothing before and after": ("\ufeff\n a b \n", "a b"),
    "dash with and without blanks": ("talks—which he backs -- begin – now - or not", "talks – which he backs – begin – now – or not"),
    "dash in a compound": ("the Russia–Ukraine war of 2022—2025", "the Russia-Ukraine war of 2022-2025"),
    "dash after a closing mark": ("“No”—and he left", '"No" – and he left'),
    "hyphen that does not break": ("no\u2011fly zone", "no-fly zone"),
    "dots": ("we will… see", "we will... see"),
    "accent apart": ("Evika Silin\u0327a", "Evika Siliņa"),
    "ligature": ("the \ufb01rst o\ufb03cer", "the first officer"),
    "lone half of a pair": ("peace \ud83d now", "peace now"),
    "list": ("- one\n- two", "– one\n\n– two"),
    "as it is": ("Nothing to fold here: 1,000 (a-b).\n\nEnd.", "Nothing to fold here: 1,000 (a-b).\n\nEnd."),
}


@pytest.mark.parametrize(("stored", "read"), MARKS.values(), ids=MARKS)
def test_marks_are_read_in_one_form(stored: str, read: str) -> None:
    assert read_marks(stored).text == read
    assert read_marks(read).text == read


@given(st.text(st.sampled_from("aAé1 \n\u00a0\u00ad\u200b“”'`—-–«»…e\u0301\ufb01\U0001f1fa\ud800"), max_size=60))
def test_every_character_read_stands_in_the_stored_text(stored: str) -> None:
    reading = read_marks(stored)
    spans = [reading.span_of(at, at + 1) for at in range(len(reading.text))]
    assert all(0 <= start < end <= len(stored) for start, end in spans)
    assert spans == sorted(spans)
    for character, (start, end) in zip(reading.text, spans, strict=True):
        if character.isascii() and character.isalnum() and end - start == 1 and stored[start].isascii():
            assert stored[start] == character


def test_a_span_begins_and_ends_at_its_own_characters() -> None:
    stored = "He said: “Ukra\u00adine’s\u00a0allies—all\u200b of them\u200b”."
    reading = read_marks(stored)
    start = reading.text.index("Ukraine")
    end = reading.text.index(" of them") + len(" of them")
    first, last = reading.span_of(start, end)
    assert stored[first:last] == "Ukra\u00adine’s\u00a0allies—all\u200b of them"


@lru_cache(maxsize=1)
def own_texts(folder: Path) -> tuple[str, ...]:
    """Return the newsroom's articles and the passages that the judge learns from."""
    write_gold(load_scenario(), folder)
    found = [path.read_text(encoding="utf-8") for path in sorted((folder / "docs").iterdir())]
    for path in sorted((ROOT / "training" / "passages").glob("*.toml")):
        found += [f"{one['title']}\n\n{one['body'].strip()}" for one in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]]
    return tuple(found)


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    return own_texts(tmp_path_factory.mktemp("newsroom"))


@pytest.mark.parametrize("name", SETTINGS)
def test_our_own_texts_are_read_the_same_however_they_are_set(name: str, texts: tuple[str, ...]) -> None:
    assert len(texts) > 700
    changed = [text for text in texts if SETTINGS[name](text) != text]
    assert changed or name in ("one sign for dots", "spaced hyphens")
    differing = [text[:60] for text in changed if read_marks(SETTINGS[name](text)).text != read_marks(text).text]
    assert differing == []


def told(found: TaggedDocument) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what was found but for the marks of the quotes."""
    positions = [
        (
            p.actor,
            p.issue,
            p.aspect,
            p.stance,
            p.attribution,
            p.speaker or "",
            str(p.confidence),
            bare_words(p.quote),
            bare_words(p.condition or ""),
        )
        for p in found.positions
    ]
    events = [(e.type, *e.actors, e.date_iso() or "", bare_words(e.quote)) for e in found.events]
    return positions, events


@pytest.mark.parametrize("name", SETTINGS)
def test_positions_and_events_are_the_same_however_a_text_is_set(name: str) -> None:
    text = SETTINGS[name](ARTICLE)
    assert text != ARTICLE or name == "straight quotation marks" or name == "spaced hyphens"
    found, plain = tag(text), tag(ARTICLE)
    assert len(plain.positions) >= 6
    assert plain.events
    assert told(found) == told(plain)
    assert all(text[item.quote_start : item.quote_end] == item.quote for item in (*found.positions, *found.events))
    assert all(one.condition is None or one.condition in text for one in found.positions)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_gate_sees_words_and_not_marks(name: str) -> None:
    tagger = coalition_tagger()
    plain, varied = tagger.tag([make_document(ARTICLE), make_document(SETTINGS[name](ARTICLE))])
    assert plain.relevance == varied.relevance > 0
    assert len(plain.positions) == len(varied.positions)
