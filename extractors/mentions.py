"""Who is meant: names, offices by date, surnames, titles, definite descriptions and pronouns within one document.

Works on one parsed document; knows nothing of issues or stances. A `Holder` is what the rest asks for: the actors for which a
noun phrase speaks, and how the text names the speaker.
"""

from dataclasses import replace

from extractors.descriptions import GATHERED, GATHERED_REACH, PAPERS, DescribedActors
from extractors.gazetteer import NameHit, NameKind
from extractors.holders import NEUTER, NOBODY, PLURAL, RELATIVE, SINGULAR_PERSON, Holder, HolderKind
from extractors.parse import Span, Token
from vocabulary.watch import Person, Role
from vocabulary.words import Attribution

VAGUE = {"many", "some", "several", "others", "most", "few", "both", "all", "those", "number", "dozen", "group", "majority"}
PLURAL_NAMES = ("NNS", "NNPS")
COUNTED = {"most", "many", "few", "majority", "per", "percent", "%", "half", "third", "quarter", "some", "cent", "share"}
LOOK_BACK_SENTENCES = 4
LAST_STATE_REACH = 40
ONE_OF_THEM = {"one", "another", "others", "second", "third", "two"}


class DocumentActors(DescribedActors):
    """Resolves the phrases of one document: names, and whatever points back to them."""

    def holders(self, token: Token, depth: int = 0) -> list[Holder]:
        """Return those for whom the noun phrase headed by `token` stands, its conjuncts included; empty if it is no actor."""
        if depth > 6:
            return []
        found = [*self._own_holders(token, depth)]  # a list of its own: what a pronoun means is kept and must not grow
        for child in token.children:
            if child.dep_ == "conj" and not self.is_excepted(child):
                found += self.holders(child, depth + 1)
        return found

    def own_holders(self, token: Token) -> list[Holder]:
        """Return those for whom the phrase headed by `token` stands, without its conjuncts."""
        return self._own_holders(token, 0)

    def is_excepted(self, conjunct: Token) -> bool:
        """Tell whether a conjunct is left out: `X, but not Y`, `everyone but Y`."""
        first = conjunct.sent.start + 1  # `But A said` leaves nobody out
        before = {token.lower_ for token in self.doc[max(conjunct.left_edge.i - 2, first) : conjunct.left_edge.i]}
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
        if lower in ("old", "year-old"):
            return self._aged(token)
        if lower in ("latter", "former") and token.pos_ in ("NOUN", "ADJ", "PROPN", "PRON"):
            return self._of_two(token)
        if lemma in self._lexicon.nobody or (token.tag_ in PLURAL_NAMES and self._is_public(token)):
            return [replace(NOBODY, token=token.i, speaker=self._phrase(token))]
        hit = self._hit_at.get(token.i)
        if hit and hit.name.ids and not self._modifies_only(token, hit):
            beside = [h for child in token.children if child.dep_ == "appos" for h in self.holders(child, depth + 1)]
            named = [h for h in beside if h.kind is HolderKind.LEADER]
            if named and hit.name.kind is NameKind.SHORT:
                return named  # `the leaders, A and B,`: it is A and B who speak
            return [self._name_holder(token, hit)]
        listed = self._listed(token, depth)
        if lemma in PAPERS and self._speaks(token):
            return self._paper(token, lemma)
        title = self._title_of(token)
        if title or lemma in self._lexicon.officials:
            return self._described(token, title, depth) or listed
        if listed:
            return listed
        if lower in ONE_OF_THEM and token.dep_ == "nsubj" and token.head.lemma_.lower() in self._lexicon.quoting:
            return self._one_of_them(token)
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

    def person_at(self, token: Token) -> Holder | None:
        """Return the person of whose name `token` is part, in office or not; None where it is no name of a person."""
        return self._holder_at.get(token.i)

    def title_at(self, token: Token) -> str:
        """Return the title of an office that ends at `token`; empty if none."""
        return self._title_of(token)

    def people_by_surname(self) -> dict[str, Holder]:
        """Map the last word of each person's name, lower case, to the person; of two the first."""
        found: dict[str, Holder] = {}
        for _, holder in self._persons_in_order:
            if holder.speaker:
                found.setdefault(holder.speaker.split()[-1].lower(), holder)
        return found

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

    def _is_public(self, token: Token) -> bool:
        """Tell whether a people is counted, as by a poll (`six in ten Xs`, `most Xs`), and not meant as its state."""
        hit = self._hit_at.get(token.i)
        if hit is None or hit.name.kind is not NameKind.DEMONYM:
            return False
        counted = any(child.dep_ == "nummod" or child.lower_ in COUNTED for child in token.children)
        above = token.head
        return counted or (
            token.dep_ == "pobj" and above.lower_ in ("of", "in") and (above.head.pos_ == "NUM" or above.head.lemma_.lower() in COUNTED)
        )

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
        if (
            token.tag_ == "NNS"
            and lemma in GATHERED
            and self._is_definite(token)
            and not any(c.dep_ in ("poss", "prep") for c in token.children)
        ):
            return self._gathered(token, depth)
        if self._is_definite(token):
            if (earlier := self._earlier_with_title(token, title or lemma)) is not None:
                return [replace(earlier, token=token.i)]
            if role and role.is_head:
                return self._incumbent_of_last_state(token, title)
            return self._house(token, lemma)
        if lemma in self._lexicon.anonymous:
            return [Holder((), HolderKind.ANONYMOUS, token.i, speaker=self._phrase(token))]
        return []

    def _one_of_them(self, token: Token) -> list[Holder]:
        """Resolve `one said`, `another added`, `a Dutch one` to the unnamed officials told of last."""
        if ids := self._modifier_ids(token):
            return [Holder(ids, HolderKind.ANONYMOUS, token.i)]
        for sentence in self._sentences_back(token, 3):
            for other in reversed(sentence):
                if other.i < token.i and other.lemma_.lower() in self._lexicon.anonymous and (ids := self._modifier_ids(other)):
                    return [Holder(ids, HolderKind.ANONYMOUS, token.i, speaker=self._phrase(other))]
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

    def _kind(self, token: Token, lemma: str, role: Role | None, ids: tuple[str, ...]) -> HolderKind:
        if set(ids) & self._bodies and lemma not in self._lexicon.anonymous:
            return HolderKind.GROUP
        if role and role.attribution is Attribution.SPOKESPERSON:
            return HolderKind.SPOKESPERSON
        if lemma in self._lexicon.anonymous and not (role and role.is_head) and not self._is_definite(token):
            return HolderKind.ANONYMOUS
        return HolderKind.LEADER if role else HolderKind.STATE

    def _earlier_with_title(self, token: Token, title: str) -> Holder | None:
        """Return the last person before `token` who bears `title` or its last word (`the president`, `the minister`)."""
        last = title.split()[-1]
        for index, holder in reversed(self._persons_in_order):
            if index < token.i and holder.title and (holder.title == title or holder.title.split()[-1] == last):
                return holder
        if last in ("diplomat", "envoy", "politician", "ambassador", "premier") or last.endswith("year-old"):
            found = next((h for i, h in reversed(self._persons_in_order) if token.i - GATHERED_REACH < i < token.i and h.ids), None)
            if found:
                return found
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
        in_list = any(child.dep_ == "conj" for child in candidate.children)
        found = [replace(h, token=token.i) for h in self._own_holders(candidate, 1) if self._agrees(h, pronoun, in_list=in_list)]
        if found and pronoun in PLURAL:
            found += [replace(h, token=token.i) for child in candidate.children if child.dep_ == "conj" for h in self.holders(child, 2)]
        return found

    def _can_be_meant(self, token: Token, pronoun: str) -> bool:
        if token.pos_ == "PRON" or token.dep_ in ("amod", "compound"):
            return False
        if pronoun in SINGULAR_PERSON:
            if token.i in self._holder_at:
                return self._holder_at[token.i].token == token.i
            return (
                token.tag_ == "NN"
                and token.dep_ == "nsubj"
                and token.lemma_.lower() in self._lexicon.officials
                and bool(self._title_of(token))
            )
        if pronoun in PLURAL:
            hit = self._hit_at.get(token.i)
            return (
                (hit is not None and bool(hit.name.ids)) or any(c.dep_ == "conj" for c in token.children) or token.tag_ in ("NNS", "NNPS")
            )
        hit = self._hit_at.get(token.i)
        return hit is not None and bool(hit.name.ids) and hit.name.kind is not NameKind.DEMONYM

    def _agrees(self, holder: Holder, pronoun: str, *, in_list: bool = False) -> bool:
        if pronoun in SINGULAR_PERSON:
            return not holder.gender or (holder.gender == "f") == (pronoun in {"she", "her", "hers", "herself"})
        if pronoun in PLURAL:
            return bool(holder.ids) and (in_list or holder.kind in (HolderKind.GROUP, HolderKind.STATE, HolderKind.ANONYMOUS))
        return bool(holder.ids) and holder.kind in (HolderKind.STATE, HolderKind.GROUP)
