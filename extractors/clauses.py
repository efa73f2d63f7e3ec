"""Who does what: subjects of verbs and owners of nouns across control, coordination and relative clauses.

Reads a dependency parse (spaCy's English labels) and asks `DocumentActors` whom a phrase means.
"""

from extractors.holders import RELATIVE, Holder
from extractors.lexicon import Lexicon
from extractors.mentions import DocumentActors
from extractors.parse import Token

SUBJECTS = {"nsubj", "nsubjpass", "csubj"}
ONLY = {"only", "just", "merely", "simply"}
OWNER_PREPOSITIONS = {"of", "by", "from", "among", "within"}


class Clauses:
    """Answers for one document."""

    def __init__(self, actors: DocumentActors, lexicon: Lexicon) -> None:
        self._actors = actors
        self._lexicon = lexicon

    def is_passive(self, verb: Token) -> bool:
        """Tell whether a verb is passive, its bare participle after a noun included."""
        if any(child.dep_ in ("nsubjpass", "auxpass", "agent") for child in verb.children):
            return True
        return verb.dep_ == "acl" and verb.tag_ == "VBN"

    def subject_tokens(self, verb: Token, depth: int = 0) -> list[Token]:
        """Return the heads of the phrases that do what `verb` says; for a passive its agent; empty where nobody is named."""
        if depth > 5:
            return []
        if self.is_passive(verb):
            return [pobj for child in verb.children if child.dep_ == "agent" for pobj in child.children if pobj.dep_ == "pobj"]
        own = [child for child in verb.children if child.dep_ in SUBJECTS]
        # the parser now and then hangs the subject on the auxiliary
        own = own or [sub for aux in verb.children if aux.dep_ in ("aux", "auxpass") for sub in aux.children if sub.dep_ in SUBJECTS]
        if own:
            return [self._relative(child) for child in own]
        if verb.pos_ == "ADJ" and verb.dep_ in ("acomp", "oprd") and verb.head.i != verb.i:
            return self.subject_tokens(verb.head, depth + 1)
        return self._borrowed(verb, depth)

    def _relative(self, subject: Token) -> Token:
        """Replace a relative pronoun by what it stands for."""
        if subject.lower_ in RELATIVE and subject.head.dep_ == "relcl":
            return subject.head.head
        return subject

    def _borrowed(self, verb: Token, depth: int) -> list[Token]:
        """Return the subject that a verb without its own takes from the clause that it hangs on."""
        head = verb.head
        if head.i == verb.i:
            return []
        match verb.dep_:
            case "conj" | "advcl" | "ccomp" | "parataxis":
                return self.subject_tokens(head, depth + 1)
            case "xcomp":
                objects = [child for child in head.children if child.dep_ in ("dobj", "dative")]
                if objects and head.lemma_.lower() in self._lexicon.demands_of_others:
                    return objects
                return self.subject_tokens(head, depth + 1)
            case "acl" if verb.tag_ in ("VBG", "VB"):
                if head.pos_ in ("NOUN", "PROPN") and self._actors.holders(head):
                    return [head]
                if verb.tag_ == "VBG":
                    return []  # `provisions calling for X`: it is the provisions that call
                owners = self.owner_tokens(head)
                return owners or self._of_noun(head, depth)
            case "pcomp":
                governor = head.head
                if governor.pos_ in ("VERB", "AUX"):
                    objects = [child for child in governor.children if child.dep_ == "dobj"] if head.lower_ in ("of", "from", "for") else []
                    return objects or self.subject_tokens(governor, depth + 1)  # `accused B of doing`: B does
                return self.owner_tokens(governor) or self._of_noun(governor, depth)
            case "relcl":
                return []
            case _:
                return []

    def _of_noun(self, noun: Token, depth: int) -> list[Token]:
        """Return the subject of the verb that a noun is an object of: `announced plans to ...`."""
        governor = noun.head
        if noun.dep_ in ("dobj", "attr", "pobj", "oprd"):
            if governor.pos_ == "ADP":
                governor = governor.head
            if governor.pos_ in ("VERB", "AUX"):
                return self.subject_tokens(governor, depth + 1)
        return []

    def owner_tokens(self, noun: Token) -> list[Token]:
        """Return the phrases that own a noun: `X's call`, `the X demand`, `opposition of X`, `a call by X`."""
        owners = [child for child in noun.children if child.dep_ in ("poss", "amod", "compound", "nmod") and self._is_owner(child)]
        for child in noun.children:
            if child.dep_ in ("prep", "agent") and child.lower_ in OWNER_PREPOSITIONS:
                owners += [pobj for pobj in child.children if pobj.dep_ == "pobj" and self._actors.holders(pobj)]
        return owners

    def _is_owner(self, token: Token) -> bool:
        if token.dep_ == "poss":
            return bool(self._actors.holders(token)) or bool(self._actors.ids_at.get(token.i))
        if not self._actors.ids_at.get(token.i):
            return False
        # `US support` is the US's, `the Xland talks` are about it: of names, only abbreviations serve as adjectives
        return self._actors.is_adjective(token) or token.text.replace(".", "").isupper()

    def owners(self, noun: Token) -> list[Holder]:
        """Return the holders that own a noun; an adjective of a state counts as the state."""
        found: list[Holder] = []
        for token in self.owner_tokens(noun):
            found += self._actors.holders(token) or self._actors.adjective_holders(token)
        return found

    def subjects(self, verb: Token) -> list[Holder]:
        """Return the holders that do what `verb` says."""
        return [holder for token in self.subject_tokens(verb) for holder in self._actors.holders(token)]

    def is_negated(self, token: Token) -> bool:
        """Tell whether a predicate is negated: by `not`, by `no` before it or its subject, by `without`, by `never`."""
        negative = self._lexicon.negative
        for child in token.children:
            if child.lower_ == "longer" and child.i > 0 and child.doc[child.i - 1].lower_ == "no":
                return True
            if child.i + 1 < len(child.doc) and child.lower_ == "not" and child.nbor(1).lower_ in ONLY:
                continue  # `not only to pay but also to train`
            if child.dep_ == "neg" or (child.lower_ in negative and child.dep_ in ("det", "advmod", "preconj", "cc")):
                return True
            if child.dep_ in ("nsubj", "nsubjpass") and (
                child.lower_ in negative or any(g.lower_ in ("no", "neither", "none") for g in child.children)
            ):
                return True
        return token.head.i != token.i and token.dep_ == "pcomp" and token.head.lower_ == "without"

    def modal(self, verb: Token) -> str:
        """Return the modal of a verb (`could`, `must`), lower case; empty if none."""
        return next((child.lower_ for child in verb.children if child.dep_ == "aux" and child.tag_ == "MD"), "")
