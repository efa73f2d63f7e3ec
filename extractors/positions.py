"""Positions: candidates that the judge takes, made into records with verbatim evidence, attribution, condition, time and confidence."""

from dataclasses import dataclass
from datetime import date

from extractors.candidates import Candidate, Scenes
from extractors.clauses import Clauses
from extractors.conditions import find_any_condition
from extractors.cues import CueHit
from extractors.dates import DateKind, DateMention
from extractors.evidence import clause_around
from extractors.facts import FactFinder, Facts, merge_facts
from extractors.holders import Holder, HolderKind
from extractors.judge import Judge
from extractors.lexicon import Attitude, Lexicon, phrases
from extractors.mentions import DocumentActors
from extractors.parse import Doc, Span, Token
from extractors.patterns import ActorsAt, occurs
from extractors.reading import Reading
from extractors.ruled_out import Grammar
from extractors.speech import Attributions, Source
from extractors.stance_facts import find_ground
from vocabulary.claims import EventReport, Position
from vocabulary.documents import Document
from vocabulary.identity import content_id
from vocabulary.watch import Issue, Watch
from vocabulary.words import Attribution, Basis, DateBasis, Held, Stance

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Context:
    """What the positions of one document are made from."""

    document: Document
    reading: Reading
    """Its text as it was read; what is quoted is quoted from the document."""
    doc: Doc
    watch: Watch
    actors: DocumentActors
    clauses: Clauses
    speech: Attributions
    lexicon: Lexicon
    at: ActorsAt
    dates: list[DateMention]
    extractor_version: str

    def evidence(self, predicate: Token, cue_head: Token, condition: tuple[int, int] | None) -> tuple[int, int, str] | None:
        """Return (start, end, words) of the evidence in the stored text, as `clause_around` finds it."""
        found = clause_around(predicate, cue_head, condition)
        if found is None:
            return None
        start, end = self.reading.span_of(found[0], found[1])
        return start, end, self.document.text[start:end]

    def words(self, span: Span) -> str:
        """Return the words of `span` as the stored text has them."""
        start, end = self.reading.span_of(span.start_char, span.end_char)
        return self.document.text[start:end].strip()

    def is_verbatim(self, claim: Position | EventReport) -> bool:
        """Tell whether the quote of `claim` stands in the stored text where it says: no other is ever shown."""
        return self.document.text[claim.quote_start : claim.quote_end] == claim.quote


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its facts and what the judge makes of them."""

    candidate: Candidate
    facts: Facts
    probability: float
    told: str
    """The facts that weighed most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who holds a position, whose words show it, and whether an act does."""

    holder: Holder
    source: Source | None
    act: bool


def build_positions(context: Context, judge: Judge, scenes: Scenes, finder: FactFinder) -> list[Position]:
    """Return the positions of a document in text order.

    1. candidates that grammar does not rule out are judged at once, 2. each that is taken becomes a position, 3. of the own part in an
    undertaking and the undertaking as such one is kept where both have one stance in one sentence: what the rules propose, else the
    likelier, 4. ids are given, with an ordinal where the same words stand twice.
    """
    # 1. judged
    grammar = Grammar(scenes, finder, context.lexicon)
    candidates = [candidate for candidate in scenes.candidates() if not grammar.rules_out(candidate)]
    parts = [finder.parts_of(candidate) for candidate in candidates]
    rates = judge.rate(parts)
    chosen = [number for number, probability in enumerate(rates) if probability >= judge.threshold]
    facts = [merge_facts(parts[number]) for number in chosen]
    told = judge.tell(facts)
    taken = [Judged(candidates[i], of, float(rates[i]), words) for i, of, words in zip(chosen, facts, told, strict=True)]
    # 2. positions
    made = {
        (one.candidate.actor, one.candidate.issue.id, one.candidate.scene.index): position
        for one in taken
        if (position := _of_candidate(context, judge, scenes, finder, one)) is not None
    }
    # 3. own part and undertaking
    by_key = {(one.candidate.actor, one.candidate.issue.id, one.candidate.scene.index): one for one in taken}
    for key in list(made):
        own_of = context.watch.issue_by_id[key[1]].own_forces_of
        common = (key[0], own_of[0], key[2]) if own_of else key
        if common != key and common in made and made[common].stance is made[key].stance:
            is_own = bool(by_key[key].candidate.proposals) or by_key[key].probability >= by_key[common].probability
            del made[common if is_own else key]
    # 4. ids
    seen: dict[str, int] = {}
    result = []
    for position in sorted(made.values(), key=lambda p: (p.quote_start, p.quote_end, p.actor, p.issue)):
        base = content_id(
            position.document_id, position.actor, position.issue, position.aspect, position.stance, position.held, position.quote
        )
        seen[base] = seen.get(base, 0) + 1
        result.append(position.model_copy(update={"position_id": content_id(base, seen[base])}))
    return result


def _of_candidate(context: Context, judge: Judge, scenes: Scenes, finder: FactFinder, judged: Judged) -> Position | None:
    candidate, doc = judged.candidate, context.doc
    ground = find_ground(candidate, finder, scenes, context.lexicon)
    shares = judge.rate_stances([*judged.facts.items(), *ground.facts.items()], ground.proposed)
    stance = judge.stances[int(shares.argmax())]
    limit = None
    if stance is Stance.CONDITIONAL:
        limit = ground.condition or find_any_condition(candidate.scene.span, ground.predicate, context.lexicon)
        if limit is None:  # no words limit it: the next best
            order = shares.argsort()[::-1]
            stance = next(judge.stances[int(i)] for i in order if judge.stances[int(i)] is not Stance.CONDITIONAL)
    hit = candidate.hits[0] if candidate.hits else None
    head = doc[hit.head] if hit else candidate.scene.span.root
    span = context.evidence(ground.predicate, head, limit)
    if span is None:
        return None
    standing = _standing(context, candidate, ground.predicate, head)
    said_on, said_basis = _said_on(context, standing, ground.predicate)
    confidence = judge.confidence(judged.probability, float(shares[judge.stances.index(stance)]))
    return Position(
        position_id="-",
        document_id=context.document.document_id,
        text_sha256=context.document.text_sha256,
        actor=candidate.actor,
        speaker=_speaker(standing, candidate.actor),
        role=standing.holder.role,
        issue=candidate.issue.id,
        aspect=_aspect(context, candidate.issue, hit, candidate.scene.span),
        stance=stance,
        condition=context.words(doc[limit[0] : limit[1]]) if limit else None,
        held=_held(context, ground.predicate),
        attribution=_attribution(context, standing, ground.predicate),
        basis=_basis(context, ground.predicate),
        quote=span[2],
        quote_start=span[0],
        quote_end=span[1],
        said_on=said_on,
        said_on_basis=said_basis,
        confidence=confidence,
        trail=_trail(judged),
        extractor_version=context.extractor_version,
        watch_version=context.watch.version,
    )


def _standing(context: Context, candidate: Candidate, predicate: Token, head: Token) -> Standing:
    """Return who holds it and whose words they are: as the rules propose, else whom the words are, who does it, or who is named."""
    if candidate.proposals:
        proposal = candidate.proposals[0]
        return Standing(proposal.holder, proposal.source, proposal.act)
    scene, actor = candidate.scene, candidate.actor
    doing = next((holder for holder in context.clauses.subjects(predicate) if actor in holder.ids), None)
    covering = [one for one in scene.sources.get(actor, ()) if one[0].start <= head.i < one[0].end]
    if covering and doing is None:
        source, holder = min(covering, key=lambda one: one[0].end - one[0].start)
        return Standing(holder, source, act=False)
    mentions = scene.mentions.get(actor, [])
    holder = doing or (mentions[0][1] if mentions else Holder((actor,), HolderKind.STATE, head.i))
    acts = doing is not None and context.lexicon.predicates.get(predicate.lemma_.lower()) is Attitude.ACTS
    return Standing(holder, context.speech.source_of(head), acts)


def _trail(judged: Judged) -> str:
    """Return what made the position: the rule that proposed it, the cue, the judge's probability and the facts that weighed most."""
    candidate = judged.candidate
    rule = candidate.proposals[0].rule.replace(" ", "_") if candidate.proposals else "judged"
    cue = candidate.hits[0].cue.match.replace(" ", "_") if candidate.hits else "sentence_before"
    return f"{rule} cue:{cue} judge:{judged.probability:.2f} {judged.told}".strip()


def _speaker(standing: Standing, actor: str) -> str | None:
    """Return who said it: of the speakers the one who speaks for `actor`, else the first, else the holder as the text names it."""
    speakers = [holder for holder in standing.source.holders if holder.speaker] if standing.source else []
    own = [holder for holder in speakers if actor in holder.ids]
    if own or speakers:
        return (own or speakers)[0].speaker
    return standing.holder.speaker


def _aspect(context: Context, issue: Issue, hit: CueHit | None, sentence: Span) -> str:
    if hit is not None and hit.cue.aspect and hit.issue is issue:
        return hit.cue.aspect
    for aspect in issue.aspects:
        if any(occurs(pattern, sentence, context.at) for pattern in aspect.cues):
            return aspect.id
    return GENERAL


def _held(context: Context, predicate: Token) -> Held:
    """Tell whether a stance is reported as held then: `initially praised`, `his previous demands`."""
    around = {child.lower_ for child in predicate.children if child.dep_ in ("advmod", "amod", "npadvmod")}
    return Held.PAST if around & set(context.lexicon.past) else Held.NOW


def _basis(context: Context, predicate: Token) -> Basis:
    if any(phrase in context.lexicon.shift for phrase in phrases(predicate)) or (
        context.clauses.is_negated(predicate) and any(child.lower_ == "longer" for child in predicate.children)
    ):
        return Basis.REPORTED_SHIFT
    own = [token for token in predicate.subtree if token.head.i == predicate.i]
    # `as long as` tells of no past
    clause = " ".join(token.lower_ for token in own if not (token.lower_ == "long" and token.i > 0 and token.nbor(-1).lower_ == "as"))
    if any(f" {word} " in f" {clause} " for word in context.lexicon.background):
        return Basis.BACKGROUND
    return Basis.DATED


def _attribution(context: Context, standing: Standing, predicate: Token) -> Attribution:
    """Say how a position is known: by the holder's words or act, a spokesperson, somebody unnamed, the reporter, or another actor."""
    holder, source = standing.holder, standing.source
    speakers = list(source.holders) if source else []
    if speakers:
        own = [h for h in speakers if set(h.ids) & set(holder.ids)]
        if not own:
            named = [h for h in speakers if h.ids]
            return (
                Attribution.CLAIM if named else Attribution.ANONYMOUS if speakers[0].kind is HolderKind.ANONYMOUS else Attribution.REPORTER
            )
        thinks = source is not None and source.verb >= 0 and context.doc[source.verb].lemma_.lower() in context.lexicon.thinking
        # what a state hopes or fears is the reporter's word for it; a person who hopes has said so
        return Attribution.REPORTER if thinks and own[0].kind is not HolderKind.LEADER else _by_kind(own[0])
    if any(phrase in context.lexicon.wording for phrase in phrases(predicate)):
        return _by_kind(holder)
    if standing.act:
        return Attribution.ACT
    return Attribution.REPORTER


def _by_kind(holder: Holder) -> Attribution:
    match holder.kind:
        case HolderKind.LEADER:
            return Attribution.OWN_WORDS
        case HolderKind.SPOKESPERSON | HolderKind.STATE:
            return Attribution.SPOKESPERSON
        case HolderKind.ANONYMOUS:
            return Attribution.ANONYMOUS
        case _:
            return Attribution.REPORTER


def _said_on(context: Context, standing: Standing, predicate: Token) -> tuple[date, DateBasis]:
    """Return the day on which it was said: of the dates that hang on the saying or on what is said, the nearest; else the document's.

    A date that belongs to another verb of the sentence (`three days after he met B on 18 August`) does not count. Of a longer time
    (`last month`) the last day counts, not later than the document.
    """
    published = context.document.published_on
    sentence = predicate.sent
    governing = {predicate.i, *(token.i for token in predicate.ancestors)}
    if standing.source and standing.source.verb >= 0:
        governing.add(standing.source.verb)
    near = [
        mention
        for mention in context.dates
        if sentence.start_char <= mention.span.start < sentence.end_char
        and mention.kind not in (DateKind.OFFSET, DateKind.VAGUE)
        and mention.date.starts_on is not None
        and mention.date.starts_on <= published
        and _verb_of(context.doc, mention) in governing
    ]
    best = min(near, key=lambda mention: abs(mention.span.start - predicate.idx), default=None)
    if best is None or best.date.ends_on is None:
        return published, DateBasis.DOCUMENT
    return min(best.date.ends_on, published), best.date.basis


def _verb_of(doc: Doc, mention: DateMention) -> int:
    """Return the token of the verb (or of the root) that a time expression hangs on."""
    span = doc.span_over(mention.span.start, mention.span.end)
    if span is None:
        return -1
    node = span.root
    while node.head.i != node.i:
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            break
    return int(node.i)
