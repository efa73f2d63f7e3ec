"""Facts by which the stance of a position is told: what its clause says, and under which condition.

Asked only of candidates that hold a position, so they may cost more than the facts of `extractors.facts`. Words are lemmas of
general English: no cue of any issue, no names and figures, and of nouns only those that the lexicon knows.
"""

from dataclasses import dataclass

from extractors.candidates import Candidate, Scenes
from extractors.conditions import AHEAD, find_condition, marker_of
from extractors.facts import FactFinder, Facts
from extractors.lexicon import Lexicon
from extractors.parse import Doc, Token
from extractors.proposals import Proposal
from vocabulary.words import Stance

_NAMED = frozenset(("PERSON", "GPE", "NORP", "ORG", "LOC", "FAC", "DATE", "CARDINAL", "MONEY", "QUANTITY", "PERCENT", "ORDINAL", "TIME"))
_PREDICATES = frozenset(("VERB", "AUX", "ADJ"))
_TURNING = frozenset(("opposes", "ends"))
_THREATENING = frozenset(("threaten", "warn", "vow"))
_SHORT = 24  # tokens of a sentence in which rules seldom go astray
_NEAR_WORDS = 4  # before and after the cue


@dataclass(frozen=True, slots=True)
class StanceGround:
    """What the stance of one candidate rests on."""

    facts: Facts
    predicate: Token
    """The word whose clause shows it: what the actor is the subject of, else the first predicate above the cue."""
    condition: tuple[int, int] | None
    """Tokens (start, end) of the words that limit it."""
    proposed: Stance | None
    """What the rules make of it, the condition included; None where no rule proposed anything."""


def find_ground(candidate: Candidate, finder: FactFinder, scenes: Scenes, lexicon: Lexicon) -> StanceGround:
    """Return the ground on which the stance of `candidate` is told."""
    doc, span = scenes.doc, candidate.scene.span
    head = doc[candidate.hits[0].head] if candidate.hits else span.root
    path = finder.path(head)
    proposals = candidate.proposals or candidate.beside
    predicate = doc[proposals[0].predicate] if proposals else _predicate(candidate, finder, path)
    topical = {i for hit in candidate.scene.hits for i in hit.match.words} | scenes.actors.ids_at.keys()
    own = {i for hit in candidate.hits for i in hit.match.words}
    needs = next((doc[proposal.needs] for proposal in proposals if proposal.needs >= 0), None)
    others = frozenset(i for hit in candidate.scene.hits if hit.issue.id != candidate.issue.id for i in hit.match.words) - own
    condition = find_condition(predicate, head, needs=needs, lexicon=lexicon, cue_tokens=others)
    facts: Facts = {}
    if condition:
        facts["C:found"] = 1
        facts[f"C:by={doc[condition[0]].lower_}"] = 1
    for token in _clause(path):
        if _tells(token, topical, lexicon):
            facts[f"W:{token.lemma_.lower()}"] = 1
    for token in doc[max(head.left_edge.i - _NEAR_WORDS, span.start) : head.left_edge.i]:
        if _tells(token, topical, lexicon):
            facts[f"N:{token.lower_}"] = 1
    for token in span:
        if _tells(token, topical, lexicon) and token.pos_ in (*_PREDICATES, "ADV", "SCONJ", "PART", "NOUN"):
            facts[f"X:{token.lemma_.lower()}"] = 1
    _add_chain(facts, candidate, finder, path)
    negations = sum(token.dep_ == "neg" for token in _clause(path))
    if negations:
        facts[f"C:negations={min(negations, 2)}"] = 1
    if any(token.lower_ in lexicon.past for token in span):
        facts["C:past"] = 1
    proposed = _proposed(proposals[0], condition, needs, doc, lexicon) if proposals else None
    if proposed is None and (leaning := scenes.lean(candidate)) is not None:
        facts[f"R:leans={leaning.stance()}"] = 1
        if condition is not None:
            facts["R:leans under condition"] = 1
    if proposed is not None:
        facts[f"R:in all={proposed}"] = 1
        if len(span) <= _SHORT:
            facts[f"R:in short={proposed}"] = 1
    return StanceGround(facts, predicate, condition, proposed)


def _proposed(proposal: Proposal, condition: tuple[int, int] | None, needs: Token | None, doc: Doc, lexicon: Lexicon) -> Stance:
    """Return the stance of a proposal; a condition limits support, and a refusal where it threatens or waits."""
    stance = proposal.leaning.stance()
    if condition is None:
        return stance
    marker = marker_of(condition, doc, lexicon)
    if marker in lexicon.refusal_markers:
        return Stance.CONDITIONAL if stance is Stance.OPPOSES else stance  # `not lift X until` keeps X
    if stance is Stance.OPPOSES:
        return Stance.CONDITIONAL if marker == "unless" or (marker == "if" and _threatens(doc[proposal.predicate])) else stance
    limits = stance is Stance.SUPPORTS or (stance is Stance.UNDECIDED and needs is None)
    return Stance.CONDITIONAL if limits else stance


def _threatens(predicate: Token) -> bool:
    """Tell whether a clause threatens or foretells: `will cut X if`, `threatened to veto X if`."""
    return predicate.lemma_.lower() in _THREATENING or any(child.lower_ in AHEAD for child in predicate.children if child.dep_ == "aux")


def _add_chain(facts: Facts, candidate: Candidate, finder: FactFinder, path: list[Token]) -> None:
    """Add what the predicates between the cue and the actor make of it together: `not opposes`, `refuses to end`."""
    links: list[str] = []
    turned = bool(candidate.hits and candidate.hits[0].cue.inverse)
    for token in path:
        attitude, negated = finder.attitude_of(token), finder.is_negated(token)
        if negated or attitude != "none":
            links.append(f"not {attitude}" if negated else attitude)
            turned ^= negated ^ (attitude in _TURNING)
        if token.pos_ in _PREDICATES and finder.does(token, candidate.actor) and not finder.is_governed(token):
            break
    if links:
        facts[f"T:{' < '.join(links[:3])}"] = 1
        facts[f"T:last={links[-1]}"] = 1
    facts[f"T:turned={turned}"] = 1


def _predicate(candidate: Candidate, finder: FactFinder, path: list[Token]) -> Token:
    predicates = [token for token in path if token.pos_ in _PREDICATES]
    for token in predicates:
        if finder.does(token, candidate.actor) and not finder.is_governed(token):
            return token
    return predicates[0] if predicates else path[-1]


def _clause(path: list[Token]) -> list[Token]:
    """Return the words on the way up and those that hang on them, once each, in text order."""
    words = {token.i: token for step in path[:5] for token in (step, *step.children)}
    return [words[i] for i in sorted(words)]


def _tells(token: Token, topical: set[int], lexicon: Lexicon) -> bool:
    """Tell whether a word is general English: no cue of any issue and no name (`topical`), no figure, of nouns only the lexicon's."""
    if not token.is_alpha or token.i in topical or token.ent_type_ in _NAMED or token.pos_ == "PROPN":
        return False
    return token.pos_ != "NOUN" or token.lemma_.lower() in lexicon.nouns
