"""Scope: how far what is said of an issue reaches. Adjuncts, conditions, denials, proposals for others, things set aside.

Each question is answered for one document from its parse; nothing here knows an actor or an issue.
"""

from extractors.clauses import SUBJECTS, Clauses
from extractors.lexicon import Attitude, Lexicon, first_class, phrases
from extractors.parse import Token

MUST = {"must", "should", "ought", "shall"}
SUPPOSING = {"if", "unless", "once", "until", "when", "whenever", "provided", "providing"}
OPENING_MARKS = {"whether"}
FRAMING_MARKS = SUPPOSING | {"although", "though", "while", "because", "as", "since", "after", "before"}
ADJUNCT_WORDS = {
    *("after", "before", "following", "during", "since", "until", "despite", "amid", "ahead", "due", "without", "unlike", "besides"),
    *("given", "because", "under", "as", "over", "instead", "rather", "than", "beyond", "alongside", "given"),
}
INCLUDING_VERBS = {"include", "involve", "contain", "entail", "foresee"}
PROPOSING_VERBS = {"suggest", "propose", "demand", "insist", "urge", "recommend", "request", "ask", "require"}
WISHING_VERBS = {"want", "hope", "wish", "expect", "prefer", "like"}
DEMANDING_VERBS = {"demand", "propose", "request", "urge", "require", "pledge", "promise", "vow"}
UNASSERTING_VERBS = {"doubt", "deny", "question", "wonder", "fail", "forget", "pretend", "dispute"}
IMAGINING_VERBS = {"suppose", "imagine", "assume", "picture"}
OPENING_AUXILIARIES = {"had", "were", "should"}  # before their subject they suppose: `had A sent X`, `were A to send X`
CHOOSING_VERBS = {"prefer", "choose", "favour", "favor", "pick"}
COPULAS = {"be", "seem", "remain", "appear", "look"}
UNSETTLED = {
    "certain",
    "uncertain",
    "clear",
    "unclear",
    "sure",
    "likely",
    "unlikely",
    "doubtful",
    "possible",
    "known",
    "unknown",
    "plausible",
}
ADVERSE = (Attitude.SCEPTICAL, Attitude.OPPOSES, Attitude.ENDS)
GERUND_REACH = 3  # words between a verb and the gerund that it governs


class Scope:
    """Answers for one document."""

    def __init__(self, clauses: Clauses, lexicon: Lexicon) -> None:
        self._clauses = clauses
        self._lexicon = lexicon

    def is_set_aside(self, head: Token) -> bool:
        """Tell whether the words are named only to be left: `instead of X`, `rather than X`, `prefers Y over X`."""
        first = head.left_edge
        before = [token.lower_ for token in head.doc[max(first.i - 2, head.sent.start) : first.i]]
        if before[-2:] in (["instead", "of"], ["rather", "than"]) or before[-1:] == ["than"]:
            return True
        preposition = head.head
        return head.dep_ == "pobj" and preposition.lower_ == "over" and preposition.head.lemma_.lower() in CHOOSING_VERBS

    def is_excluded(self, head: Token) -> bool:
        """Tell whether a conjunct is denied: `backs Y, not X`."""
        first = head.left_edge
        return head.dep_ in ("conj", "appos") and first.i > head.sent.start and head.doc[first.i - 1].lower_ == "not"

    def leaves_adjunct(self, child: Token, node: Token) -> bool:
        """Tell whether the way up leaves words that only frame the clause above: a condition, a time, a clause beside it."""
        if self.is_gerund_object(child):
            return False
        if child.dep_ == "advcl" or (child.dep_ == "relcl" and child.lemma_.lower() not in INCLUDING_VERBS):
            return True
        if child.dep_ in ("conj", "ccomp", "parataxis") and child.pos_ in ("VERB", "AUX") and node.pos_ in ("VERB", "AUX"):
            own = any(grand.dep_ in SUBJECTS for grand in child.children)
            if child.dep_ == "conj" and own:
                return True  # `A rejected Y, but B welcomed X`
        if child.dep_ == "ccomp" and any(mark.dep_ == "mark" and mark.lower_ in FRAMING_MARKS for mark in child.children):
            return True
        return child.dep_ in ("prep", "advmod", "cc") and child.lower_ in ADJUNCT_WORDS and not self._is_governed(child, node)

    def _is_governed(self, preposition: Token, node: Token) -> bool:
        """Tell whether the word above asks for this preposition (`push for`), so that it frames nothing."""
        return any(phrase.endswith(f" {preposition.lower_}") and phrase in self._lexicon.predicates for phrase in phrases(node))

    def is_unasserted(self, predicate: Token) -> bool:
        """Tell whether a clause is not said to hold: asked, supposed, doubted, denied, or not known."""
        if predicate.pos_ not in ("VERB", "AUX", "ADJ"):
            return False
        above = predicate.head
        if predicate.dep_ in ("ccomp", "xcomp") and above.lemma_.lower() in UNASSERTING_VERBS:
            return True
        if predicate.dep_ == "xcomp" and above.lemma_.lower() == "decline" and predicate.lemma_.lower() in self._lexicon.speech_verbs:
            return True  # `declined to say`; who declines to act has refused
        if predicate.dep_ == "ccomp" and above.tag_ == "VB" and above.lemma_.lower() in IMAGINING_VERBS:
            return not any(child.dep_ in SUBJECTS for child in above.children)
        if self._is_supposed(predicate):
            return True
        if predicate.dep_ == "ccomp" and predicate.head.lemma_.lower() in COPULAS:
            before = predicate.doc[predicate.head.i : predicate.left_edge.i]
            if any(token.lower_ in UNSETTLED for token in before):
                return True  # `it is far from certain that A would agree`
        for child in predicate.children:
            if child.dep_ == "advmod" and child.lower_ in ("when", "why", "how", "where") and predicate.dep_ in ("ccomp", "advcl"):
                return True
        return False

    def _is_supposed(self, predicate: Token) -> bool:
        """Tell whether a clause, or the one that governs its infinitive, opens with `if` or with an auxiliary before its subject."""
        clause = predicate
        while clause.dep_ == "xcomp" and clause.head.pos_ in ("VERB", "AUX"):
            clause = clause.head
        if clause.dep_ != "advcl":
            return False
        if any(child.dep_ == "mark" and child.lower_ in SUPPOSING for child in clause.children):
            return True
        subject = next((child.i for child in clause.children if child.dep_ in SUBJECTS), -1)
        openers = [clause, *(child for child in clause.children if child.dep_ in ("aux", "auxpass"))]
        return any(token.lower_ in OPENING_AUXILIARIES and token.i < subject and token.i == clause.left_edge.i for token in openers)

    def is_framing(self, clause: Token) -> bool:
        """Tell whether a clause only frames the one above it: `once X holds`, `because X failed`, `now that X holds`."""
        if clause.dep_ not in ("advcl", "ccomp", "pcomp"):
            return False
        return any(child.dep_ in ("mark", "advmod") and child.lower_ in FRAMING_MARKS for child in clause.children if child.i < clause.i)

    def is_yet_to_come(self, verb: Token) -> bool:
        """Tell whether somebody `has yet to` do it."""
        return (
            verb.dep_ == "xcomp"
            and verb.head.lemma_.lower() in ("have", "be")
            and any(child.lower_ == "yet" for child in (*verb.head.children, *verb.children))
        )

    def is_done(self, verb: Token) -> bool:
        """Tell whether a verb reports something done: finite, and under no modal."""
        return verb.tag_ in ("VBD", "VBZ", "VBP", "VBN", "VBG") and verb.dep_ not in ("pcomp", "acl") and not self._clauses.modal(verb)

    def is_gerund_object(self, verb: Token) -> bool:
        """Tell whether a gerund that the parser calls an adjunct is what the verb before it governs: `ruled out sending X`."""
        above = verb.head
        if verb.dep_ != "advcl" or verb.tag_ != "VBG" or above.i >= verb.i or verb.i - above.i > GERUND_REACH:
            return False
        between = verb.doc[above.i + 1 : verb.i]
        return not any(token.is_punct for token in between) and first_class(phrases(above), self._lexicon.predicates) is not None

    def is_governed_infinitive(self, verb: Token) -> bool:
        """Tell whether the word above says what stance it is: `refused to lift X`, `is ready to send X`, `blocked efforts to adopt X`."""
        above = verb.head
        if self.is_gerund_object(verb):
            return True
        if verb.dep_ == "acl" and above.dep_ == "dobj" and self.adverse_verb(above) is not None:
            return True
        if verb.dep_ == "pcomp" and above.head.pos_ == "NOUN":
            return above.head.lemma_.lower() in self._lexicon.nouns  # `misgivings about sending X`, `interest in leading X`
        if verb.dep_ == "xcomp" or (verb.dep_ == "pcomp" and above.head.pos_ in ("VERB", "ADJ")):
            governor = above if verb.dep_ == "xcomp" else above.head
            objects = [child for child in governor.children if child.dep_ == "dobj"]
            if verb.dep_ == "pcomp" and objects:
                return False  # `accused B of doing X`: it is B that does
            table = self._lexicon.adjectives if governor.pos_ == "ADJ" else self._lexicon.predicates
            return first_class(phrases(governor), table) is not None
        return False

    def is_proposed(self, verb: Token) -> bool:
        """Tell whether the clause is what somebody above proposes or wishes that others do (`wants B to send X`)."""
        above = verb.head.lemma_.lower()
        if verb.dep_ not in ("ccomp", "xcomp"):
            return False
        if above in WISHING_VERBS:
            return any(child.dep_ in SUBJECTS for child in verb.children)
        return (
            verb.dep_ == "ccomp"
            and above in PROPOSING_VERBS
            and (verb.tag_ == "VB" or self._clauses.modal(verb) in self._lexicon.possible | MUST)
        )

    def merely_tells(self, verb: Token, clause: Token) -> bool:
        """Tell whether a verb of saying only reports a clause in the indicative, and so wishes nothing itself."""
        lemma = verb.lemma_.lower()
        if lemma not in self._lexicon.speech_verbs or lemma in WISHING_VERBS | DEMANDING_VERBS:
            return False
        if clause.dep_ == "dobj":
            # the parser took the subject of the clause for an object: `suggested [X] [was far away]`
            told = [child for child in verb.children if child.dep_ == "ccomp" and child.i > clause.i]
            return any(child.tag_ in ("VBZ", "VBD", "VBP") and not any(c.dep_ in SUBJECTS for c in child.children) for child in told)
        if clause.dep_ != "ccomp":
            return False
        return clause.tag_ in ("VBZ", "VBD", "VBP") and not self._clauses.modal(clause)

    def adverse_verb(self, noun: Token) -> Token | None:
        """Return the verb that turns against what a noun names (`walked back his demand`); None where there is none."""
        verb = noun.head
        if noun.dep_ not in ("dobj", "pobj", "nsubjpass") or verb.i == noun.i:
            return None
        if verb.pos_ == "ADP":
            verb = verb.head
        found = first_class(phrases(verb), self._lexicon.predicates) if verb.pos_ == "VERB" else None
        return verb if found and found[0] in ADVERSE else None
