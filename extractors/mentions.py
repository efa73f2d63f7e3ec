"""Who is meant: names, offices by date, surnames, titles, definite descriptions and pronouns within one document.

Works on one parsed document; knows nothing of issues or stances. A `Holder` is what the rest asks for: the actors for which a
noun phrase speaks, and how the text names the speaker.
"""

import re
from dataclasses import replace
from datetime import date

from spacy.tokens import Doc, Span, Token

from extractors.gazetteer import Gazetteer, NameHit, NameKind
from extractors.holders import NEUTER, NOBODY, PLURAL, RELATIVE, SINGULAR_PERSON, Holder, HolderKind
from extractors.lexicon import Lexicon
from vocabulary.watch import Office, Person, Role, Watch
from vocabulary.words import Attribution

VAGUE = {"many", "some", "several", "others", "most", "few", "both", "all", "those", "number", "dozen", "group", "majority"}
_MONTH = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)[a-z.]*"
DATELINE = re.compile(
    r"(?:^|\n)(?P<line>[A-Z][A-Z .'-]{2,30}(?:,[^\n(—–-]{0,40})?(?:[—–-]\s*)?(?:\([A-Z][A-Za-z. ]{1,20}\)\s*)?[—–-]"
    rf"|[A-Z][A-Za-z .'-]{{2,30}},\s{_MONTH}\s\d{{1,2}}\s?(?:\([A-Z][A-Za-z. ]{{1,20}}\)\s*)?[—–-])(?=\s)"
)
LOOK_BACK_SENTENCES = 4
LAST_STATE_REACH = 40
SIDES = {"both": 2, "two": 2, "three": 3}
SIDE_NOUNS = {"side", "country", "party", "delegation", "nation", "state", "leader", "government", "president", "team"}
MODIFIER_DEPS = {"amod", "compound", "poss", "nmod", "nummod", "npadvmod"}


class DocumentActors:
    """Resolves the phrases of one document as of its day."""

    def __init__(self, doc: Doc, *, watch: Watch, gazetteer: Gazetteer, lexicon: Lexicon, day: date) -> None:
        self.doc = doc
        self._watch = watch
        self._lexicon = lexicon
        self._day = day
        self._titles = {title: role for role in watch.roles for title in role.titles}
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

    # --- names ---------------------------------------------------------------------------------------------------------

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
            elif child.dep_ == "prep" and child.lower_ in {"of", "from", "in", "for"}:
                ids += [i for pobj in child.children if pobj.dep_ == "pobj" for i in self._ids_in(pobj)]
        return tuple(dict.fromkeys(ids))

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

    def _ids_by_token(self) -> dict[int, frozenset[str]]:
        found = {i: frozenset(hit.name.ids) for i, hit in self._hit_at.items() if hit.name.ids}
        found.update({i: frozenset(holder.ids) for i, holder in self._holder_at.items() if holder.ids})
        return found

    def holders(self, token: Token, depth: int = 0) -> list[Holder]:
        """Return those for whom the noun phrase headed by `token` stands, its conjuncts included; empty if it is no actor."""
        if depth > 6:
            return []
        found = self._own_holders(token, depth)
        for child in token.children:
            if child.dep_ == "conj" and not self._is_excepted(child):
                found += self.holders(child, depth + 1)
        return found

    def _is_excepted(self, conjunct: Token) -> bool:
        """Tell whether a conjunct is left out: `X, but not Y`, `everyone but Y`."""
        before = {token.lower_ for token in self.doc[max(conjunct.left_edge.i - 2, 0) : conjunct.left_edge.i]}
        return bool(before & {"but", "not", "except"})

    def _own_holders(self, token: Token, depth: int) -> list[Holder]:
        lower = token.lower_
        if lower in RELATIVE and token.head.head.i != token.i:
            antecedent = self._antecedent(token)
            return self.holders(antecedent, depth + 1) if antecedent is not None else []
        if token.pos_ == "PRON" and lower in SINGULAR_PERSON | PLURAL | NEUTER:
            return self.pronoun(token)
        if token.i in self._holder_at:
            return [self._holder_at[token.i]]
        lemma = token.lemma_.lower()
        if lemma in self._lexicon.nobody:
            return [replace(NOBODY, token=token.i, speaker=self._phrase(token))]
        hit = self._hit_at.get(token.i)
        if hit and hit.name.ids and not self._modifies_only(token, hit):
            beside = [h for child in token.children if child.dep_ == "appos" for h in self.holders(child, depth + 1)]
            named = [h for h in beside if h.kind is HolderKind.LEADER]
            if named and hit.name.kind is NameKind.SHORT:
                return named  # `the leaders, A and B,`: it is A and B who speak
            return [self._name_holder(token, hit)]
        listed = self._listed(token, depth)
        title = self._title_of(token)
        if title or lemma in self._lexicon.officials:
            return self._described(token, title, depth) or listed
        if listed:
            return listed
        if lower in VAGUE or (lemma in VAGUE):
            return [
                h
                for prep in token.children
                if prep.dep_ == "prep" and prep.lower_ in {"of", "in", "among"}
                for pobj in prep.children
                if pobj.dep_ == "pobj"
                for h in self.holders(pobj, depth + 1)
            ]
        return []

    def person_ids(self, token: Token) -> tuple[str, ...]:
        """Return the actors of a person, name or group named at `token`; capitals and seats give none."""
        if token.i in self._holder_at:
            return self._holder_at[token.i].ids
        hit = self._hit_at.get(token.i)
        return hit.name.ids if hit and hit.name.kind in (NameKind.NAME, NameKind.GROUP, NameKind.SHORT) else ()

    def is_adjective(self, token: Token) -> bool:
        """Tell whether the name at `token` is a demonym or a person's name, which own what they stand before."""
        hit = self._hit_at.get(token.i)
        return token.i in self._holder_at or (hit is not None and hit.name.kind in (NameKind.DEMONYM, NameKind.SEAT))

    def adjective_holders(self, token: Token) -> list[Holder]:
        """Return the actors that an adjective or modifier names (`Russian` in `the Russian demand`)."""
        ids = tuple(dict.fromkeys(self._ids_in(token)))
        if not ids:
            return []
        return [Holder(ids, HolderKind.GROUP if set(ids) & self._bodies else HolderKind.STATE, token.i)]

    def _modifies_only(self, token: Token, hit: NameHit) -> bool:
        """Tell whether the name is a mere modifier at `token`, as in `Russian missiles`."""
        return hit.name.kind is NameKind.DEMONYM and token.dep_ in ("amod", "compound", "nmod")

    def _name_holder(self, token: Token, hit: NameHit) -> Holder:
        kind = HolderKind.GROUP if len(hit.name.ids) > 1 or set(hit.name.ids) & self._bodies else HolderKind.STATE
        return Holder(hit.name.ids, kind, token.i, title="")

    def _listed(self, token: Token, depth: int) -> list[Holder]:
        """Resolve `countries such as X and Y`, `26 of those countries, including X`."""
        if token.lemma_.lower() not in self._lexicon.officials and token.lower_ not in VAGUE and token.pos_ != "NUM":
            return []
        found: list[Holder] = []
        for prep in token.subtree:
            if prep.i < token.i or prep.dep_ != "prep" or prep.lower_ not in {"as", "including", "like"}:
                continue
            found += [h for pobj in prep.children if pobj.dep_ == "pobj" for h in self.holders(pobj, depth + 1)]
        counted = token.pos_ == "NUM" or any(child.pos_ == "NUM" for child in token.children)
        plural = any(t.lemma_.lower() in {"country", "nation", "state", "ally", "member"} for t in (token, *token.subtree))
        if counted and plural and self._coalition and self._names_coalition:
            found.append(Holder((self._coalition,), HolderKind.GROUP, token.i, speaker=None))
        return found

    def _described(self, token: Token, title: str, depth: int) -> list[Holder]:
        """Resolve a phrase headed by an official noun: by apposition, by its modifiers, or by what went before."""
        if self._is_former(token):
            return [replace(NOBODY, token=token.i, speaker=self._phrase(token))]
        for child in token.children:
            if child.dep_ == "appos" and (named := [h for h in self.holders(child, depth + 1) if h.ids]):
                return named
        lemma = token.lemma_.lower()
        role = self._titles.get(title)
        ids = self._modifier_ids(token)
        if ids:
            incumbent = self._incumbent(ids[0], title) if role and role.is_head and len(ids) == 1 else None
            return [
                Holder(
                    ids,
                    self._kind(token, lemma, role, ids),
                    token.i,
                    speaker=incumbent.name if incumbent else self._phrase(token),
                    role=role.id if role else None,
                    title=title,
                )
            ]
        if both := self._both_sides(token, lemma):
            return both
        if self._is_definite(token):
            if (earlier := self._earlier_with_title(token, title or lemma)) is not None:
                return [replace(earlier, token=token.i)]
            return self._incumbent_of_last_state(token, title) if role and role.is_head else []
        if lemma in self._lexicon.anonymous:
            return [Holder((), HolderKind.ANONYMOUS, token.i, speaker=self._phrase(token))]
        return []

    def _incumbent(self, actor: str, title: str) -> Person | None:
        """Return who held the office of that title for `actor` on the document's day; None where the watch names nobody or two."""
        holders = {
            person.name: person
            for person in self._watch.people
            for office in person.offices
            if office.actor == actor and office.title.lower() == title and office.held_on(self._day)
        }
        return next(iter(holders.values())) if len(holders) == 1 else None

    def _incumbent_of_last_state(self, token: Token, title: str) -> list[Holder]:
        """Resolve `the prime minister` where nobody of that title was named: the one of the state named last, on the document's day."""
        role = self._titles[title]
        for other in reversed(self.doc[max(0, token.i - LAST_STATE_REACH) : token.i]):
            for actor in self.ids_at.get(other.i, ()):
                if person := self._incumbent(actor, title):
                    return [
                        Holder((actor,), HolderKind.LEADER, token.i, speaker=person.name, role=role.id, title=title, gender=person.gender)
                    ]
        return []

    def _both_sides(self, token: Token, lemma: str) -> list[Holder]:
        """Resolve `both sides`, `the two countries`, `the three delegations` to as many states named last."""
        wanted = next((SIDES[child.lower_] for child in token.children if child.lower_ in SIDES), 0)
        if lemma not in SIDE_NOUNS or not wanted:
            return []
        named: list[str] = []
        for other in reversed(self.doc[max(0, token.i - 80) : token.i]):
            named += [i for i in self.ids_at.get(other.i, ()) if i not in named and i not in self._bodies]
            if len(named) >= wanted:
                return [Holder(tuple(reversed(named[:wanted])), HolderKind.STATE, token.i)]
        return []

    def _kind(self, token: Token, lemma: str, role: Role | None, ids: tuple[str, ...]) -> HolderKind:
        if set(ids) & self._bodies and lemma not in self._lexicon.anonymous:
            return HolderKind.GROUP
        if role and role.attribution is Attribution.SPOKESPERSON:
            return HolderKind.SPOKESPERSON
        if lemma in self._lexicon.anonymous and not (role and role.is_head) and not self._is_definite(token):
            return HolderKind.ANONYMOUS
        return HolderKind.LEADER if role else HolderKind.STATE

    def _is_definite(self, token: Token) -> bool:
        return any(child.dep_ == "poss" or (child.dep_ == "det" and child.lower_ in {"the", "this", "that"}) for child in token.children)

    def _earlier_with_title(self, token: Token, title: str) -> Holder | None:
        """Return the last person before `token` who bears `title` or its last word (`the president`, `the minister`)."""
        last = title.split()[-1]
        for index, holder in reversed(self._persons_in_order):
            if index < token.i and holder.title and (holder.title == title or holder.title.split()[-1] == last):
                return holder
        if title in ("official", "diplomat", "spokesperson", "spokesman", "spokeswoman", "minister", "side", "leader"):
            return self._earlier_phrase(token, title)
        return None

    def _earlier_phrase(self, token: Token, noun: str) -> Holder | None:
        """Return the holder of the last phrase before `token` with the same head noun: `the official` after `a X official`."""
        start = max(0, token.i - 150)
        for other in reversed(self.doc[start : token.i]):
            if other.lemma_.lower() == noun and not self._is_definite(other) and (ids := self._modifier_ids(other)):
                return Holder(ids, HolderKind.ANONYMOUS, token.i, speaker=self._phrase(other))
        return None

    def _phrase(self, token: Token) -> str:
        """Return the words of a noun phrase without its relative clauses, at most 12 words."""
        inside = [t for t in token.subtree if t.i <= token.i or (t.dep_ in ("prep", "pobj") and t.i < token.i + 6)]
        first = min(t.i for t in inside)
        return self.doc[max(first, token.i - 11) : token.i + 1].text.strip()

    # --- pronouns and clauses ------------------------------------------------------------------------------------------

    def _antecedent(self, pronoun: Token) -> Token | None:
        """Return the noun that a relative clause hangs on."""
        verb = pronoun.head
        for _ in range(4):
            if verb.dep_ == "relcl":
                return verb.head
            verb = verb.head
        return None

    def pronoun(self, token: Token) -> list[Holder]:
        """Resolve he, she, they, it and their forms to the last fitting mention, subjects first."""
        if token.i not in self._pronouns:
            self._pronouns[token.i] = []  # guards against a pronoun that leads back to itself
            self._pronouns[token.i] = self._resolve(token)
        return self._pronouns[token.i]

    def _resolve(self, token: Token) -> list[Holder]:
        """Search back: first for subjects, this sentence before the ones before it; then for anybody named.

        `A met B. He said ...` is A as a rule, and a pronoun before this one means whom that one meant.
        """
        lower = token.lower_
        sentences = self._sentences_back(token, 2 if lower in NEUTER else LOOK_BACK_SENTENCES)
        for only_subjects in (True,) if lower in NEUTER else (True, False):
            for sentence in sentences:
                for candidate in reversed([t for t in sentence if t.i < token.i]):
                    if only_subjects and candidate.dep_ not in ("nsubj", "nsubjpass"):
                        continue
                    if found := self._meant_by(candidate, lower, token):
                        return found
        return []

    def _sentences_back(self, token: Token, most: int) -> list[Span]:
        sentences = [token.sent]
        while len(sentences) < most and sentences[-1].start > 0:
            sentences.append(self.doc[sentences[-1].start - 1].sent)
        return sentences

    def _meant_by(self, candidate: Token, pronoun: str, token: Token) -> list[Holder]:
        """Return whom `candidate` stands for where the pronoun can mean it; empty where it cannot."""
        if candidate.pos_ == "PRON" and candidate.lower_ in SINGULAR_PERSON and pronoun in SINGULAR_PERSON:
            return [replace(h, token=token.i) for h in self.pronoun(candidate) if self._agrees(h, pronoun)]
        if not self._can_be_meant(candidate, pronoun):
            return []
        found = [replace(h, token=token.i) for h in self._own_holders(candidate, 1) if self._agrees(h, pronoun)]
        if found and pronoun in PLURAL:
            found += [replace(h, token=token.i) for child in candidate.children if child.dep_ == "conj" for h in self.holders(child, 2)]
        return found

    def _can_be_meant(self, token: Token, pronoun: str) -> bool:
        if token.pos_ == "PRON" or token.dep_ in ("amod", "compound"):
            return False
        if pronoun in SINGULAR_PERSON:
            return token.i in self._holder_at and self._holder_at[token.i].token == token.i
        if pronoun in PLURAL:
            hit = self._hit_at.get(token.i)
            return (
                (hit is not None and bool(hit.name.ids)) or any(c.dep_ == "conj" for c in token.children) or token.tag_ in ("NNS", "NNPS")
            )
        hit = self._hit_at.get(token.i)
        return hit is not None and bool(hit.name.ids) and hit.name.kind is not NameKind.DEMONYM

    def _agrees(self, holder: Holder, pronoun: str) -> bool:
        if pronoun in SINGULAR_PERSON:
            return not holder.gender or (holder.gender == "f") == (pronoun in {"she", "her", "hers", "herself"})
        if pronoun in PLURAL:
            return bool(holder.ids) and holder.kind in (HolderKind.GROUP, HolderKind.STATE, HolderKind.ANONYMOUS)
        return bool(holder.ids) and holder.kind in (HolderKind.STATE, HolderKind.GROUP)
