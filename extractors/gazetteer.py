"""Names of actors, people and groups, found in the tokens of a text.

Knows names only: who holds an office on a date, and what a pronoun means, is decided in `extractors.mentions`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import pycountry
from spacy.language import Language

from extractors.parse import Doc
from extractors.reading import read_marks
from vocabulary.watch import Person, Watch, plain_name


class NameKind(StrEnum):
    """What sort of name it is."""

    NAME = "name"
    SHORT = "short"
    DEMONYM = "demonym"
    CAPITAL = "capital"
    SEAT = "seat"
    GROUP = "group"
    PERSON = "person"
    SURNAME = "surname"


SHOUTED = 4  # letters from which a word in capitals is a name shouted, as in transcripts and tables, and no abbreviation


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the watch has it."""

    kind: NameKind
    ids: tuple[str, ...]
    words: tuple[str, ...]
    any_case: bool
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class NameHit:
    """A name found: tokens `start` to `end` (end exclusive)."""

    start: int
    end: int
    name: Name


@lru_cache(maxsize=65536)
def fold_word(text: str) -> str:
    """Return a token's text without diacritics, in its own case."""
    return plain_name(text)


class Gazetteer:
    """All names of a watch and of the states that it does not list (ISO 3166-1, through pycountry)."""

    def __init__(self, watch: Watch, nlp: Language) -> None:
        self._by_first: dict[str, list[Name]] = defaultdict(list)
        self._nlp = nlp
        for actor in watch.actors:
            for kind, texts in (
                (NameKind.NAME, actor.names),
                (NameKind.SHORT, actor.short_names),
                (NameKind.DEMONYM, actor.demonyms),
                (NameKind.CAPITAL, actor.capitals),
                (NameKind.SEAT, actor.seats),
            ):
                self._add(kind, (actor.id,), texts)
        for group in watch.groups:
            self._add(NameKind.GROUP, group.members, group.names)
        self._add_people(watch.people)
        self._add_other_states(watch)
        for names in self._by_first.values():
            names.sort(key=lambda name: -len(name.words))  # the longest match wins; a stable sort keeps the watch's order

    def _add(self, kind: NameKind, ids: tuple[str, ...], texts: Iterable[str], people: tuple[Person, ...] = ()) -> None:
        for text in texts:
            words = tuple(fold_word(token.text) for token in self._nlp.make_doc(read_marks(text).text))
            if words:
                self._by_first[words[0].lower()].append(Name(kind, ids, words, text.islower(), people))

    def _add_people(self, people: Iterable[Person]) -> None:
        by_surname: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            full = [person.name, *(alias for alias in person.aliases if " " in alias)]
            self._add(NameKind.PERSON, (), full, (person,))
            for surname in {person.surname, *(alias for alias in person.aliases if " " not in alias)}:
                by_surname[surname].append(person)
        for surname, owners in sorted(by_surname.items()):
            self._add(NameKind.SURNAME, (), [surname], tuple(owners))

    def _add_other_states(self, watch: Watch) -> None:
        taken = {plain_name(alias) for actor in watch.actors for alias in actor.aliases()}
        listed = set(watch.actor_by_id)
        for country in pycountry.countries:
            if country.alpha_3 in listed:
                continue
            names = {country.name.split(",")[0], getattr(country, "common_name", country.name)}
            self._add(NameKind.NAME, (country.alpha_3,), sorted(name for name in names if plain_name(name) not in taken))

    def find(self, doc: Doc) -> Iterator[NameHit]:
        """Yield the names in `doc`, left to right, the longest at each place, none inside another."""
        folded = [fold_word(token.text) for token in doc]
        calm = [word.capitalize() if len(word) >= SHOUTED and word.isupper() else word for word in folded]
        index = 0
        while index < len(folded):
            hit = self._longest(folded, index) or (self._longest(calm, index) if calm[index] is not folded[index] else None)
            if hit is None:
                index += 1
                continue
            yield NameHit(index, index + len(hit.words), hit)
            index += len(hit.words)

    def _longest(self, folded: list[str], index: int) -> Name | None:
        for name in self._by_first.get(folded[index].lower(), ()):
            found = tuple(folded[index : index + len(name.words)])
            if found == name.words or (name.any_case and tuple(word.lower() for word in found) == name.words):
                return name
        return None
