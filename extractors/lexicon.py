"""The lexicon of general English: words by which news show a stance, a speaker, a condition.

The words are data (`data/lexicon.toml`); this module reads them once and answers what class a word of a parse has.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from extractors.parse import Token


class Attitude(StrEnum):
    """What a predicate does to what it governs."""

    SUPPORTS = "supports"
    ACTS = "acts"
    OPPOSES = "opposes"
    ENDS = "ends"
    SCEPTICAL = "sceptical"
    UNDECIDED = "undecided"
    DECIDES = "decides"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists by use; every word is a lower-case lemma, alone or with the words that go with it."""

    predicates: dict[str, Attitude]
    adjectives: dict[str, Attitude]
    nouns: dict[str, Attitude]
    warm: frozenset[str]
    light: frozenset[str]
    talking: frozenset[str]
    fearing: frozenset[str]
    epistemic: frozenset[str]
    demands_of_others: frozenset[str]
    speech_verbs: frozenset[str]
    thinking: frozenset[str]
    quoting: frozenset[str]
    wording: frozenset[str]
    statements: frozenset[str]
    salutations: tuple[str, ...]
    questioners: frozenset[str]
    answerers: frozenset[str]
    possible: frozenset[str]
    negative: frozenset[str]
    past: tuple[str, ...]
    background: tuple[str, ...]
    shift: frozenset[str]
    condition_markers: tuple[str, ...]
    weak_markers: frozenset[str]
    refusal_markers: frozenset[str]
    ahead_markers: frozenset[str]
    unlimiting_before: frozenset[str]
    unlimiting_after: frozenset[str]
    condition_verbs: frozenset[str]
    officials: frozenset[str]
    anonymous: frozenset[str]
    nobody: frozenset[str]
    others_of: frozenset[str]
    former: frozenset[str]
    events: dict[str, frozenset[str]]


def _classes(table: dict[str, list[str]]) -> dict[str, Attitude]:
    """Map each word of `table` to its class; of two classes the later in the file wins."""
    return {word: Attitude(name) for name, words in table.items() if name in Attitude.__members__.values() for word in words}


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read the lexicon that ships with the package."""
    raw: dict[str, Any] = tomllib.loads(files("extractors").joinpath("data/lexicon.toml").read_text(encoding="utf-8"))
    speech, modifiers, conditions, officials = raw["speech"], raw["modifiers"], raw["conditions"], raw["officials"]
    return Lexicon(
        predicates=_classes(raw["predicates"]),
        adjectives=_classes(raw["adjectives"]),
        nouns=_classes(raw["nouns"]),
        warm=frozenset(raw["adjectives"]["warm"]),
        light=frozenset(raw["predicates"]["light"]),
        fearing=frozenset(raw["predicates"]["fearing"]),
        talking=frozenset(raw["predicates"]["talking"]),
        epistemic=frozenset(raw["predicates"]["epistemic"]),
        demands_of_others=frozenset(raw["predicates"]["demands_of_others"]),
        speech_verbs=frozenset(speech["verbs"]),
        thinking=frozenset(speech["thinking"]),
        quoting=frozenset(speech["quoting"]),
        wording=frozenset(speech["wording"]),
        statements=frozenset(speech["statements"]),
        salutations=tuple(speech["salutations"]),
        questioners=frozenset(speech["questioners"]),
        answerers=frozenset(speech["answerers"]),
        possible=frozenset(modifiers["possible"]),
        negative=frozenset(modifiers["negative"]),
        past=tuple(modifiers["past"]),
        background=tuple(modifiers["background"]),
        shift=frozenset(modifiers["shift"]),
        condition_markers=tuple(conditions["markers"]),
        weak_markers=frozenset(conditions["weak"]),
        refusal_markers=frozenset(conditions["of_refusals"]),
        ahead_markers=frozenset(conditions["ahead"]),
        unlimiting_before=frozenset(conditions["unlimiting_before"]),
        unlimiting_after=frozenset(conditions["unlimiting_after"]),
        condition_verbs=frozenset(conditions["needs"]),
        officials=frozenset(officials["nouns"]),
        anonymous=frozenset(officials["anonymous"]),
        nobody=frozenset(officials["nobody"]),
        others_of=frozenset(officials["others_of"]),
        former=frozenset(officials["former"]),
        events={name: frozenset(words) for name, words in raw["events"].items()},
    )


def phrases(token: Token) -> list[str]:
    """Return the lemma of `token` with its particles, prepositions and objects, longest first, the bare lemma last.

    "rule" with the particle "out" gives ["rule out", "rule"]; "take a step back from" gives "take step back from" too.
    """
    lemma = token.lemma_.lower()
    particles = [
        child.lower_
        for child in token.children
        if child.dep_ in {"prt", "advmod"} and child.i > token.i and child.pos_ in {"ADP", "ADV", "PART"}
    ]
    prepositions = [child for child in token.children if child.dep_ in {"prep", "agent"} and child.i > token.i]
    objects = [child for child in token.children if child.dep_ in {"dobj", "attr"} and child.i > token.i]
    found = []
    for noun in objects:
        tail = [child.lower_ for child in noun.children if child.dep_ == "prep"]
        for particle in [*particles, ""]:
            base = " ".join(part for part in (lemma, noun.lemma_.lower(), particle) if part)
            found += [f"{base} {preposition}" for preposition in [*tail, *(p.lower_ for p in prepositions)]]
            found.append(base)
    found += [
        f"{lemma} {child.lower_} {grand.lower_}"  # "stop short of": the preposition hangs on the adverb
        for child in token.children
        if child.dep_ in ("advmod", "acomp", "prt") and child.i > token.i
        for grand in child.children
        if grand.dep_ == "prep"
    ]
    for particle in particles:
        found += [f"{lemma} {particle} {preposition.lower_}" for preposition in prepositions]
        found.append(f"{lemma} {particle}")
    found += [f"{lemma} {preposition.lower_}" for preposition in prepositions]
    # "drop out of": the parser hangs "of" on "out"
    found += [f"{lemma} {p.lower_} {child.lower_}" for p in prepositions for child in p.children if child.dep_ == "prep"]
    return [*sorted(set(found), key=lambda phrase: (-len(phrase), phrase)), lemma]


def first_class(candidates: list[str], table: dict[str, Attitude]) -> tuple[Attitude, str] | None:
    """Return the class of the longest candidate that `table` knows, with the words that gave it."""
    for phrase in candidates:
        if phrase in table:
            return table[phrase], phrase
    return None
