"""What grammar rules out before anything is judged: words that show no position of the actor, whatever else speaks for one.

A question, what is only supposed or frames what is said, what is set aside for something else, who is left out of a list.
"""

from extractors.candidates import Candidate, Scene, Scenes
from extractors.facts import FactFinder
from extractors.lexicon import Lexicon
from extractors.parse import Token
from extractors.scope import Scope

_BEFORE_AND_AFTER = ("after", "before", "until", "following", "since")
_PREDICATES = ("VERB", "AUX", "ADJ")


class Grammar:
    """Answers for one document."""

    def __init__(self, scenes: Scenes, finder: FactFinder, lexicon: Lexicon) -> None:
        self._scenes, self._finder, self._lexicon = scenes, finder, lexicon
        self._scope = Scope(scenes.clauses, lexicon)
        self._asks: dict[int, bool] = {}
        self._set_aside: dict[int, bool] = {}

    def rules_out(self, candidate: Candidate) -> bool:
        """Tell whether the sentence cannot show a position of the actor on the issue."""
        if self._is_question(candidate.scene):
            return True
        mentions = candidate.scene.mentions.get(candidate.actor, [])
        if mentions and not candidate.proposals and all(self._scenes.actors.is_excepted(token) for token, _ in mentions):
            return True
        if candidate.proposals:
            return False  # whoever proposed looked at all of this
        return bool(candidate.hits) and all(self._is_idle(candidate, hit.head) for hit in candidate.hits)

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
                lemma = token.lemma_.lower()
                return self._scope.is_unasserted(token) or (others_stance and lemma in self._lexicon.epistemic)
            if token.dep_ == "ccomp" and token.head.lemma_.lower() == "deny" and self._finder.does(token.head, candidate.actor):
                return True
            others_stance |= self._finder.attitude_of(token) != "none" and self._finder.is_anybodys(token)
        return False
