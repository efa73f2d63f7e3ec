"""Events: what happened, happens or is scheduled, found by the watch's triggers and read off the parse.

A trigger gives the type; subjects, objects and prepositions give who took part; the time expressions of the sentence give the
date; tense and modals give the status. One report per happening and document.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Span, Token

from extractors.evidence import clause_around
from extractors.lexicon import Attitude, first_class, phrases
from extractors.mentions import Holder
from extractors.patterns import occurs
from extractors.positions import Context
from extractors.scope import UNASSERTING_VERBS
from vocabulary.claims import EventReport, TextDate
from vocabulary.identity import content_id
from vocabulary.watch import EventTrigger, Watch
from vocabulary.words import PLOVER_CODES, EventStatus, EventType

FUTURE_MODALS = {"will", "shall", "'ll"}
MAYBE_MODALS = {"could", "would", "might", "may", "can", "should", "must"}
CANCELLED = {"cancel", "scrap", "abandon", "shelve", "axe"}
ONGOING = {"continue", "ongoing", "underway", "rage"}
HYPOTHETICAL = {
    "if",
    "whether",
    "propose",
    "possible",
    "potential",
    "suggest",
    "could",
    "offer",
    "urge",
    "want",
    "call",
    "demand",
    "ready",
    "willing",
    "hypothetical",
    "threaten",
    "possibility",
    "broker",
    "seek",
    "hope",
    "would",
}
PARTICIPANT_PREPOSITIONS = {"with", "between", "among", "by", "of", "from", "including", "alongside", "on", "against", "for"}
CARRYING_OUT = {
    "launch",
    "conduct",
    "carry",
    "make",
    "stage",
    "mount",
    "begin",
    "start",
    "wage",
    "unleash",
    "continue",
    "impose",
    "announce",
    "adopt",
    "issue",
    "give",
    "hold",
}
ATTENDING = {
    "hold",
    "host",
    "attend",
    "join",
    "have",
    "chair",
    "convene",
    "lead",
    "organise",
    "organize",
    "expect",
    "begin",
    "start",
    "resume",
    "end",
    "conclude",
    "conduct",
    "give",
    "deliver",
    "represent",
    "participate",
    "send",
    "arrange",
    "open",
    "take",
    "make",
    "prepare",
    "schedule",
    "sign",
    "issue",
    "release",
    "adopt",
    "reach",
    "agree",
    "complete",
    "exchange",
}
AT_PREPOSITIONS = {"at", "in", "during", "after", "following", "for", "ahead", "before", "on", "to", "by", "over"}
FACTUAL = {
    "begin",
    "start",
    "continue",
    "agree",
    "decide",
    "manage",
    "set",
    "due",
    "be",
    "go",
    "plan",
    "expect",
    "schedule",
    "intend",
    "prepare",
    "travel",
    "fly",
    "arrive",
    "have",
}
PLURAL_GUESTS = {
    "leader",
    "country",
    "nation",
    "delegation",
    "commander",
    "ally",
    "minister",
    "chief",
    "member",
    "delegate",
    "official",
    "envoy",
}
PLACE_ENTITIES = {"GPE", "FAC", "LOC"}


@dataclass(slots=True)
class _Found:
    """One report in the making."""

    type: EventType
    token: Token
    actors: list[str]
    targets: list[str]
    date: TextDate
    status: EventStatus
    place: str | None
    quantities: tuple[str, ...]
    span: tuple[int, int, str]
    trail: str
    confidence: float = 0.6
    extra: list[str] = field(default_factory=list)


class EventFinder:
    """Finds the events of documents by the triggers of one watch."""

    def __init__(self, watch: Watch) -> None:
        self._verbs: dict[str, EventTrigger] = {}
        self._nouns: dict[str, list[tuple[tuple[str, ...], EventTrigger]]] = {}
        for trigger in watch.event_triggers:
            for verb in trigger.verbs:
                self._verbs.setdefault(verb, trigger)
            for noun in trigger.nouns:
                words = tuple(noun.split())
                self._nouns.setdefault(words[0], []).append((words, trigger))
        for entries in self._nouns.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        self._coalition = next((actor.id for actor in watch.actors if actor.kind == "coalition"), None)

    def find(self, context: Context) -> list[EventReport]:
        """Return the event reports of a document in text order."""
        found: list[_Found] = []
        for sentence in context.doc.sents:
            if not any(token.is_alpha for token in sentence):
                continue
            taken: set[int] = set()
            for token in sentence:
                if token.i in taken:
                    continue
                if hit := self._trigger_at(token):
                    trigger, last, words = hit
                    taken.update(range(token.i, last))
                    if (
                        event := self._read(
                            context, sentence, token.doc[last - 1] if token.pos_ not in ("VERB", "AUX") else token, trigger, words
                        )
                    ) is not None:
                        found.append(event)
        return _reports(context, _one_per_happening(found))

    def _trigger_at(self, token: Token) -> tuple[EventTrigger, int, str] | None:
        """Return the trigger that begins at `token`, one past its last token, and its words."""
        if token.pos_ == "VERB":
            objects = [
                f"{token.lemma_.lower()} {prep.lower_} {pobj.lemma_.lower()}"
                for prep in token.children
                if prep.dep_ == "prep"
                for pobj in prep.children
                if pobj.dep_ == "pobj"
            ]
            for phrase in [*objects, *phrases(token)]:
                if phrase in self._verbs:
                    return self._verbs[phrase], token.i + 1, phrase
        for form in dict.fromkeys((token.lower_, token.lemma_.lower())):
            for words, trigger in self._nouns.get(form, ()):
                if self._noun_fits(token, words):
                    return trigger, token.i + len(words), " ".join(words)
        return None

    def _noun_fits(self, token: Token, words: tuple[str, ...]) -> bool:
        doc = token.doc
        if token.i + len(words) > token.sent.end:
            return False
        for offset, word in enumerate(words):
            other = doc[token.i + offset]
            if word not in (other.lower_, other.lemma_.lower()):
                return False
        return doc[token.i + len(words) - 1].pos_ in ("NOUN", "PROPN")

    # --- reading one trigger -------------------------------------------------------------------------------------------

    def _read(self, context: Context, sentence: Span, token: Token, trigger: EventTrigger, words: str) -> _Found | None:
        governing = token if token.pos_ == "VERB" else _verb_above(token)
        if not _is_asserted(token, governing, context):
            return None
        if trigger.needs and not occurs(trigger.needs, sentence, context.at):
            return None
        actors, objects = self._participants(context, token, governing, trigger)
        actors = list(dict.fromkeys(actors))
        if trigger.has_target:
            targets = [i for i in objects if i not in actors]
        else:
            actors = list(dict.fromkeys([*actors, *objects]))
            targets = []
        if (
            self._coalition
            and self._coalition not in actors
            and trigger.type is EventType.MEETING
            and self._generic_guests(context, token, governing)
        ):
            actors = [*actors, self._coalition]
        if not actors:
            return None
        when = _date_near(context, sentence, token)
        status = self._status(context, token, governing, when)
        if status is EventStatus.HYPOTHETICAL and trigger.type not in (EventType.MEETING, EventType.CALL, EventType.AGREEMENT):
            return None  # guidelines: a hypothetical deployment is a position
        span = clause_around(governing or token, token, None)
        if span is None:
            return None
        return _Found(
            trigger.type,
            token,
            actors,
            targets,
            when,
            status,
            _place(token, governing),
            _quantities(sentence),
            span,
            f"event:{trigger.type} trigger:{words.replace(' ', '_')}",
        )

    def _participants(self, context: Context, token: Token, verb: Token | None, trigger: EventTrigger) -> tuple[list[str], list[str]]:
        """Return the ids of those who do it and of those it is done with or to."""
        if token.pos_ == "VERB":
            doers = _ids(context.clauses.subjects(token)) or self._instrument_owners(context, token, trigger)
            return doers, [*self._objects(context, token), *self._by_preposition(context, token)]
        if trigger.has_target:
            doers = self._noun_doers(context, token, verb, trigger)
            return doers, self._by_preposition(context, token)
        doers = _ids(context.clauses.owners(token)) + self._by_preposition(context, token)
        others: list[str] = []
        if verb is not None and self._is_at(token, verb):
            doers += _ids(context.clauses.subjects(verb))
            others = [*self._objects(context, verb, but=token), *self._by_preposition(context, verb)]
        if verb is None or token.dep_ == "ROOT":
            doers += self._all_named(context, token)
        return doers, others

    def _noun_doers(self, context: Context, token: Token, verb: Token | None, trigger: EventTrigger) -> list[str]:
        """Return who did what a noun names: its owner, `by X`, or the subject of the light verb that carries it out."""
        owners = [child for child in token.children if child.dep_ in ("poss", "amod", "compound", "nmod")]
        owners += [pobj for child in token.children if child.lower_ == "by" for pobj in child.children if pobj.dep_ == "pobj"]
        found = [i for owner in owners for i in _ids(context.actors.holders(owner) or context.actors.adjective_holders(owner))]
        if not found and verb is not None and verb.lemma_.lower() in CARRYING_OUT and token.dep_ in ("dobj", "attr", "nsubjpass"):
            found = _ids(context.clauses.subjects(verb)) or self._instrument_owners(context, verb, trigger)
        return found

    def _instrument_owners(self, context: Context, verb: Token, trigger: EventTrigger) -> list[str]:
        """Return whose means do it, by the trigger's instruments: `their jets bombed`."""
        found = []
        for subject in context.clauses.subject_tokens(verb):
            if subject.lemma_.lower() in trigger.instruments:
                found += _ids(context.clauses.owners(subject))
        return found

    def _objects(self, context: Context, verb: Token, but: Token | None = None) -> list[str]:
        found = []
        for child in verb.children:
            if child.dep_ in ("dobj", "dative", "nsubjpass") and (but is None or child.i != but.i):
                found += _ids(context.actors.holders(child) or context.clauses.owners(child))
        return found

    def _is_at(self, token: Token, verb: Token) -> bool:
        """Tell whether the subject of `verb` takes part in what the noun names: it holds or attends it, or does something at it."""
        if verb.lemma_.lower() in ATTENDING:
            return True
        node = token
        while node.i != verb.i and node.head.i != node.i:
            if node.dep_ == "prep" and node.lower_ in AT_PREPOSITIONS:
                return True
            node = node.head
        return False

    def _all_named(self, context: Context, token: Token) -> list[str]:
        """Return everybody named in a sentence without a verb, as in a list of dates; capitals are places there."""
        return [i for other in token.sent if other.ent_type_ != "GPE" or other.dep_ == "poss" for i in context.actors.person_ids(other)]

    def _by_preposition(self, context: Context, token: Token) -> list[str]:
        found = []
        for child in token.children:
            if child.dep_ in ("prep", "agent") and child.lower_ in PARTICIPANT_PREPOSITIONS:
                found += [i for pobj in child.children if pobj.dep_ == "pobj" for i in _ids(context.actors.holders(pobj))]
        return found

    def _generic_guests(self, context: Context, token: Token, verb: Token | None) -> bool:
        """Tell whether unnamed leaders or countries take part in a text that names the coalition."""
        if not any(self._coalition in ids for ids in context.actors.ids_at.values()):
            return False
        around = [*token.subtree, *(verb.subtree if verb is not None else ())]
        return any(t.lemma_.lower() in PLURAL_GUESTS and t.tag_ == "NNS" for t in around)

    def _status(self, context: Context, token: Token, verb: Token | None, when: TextDate) -> EventStatus:
        day = context.document.published_on
        chain = [token, *([verb] if verb is not None and verb.i != token.i else [])]
        if verb is not None and verb.dep_ in ("xcomp", "ccomp", "acl", "advcl"):
            chain.append(verb.head)
        words = {t.lemma_.lower() for t in chain} | {
            c.lower_ for t in chain for c in t.children if c.dep_ in ("aux", "mark", "amod", "advmod", "acomp", "prep")
        }
        lemmas = words | {c.lemma_.lower() for t in chain for c in t.children if c.dep_ in ("amod", "acomp", "advmod")}
        if lemmas & CANCELLED:
            return EventStatus.CANCELLED
        if when.starts_on is not None and when.starts_on > day:
            return EventStatus.PLANNED
        if (
            words & FUTURE_MODALS
            or lemmas & {"due", "scheduled", "schedule", "expect", "expected", "upcoming", "slate", "planned", "ahead"}
            or (verb is not None and _going_to(verb))
        ):
            return EventStatus.PLANNED if when.ends_on is None or when.ends_on >= day else EventStatus.PAST
        if when.ends_on is not None and when.ends_on < day:
            return EventStatus.PAST
        if words & MAYBE_MODALS or lemmas & HYPOTHETICAL:
            return EventStatus.HYPOTHETICAL
        if lemmas & ONGOING or (
            verb is not None
            and verb.tag_ == "VBG"
            and any(c.dep_ == "aux" and c.lemma_ == "be" and c.tag_ in ("VBZ", "VBP") for c in verb.children)
        ):
            return EventStatus.ONGOING
        return EventStatus.PAST


def _ids(holders: Iterable[Holder]) -> list[str]:
    """Return the actor ids of holders, in order, each once."""
    return list(dict.fromkeys(i for holder in holders for i in holder.ids))


def _is_asserted(token: Token, verb: Token | None, context: Context) -> bool:
    """Tell whether the text says that it happens: not under `if`, not denied, not a mere infinitive (`the idea of sending X`)."""
    if (
        token.pos_ != "VERB"
        and any(child.dep_ == "prep" and child.lower_ == "for" for child in token.children)
        and token.lemma_.lower() == "call"
    ):
        return False
    if verb is None:
        return True
    if context.clauses.is_negated(verb) or any(
        child.dep_ == "mark" and child.lower_ in ("if", "whether", "unless") for child in verb.children
    ):
        return False
    if verb.dep_ in ("ccomp", "xcomp") and verb.head.lemma_.lower() in UNASSERTING_VERBS:
        return False
    if (
        token.pos_ == "VERB"
        and token.tag_ == "VBG"
        and token.dep_ in ("xcomp", "advcl", "ccomp")
        and not any(c.dep_ == "aux" for c in token.children)
    ):
        found = first_class(phrases(token.head), context.lexicon.predicates)
        if found and found[0] not in (Attitude.SUPPORTS, Attitude.ACTS):
            return False  # `ruled out signing`
    if token.pos_ == "VERB" and token.dep_ in ("pcomp", "acl") and token.tag_ != "VBN":
        return False
    if token.pos_ == "VERB" and any(child.dep_ == "aux" and child.lower_ == "to" for child in token.children):
        return token.dep_ == "xcomp" and token.head.lemma_.lower() in FACTUAL and not context.clauses.is_negated(token.head)
    return True


def _verb_above(token: Token) -> Token | None:
    """Return the verb that a noun is an argument of; None where the noun stands alone."""
    node = token
    for _ in range(4):
        if node.head.i == node.i:
            return None
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            return node
        if node.pos_ == "NOUN" and node.dep_ not in ("conj", "pobj"):
            return None
    return None


def _going_to(verb: Token) -> bool:
    """Tell whether a verb is announced: `is to meet`, `is set to meet`."""
    return (
        any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)
        and verb.dep_ == "xcomp"
        and verb.head.lemma_ in ("be", "set", "go", "due", "plan")
    )


def _date_near(context: Context, sentence: Span, token: Token) -> TextDate:
    """Return the date of the sentence that stands nearest to the trigger; none where the sentence has none.

    An entry of a list (`20 March: ...`) may have been cut after its colon: then the date before it counts.
    """
    start = sentence.start_char
    before = sentence.doc[sentence.start - 1].sent if sentence.start > 0 else None
    if before is not None and before.text.rstrip().endswith(":") and "\n" not in before.text:
        start = before.start_char
    inside = [m for m in context.dates if start <= m.span.start < sentence.end_char and m.date.starts_on is not None]
    best = min(inside, key=lambda mention: abs(mention.span.start - token.idx), default=None)
    return best.date if best is not None else TextDate()


def _place(token: Token, verb: Token | None) -> str | None:
    """Return the place as written: what stands after `in` or `at` beside the trigger or its verb."""
    for governor in (token, verb):
        if governor is None:
            continue
        for child in governor.children:
            if child.dep_ == "prep" and child.lower_ in ("in", "at"):
                for pobj in child.children:
                    if pobj.dep_ == "pobj" and pobj.ent_type_ in PLACE_ENTITIES:
                        return str(pobj.doc[pobj.left_edge.i : pobj.i + 1].text).strip()
    return None


def _quantities(sentence: Span) -> tuple[str, ...]:
    """Return numbers with their units as written: money, and numbers before a noun."""
    found = []
    for token in sentence:  # not sentence.ents: that walks the whole document each time
        if token.ent_type_ in ("MONEY", "QUANTITY") and token.ent_iob_ == "B":
            last = token.i + 1
            while last < sentence.end and token.doc[last].ent_iob_ == "I":
                last += 1
            found.append(token.doc[token.i : last].text)
    found += [
        token.doc[token.left_edge.i : token.head.i + 1].text
        for token in sentence
        if token.dep_ == "nummod" and token.head.i > token.i and token.ent_type_ == "CARDINAL" and token.head.i - token.left_edge.i < 6
    ]
    return tuple(dict.fromkeys(text.strip() for text in found if text.strip()))


def _one_per_happening(found: Iterable[_Found]) -> list[_Found]:
    """Merge reports of one happening in one text: same type, shared actors, and the same date or one without a date."""
    kept: list[_Found] = []
    for event in found:
        twin = next((other for other in kept if _same(other, event)), None)
        if twin is None:
            kept.append(event)
            continue
        fuller = (
            event if (event.date.starts_on is not None, len(event.actors)) > (twin.date.starts_on is not None, len(twin.actors)) else twin
        )
        other = twin if fuller is event else event
        if fuller.date.starts_on is None:
            fuller.date = other.date
        kept[kept.index(twin)] = fuller
    return kept


def _same(first: _Found, second: _Found) -> bool:
    if first.type is not second.type or not set(first.actors) & set(second.actors):
        return False
    if first.date.starts_on is None or second.date.starts_on is None:
        return set(first.actors) <= set(second.actors) or set(second.actors) <= set(first.actors)
    return first.date.iso() == second.date.iso()


def _reports(context: Context, found: list[_Found]) -> list[EventReport]:
    seen: dict[str, int] = {}
    result = []
    for event in sorted(found, key=lambda f: (f.span[0], f.span[1], f.type)):
        base = content_id(context.document.document_id, event.type, event.date.iso(), *event.actors, event.span[2])
        seen[base] = seen.get(base, 0) + 1
        result.append(
            EventReport(
                report_id=content_id(base, seen[base]),
                document_id=context.document.document_id,
                text_sha256=context.document.text_sha256,
                type=event.type,
                plover_code=PLOVER_CODES[event.type],
                starts_on=event.date.starts_on,
                ends_on=event.date.ends_on,
                date_precision=event.date.precision,
                date_basis=event.date.basis,
                date_raw=event.date.raw,
                status=event.status,
                actors=tuple(event.actors),
                targets=tuple(event.targets),
                place=event.place,
                quantities=event.quantities,
                quote=event.span[2],
                quote_start=event.span[0],
                quote_end=event.span[1],
                confidence=event.confidence,
                trail=event.trail,
                extractor_version=context.extractor_version,
                watch_version=context.watch.version,
            )
        )
    return result
