"""What grammar rules out before anything is judged: words that show no position of the actor, whatever else speaks for one.

A question, what a text orders its reader to note, what is only supposed or frames what is said, what is set aside for something else,
who is left out of a list, and who only tells of another's stance.
"""

from extractors.candidates import Candidate, Scene, Scenes
from extractors.clauses import SUBJECTS
from extractors.facts import FactFinder
from extractors.holders import HolderKind
from extractors.lexicon import Lexicon
from extractors.orders import is_ordered
from extractors.parse import Token
from extractors.proposals import Proposal
from extractors.scope import INCLUDING_VERBS, MUST, Scope

_BEFORE_AND_AFTER = ("after", "before", "until", "following", "since")
_OWN_VERBS = frozenset(("supports", "opposes", "sceptical", "undecided", "acts", "ends", "decides", "cue-act", "cue-verb"))
_NEEDING = frozenset(("need", "require", "deserve"))
_PRESS = frozenset(("paper", "newspaper", "magazine", "daily", "weekly", "tabloid", "broadcaster"))
_CONTAINING = INCLUDING_VERBS | {"cover", "comprise", "consist", "span"}
_PREDICATES = ("VERB", "AUX", "ADJ")


class Grammar:
    """Answers for one document."""

    def __init__(self, scenes: Scenes, finder: FactFinder, lexicon: Lexicon) -> None:
        self._scenes, self._finder, self._lexicon = scenes, finder, lexicon
        self._scope = Scope(scenes.clauses, lexicon)
        self._ordered: dict[int, bool] = {}
        self._asks: dict[int, bool] = {}
        self._set_aside: dict[int, bool] = {}

    def rules_out(self, candidate: Candidate) -> bool:
        """Tell whether the sentence cannot show a position of the actor on the issue."""
        if self._is_question(candidate.scene):
            return True
        heads = [hit.head for hit in candidate.hits] or [candidate.scene.span.root.i]
        if any(self._is_ordered(head) for head in heads):
            return True
        if candidate.proposals:
            return False  # whoever proposed looked at all that follows
        mentions = candidate.scene.mentions.get(candidate.actor, [])
        if mentions and all(self._scenes.actors.is_excepted(token) for token, _ in mentions):
            return True
        if any(_tells_of(candidate.actor, other) for other in candidate.others):
            return True
        if self._is_of_nobody(candidate) or self._is_left_in_a_condition(candidate) or self._is_content(candidate):
            return True
        return bool(candidate.hits) and all(self._is_idle(candidate, hit.head) for hit in candidate.hits)

    def _is_of_nobody(self, candidate: Candidate) -> bool:
        """Tell whether the words are those of somebody who speaks for no actor, or the actor only describes such a one.

        An expert, a poll, a think-tank of A, a former minister of A: none is A.
        """
        doc, speech = self._scenes.doc, self._scenes.speech
        sources = [speech.source_of(doc[hit.head]) for hit in candidate.hits]
        if sources and all(s is not None and s.holders and all(h.kind is HolderKind.NOBODY for h in s.holders) for s in sources):
            return True
        tokens = _tokens_of(candidate)
        return bool(tokens) and all(self._describes_nobody(token) for token in tokens)

    def _is_asked_of(self, verb: Token, candidate: Candidate) -> bool:
        """Tell whether others want the actor to do what `verb` says."""
        demanding = verb.dep_ == "xcomp" and verb.head.lemma_.lower() in self._lexicon.demands_of_others
        if demanding and not self._finder.does(verb.head, candidate.actor):
            return True
        must = self._scenes.clauses.modal(verb) in MUST and candidate.actor not in candidate.scene.sources
        return (must and bool(candidate.scene.sources)) or self._scope.is_proposed(verb)

    def _is_left_in_a_condition(self, candidate: Candidate) -> bool:
        """Tell whether the actor is named only in a condition that does not hold the cue: `will back X unless B agrees`."""
        tokens = _tokens_of(candidate)
        heads = [hit.head for hit in candidate.hits]
        if not tokens or not heads or candidate.actor in candidate.scene.sources:
            return False
        clauses = [self._supposed_around(token) for token in tokens]
        return all(clause is not None and not any(clause.left_edge.i <= i <= clause.right_edge.i for i in heads) for clause in clauses)

    def _is_content(self, candidate: Candidate) -> bool:
        """Tell whether the actor is only part of what something holds: `the force could include ships of A`."""
        tokens, heads = _tokens_of(candidate), [self._scenes.doc[hit.head] for hit in candidate.hits]
        containing = [verb for head in heads for verb in (self._containing(head),) if verb is not None]
        if not tokens or not containing or len(containing) < len(heads):
            return False
        return all(verb.i < token.i <= verb.right_edge.i for verb in containing for token in tokens)

    def _containing(self, head: Token) -> Token | None:
        """Return the verb of containing of whose subject a word is part; None where there is none."""
        subject = next((token for token in (head, *head.ancestors) if token.dep_ in SUBJECTS), None)
        verb = subject.head if subject is not None else None
        return verb if verb is not None and verb.lemma_.lower() in _CONTAINING else None

    def _supposed_around(self, token: Token) -> Token | None:
        return next((above for above in token.ancestors if above.pos_ in _PREDICATES and self._scope.is_framing(above)), None)

    def _describes_nobody(self, token: Token) -> bool:
        own = self._scenes.actors.own_holders(token)
        if own and all(holder.kind is HolderKind.NOBODY for holder in own):
            return True
        above = token.head
        if token.dep_ == "pobj" and above.lower_ in ("of", "in", "from", "for"):
            above = above.head
        elif token.dep_ not in ("poss", "amod", "compound", "nmod"):
            return False
        if above.lemma_.lower() in _PRESS:
            return True
        found = self._scenes.actors.own_holders(above)
        return bool(found) and all(holder.kind is HolderKind.NOBODY for holder in found)

    def _is_ordered(self, head_at: int) -> bool:
        if head_at not in self._ordered:
            self._ordered[head_at] = is_ordered(self._scenes.doc[head_at])
        return self._ordered[head_at]

    def _is_question(self, scene: Scene) -> bool:
        if scene.index not in self._asks:
            self._asks[scene.index] = scene.span.text.rstrip().rstrip("\"”’'").endswith("?")
        return self._asks[scene.index]

    def _is_set_aside(self, head: Token) -> bool:
        if head.i not in self._set_aside:
            # `would go only after X`: X is the occasion
            occasion = head.dep_ == "pobj" and head.head.lower_ in _BEFORE_AND_AFTER
            self._set_aside[head.i] = occasion or self._scope.is_set_aside(head)
        return self._set_aside[head.i]

    def _is_idle(self, candidate: Candidate, head_at: int) -> bool:
        """Tell whether a cue is set aside, or stands in a clause that is only supposed and in which the actor acts."""
        head = self._scenes.doc[head_at]
        if self._is_set_aside(head):
            return True
        others_stance = False
        for token in self._finder.path(head):
            if token.pos_ not in _PREDICATES:
                continue
            if self._scope.is_framing(token) and not candidate.beside and not self._finder.does(token, candidate.actor):
                return True  # `will go once X holds`: who holds X does not follow
            if self._finder.does(token, candidate.actor):
                if self._is_asked_of(token, candidate):
                    return True  # `B must accept X`, `A wants B to accept X`: A's wish
                return self._scope.is_unasserted(token) or (others_stance and token.lemma_.lower() in self._lexicon.epistemic)
            if token.dep_ == "ccomp" and token.head.lemma_.lower() == "deny" and self._finder.does(token.head, candidate.actor):
                return True
            others_stance |= self._finder.attitude_of(token) != "none" and self._finder.is_anybodys(token)
        return False


def _tokens_of(candidate: Candidate) -> list[Token]:
    """Return the tokens that mean or name the actor in the sentence."""
    scene, actor = candidate.scene, candidate.actor
    return [token for token, _ in scene.mentions.get(actor, ())] + scene.bare.get(actor, [])


def _tells_of(actor: str, other: Proposal) -> bool:
    """Tell whether the words are the actor's, on what another does or holds: `A said that B backs it`.

    `A said that B needs X` and `A on B's plan` say what A makes of it.
    """
    rule, _, word = other.rule.partition(":")
    if rule not in _OWN_VERBS or word in _NEEDING:
        return False
    return other.source is not None and any(actor in holder.ids for holder in other.source.holders)
