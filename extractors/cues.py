"""Where a sentence speaks of an issue: cue matches, the most specific issue winning over the words that it shares."""

from dataclasses import dataclass

from extractors.parse import Span, Token
from extractors.patterns import ActorsAt, Match, PatternIndex, occurs
from vocabulary.watch import Cue, Issue, Watch

IDEA_NOUNS = {
    "approach",
    "arrangement",
    "commitment",
    "concept",
    "debate",
    "demand",
    "idea",
    "initiative",
    "invitation",
    "matter",
    "measure",
    "move",
    "notion",
    "offer",
    "option",
    "plan",
    "possibility",
    "project",
    "proposal",
    "prospect",
    "question",
    "request",
    "scheme",
    "step",
    "suggestion",
    "thought",
    "undertaking",
}
DIRECTED = {"on", "against", "to", "for"}
PLACED = {"in", "into", "inside"}
POINTING = {"the", "this", "that", "such", "these", "those"}
_BACK = Cue(match="it")


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue of an issue in a sentence, with the token that heads its words."""

    issue: Issue
    cue: Cue
    match: Match
    head: int


class CueFinder:
    """All cues of a watch."""

    def __init__(self, watch: Watch) -> None:
        self._index: PatternIndex[tuple[Issue, Cue]] = PatternIndex(
            (cue.match, (issue, cue)) for issue in watch.issues for cue in issue.cues
        )
        self._home = frozenset((*watch.relevance.anchors, *watch.relevance.parties))
        self._states = frozenset(actor.id for actor in watch.actors if actor.kind == "state")
        undertakings = {whole for issue in watch.issues for whole in issue.own_forces_of}
        self._placed = frozenset(issue.id for issue in watch.issues if issue.own_forces_of or issue.id in undertakings)
        self._beaten_by = {issue.id: {other.id for other in watch.issues if issue.id in other.more_specific_than} for issue in watch.issues}

    def find(self, sentence: Span, actors: ActorsAt) -> list[CueHit]:
        """Return the cues of a sentence in text order, one per issue and head word, the most specific issue only."""
        hits: dict[tuple[str, int], CueHit] = {}
        before = _paragraph_before(sentence)
        for (issue, cue), match in self._index.find(sentence, actors):
            if cue.needs and not (occurs(cue.needs, sentence, actors) or (before is not None and occurs(cue.needs, before, actors))):
                continue
            if cue.unless and occurs(cue.unless, sentence, actors):
                continue
            head = _head_of(sentence, match)
            if self._is_elsewhere(issue, head, actors):
                continue
            known = hits.get((issue.id, head.i))
            if known is None or len(match.words) > len(known.match.words):
                hits[(issue.id, head.i)] = CueHit(issue, cue, match, head.i)
        return sorted(self._most_specific(list(hits.values())), key=lambda hit: (hit.match.start, hit.issue.id))

    def _is_elsewhere(self, issue: Issue, head: Token, actors: ActorsAt) -> bool:
        """Tell whether the words of a cue say that it is about another state: `sanctions on X`, `soldiers in Y`.

        Of an undertaking with soldiers the place decides; of the rest, on whom or for whom it is; talks are held anywhere. Where
        the words name a party of the watch as well, they are about it.
        """
        if issue.talking_supports:
            return False
        wanted = DIRECTED | PLACED if issue.id in self._placed else DIRECTED
        places = [
            pobj
            for prep in (grand for child in (head, *head.children) for grand in child.children)
            if prep.dep_ == "prep" and prep.lower_ in wanted
            for pobj in prep.children
            if pobj.dep_ == "pobj" and pobj.pos_ == "PROPN" and actors.ids_of(pobj) & self._states
        ]
        return bool(places) and not any(actors.ids_of(token) & self._home for token in head.subtree)

    def find_back(self, sentence: Span, earlier: list[CueHit]) -> list[CueHit]:
        """Return what a sentence without a cue says of the issue before it: `mocked it`, `is open to that`, `praised the idea`.

        `earlier` are the hits of the sentence before; of several issues the last is meant.
        """
        if not earlier:
            return []
        issue = earlier[-1].issue
        for token in sentence:
            pointing = token.lemma_.lower() in IDEA_NOUNS and any(
                child.dep_ == "det" and child.lower_ in POINTING for child in token.children
            )
            pronoun = (
                token.lower_ in {"it", "this", "that"} and token.tag_ != "WDT" and token.pos_ == "PRON" and token.dep_ in {"dobj", "pobj"}
            )
            if (pointing and not any(child.dep_ in ("prep", "acl", "relcl") for child in token.children)) or pronoun:
                return [CueHit(issue, _BACK, Match(token.i, token.i + 1, (token.i,)), token.i)]
        return []

    def _most_specific(self, hits: list[CueHit]) -> list[CueHit]:
        """Drop a hit whose words another issue shares, where that issue is more specific or its words are more."""
        kept = []
        for hit in hits:
            words = set(hit.match.words)
            if any(other is not hit and other.issue.id == hit.issue.id and words < set(other.match.words) for other in hits):
                continue  # `talks` inside `peace talks`
            rivals = [other for other in hits if other.issue.id != hit.issue.id and words & set(other.match.words)]
            if not any(self._beats(other, hit) for other in rivals):
                kept.append(hit)
        return kept

    def _beats(self, other: CueHit, hit: CueHit) -> bool:
        """Tell whether `other`, which shares words with `hit`, leaves nothing to it."""
        words, others = set(hit.match.words), set(other.match.words)
        if hit.issue.id in other.issue.own_forces_of:
            return words <= others  # `send soldiers` leaves `foreign soldiers` to the whole: which of the two is meant, the clause tells
        if other.issue.id in self._beaten_by[hit.issue.id]:
            return not others < words  # `soldiers` alone does not take `foreign soldiers`
        return hit.issue.id not in self._beaten_by[other.issue.id] and len(others) > len(words)


def _paragraph_before(sentence: Span) -> Span | None:
    """Return the sentence before, which often names what this one is about; None at the start of the text."""
    return sentence.doc[sentence.start - 1].sent if sentence.start > 0 else None


def _head_of(sentence: Span, match: Match) -> Token:
    """Return the named word that governs the others: the one nearest to the sentence's root."""
    words = [sentence.doc[i] for i in match.words]
    inside = {token.i for token in words}
    tops = [token for token in words if not any(above.i in inside for above in token.ancestors)]
    return tops[0] if tops else words[-1]
