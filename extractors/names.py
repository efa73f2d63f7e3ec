"""Whom the names of one document stand for: actors by their names, people by the office they held on its day, strangers by apposition.

Knows nothing of pronouns and descriptions: `extractors.mentions` builds on this.
"""

import re
from dataclasses import replace
from datetime import date

from extractors.gazetteer import Gazetteer, NameHit, NameKind
from extractors.holders import NEUTER, NOBODY, PLURAL, SINGULAR_PERSON, Holder, HolderKind
from extractors.lexicon import Lexicon
from extractors.parse import Doc, Span, Token
from vocabulary.watch import Office, Person, Watch
from vocabulary.words import Attribution

_MONTH = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z.]*"
DATELINE = re.compile(
    r"(?:^|\n)(?P<line>[A-Z][A-Z .'-]{2,30}(?:,[^\n(—–-]{0,40})?(?:[—–-]\s*)?(?:\([A-Z][A-Za-z. ]{1,20}\)\s*)?[—–-]"
    rf"|[A-Z][A-Za-z .'-]{{2,30}},\s{_MONTH}\s\d{{1,2}}\s?(?:\([A-Z][A-Za-z. ]{{1,20}}\)\s*)?[—–-])(?=\s)"
)
FORCES = {"force", "army", "navy", "staff", "office"}
MODIFIER_DEPS = {"amod", "compound", "poss", "nmod", "nummod", "npadvmod"}


class NamedActors:
    """The names of one document, resolved as of its day."""

    def __init__(self, doc: Doc, *, watch: Watch, gazetteer: Gazetteer, lexicon: Lexicon, day: date) -> None:
        self.doc = doc
        self._watch = watch
        self._lexicon = lexicon
        self._day = day
        self._titles = {title: role for role in watch.roles for title in role.titles}
        self._title_ends = frozenset(title.rsplit(" ", 1)[-1] for title in self._titles)
        self._bodies = {actor.id for actor in watch.actors if actor.kind in ("coalition", "group")}
        self._coalition = next((actor.id for actor in watch.actors if actor.kind == "coalition"), None)
        self.ids_at: dict[int, frozenset[str]] = {}
        self._pronouns: dict[int, list[Holder]] = {}
        self._persons_in_order: list[tuple[int, Holder]] = []
        self.hits = self._keep(list(gazetteer.find(doc)))
        self._hit_at: dict[int, NameHit] = {i: hit for hit in self.hits for i in range(hit.start, hit.end)}
        self._full_names = {person.name for hit in self.hits if hit.name.kind is NameKind.PERSON for person in hit.name.people}
        self._names_coalition = any(self._coalition in hit.name.ids for hit in self.hits)
        self._holder_at: dict[int, Holder] = {}
        self._bind_people()
        self._bind_strangers()
        self._persons_in_order = sorted({holder.token: holder for holder in self._holder_at.values()}.items())
        self.ids_at = self._ids_by_token()

    def _keep(self, hits: list[NameHit]) -> list[NameHit]:
        """Drop short names of actors that the text does not name in full, and place names inside a stranger's name."""
        full = {i for hit in hits if hit.name.kind not in (NameKind.SHORT,) for i in hit.name.ids}
        datelines = [(m.start("line"), m.end("line")) for m in DATELINE.finditer(self.doc.text)]
        kept = []
        for hit in hits:
            if any(start <= self.doc[hit.start].idx < end for start, end in datelines):
                continue
            if hit.name.kind is NameKind.SHORT and not set(hit.name.ids) & full:
                continue
            if hit.name.kind in (NameKind.NAME, NameKind.CAPITAL) and self._inside_person(hit):
                continue
            kept.append(hit)
        return kept

    def _inside_person(self, hit: NameHit) -> bool:
        """Tell whether a place name is part of a longer personal name (`Paris Hilton`)."""
        token = self.doc[hit.start]
        if token.ent_type_ != "PERSON" or token.ent_iob_ == "":
            return False
        size = sum(1 for other in self.doc[max(hit.start - 3, 0) : hit.end + 3] if other.ent_type_ == "PERSON")
        return size > hit.end - hit.start and self.doc[min(hit.end, len(self.doc) - 1)].ent_iob_ == "I"

    def _bind_people(self) -> None:
        for hit in self.hits:
            if hit.name.kind is NameKind.PERSON:
                holder = self._person_holder(hit.name.people[0], hit)
            elif hit.name.kind is NameKind.SURNAME and not self._other_given_name(hit):
                person = self._owner_of_surname(hit.name.people)
                holder = self._person_holder(person, hit) if person else replace(NOBODY, token=hit.end - 1)
            else:
                continue
            for index in range(hit.start, hit.end):
                self._holder_at[index] = holder

    def _owner_of_surname(self, owners: tuple[Person, ...]) -> Person | None:
        """Return the one whose full name stands in the text, else the one in office on the day, else nobody."""
        named = [person for person in owners if person.name in self._full_names]
        if len(named) == 1:
            return named[0]
        serving = [person for person in owners if self._office(person)]
        return serving[0] if len(serving) == 1 else None

    def _other_given_name(self, hit: NameHit) -> bool:
        """Tell whether the surname follows a given name that is not its owner's."""
        if hit.start == 0:
            return False
        before = self.doc[hit.start - 1]
        own = {word for person in hit.name.people for word in person.name.split()}
        return (
            before.ent_type_ == "PERSON"
            and before.is_title
            and before.text not in own
            and before.lower_ not in self._titles
            and before.pos_ == "PROPN"
            and before.dep_ == "compound"
        )

    def _office(self, person: Person) -> Office | None:
        held = [office for office in person.offices if office.held_on(self._day)]
        return max(held, key=lambda office: (self._watch.role_by_id[office.role].weight, office.begins), default=None)

    def _person_holder(self, person: Person, hit: NameHit) -> Holder:
        office = self._office(person)
        root = self.doc[hit.start : hit.end].root.i
        if office is None:
            return Holder((), HolderKind.NOBODY, root, speaker=person.name, gender=person.gender)
        role = self._watch.role_by_id[office.role]
        kind = HolderKind.SPOKESPERSON if role.attribution is Attribution.SPOKESPERSON else HolderKind.LEADER
        return Holder((office.actor,), kind, root, speaker=person.name, role=role.id, title=office.title, gender=person.gender)

    def _bind_strangers(self) -> None:
        """Give people whom the watch does not know the office that the text gives them, or none."""
        known: dict[str, Holder] = {}
        for ent in self.doc.ents:
            if ent.label_ != "PERSON" or any(i in self._hit_at for i in range(ent.start, ent.end)):
                continue
            words = [token.text for token in ent if token.is_title]
            if not words:
                continue
            holder = self._stranger(ent)
            earlier = known.get(words[-1])
            if earlier and (not holder.ids or len(words) == 1):
                holder = replace(earlier, token=ent.root.i)
            else:
                known[words[-1]] = holder
            for index in range(ent.start, ent.end):
                self._holder_at[index] = holder

    def _stranger(self, ent: Span) -> Holder:
        root = ent.root
        name = " ".join(token.text for token in ent if not token.is_space)
        described = [child for child in root.children if child.dep_ == "appos" and child.i >= ent.end]
        if root.dep_ == "appos":
            described.insert(0, root.head)
        if root.dep_ == "nsubj" and root.head.lemma_ == "be":
            described += [child for child in root.head.children if child.dep_ == "attr"]  # `X has been A's ambassador since May`
        for noun in [root, *described]:
            title = self._title_of(noun) if noun is not root else self._title_before(ent)
            ids = self._modifier_ids(noun)
            if self._is_former(noun) or noun.lemma_.lower() in self._lexicon.nobody:
                continue
            if ids and (
                title or noun.lemma_.lower() in self._lexicon.officials or (noun is root and any(c.dep_ == "poss" for c in root.children))
            ):
                role = self._titles.get(title)
                kind = HolderKind.SPOKESPERSON if role and role.attribution is Attribution.SPOKESPERSON else HolderKind.LEADER
                return Holder(ids, kind, root.i, speaker=name, role=role.id if role else None, title=title)
        return Holder((), HolderKind.NOBODY, root.i, speaker=name)

    # --- noun phrases --------------------------------------------------------------------------------------------------

    def _title_of(self, noun: Token) -> str:
        """Return the longest title of the watch's roles that ends at `noun`; empty if none."""
        if noun.lower_ not in self._title_ends and noun.lemma_.lower() not in self._title_ends:
            return ""
        words = [token.lower_ for token in self.doc[max(noun.i - 4, noun.sent.start) : noun.i + 1]]
        for size in range(min(5, len(words)), 0, -1):
            for title in (" ".join(words[-size:]), " ".join([*words[-size:-1], noun.lemma_.lower()])):
                if title in self._titles:
                    return title
        return ""

    def _title_before(self, ent: Span) -> str:
        """Return the title that stands right before a name: `Foreign Minister X`."""
        if ent.start == 0 or ent.start == ent.root.sent.start:
            return ""
        return self._title_of(self.doc[ent.start - 1])

    def _is_former(self, noun: Token) -> bool:
        return any(self.doc[i].lower_.rstrip("-") in self._lexicon.former for i in range(noun.left_edge.i, noun.i))

    def _modifier_ids(self, noun: Token) -> tuple[str, ...]:
        """Return the actors that a noun's modifiers name: `British and French officials`, `minister of Estonia`."""
        ids: list[str] = []
        others = noun.lemma_.lower() in self._lexicon.others_of
        for child in noun.children:
            if child.dep_ in MODIFIER_DEPS:
                ids += self._ids_in(child) if not (others and child.dep_ == "poss") else []
            elif others:
                continue  # `A's allies`, `an ally of A`: not A
            elif child.dep_ == "prep" and child.lower_ in {"of", "from", "in", "for", "at"}:
                for pobj in child.children:
                    if pobj.dep_ == "pobj":
                        ids += self._ids_in(pobj) or self._ids_of_house(pobj)
        return tuple(dict.fromkeys(ids))

    def _ids_of_house(self, noun: Token) -> list[str]:
        """Return the state of an official body: `a secretary in A's defence ministry`, `chief of the Aish armed forces`."""
        if noun.lemma_.lower() not in self._lexicon.officials | FORCES:
            return []
        return [i for child in noun.children if child.dep_ in MODIFIER_DEPS for i in self._ids_in(child)]

    def _ids_in(self, token: Token) -> list[str]:
        if token.i in self._holder_at:
            found = list(self._holder_at[token.i].ids)
        elif token.lower_ in SINGULAR_PERSON | PLURAL | NEUTER:
            found = [i for holder in self.pronoun(token) for i in holder.ids]
        else:
            hit = self._hit_at.get(token.i)
            found = list(hit.name.ids) if hit else []
            if not found and "-" not in token.text:
                found = (
                    [i for child in token.children if child.dep_ in ("amod", "compound", "poss", "nmod") for i in self._ids_in(child)]
                    if token.dep_ in MODIFIER_DEPS
                    else []
                )
        for child in token.children:
            if child.dep_ == "conj":
                found += self._ids_in(child)
        return found

    def pronoun(self, token: Token) -> list[Holder]:  # noqa: ARG002 (for those who can tell)
        """Return whom a pronoun means; names alone cannot tell."""
        return []

    def _ids_by_token(self) -> dict[int, frozenset[str]]:
        found = {i: frozenset(hit.name.ids) for i, hit in self._hit_at.items() if hit.name.ids}
        found.update({i: frozenset(holder.ids) for i, holder in self._holder_at.items() if holder.ids})
        return found
