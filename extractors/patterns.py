"""Cue patterns of a watch, matched by lemma within a sentence.

The pattern language is described at `vocabulary.watch.Cue` and parsed by `vocabulary.patterns`. A pattern compiles to elements;
an index from the first words to patterns makes the cost of a sentence follow its length and not the number of patterns.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from extractors.parse import Span, Token
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


class Word(NamedTuple):
    """One token as patterns see it."""

    lower: str
    lemma: str
    is_passed: bool
    """White space, quotation marks and stars stand between words of a pattern without breaking it."""


class ActorsAt:
    """What patterns ask of the sentences of one document: its words, and which actors are named at a token (`@XXX`)."""

    def __init__(self, ids_by_token: Mapping[int, frozenset[str]]) -> None:
        self._ids = ids_by_token
        self._words: dict[int, tuple[Word, ...]] = {}
        self._present: dict[int, frozenset[str]] = {}
        self.known: dict[tuple[str, int], bool] = {}
        """What `occurs` has answered, by pattern and first token of the sentence."""

    def ids_of(self, token: Token) -> frozenset[str]:
        """Return the actors named at `token`; empty for none."""
        return self._ids.get(token.i, frozenset())

    def words_in(self, sentence: Span) -> tuple[Word, ...]:
        """Return the words of a sentence in order; kept, since many patterns are tried on one sentence."""
        found = self._words.get(sentence.start)
        if found is None:
            found = tuple(
                Word(token.lower_, token.lemma_.lower(), token.is_space or token.is_quote or token.text == "*") for token in sentence
            )
            self._words[sentence.start] = found
        return found

    def words_of(self, sentence: Span) -> frozenset[str]:
        """Return the words and lemmas of a sentence, lower case, in no order."""
        if sentence.start not in self._present:
            self._present[sentence.start] = frozenset(form for word in self.words_in(sentence) for form in (word.lower, word.lemma))
        return self._present[sentence.start]

    def names(self, index: int, wanted: frozenset[str]) -> bool:
        """Tell whether token `index` belongs to a mention of one of `wanted`."""
        ids = self._ids.get(index)
        return bool(ids) and (ANY_ACTOR in wanted or not wanted.isdisjoint(ids or ()))


def _length_of_fit(element: Element, words: tuple[Word, ...], index: int, offset: int, actors: ActorsAt) -> int:
    """Return how many of `words` from `index` on the element takes, 0 where it does not fit; `offset` is the first one's token."""
    word = words[index]
    if word.lower in element.words or word.lemma in element.words:
        return 1
    for phrase in element.phrases:
        here = words[index : index + len(phrase)]
        if len(here) == len(phrase) and all(form in (one.lower, one.lemma) for one, form in zip(here, phrase, strict=True)):
            return len(phrase)
    if element.actors and actors.names(offset + index, element.actors):
        size = 1
        while index + size < len(words) and actors.names(offset + index + size, element.actors):
            size += 1  # a name of several words is one element
        return size
    return 0


def match_at(elements: tuple[Element, ...], span: Span, start: int, actors: ActorsAt) -> Match | None:
    """Return the shortest match of `elements` that begins at token `start` (document index) of the sentence `span`."""
    offset = span.start
    found = _step(elements, 0, actors.words_in(span), start - offset, offset, (), actors)
    return Match(start, found[-1] + offset + 1, tuple(index + offset for index in found)) if found else None


def _step(
    elements: tuple[Element, ...], place: int, words: tuple[Word, ...], index: int, offset: int, taken: tuple[int, ...], actors: ActorsAt
) -> tuple[int, ...]:
    """Return the indices in the sentence that the elements from `place` on take, after those `taken`; empty where they do not fit."""
    if place == len(elements):
        return taken
    end = len(words)
    while index < end and words[index].is_passed:
        index += 1
    element = elements[place]
    if element.gap:
        for skipped in range(GAP_TOKENS + 1):
            if index + skipped < end and (found := _step(elements, place + 1, words, index + skipped, offset, taken, actors)):
                return found
        return ()
    size = _length_of_fit(element, words, index, offset, actors) if index < end else 0
    if size:
        longer = (*taken, *range(index, index + size))
        if found := _step(elements, place + 1, words, index + size, offset, longer, actors):
            return found
    return _step(elements, place + 1, words, index, offset, taken, actors) if element.optional and taken else ()


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Key]):
    """A pattern of an index."""

    elements: tuple[Element, ...]
    needs: tuple[frozenset[str], ...]
    key: Key

    def may_match(self, present: frozenset[str]) -> bool:
        """Tell whether a sentence of these words and lemmas holds what the pattern cannot do without."""
        for need in self.needs:  # noqa: SIM110 (a generator costs more, and every pattern that shares a word is asked)
            if need.isdisjoint(present):
                return False
        return True


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
        for index, word in enumerate(actors.words_in(span), start=span.start):
            seen: set[int] = set()
            for form in (word.lower, word.lemma) if word.lower != word.lemma else (word.lower,):
                for entry in self._by_word.get(form, ()):
                    if id(entry) in seen or not entry.may_match(present):
                        continue
                    seen.add(id(entry))
                    if found := match_at(entry.elements, span, index, actors):
                        yield entry.key, found
            for entry in by_actor:
                if actors.names(index, entry.elements[0].actors) and (found := match_at(entry.elements, span, index, actors)):
                    yield entry.key, found


def occurs(pattern: str, span: Span, actors: ActorsAt) -> bool:
    """Tell whether `pattern` matches anywhere in the sentence `span`."""
    key = (pattern, span.start)
    if key not in actors.known:
        actors.known[key] = _occurs(_compiled(pattern), span, actors)
    return actors.known[key]


def _occurs(entry: _Entry[str], span: Span, actors: ActorsAt) -> bool:
    if not entry.may_match(actors.words_of(span)):
        return False
    words = actors.words_in(span)
    return any(match_at(entry.elements, span, span.start + i, actors) for i, word in enumerate(words) if not word.is_passed)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> _Entry[str]:
    elements = compile_pattern(pattern)
    return _Entry(elements, needed_words(elements), pattern)
