"""Whether words on a common undertaking speak of the actor's own part in it (`send soldiers`) or of the undertaking as such."""

from extractors.clauses import Clauses
from extractors.cues import CueHit
from extractors.mentions import DocumentActors
from extractors.parse import Doc
from vocabulary.watch import Issue, Watch

_POSSESSIVE = frozenset(("its", "our", "his", "own"))
_JOINING = frozenset(("participate", "join", "participation"))


def find_pair(watch: Watch, issue: Issue) -> tuple[Issue, Issue] | None:
    """Return the issue of the own part and that of the undertaking where `issue` is one of the two; else None."""
    return watch.parts_by_issue.get(issue.id)


def issue_for(hit: CueHit, actor: str, *, watch: Watch, doc: Doc, clauses: Clauses, actors: DocumentActors) -> Issue:
    """Choose between an issue and the one for the actor's own part in it.

    A state that itself does what the cue verb says speaks of its own part; a body, or a state that wants others to do it, of the
    issue as such.
    """
    issue = hit.issue
    pair = find_pair(watch, issue)
    if pair is None:
        return issue
    own, common = pair
    head = doc[hit.head]
    known = watch.actor_by_id.get(actor)
    is_state = known is None or known.kind == "state"
    does_it = head.pos_ == "VERB" and any(actor in holder.ids for holder in clauses.subjects(head))
    owned = any(actor in (actors.ids_at.get(i) or ()) or doc[i].lower_ in _POSSESSIVE for i in hit.match.words)
    if is_state and (does_it or (owned and issue is own)):
        return own
    if issue is own and head.lemma_.lower() in _JOINING and is_state:
        return own
    return common if issue is own else issue
