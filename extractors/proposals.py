"""Proposals: from a cue upwards through the parse to whoever shows a stance on it.

Each predicate met on the way composes the leaning (`extractors.stances`); the first one with an actor for its subject, or the
speaker whose words hold the cue, holds the position. What is proposed here is rated and filtered by `extractors.positions`.
"""

from dataclasses import dataclass, replace

from extractors.answers import answer_to, question_above
from extractors.clauses import Clauses
from extractors.cues import CueHit
from extractors.holders import FIRST, RELATIVE, Holder, HolderKind
from extractors.lexicon import Attitude, Lexicon, first_class, phrases
from extractors.light_verbs import class_of_label, class_of_object, is_scant
from extractors.mentions import DocumentActors
from extractors.parse import Token
from extractors.scope import FRAMING_MARKS, MUST, OPENING_MARKS, Scope
from extractors.speech import Attributions, Source
from extractors.stances import Leaning

CLIMB_LIMIT = 14
STANDING_VERBS = {"be", "come", "speak", "stand", "remain", "argue"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who may hold which stance on a cue, and by which words."""

    hit: CueHit
    holder: Holder
    leaning: Leaning
    predicate: int
    rule: str
    source: Source | None
    act: bool = False
    needs: int = -1  # token of the verb of needing, where the cue itself is what needs


@dataclass(slots=True)
class _Climb:
    """The state of one way up."""

    leaning: Leaning
    act: bool = False
    needs: int = -1
    rule: str = ""
    blocked: bool = False  # a clause above does not hold: nobody has a stance by these words


class Proposer:
    """Makes the proposals of one document."""

    def __init__(self, actors: DocumentActors, clauses: Clauses, speech: Attributions, lexicon: Lexicon) -> None:
        self._actors = actors
        self._clauses = clauses
        self._speech = speech
        self._lexicon = lexicon
        self._scope = Scope(clauses, lexicon)
        self._doc = actors.doc

    def propose(self, hit: CueHit) -> list[Proposal]:
        """Return the proposals for one cue, the nearest predicate first; at most one set of holders."""
        head = self._doc[hit.head]
        source = self._speech.source_of(head)
        if source is not None and source.holders and all(holder.kind is HolderKind.NOBODY for holder in source.holders):
            return []  # an expert's words are nobody's position
        climb = _Climb(Leaning(-2 if hit.cue.inverse else 2))
        if (question := question_above(head)) is not None:
            return self._by_answer(hit, question, climb)
        if hit.cue.by:
            holder = Holder((hit.cue.by,), HolderKind.STATE, head.i)
            return [Proposal(hit, holder, climb.leaning, head.i, "by-cue", source)]
        if self._scope.is_set_aside(head):
            return []
        if self._scope.is_excluded(head):
            climb.leaning = climb.leaning.negated()
            climb.rule = "excluded"
        found = self._start(hit, head, climb)
        node, child = head, head
        for _ in range(CLIMB_LIMIT):
            if climb.blocked or (found and not self._may_be_answered(node)):
                break
            if node.head.i == node.i or node.head.sent.start != node.sent.start:
                break
            child, node = node, node.head
            if self._left_the_content(source, node):
                break
            if self._scope.leaves_adjunct(child, node):
                found = found or self._purpose(hit, child, node, climb, source)
                break
            known = {i for proposal in found for i in proposal.holder.ids}
            found += [proposal for proposal in self._visit(hit, node, child, climb) if not known & set(proposal.holder.ids)]
        if not found and not climb.blocked:
            found = self._by_speaker(hit, head, climb, source)
        return [replace(proposal, source=source) for proposal in found]

    def lean(self, hit: CueHit, actor: str) -> Leaning | None:
        """Return where the words lean between a cue and what `actor` does, whoever may hold it; None where they say nothing."""
        head = self._doc[hit.head]
        climb = _Climb(Leaning(-2 if hit.cue.inverse else 2))
        self._start(hit, head, climb)
        node = head
        for _ in range(CLIMB_LIMIT):
            if node.head.i == node.i or node.head.sent.start != node.sent.start:
                break
            child, node = node, node.head
            if self._scope.leaves_adjunct(child, node):
                break
            self._visit(hit, node, child, climb)
            if node.pos_ not in ("VERB", "AUX", "ADJ") or self._scope.is_governed_infinitive(node):
                continue
            if any(actor in holder.ids for holder in self._clauses.subjects(node)):
                break
        return climb.leaning if climb.leaning.decided else None

    def _by_answer(self, hit: CueHit, question: Token, climb: _Climb) -> list[Proposal]:
        """Read what is answered to a question in the same sentence: `asked whether A would send X, B said it would not`."""
        answer = answer_to(question)
        if answer is None:
            return []
        verb, is_yes = answer
        climb.leaning = replace(climb.leaning, decided=True) if is_yes else climb.leaning.negated()
        climb.rule = "answer:yes" if is_yes else "answer:no"
        return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)

    def _may_be_answered(self, node: Token) -> bool:
        """Tell whether the verb above may show another's stance on the same: `A rejected B's call for X`."""
        if node.pos_ not in ("NOUN", "PROPN"):
            return False
        if node.dep_ == "pobj":
            return node.head.head.pos_ == "ADJ" and node.head.head.dep_ in ("acomp", "ROOT")  # `is cool on B's plan`
        return node.dep_ in ("dobj", "nsubjpass") and node.head.pos_ == "VERB"

    def _purpose(self, hit: CueHit, child: Token, node: Token, climb: _Climb, source: Source | None) -> list[Proposal]:
        """Read a purpose (`... to bring about X`): who does something in order to is for it."""
        marked = any(mark.dep_ == "mark" and mark.lower_ in FRAMING_MARKS for mark in child.children)
        purpose = child.dep_ == "advcl" and not marked and any(aux.dep_ == "aux" and aux.lower_ == "to" for aux in child.children)
        if not purpose or node.pos_ != "VERB" or climb.leaning.score <= 0:
            return []
        climb.leaning = replace(climb.leaning, decided=True)
        found = self._emit(hit, self._clauses.subjects(node), child, climb, f"purpose {climb.rule}".strip())
        return [replace(proposal, source=source) for proposal in found]

    def _left_the_content(self, source: Source | None, node: Token) -> bool:
        """Tell whether the way up has left the words of the speaker: there it is the speaker who holds it."""
        return source is not None and node.i == source.verb and node.lemma_.lower() not in self._lexicon.predicates

    def _start(self, hit: CueHit, head: Token, climb: _Climb) -> list[Proposal]:
        """Read the cue's own head: a verb is a predicate already; a noun may be denied or owned."""
        if head.pos_ in ("VERB", "AUX"):
            negated = self._clauses.is_negated(head) or self._takes_none(hit)
            if negated:
                climb.leaning = climb.leaning.negated()
                climb.rule = "cue-verb-negated"
            own = self._modal(head, climb, Attitude.ACTS)
            return (
                self._emit(hit, self._clauses.subjects(head), head, climb, "cue-verb")
                if own or negated or hit.cue.act
                else self._acting(hit, head, climb)
            )
        if any(token.lower_ == "cease" and token.pos_ == "NOUN" for token in head.subtree):
            climb.leaning = climb.leaning.negated()  # never a noun: the tagger lost the verb of `demands that X cease`
        if any(child.lower_ in ("no", "without") for child in head.children):
            climb.leaning = climb.leaning.negated()
            climb.rule = "no"
        if answered := self._by_own_clause(hit, head, climb):
            return answered
        word = first_class([head.lemma_.lower()], self._lexicon.nouns)
        inside = range(hit.match.start, hit.match.end)
        if word and (owners := [owner for owner in self._clauses.owners(head) if owner.token not in inside]):
            if word[0] in (Attitude.SUPPORTS, Attitude.OPPOSES, Attitude.SCEPTICAL):
                climb.leaning = climb.leaning.under(word[0], negated=False)
            return self._emit(hit, owners, head, climb, "owned-cue")
        return []

    def _takes_none(self, hit: CueHit) -> bool:
        """Tell whether what a cue verb takes is denied: `will send no soldiers`."""
        return any(
            child.lower_ == "no" and child.dep_ == "det" for i in hit.match.words if i != hit.head for child in self._doc[i].children
        )

    def _by_own_clause(self, hit: CueHit, head: Token, climb: _Climb) -> list[Proposal]:
        """Read a clause that hangs on the cue: `X, which A opposes`, `X rejected by A`."""
        for verb in head.children:
            pronoun = any(child.dep_ in ("dobj", "pobj", "nsubjpass") and child.lower_ in RELATIVE for child in verb.subtree)
            if not (verb.dep_ == "relcl" and pronoun) and not (verb.dep_ == "acl" and verb.tag_ == "VBN"):
                continue
            found = first_class(phrases(verb), self._lexicon.predicates)
            holders = self._clauses.subjects(verb)
            if found and holders:
                leaning = climb.leaning.under(found[0], negated=self._clauses.is_negated(verb))
                return self._emit(hit, holders, verb, replace(climb, leaning=leaning), f"own-clause {found[0]}:{found[1]}")
        return []

    def _acting(self, hit: CueHit, head: Token, climb: _Climb) -> list[Proposal]:
        """Return what a cue verb with an actor for its subject shows: the act itself, or the wish in it."""
        if head.tag_ == "VBG" and not any(child.dep_ in ("aux", "nsubj") for child in head.children):
            return []  # a gerund does nothing itself: `ruled out sending X`
        if (
            head.dep_ in ("xcomp", "acl", "pcomp", "advcl", "relcl")
            and head.head.pos_ in ("VERB", "ADJ", "NOUN", "AUX", "ADP")
            and head.dep_ != "relcl"
        ):
            return []  # the predicate above says what stance it is
        if self._scope.is_proposed(head):
            return []
        subjects = self._clauses.subjects(head)
        if self._clauses.modal(head) in MUST:
            climb.leaning = replace(climb.leaning, decided=True)
            climb.rule = "must"
            return []  # what others must do is the wish of the one who says so
        if subjects:
            climb.act = self._scope.is_done(head)
        return self._emit(hit, subjects, head, climb, "cue-act")

    def _modal(self, verb: Token, climb: _Climb, attitude: Attitude) -> bool:
        """Apply the modal of a predicate; True where it makes the clause a wish of the speaker (`must`)."""
        modal = self._clauses.modal(verb)
        if modal in self._lexicon.possible or any(
            child.lower_ in self._lexicon.possible and child.dep_ == "advmod" for child in verb.children
        ):
            if attitude in (Attitude.SUPPORTS, Attitude.ACTS):
                climb.leaning = climb.leaning.possible()
        elif modal in MUST:
            climb.leaning = replace(climb.leaning, decided=True)
            climb.rule = "must"
        return False

    def _visit(self, hit: CueHit, node: Token, child: Token, climb: _Climb) -> list[Proposal]:
        """Read one predicate above the cue."""
        if node.pos_ in ("VERB", "AUX"):
            return self._visit_verb(hit, node, child, climb)
        if node.pos_ == "ADJ" or (node.dep_ == "acomp"):
            return self._visit_adjective(hit, node, climb)
        if node.pos_ in ("NOUN", "PROPN"):
            return self._visit_noun(hit, node, climb)
        if node.lower_ == "against" and node.head.lemma_.lower() in STANDING_VERBS:
            climb.leaning = climb.leaning.under(Attitude.OPPOSES, negated=False)
            climb.rule = "against"
        elif node.lower_ in ("for", "behind") and node.dep_ == "prep" and node.head.lemma_.lower() == "be" and child.dep_ == "pobj":
            climb.leaning = climb.leaning.under(Attitude.SUPPORTS, negated=False)
            climb.rule = node.lower_
        return []

    def _visit_verb(self, hit: CueHit, verb: Token, child: Token, climb: _Climb) -> list[Proposal]:
        found = first_class(phrases(verb), self._lexicon.predicates)
        negated = self._clauses.is_negated(verb)
        if negated and verb.lower_ in self._lexicon.warm:  # `is not convinced that X`
            climb.leaning, climb.rule = climb.leaning.under(Attitude.SCEPTICAL, negated=False), f"not:{verb.lower_}"
            return self._emit(hit, self._passive_holders(verb) or self._clauses.subjects(verb), verb, climb, climb.rule)
        if child.dep_ in ("prep", "dative") and (told := class_of_object(verb, self._lexicon)) is not None:
            climb.leaning = climb.leaning.of_noun(told[0], denied=negated or told[1])
            climb.rule = f"object:{verb.lemma_.lower()}"
            return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)
        as_subject = child.dep_ in ("nsubj", "nsubjpass", "csubj")
        if as_subject and not self._clauses.is_passive(verb):
            return self._cue_is_subject(hit, verb, climb, found, negated)
        if verb.lemma_.lower() == "be":
            return self._copula(hit, verb, climb, negated=negated)
        if (label := class_of_label(verb, self._lexicon)) is not None:
            climb.leaning = climb.leaning.under(label[0], negated=negated)
            climb.rule = f"label:{label[1]}"
            return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)
        if found is None:
            if negated:
                climb.leaning = climb.leaning.negated()
                climb.rule = climb.rule or "negated"
            speaking = verb.lemma_.lower() in self._lexicon.speech_verbs
            if climb.leaning.decided and (speaking or child.dep_ in ("dobj", "xcomp", "ccomp", "prep")):
                return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule or "light-verb")
            return []
        attitude, word = found
        if word == "deny" and negated and any(other.dep_ == "dative" for other in verb.children):
            negated, attitude = False, Attitude.SUPPORTS  # `cannot deny B X`
        if word in self._lexicon.fearing and climb.leaning.score < 0:
            attitude, climb.leaning = Attitude.SUPPORTS, replace(climb.leaning, score=2)  # who fears the end of X is for X
        if attitude is Attitude.SUPPORTS and self._scope.merely_tells(verb, child):
            # `suggested that X was far away`: what is told decides, not the telling
            return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule) if climb.leaning.decided else []
        climb.leaning = climb.leaning.under(attitude, negated=negated)
        climb.rule = f"{attitude}:{word}"
        climb.act = attitude is Attitude.ACTS and self._scope.is_done(verb)
        if self._scope.is_proposed(verb) or self._scope.is_governed_infinitive(verb):
            return []
        if self._clauses.modal(verb) in MUST and not any(token.lower_ in FIRST for token in self._clauses.subject_tokens(verb)):
            return []  # what others must do is the wish of the one who says so
        self._modal(verb, climb, attitude)
        return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)

    def _passive_holders(self, verb: Token) -> list[Holder]:
        return [holder for child in verb.children if child.dep_ == "nsubjpass" for holder in self._actors.holders(child)]

    def _cue_is_subject(self, hit: CueHit, verb: Token, climb: _Climb, found: tuple[Attitude, str] | None, negated: bool) -> list[Proposal]:
        """Read `X needs backing`, `support for X has waned`, `X is unacceptable`."""
        if any(phrase in self._lexicon.condition_verbs for phrase in phrases(verb)):
            climb.needs = verb.i
            climb.leaning = replace(climb.leaning, decided=True)
            climb.rule = "needs"
            return []
        if verb.lemma_.lower() == "be" or verb.lemma_.lower() in ("seem", "remain", "become"):
            return self._copula(hit, verb, climb, negated=negated)
        if found and found[0] is Attitude.ENDS:
            climb.leaning = Leaning(climb.leaning.score if negated else -climb.leaning.score, climb.leaning.decided)
            climb.rule = f"subject:{found[1]}"
            return []
        if found and found[0] is Attitude.SCEPTICAL:
            climb.leaning = climb.leaning.under(Attitude.SCEPTICAL, negated=negated)
            climb.rule = f"subject:{found[1]}"
            return []
        if self._clauses.modal(verb) in MUST:
            climb.leaning = Leaning(-climb.leaning.score if negated else climb.leaning.score, decided=True)
            climb.rule = "must"
        return []

    def _copula(self, hit: CueHit, verb: Token, climb: _Climb, *, negated: bool) -> list[Proposal]:
        """Read `X is necessary`, `A is ready for X`, `there will be no X`."""
        for child in verb.children:
            if child.dep_ not in ("acomp", "attr", "oprd"):
                continue
            table = self._lexicon.adjectives if child.pos_ in ("ADJ", "VERB", "ADV") else self._lexicon.nouns
            if found := first_class([child.lemma_.lower(), child.lower_], table):
                if found[0] is Attitude.ENDS:
                    continue
                climb.leaning = self._under_adjective(climb.leaning, found, negated=negated)
                climb.rule = f"is:{found[1]}"
                break
        else:
            if negated or any(child.lower_ == "no" for t in verb.children if t.dep_ in ("attr", "nsubj") for child in t.children):
                climb.leaning = Leaning(-abs(climb.leaning.score), decided=True)
                climb.rule = "is-no"
        if self._clauses.modal(verb) in MUST:
            climb.leaning = replace(climb.leaning, decided=True)
            climb.rule = climb.rule or "must"
            return []
        if climb.leaning.decided:
            return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)
        return []

    def _visit_adjective(self, hit: CueHit, adjective: Token, climb: _Climb) -> list[Proposal]:
        found = first_class(phrases(adjective), self._lexicon.adjectives)
        if adjective.lower_ in ("early", "soon") and any(child.lower_ == "too" for child in adjective.children):
            found = (Attitude.UNDECIDED, "too early")
        verb = adjective.head if adjective.dep_ in ("acomp", "oprd", "attr") else None
        if found is None:
            return []
        negated = self._clauses.is_negated(adjective) or (verb is not None and self._clauses.is_negated(verb))
        climb.leaning = self._under_adjective(climb.leaning, found, negated=negated)
        climb.rule = f"adjective:{found[1]}"
        if verb is not None:
            return self._emit(hit, self._clauses.subjects(verb), verb, climb, climb.rule)
        if own := self._clauses.subjects(adjective):
            return self._emit(hit, own, adjective, climb, climb.rule)
        noun = adjective.head if adjective.dep_ in ("amod", "acl", "relcl", "advcl") else None
        return self._emit(hit, self._actors.holders(noun), adjective, climb, climb.rule) if noun is not None else []

    def _under_adjective(self, leaning: Leaning, found: tuple[Attitude, str], *, negated: bool) -> Leaning:
        """Return the leaning under an adjective; who is not keen on it doubts it."""
        if negated and found[1] in self._lexicon.warm:
            return leaning.under(Attitude.SCEPTICAL, negated=False)
        return leaning.under(found[0], negated=negated)

    def _visit_noun(self, hit: CueHit, noun: Token, climb: _Climb) -> list[Proposal]:
        found = first_class([noun.lemma_.lower(), noun.lower_], self._lexicon.nouns)
        if found is None:
            return []
        attitude, word = found
        climb.leaning = climb.leaning.of_noun(attitude, denied=is_scant(noun))
        climb.rule = f"noun:{word}"
        owners = self._clauses.owners(noun)
        if (verb := self._scope.adverse_verb(noun)) is not None:
            turning = {i for holder in self._clauses.subjects(verb) for i in holder.ids}
            owners = [owner for owner in owners if not turning & set(owner.ids)]
        return self._emit(hit, owners, noun, climb, climb.rule)

    def _by_speaker(self, hit: CueHit, head: Token, climb: _Climb, source: Source | None) -> list[Proposal]:
        """Give what nobody inside the words holds to the one who speaks them, where the words evaluate."""
        if source is None or not climb.leaning.decided:
            return []
        holders = [holder for holder in source.holders if holder.ids]
        predicate = self._doc[source.verb] if source.verb >= 0 else head
        return self._emit(hit, holders, predicate, climb, f"speaker {climb.rule}")

    def _emit(self, hit: CueHit, holders: list[Holder], predicate: Token, climb: _Climb, rule: str) -> list[Proposal]:
        if self._scope.is_unasserted(predicate):
            climb.blocked = True
            return []
        if self._scope.is_yet_to_come(predicate):
            climb.leaning = Leaning(0, decided=True)
        if any(child.dep_ == "mark" and child.lower_ in OPENING_MARKS for child in self._doc[predicate.i].children):
            climb.leaning = Leaning(0, decided=True)  # `whether A will send X` leaves it open
        told, _, word = climb.rule.partition(":")
        if hit.issue.talking_supports and climb.leaning.score == 0 and told == "undecided" and word in self._lexicon.talking:
            climb.leaning = Leaning(2, decided=True)
        speakers = (
            [token for token in self._clauses.subject_tokens(predicate) if token.lower_ in FIRST]
            if predicate.pos_ in ("VERB", "AUX", "ADJ")
            else []
        )
        if not holders and speakers:
            source = self._speech.source_of(self._doc[hit.head])
            holders = [holder for holder in source.holders if holder.ids] if source else []
            rule = f"we {rule}"
        return [
            Proposal(hit, holder, climb.leaning, predicate.i, rule, None, act=climb.act, needs=climb.needs)
            for holder in holders
            if holder.ids
        ]
