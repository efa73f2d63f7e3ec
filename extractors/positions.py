"""Positions: proposals made into records, with verbatim evidence, attribution, condition, time and confidence."""

from dataclasses import dataclass
from datetime import date

from spacy.tokens import Doc, Span, Token

from extractors.clauses import Clauses
from extractors.conditions import find_condition
from extractors.confidence import confidence_of, trail_of
from extractors.cues import CueHit
from extractors.dates import DateKind, DateMention
from extractors.evidence import clause_around
from extractors.holders import Holder, HolderKind
from extractors.lexicon import Lexicon, phrases
from extractors.mentions import DocumentActors
from extractors.patterns import ActorsAt, occurs
from extractors.proposals import Proposal
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
    doc: Doc
    watch: Watch
    actors: DocumentActors
    clauses: Clauses
    lexicon: Lexicon
    at: ActorsAt
    dates: list[DateMention]
    extractor_version: str

    def is_verbatim(self, claim: Position | EventReport) -> bool:
        """Tell whether the quote of `claim` stands in the stored text where it says: no other is ever shown."""
        return self.document.text[claim.quote_start : claim.quote_end] == claim.quote


def build_positions(context: Context, proposals: list[Proposal], cue_tokens: dict[int, frozenset[int]]) -> list[Position]:
    """Return the positions of a document in text order.

    1. each proposal becomes one position per actor, 2. of one actor, issue, stance and sentence the surest is kept,
    3. ids are given, with an ordinal where the same words stand twice.
    """
    # 1. one per actor
    made = [position for proposal in proposals for position in _of_proposal(context, proposal, cue_tokens)]
    # 2. the surest of the same
    best: dict[tuple[str, str, int], Position] = {}
    for position, sentence in made:
        key = (position.actor, position.issue, sentence)
        if key not in best or position.confidence > best[key].confidence:
            best[key] = position
    own_part = {
        (actor, sentence, best[(actor, issue, sentence)].stance)
        for actor, issue, sentence in best
        if context.watch.issue_by_id[issue].own_forces_of
    }
    for key in [key for key in best if (key[0], key[2], best[key].stance) in own_part]:
        if any(key[1] in issue.own_forces_of for issue in context.watch.issues):
            del best[key]  # offering one's own part is not also backing the whole
    # 3. ids
    seen: dict[str, int] = {}
    result = []
    for position in sorted(best.values(), key=lambda p: (p.quote_start, p.quote_end, p.actor, p.issue)):
        base = content_id(
            position.document_id, position.actor, position.issue, position.aspect, position.stance, position.held, position.quote
        )
        seen[base] = seen.get(base, 0) + 1
        result.append(position.model_copy(update={"position_id": content_id(base, seen[base])}))
    return result


def _of_proposal(context: Context, proposal: Proposal, cue_tokens: dict[int, frozenset[int]]) -> list[tuple[Position, int]]:
    doc = context.doc
    predicate, head = doc[proposal.predicate], doc[proposal.hit.head]
    sentence = head.sent
    if sentence.text.rstrip().rstrip("\"”’'").endswith("?"):
        return []  # a question shows no stance
    stance = proposal.leaning.stance()
    needs = doc[proposal.needs] if proposal.needs >= 0 else None
    others = frozenset(i for i in cue_tokens.get(sentence.start, frozenset()) if i not in proposal.hit.match.words)
    condition = find_condition(predicate, head, needs=needs, lexicon=context.lexicon, cue_tokens=others)
    words = None
    limits = stance is Stance.SUPPORTS or (stance is Stance.UNDECIDED and needs is None)
    if condition and (limits or (stance is Stance.OPPOSES and doc[condition[0]].lower_ == "unless")):
        stance, words = Stance.CONDITIONAL, doc[condition[0] : condition[1]].text.strip()
    span = clause_around(predicate, head, condition)
    if span is None:
        return []
    said_on, said_basis = _said_on(context, proposal, predicate)
    attribution = _attribution(context, proposal, predicate)
    hit = proposal.hit
    trail = trail_of(
        rule=proposal.rule, cue=hit.cue.match, kind=proposal.holder.kind, cue_words=len(hit.match.words), distance=abs(predicate.i - head.i)
    )
    made = []
    for actor in proposal.holder.ids:
        issue = _issue_for(context, proposal, actor)
        position = Position(
            position_id="-",
            document_id=context.document.document_id,
            text_sha256=context.document.text_sha256,
            actor=actor,
            speaker=_speaker(proposal, actor),
            role=proposal.holder.role,
            issue=issue.id,
            aspect=_aspect(context, issue, proposal.hit, sentence),
            stance=stance,
            condition=words,
            held=_held(context, predicate),
            attribution=attribution,
            basis=_basis(context, predicate),
            quote=span[2],
            quote_start=span[0],
            quote_end=span[1],
            said_on=said_on,
            said_on_basis=said_basis,
            confidence=confidence_of(trail, stance=stance, attribution=attribution),
            trail=trail,
            extractor_version=context.extractor_version,
            watch_version=context.watch.version,
        )
        made.append((position, sentence.start))
    return made


def _speaker(proposal: Proposal, actor: str) -> str | None:
    """Return who said it: of the speakers the one who speaks for `actor`, else the first, else the holder as the text names it."""
    speakers = [holder for holder in proposal.source.holders if holder.speaker] if proposal.source else []
    own = [holder for holder in speakers if actor in holder.ids]
    if own or speakers:
        return (own or speakers)[0].speaker
    return proposal.holder.speaker


def _issue_for(context: Context, proposal: Proposal, actor: str) -> Issue:
    """Choose between an issue and the one for the actor's own part in it.

    A state that itself does what the cue verb says speaks of its own part; a body, or a state that wants others to do it, of the
    issue as such.
    """
    issue, watch = proposal.hit.issue, context.watch
    own = issue if issue.own_forces_of else next((other for other in watch.issues if issue.id in other.own_forces_of), None)
    if own is None:
        return issue
    common = watch.issue_by_id[own.own_forces_of[0]]
    head = context.doc[proposal.hit.head]
    known = watch.actor_by_id.get(actor)
    is_state = known is None or known.kind == "state"
    doer = head if head.pos_ == "VERB" else None
    does_it = doer is not None and any(actor in holder.ids for holder in context.clauses.subjects(doer))
    owned = any(actor in (context.actors.ids_at.get(i) or ()) for i in proposal.hit.match.words) or any(
        context.doc[i].lower_ in ("its", "our", "his", "own") for i in proposal.hit.match.words
    )
    if is_state and (does_it or (owned and issue is own)):
        return own
    if issue is own and head.lemma_.lower() in ("participate", "join", "participation") and is_state:
        return own
    return common if issue is own else issue


def _aspect(context: Context, issue: Issue, hit: CueHit, sentence: Span) -> str:
    if hit.cue.aspect:
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


def _attribution(context: Context, proposal: Proposal, predicate: Token) -> Attribution:
    """Say how a position is known: by the holder's words or act, a spokesperson, somebody unnamed, the reporter, or another actor."""
    holder, source = proposal.holder, proposal.source
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
    if proposal.act:
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


def _said_on(context: Context, proposal: Proposal, predicate: Token) -> tuple[date, DateBasis]:
    """Return the day on which it was said: of the dates that hang on the saying or on what is said, the nearest; else the document's.

    A date that belongs to another verb of the sentence (`three days after he met B on 18 August`) does not count. Of a longer time
    (`last month`) the last day counts, not later than the document.
    """
    published = context.document.published_on
    sentence = predicate.sent
    governing = {predicate.i, *(token.i for token in predicate.ancestors)}
    if proposal.source and proposal.source.verb >= 0:
        governing.add(proposal.source.verb)
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
    span = doc.char_span(mention.span.start, mention.span.end, alignment_mode="expand")
    if span is None:
        return -1
    node = span.root
    while node.head.i != node.i:
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            break
    return int(node.i)
