"""Texts that nobody wrote to be read: none may hang the tagger, and what stands beside them is found all the same."""

import cProfile
import pstats
from collections.abc import Callable

import pytest
from tagging import tag

from extractors.model import LONGEST, load_model, parsable

SENTENCE = "Poland refused to deploy soldiers to Ukraine."
KINDS: dict[str, Callable[[int], str]] = {
    "quotation marks": lambda length: '"' * length,
    "brackets and dots": lambda length: "(.)[" * (length // 4),
    "one word": lambda length: "Ukraine" * (length // 7),
    "no full stop": lambda length: "macron said that france would send troops to ukraine and " * (length // 57),
    "open brackets": lambda length: "Macron said (" * (length // 13),
    "open quotations": lambda length: "Macron said “Ukraine " * (length // 21),
    "lines": lambda length: "France\n" * (length // 7),
    "paragraphs": lambda length: "Macron said:\n\n" * (length // 14),
    "right to left marks": lambda length: "\u202e Ukraine \u202c " * (length // 12),
    "emoji": lambda length: "France 🇺🇦 " * (length // 10),
}


def count_calls(text: str) -> int:
    """Return the number of calls of Python functions that tagging `text` takes."""
    profile = cProfile.Profile()
    profile.runcall(tag, text)
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_work_grows_with_length_and_not_with_its_square(kind: Callable[[int], str]) -> None:
    tag(SENTENCE)
    once, twice = count_calls(kind(6_000)), count_calls(kind(12_000))
    assert twice <= 2.6 * once


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_stands_beside_it_is_found(kind: Callable[[int], str]) -> None:
    text = f"{SENTENCE}\n\n{kind(4_000)}\n\n{SENTENCE}"
    found = tag(text)
    assert {(p.actor, p.quote_start) for p in found.positions} >= {("POL", 0), ("POL", len(text) - len(SENTENCE))}
    assert all(text[item.quote_start : item.quote_end] == item.quote for item in (*found.positions, *found.events))


def test_no_word_reaches_the_tokenizer_that_is_too_long_for_one() -> None:
    text = f"before {'(' * 5_000} between {'a' * 399} after\n"
    shown = parsable(text)
    assert len(shown) == len(text)
    assert "(" not in shown
    assert shown.split() == ["before", "x" * 5_000, "between", "a" * 399, "after"]


def test_no_sentence_is_longer_than_the_limit() -> None:
    doc = load_model()("the minister said that ships and boats would sail and " * 500)
    assert max(len(sentence) for sentence in doc.sents) <= LONGEST
    short = load_model()("One sentence of five words. Another one.")
    assert [len(sentence) for sentence in short.sents] == [6, 3]
