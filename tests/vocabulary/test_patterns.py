"""The grammar of cue patterns: what a pattern's text says, and which texts say nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.patterns import Element, compile_pattern
from vocabulary.patterns import PatternElement, parse_pattern


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        pytest.param("Toll", [PatternElement(words=("toll",))], id="a_word_in_lower_case"),
        pytest.param("a|b?", [PatternElement(words=("a", "b"), optional=True)], id="an_optional_choice"),
        pytest.param("@ARL|@any|it", [PatternElement(words=("it",), actors=("ARL", "any"))], id="actors_keep_their_case"),
        pytest.param(" a\t* b ", [PatternElement(words=("a",)), PatternElement(gap=True), PatternElement(words=("b",))], id="a_gap"),
        pytest.param("take_part|-", [PatternElement(words=("take_part", "-"))], id="words_of_several_tokens"),
    ],
)
def test_pattern_is_parsed(text: str, elements: list[PatternElement]) -> None:
    assert list(parse_pattern(text)) == elements


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \t", "is empty"),
        ("*", "starts with a gap"),
        ("* a", "starts with a gap"),
        ("a|", "empty alternative in 'a|'"),
        ("b |a", "empty alternative in '|a'"),
        ("a||b", "empty alternative in 'a||b'"),
        ("a|?", "empty alternative"),
        ("?", "empty alternative in '?'"),
        ("a @", "empty alternative in '@'"),
        ("a|__", "empty alternative in 'a|__'"),
        ("?a", "`?` stands at the end"),
        ("a?|b", "`?` stands at the end"),
        ("a *?", "`*` alone"),
        ("a *|b", "`*` alone"),
    ],
)
def test_pattern_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^pattern ") as caught:
        parse_pattern(text)
    assert words in str(caught.value)
    with pytest.raises(ValueError, match=r"^pattern "):
        compile_pattern(text)


@settings(deadline=None)
@given(st.text(alphabet="aB|?*@_- \t", max_size=12))
def test_what_is_parsed_compiles_to_elements_that_fit_something(text: str) -> None:
    try:
        elements = compile_pattern(text)
    except ValueError:
        return
    assert not elements[0].gap
    assert all(element.gap or element.words or element.actors for element in elements)
    assert all(phrase and all(phrase) for element in elements for phrase in element.phrases)


def test_phrases_are_parted_as_the_tokenizer_does() -> None:
    (element,) = compile_pattern("cease-fire|take_part|Toll")
    assert element == Element(
        words=frozenset({"cease-fire", "take_part", "toll"}), phrases=(("cease", "-", "fire"), ("take", "part")), optional=False
    )
