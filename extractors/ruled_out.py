"""What grammar rules out before anything is judged: words that show no position of the actor, whatever else speaks for one.

A question, what a text orders its reader to note, what is only supposed or frames what is said, what is set aside for something else,
who is left out of a list.
"""

from extractors.candidates import Candidate, Scenes
from extractors.facts import FactFinder
from extractors.lexicon import Lexicon
from extractors.orders import is_ordered
from extractors.scope import Scope

_BEFORE_AND_AFTER = ("after", "before", "until", "following", "since")
_PREDICATES = ("VERB", "AUX", "ADJ")


class Grammar:
    """Answers for one document."""

    def __init__(self, scenes: Scenes, finder: FactFinder, lexicon: Lexicon) -> None:
        self._scenes, self._finder, self._lexicon = scenes, finder, lexicon
        self._scope = Scope(scenes.clauses, lexicon)
        self._ordered: dict[int, bool] = {}

    def rules_out(self, candidate: Candidate) -> bool:
        """Tell whether the sentence cannot show a position of the actor on the issue."""
        if candidate.scene.span.text.rstrip().rstrip("\"”’'").endswith("?"):
            return True
        heads = [hit.head for hit in candidate.hits] or [candidate.scene.span.root.i]
        if any(self._is_ordered(head) for head in heads):
            return True
        mentions = candidate.scene.mentions.get(candidate.actor, [])
        if mentions and not candidate.proposals and all(self._scenes.actors.is_excepted(token) for token, _ in mentions):
            return True
        if candidate.proposals:
            return False  # whoever proposed looked at all of this
        return bool(candidate.hits) and all(self._is_idle(candidate, hit.head) for hit in candidate.hits)

    def _is_ordered(self, head_at: int) -> bool:
        if head_at not in self._ordered:
            self._ordered[head_at] = is_ordered(self._scenes.doc[head_at])
        return self._ordered[head_at]

    def _is_idle(self, candidate: Candidate, head_at: int) -> bool:
        """Tell whether a cue is set aside, or stands in a clause that is only supposed and in which the actor acts."""
        head = self._scenes.doc[head_at]
        if self._scope.is_set_aside(head):
            return True
        others_stance = False
        if head.dep_ == "pobj" and head.head.lower_ in _BEFORE_AND_AFTER:
            return True  # `would go only after X`: X is the occasion
        for token in self._finder.path(head):
            if token.pos_ not in _PREDICATES:
                continue
            if self._scope.is_framing(token) and not candidate.beside and not self._finder.does(token, candidate.actor):
                return True  # `will go once X holds`: who holds X does not follow
            if self._finder.does(token, candidate.actor):
                lemma = token.lemma_.lower()
                return self._scope.is_unasserted(token) or (others_stance and lemma in self._lexicon.epistemic)
            if token.dep_ == "ccomp" and token.head.lemma_.lower() == "deny" and self._finder.does(token.head, candidate.actor):
                return True
            others_stance |= self._finder.attitude_of(token) != "none" and self._finder.is_anybodys(token)
        return False
