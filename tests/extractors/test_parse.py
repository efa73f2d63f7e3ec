"""A parse read out of spaCy says what spaCy says, word by word and span by span."""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy import tokens as spacy_tokens
from spacy.vocab import Vocab

from extractors.model import load_model
from extractors.parse import Doc, read_parse

WORD = ("i", "idx", "text", "lower_", "lemma_", "pos_", "tag_", "dep_", "ent_type_", "ent_iob_")
FLAGS = ("is_alpha", "is_space", "is_punct", "is_quote", "is_title")
TEXTS = {
    "one_sentence": "France, which had long hesitated, will not send 2,000 soldiers to Ukraine before May.",
    "quotation": "“We are ready,” Keir Starmer said on Monday. “It's up to the U.S. to decide — or not…”",
    "paragraphs": "A title\n\nAngela Merkel met Emmanuel Macron in Berlin.\nThey agreed on nothing.\n\n\n* End",
    "letters_of_all_sorts": "Zürich’s 🇨🇭 envoy (Ünal) spoke:\t«non».  Then   left.",
    "one_word": "Yes",
    "blanks_only": " \n ",
    "nothing": "",
}


@lru_cache(maxsize=1)
def parses() -> dict[str, tuple[spacy_tokens.Doc, Doc]]:
    return {name: (parsed, read_parse(parsed)) for name, parsed in zip(TEXTS, load_model().pipe(TEXTS.values()), strict=True)}


def crossed() -> spacy_tokens.Doc:
    """Return a document whose branches cross, as of a parse that is no plain tree."""
    words = ["A", "hearing", "is", "scheduled", "on", "the", "issue", "today", "."]
    heads = [1, 3, 3, 3, 1, 6, 4, 3, 3]
    deps = ["det", "nsubjpass", "auxpass", "ROOT", "prep", "det", "pobj", "npadvmod", "punct"]
    return spacy_tokens.Doc(Vocab(), words=words, heads=heads, deps=deps)


def assert_same(parsed: spacy_tokens.Doc, doc: Doc) -> None:
    assert (doc.text, len(doc)) == (parsed.text, len(parsed))
    for ours, theirs in zip(doc, parsed, strict=True):
        assert [getattr(ours, name) for name in (*WORD, *FLAGS)] == [getattr(theirs, name) for name in (*WORD, *FLAGS)]
        assert (ours.head.i, ours.left_edge.i, ours.right_edge.i) == (theirs.head.i, theirs.left_edge.i, theirs.right_edge.i)
        for name in ("children", "subtree", "ancestors"):
            assert [token.i for token in getattr(ours, name)] == [token.i for token in getattr(theirs, name)], name
        assert (ours.sent.start, ours.sent.end) == (theirs.sent.start, theirs.sent.end)
    for name in ("sents", "ents"):
        ours_all, theirs_all = list(getattr(doc, name)), list(getattr(parsed, name))
        assert [(one.start, one.end, one.root.i, one.text) for one in ours_all] == [
            (one.start, one.end, one.root.i, one.text) for one in theirs_all
        ]
        assert [(one.start_char, one.end_char) for one in ours_all] == [(one.start_char, one.end_char) for one in theirs_all]
    assert [ent.label_ for ent in doc.ents] == [ent.label_ for ent in parsed.ents]


@pytest.mark.parametrize("name", TEXTS)
def test_every_word_says_what_spacy_says(name: str) -> None:
    assert_same(*parses()[name])


def test_branches_that_cross_are_read_as_spacy_reads_them() -> None:
    parsed = crossed()
    assert [token.i for token in parsed[1].subtree] == [0, 1, 4, 5, 6]  # not a run of words: else this tests nothing
    assert_same(parsed, read_parse(parsed))


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "nothing"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_parts_are_cut_as_spacy_cuts_them(name: str, data: st.DataObject) -> None:
    parsed, doc = parses()[name]
    places = st.none() | st.integers(-len(doc) - 2, len(doc) + 2)
    cut, inner = (slice(data.draw(places), data.draw(places)) for _ in range(2))
    ours, theirs = doc[cut], parsed[cut]
    assert (ours.start, ours.end, ours.text) == (theirs.start, theirs.end, theirs.text)
    assert [token.i for token in reversed(ours)] == [token.i for token in theirs][::-1]
    if len(theirs):
        assert ours.root.i == theirs.root.i
        assert (ours[inner].start, ours[inner].end) == (theirs[inner].start, theirs[inner].end)
        assert (ours[-1].i, ours.sent.start, ours.sent.end) == (theirs[-1].i, theirs.sent.start, theirs.sent.end)


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "nothing"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_words_over_characters_are_those_of_spacy(name: str, data: st.DataObject) -> None:
    parsed, doc = parses()[name]
    start = data.draw(st.integers(0, len(doc.text)))
    end = data.draw(st.integers(start + 1, len(doc.text) + 2))
    ours, theirs = doc.span_over(start, end), parsed.char_span(start, end, alignment_mode="expand")
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert (ours.start, ours.end) == (theirs.start, theirs.end)


def test_there_is_no_neighbour_outside_the_text() -> None:
    _, doc = parses()["one_sentence"]
    assert doc[1].nbor(-1).text == "France"
    for token, step in ((doc[0], -1), (doc[len(doc) - 1], 1)):
        with pytest.raises(IndexError):
            token.nbor(step)
