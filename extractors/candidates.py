"""Who might hold a position on what: every pair of an actor and an issue that a sentence brings together.

Recall is what counts here: a pair is a candidate where a cue of the issue stands in the sentence, or in the one before, and the actor
is named, meant, quoted or was just spoken of. What the rules propose goes along. `extractors.judge` decides.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from extractors.clauses import SUBJECTS, Clauses
from extractors.cues import CueFinder, CueHit
from extractors.holders import FIRST, Holder, HolderKind
from extractors.mentions import DocumentActors
from extractors.own_part import find_pair, issue_for
from extractors.parse import Doc, Span, Token
from extractors.patterns import ActorsAt
from extractors.proposals import Proposal, Proposer
from extractors.speech import Attributions, Source
from extractors.stances import Leaning
from vocabulary.watch import Issue, Watch

SHORTEST_CHARS = 12
SHORTEST_WORDS = 3
_NOMINAL = frozenset(("NOUN", "PROPN", "PRON", "NUM", "ADJ", "X", "DET"))
_REACH_BACK = 2  # sentences in which an actor was just spoken of


@dataclass(slots=True)
class Scene:
    """One sentence: who is in it, whose words it is, what it speaks of."""

    index: int
    span: Span
    mentions: dict[str, list[tuple[Token, Holder]]] = field(default_factory=dict)
    """By actor the phrases that stand for it, with the token that heads each."""
    bare: dict[str, list[Token]] = field(default_factory=dict)
    """By actor the tokens that name it, whether or not they stand for it there (`Russian missiles`)."""
    sources: dict[str, list[tuple[Source, Holder]]] = field(default_factory=dict)
    """By actor the speakers whose words reach into the sentence."""
    spoken_by_nobody: bool = False
    """True where the words are an expert's, a medium's or somebody else's who speaks for no actor."""
    hits: list[CueHit] = field(default_factory=list)


@dataclass(slots=True)
class Candidate:
    """One actor and one issue in one sentence."""

    scene: Scene
    actor: str
    issue: Issue
    hits: list[CueHit]
    """Cues in the sentence, of the issue or of the undertaking that it is a part of; empty where only the sentence before has one."""
    proposals: list[Proposal]
    """What the rules make of it; often nothing."""
    others: list[Proposal]
    """What the rules make of the issue's words in the sentence as the position of other actors."""
    beside: list[Proposal]
    """What the rules make of it for the same actor on the other one of own part and undertaking."""
    reach: tuple[int, bool] | None
    """How many sentences back the actor was last spoken of, and whether as a subject or speaker."""


class Scenes:
    """The sentences of one document, and the candidates in them."""

    def __init__(
        self, doc: Doc, *, watch: Watch, actors: DocumentActors, clauses: Clauses, speech: Attributions, cues: CueFinder, proposer: Proposer
    ) -> None:
        self.doc, self.watch, self.actors, self.clauses, self.speech = doc, watch, actors, clauses, speech
        self._proposer = proposer
        at = ActorsAt(actors.ids_at)
        self.scenes: list[Scene] = []
        before: list[CueHit] = []
        for index, span in enumerate(doc.sents):
            scene = Scene(index, span)
            scene.hits = found = cues.find(span, at)
            if not found:
                scene.hits = cues.find_back(span, before)
            before = found
            self._find_people(scene)
            self.scenes.append(scene)
        self._find_sources()
        self.spoken_of = Counter(actor for scene in self.scenes for actor, found in scene.mentions.items() for _ in found)
        self.issue_hits = Counter(hit.issue.id for scene in self.scenes for hit in scene.hits)

    def candidates(self) -> Iterator[Candidate]:
        """Yield the candidates of the document in text order."""
        for scene in self.scenes:
            text = scene.span.text.strip()
            if len(text) < SHORTEST_CHARS or len(text.split()) < SHORTEST_WORDS:
                continue
            here: dict[str, list[CueHit]] = {}
            for hit in scene.hits:
                for issue in find_pair(self.watch, hit.issue) or (hit.issue,):
                    here.setdefault(issue.id, []).append(hit)
            before = self._issues_before(scene, here)
            if not here and not before:
                continue
            reach = self._reach(scene)
            present = dict.fromkeys((*scene.mentions, *scene.sources))
            named = dict.fromkeys((*present, *scene.bare, *(actor for actor, (back, leads) in reach.items() if leads or back == 1)))
            proposals = self._propose(scene)
            for issue_id, hits in here.items():
                issue = self.watch.issue_by_id[issue_id]
                by_actor = {actor: found for (actor, known), found in proposals.items() if known == issue_id}
                pair = find_pair(self.watch, issue) or ()
                for actor in named:
                    beside = [p for other in pair if other.id != issue_id for p in proposals.get((actor, other.id), ())]
                    others = [proposal for other, found in by_actor.items() if other != actor for proposal in found]
                    yield Candidate(scene, actor, issue, hits, by_actor.get(actor, []), others, beside, reach.get(actor))
            for issue in before:
                for actor in present:
                    yield Candidate(scene, actor, issue, [], [], [], [], reach.get(actor))

    def lean(self, candidate: Candidate) -> Leaning | None:
        """Return where the words of the first cue lean, whoever holds it; None where they say nothing or there is no cue."""
        return self._proposer.lean(candidate.hits[0], candidate.actor) if candidate.hits else None

    def _issues_before(self, scene: Scene, here: dict[str, list[CueHit]]) -> list[Issue]:
        """Return the issues of the sentence before that the sentence itself has no cue of."""
        if scene.index == 0:
            return []
        return list({hit.issue.id: hit.issue for hit in self.scenes[scene.index - 1].hits if hit.issue.id not in here}.values())

    def _find_people(self, scene: Scene) -> None:
        for token in scene.span:
            if token.pos_ in _NOMINAL:
                for holder in self.actors.own_holders(token):
                    for actor in holder.ids:
                        scene.mentions.setdefault(actor, []).append((token, holder))
            if token.lower_ in FIRST and (source := self.speech.source_of(token)) is not None:
                for holder in source.holders:
                    for actor in holder.ids:
                        scene.mentions.setdefault(actor, []).append((token, holder))
            for actor in sorted(self.actors.ids_at.get(token.i, ())):
                scene.bare.setdefault(actor, []).append(token)

    def _find_sources(self) -> None:
        """Give each sentence the sources that reach into it."""
        starts = [scene.span.start for scene in self.scenes]
        number = 0
        for source in sorted(self.speech.sources, key=lambda one: one.start):
            while number + 1 < len(starts) and starts[number + 1] <= source.start:
                number += 1
            reached = number
            while reached < len(starts) and starts[reached] < source.end:
                scene = self.scenes[reached]
                for holder in source.holders:
                    for actor in holder.ids:
                        scene.sources.setdefault(actor, []).append((source, holder))
                if source.holders and all(holder.kind is HolderKind.NOBODY for holder in source.holders):
                    scene.spoken_by_nobody = True
                reached += 1

    def _reach(self, scene: Scene) -> dict[str, tuple[int, bool]]:
        """Return who was spoken of in the sentences before: how far back, and whether as subject or speaker."""
        found: dict[str, tuple[int, bool]] = {}
        for back in range(1, min(_REACH_BACK, scene.index) + 1):
            other = self.scenes[scene.index - back]
            for actor in (*other.mentions, *other.sources):
                leads = actor in other.sources or any(token.dep_ in SUBJECTS for token, _ in other.mentions.get(actor, ()))
                if actor not in found or (leads and not found[actor][1]):
                    found[actor] = (back, leads)
        return found

    def _propose(self, scene: Scene) -> dict[tuple[str, str], list[Proposal]]:
        found: dict[tuple[str, str], list[Proposal]] = {}
        for hit in scene.hits:
            for proposal in self._proposer.propose(hit):
                for actor in proposal.holder.ids:
                    issue = issue_for(hit, actor, watch=self.watch, doc=self.doc, clauses=self.clauses, actors=self.actors)
                    found.setdefault((actor, issue.id), []).append(proposal)
        return found
