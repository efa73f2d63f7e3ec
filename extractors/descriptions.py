"""Phrases that name nobody and mean those named before: `both sides`, `the leaders`, `the ministry`, `the plan`.

Works on the names of one document (`extractors.names`); `extractors.mentions` asks it where a phrase has no name of its own.
"""

from bisect import bisect_left
from dataclasses import replace
from functools import cached_property

from extractors.gazetteer import NameKind
from extractors.holders import Holder, HolderKind
from extractors.names import MODIFIER_DEPS, NamedActors
from extractors.parse import Token

SUBJECT_DEPS = ("nsubj", "nsubjpass")
DEFINITE = {"the", "this", "that", "these", "those", "both", "all"}
SIDES = {"both": 2, "two": 2, "three": 3}
SIDE_NOUNS = {
    "side",
    "country",
    "party",
    "delegation",
    "nation",
    "state",
    "leader",
    "government",
    "president",
    "team",
    "man",
    "woman",
    "minister",
    "capital",
    "premier",
    "neighbour",
    "neighbor",
}
GATHERED = {"leader", "president", "minister", "premier", "chief", "envoy", "delegation", "signatory", "ambassador"}
GATHERED_REACH = 50
HOUSE_REACH = 80
HOUSES = {"government", "ministry", "cabinet", "spokesman", "spokeswoman", "spokesperson", "presidency", "administration"}
PAPERS = {
    "plan",
    "proposal",
    "counter-proposal",
    "draft",
    "statement",
    "document",
    "declaration",
    "communique",
    "communiqué",
    "text",
    "letter",
    "memorandum",
    "resolution",
    "offer",
}


class DescribedActors(NamedActors):
    """Resolves descriptions without a name to whom the text named before."""

    def holders(self, token: Token, depth: int = 0) -> list[Holder]:  # noqa: ARG002 (for those who can tell)
        """Return those for whom a noun phrase stands; descriptions alone cannot tell."""
        return []

    def _is_definite(self, token: Token) -> bool:
        return any(child.dep_ == "poss" or (child.dep_ == "det" and child.lower_ in DEFINITE) for child in token.children)

    def _phrase(self, token: Token) -> str:
        """Return the words of a noun phrase without its relative clauses, at most 12 words."""
        inside = [t for t in token.subtree if t.i <= token.i or (t.dep_ in ("prep", "pobj") and t.i < token.i + 6)]
        first = min(t.i for t in inside)
        return self.doc[max(first, token.i - 11) : token.i + 1].text.strip()

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

    def _gathered(self, token: Token, depth: int) -> list[Holder]:
        """Resolve `the leaders`, `all sides` to the last list of several actors before `token`; in such a list they are nobody."""
        if depth > 1:  # a list that holds `the leaders` would lead back to itself
            return []
        near = self._conjuncts[bisect_left(self._conjuncts, token.i - GATHERED_REACH) : bisect_left(self._conjuncts, token.i)]
        for conjunct in reversed(near):
            first = self.doc[conjunct]
            while first.dep_ == "conj":
                first = first.head
            ids = tuple(dict.fromkeys(i for h in self.holders(first, 2) for i in h.ids))
            if len(ids) > 1:
                return [Holder(ids, HolderKind.STATE, token.i)]
        return []

    @cached_property
    def _conjuncts(self) -> list[int]:
        """Return the names that close a list of names, in order."""
        return [t.i for t in self.doc if t.dep_ == "conj" and t.i in self.ids_at]

    def _is_at_home(self, index: int) -> bool:
        """Tell whether the text tells of the state named at `index`: by a person, a capital or a subject, not as somebody's aim."""
        hit = self._hit_at.get(index)
        if index in self._holder_at or (hit is not None and hit.name.kind in (NameKind.CAPITAL, NameKind.SEAT)):
            return True
        token = self.doc[index]
        if token.dep_ in MODIFIER_DEPS and token.head.lemma_.lower() in self._lexicon.officials:
            token = token.head  # `the Aish ministry`
        return token.dep_ in ("nsubj", "nsubjpass", "poss", "ROOT")

    def _house(self, token: Token, lemma: str) -> list[Holder]:
        """Resolve `the government`, `the defence ministry`, `the spokesman` to the state named last."""
        if lemma not in HOUSES or token.tag_ == "NNS" or any(c.dep_ in ("prep", "relcl") for c in token.children):
            return []
        if any(child.dep_ == "poss" for child in token.children):
            return []
        for other in range(token.i - 1, max(-1, token.i - HOUSE_REACH), -1):
            states = [i for i in self.ids_at.get(other, ()) if i not in self._bodies]
            if len(states) == 1 and self._is_at_home(other):
                spoken = lemma.startswith("spokes")
                kind = HolderKind.SPOKESPERSON if spoken else HolderKind.STATE
                return [Holder((states[0],), kind, token.i, speaker=self._phrase(token) if spoken else None)]
        return []

    def _aged(self, token: Token) -> list[Holder]:
        """Resolve `the 68-year-old` to the person in office named last."""
        before = [other.lower_ for other in self.doc[max(token.i - 4, 0) : token.i]]
        if (
            token.lower_ not in ("old", "year-old")
            or not (token.lower_ == "year-old" or "year" in before)
            or token.dep_ not in SUBJECT_DEPS
        ):
            return []
        last = next((h for i, h in reversed(self._persons_in_order) if token.i - HOUSE_REACH < i < token.i and h.ids), None)
        return [replace(last, token=token.i)] if last else []

    def _of_two(self, token: Token) -> list[Holder]:
        """Resolve `the latter`, `the former` to one of the two named together last."""
        if not any(child.dep_ == "det" for child in token.children) or token.dep_ not in SUBJECT_DEPS:
            return []
        for conjunct in reversed(self._conjuncts[: bisect_left(self._conjuncts, token.i)]):
            first = self.doc[conjunct].head
            if token.i - conjunct > GATHERED_REACH or first.dep_ == "conj":
                break
            meant = self.doc[conjunct] if token.lower_ == "latter" else first
            return [replace(holder, token=token.i) for holder in self.own_holders(meant)]
        return []

    def own_holders(self, token: Token) -> list[Holder]:  # noqa: ARG002 (for those who can tell)
        """Return those for whom a phrase stands without its conjuncts; descriptions alone cannot tell."""
        return []

    def _speaks(self, token: Token) -> bool:
        """Tell whether a paper is what a clause tells of: its subject, or `under the plan`."""
        return token.dep_ in ("nsubj", "nsubjpass") or (token.dep_ == "pobj" and token.head.lower_ in ("under", "in", "to"))

    def _paper(self, token: Token, lemma: str) -> list[Holder]:
        """Resolve a plan or statement to whose it is, told here or where the text last named the owner of such a paper."""
        if ids := self._owner_ids(token):
            return [Holder(ids, HolderKind.STATE, token.i)]
        if not self._is_definite(token) or any(child.dep_ == "poss" for child in token.children):
            return []
        earlier = self._papers.get(lemma, [])
        last = bisect_left(earlier, (token.i,)) - 1
        return [Holder(earlier[last][1], HolderKind.STATE, token.i)] if last >= 0 else []

    @cached_property
    def _papers(self) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
        """Map each noun to the papers whose owner the text names by an adjective or a possessive, in order."""
        found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for token in self.doc:
            lemma = token.lemma_.lower()
            if lemma in PAPERS and token.pos_ == "NOUN" and (ids := self._owner_ids(token)):
                found.setdefault(lemma, []).append((token.i, ids))
        return found

    def _owner_ids(self, noun: Token) -> tuple[str, ...]:
        """Return whose paper it is; the city where one was signed owns none (`the Xtown declaration`)."""
        owners = [child for child in noun.children if child.dep_ in MODIFIER_DEPS]
        owners = [c for c in owners if c.dep_ == "poss" or (hit := self._hit_at.get(c.i)) is None or hit.name.kind is not NameKind.CAPITAL]
        return tuple(dict.fromkeys(i for child in owners for i in self._ids_in(child)))
