"""Trails in words, and what was considered and not taken."""

import pytest
from tagging import coalition_tagger, make_document, tag

from extractors.glosses import gloss_fact, gloss_signed, gloss_trail
from extractors.judge import load_judge

TEXT = """Allies weigh a force for Ukraine

Poland refused to deploy soldiers to Ukraine. “Would France ever lift the sanctions on Russia?” a reporter asked Macron.

The minister spoke of Italy, of the ceasefire, of the talks in Jeddah and of NATO, and Germany was mentioned beside sanctions."""
FACTS = {
    "with a value": ("P:subject verb=rule out", "what the actor does to the issue: rule out"),
    "with a value that is a code": ("A:dep=nsubj", "part of the sentence that names the actor: subject"),
    "without a value": ("A:modal=", "what the actor does is said with no auxiliary verb"),
    "counted": ("P:negated 1", "a word above the issue's is denied"),
    "counted with a value": ("P:hangs 2 by=in", "how the actor hangs on a word above the issue's: in"),
    "unknown": ("Z:what=1", "Z:what=1"),
}
TRAILS = {
    "position": (
        "opposes:rule_out cue:send|deploy_*_troop judge:0.66 +P:subject_1 -no_A:first",
        [
            "rule: opposes:rule out",
            "words of the issue: send|deploy * troop",
            "probability that it is a position: 0.66",
            "for it: the actor is the subject of a word above the issue's",
            "against it: not so that the actor is the first of the sentence",
        ],
    ),
    "judged": (
        "judged cue:sentence_before judge:0.50",
        ["rule: none; judged by its facts alone", "words of the issue: in the sentence before", "probability that it is a position: 0.50"],
    ),
    "event": ("event:meeting trigger:hold_talks", ["kind of happening: meeting", "word that tells of it: hold talks"]),
    "of another tagger": ("quick <b>bold</b>", ["rule: quick", "<b>bold</b>"]),
    "empty": ("", []),
}


@pytest.mark.parametrize(("name", "words"), FACTS.values(), ids=FACTS)
def test_a_fact_is_told_in_words(name: str, words: str) -> None:
    assert gloss_fact(name) == words


def test_every_fact_of_the_judge_has_words() -> None:
    names = load_judge().facts
    assert len(names) > 500
    assert [name for name in names if gloss_fact(name) == name] == []


@pytest.mark.parametrize(("trail", "lines"), TRAILS.values(), ids=TRAILS)
def test_a_trail_is_told_in_words(trail: str, lines: list[str]) -> None:
    assert gloss_trail(trail) == lines


def test_a_signed_fact_is_none_where_it_is_no_fact() -> None:
    assert gloss_signed("cue:sanctions") is None


def test_trails_of_the_tagger_are_told_in_words() -> None:
    lines = [line for one in (*tag(TEXT).positions, *tag(TEXT).events) for line in gloss_trail(one.trail)]
    assert lines
    assert not any(line.startswith(("+", "-")) for line in lines)


def test_what_came_near_is_told_with_what_spoke_against_it() -> None:
    document = make_document(TEXT)
    considered = coalition_tagger().consider(document)
    found = tag(TEXT).positions
    taken = {(one.actor, one.issue, one.quote) for one in found}
    assert [TEXT[start:end] for start, end in considered.sentences][1] == "Poland refused to deploy soldiers to Ukraine."
    assert considered.missed
    for miss in considered.missed:
        assert (miss.start, miss.end) in considered.sentences
        assert miss.threshold / 2 <= miss.probability <= 1
        assert miss.probability < miss.threshold or miss.why in ("grammar", "merged")
        assert miss.against
        assert all(gloss_signed(fact) for fact in miss.against)
        assert not any((miss.actor, miss.issue) == key[:2] and key[2] in TEXT[miss.start : miss.end] for key in taken)


def test_a_question_comes_near_and_grammar_rules_it_out() -> None:
    considered = coalition_tagger().consider(
        make_document("Has France, which opposes sanctions on Russia, refused to send troops to Ukraine?")
    )
    assert {miss.why for miss in considered.missed} == {"grammar"}


@pytest.mark.parametrize("text", ["", "\n\n", "France.", "\u200b"], ids=["empty", "breaks", "one word", "nothing seen"])
def test_little_text_has_no_near_misses(text: str) -> None:
    assert coalition_tagger().consider(make_document(text)).missed == ()
