"""Events: what happened, happens or is scheduled, found by the watch's triggers and read off the parse.

A trigger gives the type; subjects, objects and prepositions give who took part; the time expressions of the sentence give the
date; tense and modals give the status. One report per happening and document.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.event_facts import date_near, is_asserted, place_of, quantities_in, status_of, verb_above
from extractors.event_participants import has_generic_guests, participants
from extractors.lexicon import phrases
from extractors.orders import is_ordered
from extractors.parse import Span, Token
from extractors.patterns import occurs
from extractors.positions import Context
from vocabulary.claims import EventReport, TextDate
from vocabulary.identity import content_id
from vocabulary.watch import EventTrigger, Watch
from vocabulary.words import PLOVER_CODES, EventStatus, EventType


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
        self._verb_lemmas = frozenset(phrase.split(" ", 1)[0] for phrase in self._verbs)
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
        if token.pos_ == "VERB" and token.lemma_.lower() in self._verb_lemmas:
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
        governing = token if token.pos_ == "VERB" else verb_above(token)
        if not is_asserted(token, governing, context) or is_ordered(token):
            return None
        if trigger.needs and not occurs(trigger.needs, sentence, context.at):
            return None
        actors, objects = participants(context, token, governing, trigger)
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
            and has_generic_guests(context, token, governing, self._coalition)
        ):
            actors = [*actors, self._coalition]
        if not actors:
            return None
        when = date_near(context, sentence, token)
        status = status_of(context, token, governing, when)
        if status is EventStatus.HYPOTHETICAL and trigger.type not in (EventType.MEETING, EventType.CALL, EventType.AGREEMENT):
            return None  # guidelines: a hypothetical deployment is a position
        span = context.evidence(governing or token, token, None)
        if span is None:
            return None
        return _Found(
            trigger.type,
            token,
            actors,
            targets,
            when,
            status,
            place_of(token, governing),
            quantities_in(sentence),
            span,
            f"event:{trigger.type} trigger:{words.replace(' ', '_')}",
        )


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
