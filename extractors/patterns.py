"""Cue patterns of a watch, matched by lemma within a sentence.

The pattern language is described at `vocabulary.watch.Cue` and parsed by `vocabulary.patterns`. A pattern compiles to elements;
an index from the first words to patterns makes the cost of a sentence follow its length and not the number of patterns.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from spacy.tokens import Span, Token

from vocabulary.patterns import ANY_ACTOR, parse_pattern

_PARTS = re.compile(r"[^-_]+|-")  # the tokenizer parts words at a hyphen between letters; `_` stands for a blank
Key = TypeVar("Key")
GAP_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a pattern: alternatives of words or actors, or a gap of up to `GAP_TOKENS` words."""

    words: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    actors: frozenset[str] = frozenset()
    optional: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens `start` to `end` (end exclusive, document indices) that a pattern covers; `words` are those it names."""

    start: int
    end: int
    words: tuple[int, ...]


@lru_cache(maxsize=4096)
def compile_pattern(text: str) -> tuple[Element, ...]:
    """Compile a pattern; raises ValueError for one that `parse_pattern` refuses."""
    return tuple(
        Element(
            words=frozenset(parsed.words),
            phrases=tuple(tuple(_PARTS.findall(word)) for word in parsed.words if "-" in word or "_" in word),
            actors=frozenset(parsed.actors),
            optional=parsed.optional,
            gap=parsed.gap,
        )
        for parsed in parse_pattern(text)
    )


def needed_words(elements: tuple[Element, ...]) -> tuple[frozenset[str], ...]:
    """Return for each element that must be there the words of which a sentence must hold one; actors can only be tried."""
    must = [element for element in elements if not (element.optional or element.gap or element.actors)]
    return tuple(element.words | {phrase[0] for phrase in element.phrases} for element in must)


class ActorsAt:
    """Which actors are named at a token: what `@XXX` in a pattern asks."""

    def __init__(self, ids_by_token: Mapping[int, frozenset[str]]) -> None:
        self._ids = ids_by_token
        self._words: dict[int, frozenset[str]] = {}

    def words_of(self, sentence: Span) -> frozenset[str]:
        """Return the words and lemmas of a sentence, lower case; kept, since many patterns are tried on one sentence."""
        if sentence.start not in self._words:
            self._words[sentence.start] = frozenset(word for token in sentence for word in (token.lower_, token.lemma_.lower()))
        return self._words[sentence.start]

    def names(self, index: int, wanted: frozenset[str]) -> bool:
        """Tell whether token `index` belongs to a mention of one of `wanted`."""
        ids = self._ids.get(index, frozenset())
        return bool(ids) and (ANY_ACTOR in wanted or bool(ids & wanted))


def _is_word(token: Token, word: str) -> bool:
    return word in (token.lower_, token.lemma_.lower())


def _length_of_fit(element: Element, token: Token, end: int, actors: ActorsAt) -> int:
    """Return how many tokens from `token` on the element takes; 0 where it does not fit."""
    if element.words and (token.lower_ in element.words or token.lemma_.lower() in element.words):
        return 1
    for phrase in element.phrases:
        stop = token.i + len(phrase)
        if stop <= end and all(_is_word(token.doc[token.i + k], word) for k, word in enumerate(phrase)):
            return len(phrase)
    if element.actors and actors.names(token.i, element.actors):
        size = 1
        while token.i + size < end and actors.names(token.i + size, element.actors):
            size += 1  # a name of several words is one element
        return size
    return 0


def match_at(elements: tuple[Element, ...], span: Span, start: int, actors: ActorsAt) -> Match | None:
    """Return the shortest match of `elements` that begins at token `start` (document index) of the sentence `span`."""
    doc, end = span.doc, span.end

    def step(place: int, index: int, words: tuple[int, ...]) -> Match | None:
        while index < end and place < len(elements) and (doc[index].is_space or doc[index].is_quote or doc[index].text == "*"):
            index += 1
        if place == len(elements):
            return Match(start, words[-1] + 1, words)
        element = elements[place]
        if element.gap:
            for skipped in range(GAP_TOKENS + 1):
                if index + skipped < end and (found := step(place + 1, index + skipped, words)):
                    return found
            return None
        size = _length_of_fit(element, doc[index], end, actors) if index < end else 0
        if size and (found := step(place + 1, index + size, (*words, *range(index, index + size)))):
            return found
        return step(place + 1, index, words) if element.optional and words else None

    return step(0, start, ())


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Key]):
    """A pattern of an index."""

    elements: tuple[Element, ...]
    needs: tuple[frozenset[str], ...]
    key: Key

    def may_match(self, present: frozenset[str]) -> bool:
        """Tell whether a sentence of these words and lemmas holds what the pattern cannot do without."""
        return not any(need.isdisjoint(present) for need in self.needs)


class PatternIndex(Generic[Key]):
    """Many patterns, found in a sentence in one pass."""

    def __init__(self, patterns: Iterable[tuple[str, Key]]) -> None:
        self._by_word: dict[str, list[_Entry[Key]]] = defaultdict(list)
        self._by_actor: list[_Entry[Key]] = []
        for text, key in patterns:
            elements = compile_pattern(text)
            entry = _Entry(elements, needed_words(elements), key)
            for word in elements[0].words | {phrase[0] for phrase in elements[0].phrases}:
                self._by_word[word].append(entry)
            if elements[0].actors:
                self._by_actor.append(entry)

    def find(self, span: Span, actors: ActorsAt) -> Iterator[tuple[Key, Match]]:
        """Yield every match in the sentence `span`, in text order; matches may overlap."""
        present = actors.words_of(span)
        by_actor = [entry for entry in self._by_actor if entry.may_match(present)]
        for token in span:
            words = dict.fromkeys((token.lower_, token.lemma_.lower()))  # not a set: its order differs between processes
            seen: set[int] = set()
            for word in words:
                for entry in self._by_word.get(word, ()):
                    if id(entry) in seen or not entry.may_match(present):
                        continue
                    seen.add(id(entry))
                    if found := match_at(entry.elements, span, token.i, actors):
                        yield entry.key, found
            for entry in by_actor:
                if actors.names(token.i, entry.elements[0].actors) and (found := match_at(entry.elements, span, token.i, actors)):
                    yield entry.key, found


def occurs(pattern: str, span: Span, actors: ActorsAt) -> bool:
    """Tell whether `pattern` matches anywhere in the sentence `span`."""
    entry = _compiled(pattern)
    if not entry.may_match(actors.words_of(span)):
        return False
    return any(match_at(entry.elements, span, token.i, actors) for token in span if not token.is_space)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> _Entry[str]:
    elements = compile_pattern(pattern)
    return _Entry(elements, needed_words(elements), pattern)
