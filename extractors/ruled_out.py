"""What grammar rules out before anything is judged: words that show no position of the actor, whatever else speaks for one.

A question, what a text orders its reader to note, what is only supposed, what is set aside for something else, who is left out of a list,
and who only tells of another's stance.
"""

from extractors.candidates import Candidate, Scenes
from extractors.facts import FactFinder
from extractors.lexicon import Lexicon
from extractors.orders import is_ordered
from extractors.proposals import Proposal
from extractors.scope import Scope

_PREDICATES = ("VERB", "AUX", "ADJ")


class Grammar:
    """Answers for one document."""

    def __init__(self, scenes: Scenes, finder: FactFinder, lexicon: Lexicon) -> None:
        self._scenes, self._finder = scenes, finder
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
        if not candidate.proposals and any(_tells_of(candidate.actor, other) for other in candidate.others):
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
        for token in self._finder.path(head):
            if token.pos_ in _PREDICATES and self._finder.does(token, candidate.actor):
                return self._scope.is_unasserted(token)
        return False


def _tells_of(actor: str, other: Proposal) -> bool:
    """Tell whether the words are the actor's, on what another holds: `A said that B backs it`."""
    return other.source is not None and any(actor in holder.ids for holder in other.source.holders)
