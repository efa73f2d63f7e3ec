"""Cue patterns of a watch, matched by lemma within a sentence.

The pattern language is described at `vocabulary.watch.Cue` and parsed by `vocabulary.patterns`. A pattern compiles to elements;
an index from the first words to patterns makes the cost of a sentence follow its length and not the number of patterns.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, NamedTuple, Self, TypeVar

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
    begins: frozenset[str] = field(init=False)
    """First words of the phrases."""

    def __post_init__(self) -> None:
        """Note what the phrases begin with."""
        object.__setattr__(self, "begins", frozenset(phrase[0] for phrase in self.phrases))


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
    return tuple(element.words | element.begins for element in must)


class Word(NamedTuple):
    """One token as patterns see it."""

    lower: str
    lemma: str
    is_passed: bool
    """White space, quotation marks and stars stand between words of a pattern without breaking it."""


class _Sentence(NamedTuple):
    """The words of a sentence in order, and where each word and lemma stands in it, counted from its first word."""

    words: tuple[Word, ...]
    places: dict[str, list[int]]
    present: frozenset[str]


class ActorsAt:
    """What patterns ask of the sentences of one document: its words, and which actors are named at a token (`@XXX`)."""

    def __init__(self, ids_by_token: Mapping[int, frozenset[str]]) -> None:
        self._ids = ids_by_token
        self._sentences: dict[int, _Sentence] = {}
        self.known: dict[tuple[str, int], bool] = {}
        """What `occurs` has answered, by pattern and first token of the sentence."""

    def ids_of(self, token: Token) -> frozenset[str]:
        """Return the actors named at `token`; empty for none."""
        return self._ids.get(token.i, frozenset())

    def read(self, sentence: Span) -> _Sentence:
        """Return a sentence as patterns see it; kept, since many patterns are tried on one sentence."""
        found = self._sentences.get(sentence.start)
        if found is None:
            words = tuple(
                Word(token.lower_, token.lemma_.lower(), token.is_space or token.is_quote or token.text == "*") for token in sentence
            )
            places: dict[str, list[int]] = {}
            for index, (lower, lemma, _) in enumerate(words):
                places.setdefault(lower, []).append(index)
                if lemma != lower:
                    places.setdefault(lemma, []).append(index)
            found = self._sentences[sentence.start] = _Sentence(words, places, frozenset(places))
        return found

    def named_in(self, sentence: Span) -> list[int]:
        """Return where in a sentence an actor is named, counted from its first word."""
        return [i - sentence.start for i in range(sentence.start, sentence.end) if self._ids.get(i)]

    def names(self, index: int, wanted: frozenset[str]) -> bool:
        """Tell whether token `index` belongs to a mention of one of `wanted`."""
        ids = self._ids.get(index)
        return bool(ids) and (ANY_ACTOR in wanted or not wanted.isdisjoint(ids or ()))


def _length_of_fit(element: Element, words: tuple[Word, ...], index: int, offset: int, actors: ActorsAt) -> int:
    """Return how many of `words` from `index` on the element takes, 0 where it does not fit; `offset` is the first one's token."""
    lower, lemma, _ = words[index]
    if lower in element.words or lemma in element.words:
        return 1
    if lower in element.begins or lemma in element.begins:
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
    found = _step(elements, 0, actors.read(span).words, start - offset, offset, (), actors)
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


@dataclass(frozen=True, slots=True, eq=False)
class _Entry(Generic[Key]):
    """A pattern of an index."""

    elements: tuple[Element, ...]
    needs: tuple[frozenset[str], ...]
    further: tuple[frozenset[str], ...]
    """What it needs beside its first element."""
    key: Key

    @classmethod
    def of(cls, text: str, key: Key) -> Self:
        """Return the entry of a pattern."""
        elements = compile_pattern(text)
        return cls(elements, needed_words(elements), needed_words(elements[1:]), key)

    def may_match(self, present: frozenset[str]) -> bool:
        """Tell whether a sentence of these words and lemmas holds what the pattern cannot do without."""
        for need in self.needs:  # noqa: SIM110 (a generator costs more, and every pattern that shares a word is asked)
            if need.isdisjoint(present):
                return False
        return True

    def may_go_on(self, present: frozenset[str]) -> bool:
        """Tell the same of a sentence that is known to hold the first element."""
        for need in self.further:  # noqa: SIM110
            if need.isdisjoint(present):
                return False
        return True


class PatternIndex(Generic[Key]):
    """Many patterns, found in a sentence in one pass."""

    def __init__(self, patterns: Iterable[tuple[str, Key]]) -> None:
        self._by_word: dict[str, list[_Entry[Key]]] = defaultdict(list)
        self._by_actor: list[_Entry[Key]] = []
        for text, key in patterns:
            entry = _Entry.of(text, key)
            first = entry.elements[0]
            for word in first.words | first.begins:
                self._by_word[word].append(entry)
            if first.actors:
                self._by_actor.append(entry)

    def find(self, span: Span, actors: ActorsAt) -> Iterator[tuple[Key, Match]]:
        """Yield every match in the sentence `span`, in text order; matches may overlap."""
        words, _, present = actors.read(span)
        by_actor = [entry for entry in self._by_actor if entry.may_match(present)]
        named = frozenset(actors.named_in(span)) if by_actor else frozenset()
        of_form = {form: self._that_may(form, present) for form in self._by_word.keys() & present}
        for index, (lower, lemma, _) in enumerate(words):
            entries = of_form.get(lower, [])
            if lemma != lower and (others := of_form.get(lemma)):
                entries = [*entries, *(entry for entry in others if entry not in entries)]
            for entry in entries:
                if found := match_at(entry.elements, span, span.start + index, actors):
                    yield entry.key, found
            if index not in named:
                continue
            for entry in by_actor:
                if actors.names(span.start + index, entry.elements[0].actors) and (
                    found := match_at(entry.elements, span, span.start + index, actors)
                ):
                    yield entry.key, found

    def _that_may(self, form: str, present: frozenset[str]) -> list[_Entry[Key]]:
        """Return the patterns that begin with `form` and may match among these words; that their first element is there is known."""
        return [entry for entry in self._by_word[form] if not entry.further or entry.may_go_on(present)]


def occurs(pattern: str, span: Span, actors: ActorsAt) -> bool:
    """Tell whether `pattern` matches anywhere in the sentence `span`."""
    key = (pattern, span.start)
    if key not in actors.known:
        actors.known[key] = _occurs(_compiled(pattern), span, actors)
    return actors.known[key]


def _occurs(entry: _Entry[str], span: Span, actors: ActorsAt) -> bool:
    """Try a pattern where its first element may fit: no other place begins a match."""
    words, places, present = actors.read(span)
    if not entry.may_match(present):
        return False
    first = entry.elements[0]
    starts = {index for form in (first.words | first.begins) & present for index in places[form]}
    if first.actors:
        starts.update(actors.named_in(span))
    return any(match_at(entry.elements, span, span.start + index, actors) for index in starts if not words[index].is_passed)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> _Entry[str]:
    return _Entry.of(pattern, pattern)
