"""The tagger: a document in, its positions and events out. The only place where the parts of the room are put together."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extractors.candidates import Candidate, Scenes
from extractors.clauses import Clauses
from extractors.considered import Considered, NearMiss, find_near_misses
from extractors.cues import CueFinder
from extractors.dates import find_dates
from extractors.events import EventFinder
from extractors.facts import FactFinder, Facts
from extractors.gazetteer import Gazetteer
from extractors.judge import Judge, load_judge
from extractors.lexicon import Lexicon, load_lexicon
from extractors.mentions import DocumentActors
from extractors.model import MODEL_NAME, load_model, parsable, uncollected
from extractors.parse import Span, read_parse
from extractors.patterns import ActorsAt
from extractors.positions import Context, build_positions
from extractors.proposals import Proposer
from extractors.reading import Reading, read_marks
from extractors.relevance import RelevanceGate
from extractors.speech import Attributions
from extractors.stance_facts import find_ground
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import content_id
from vocabulary.watch import Watch

RULES_VERSION = "4"  # raise it with every change of the rules that may change what is found
PARSE_BATCH = 16


class Tagger:
    """Tags documents for one watch. Building it compiles the watch; the parser is loaded with the first document."""

    def __init__(self, watch: Watch, judge: Judge | None = None) -> None:
        self._watch = watch
        self._judge = judge or load_judge()
        self._lexicon = load_lexicon()
        self._gate = RelevanceGate(watch)
        self._cues = CueFinder(watch)
        self._events = EventFinder(watch)

    @property
    def watch(self) -> Watch:
        """The watch that it tags for."""
        return self._watch

    @cached_property
    def version(self) -> str:
        """Version of rules, lexicon and parser: two taggers with one version find the same in the same text."""
        lexicon = files("extractors").joinpath("data/lexicon.toml").read_text(encoding="utf-8")
        return f"{RULES_VERSION}-{content_id(lexicon, self._judge.version, MODEL_NAME, version('spacy'))[:8]}"

    @cached_property
    def _nlp(self) -> Language:
        return load_model()

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self._watch, self._nlp)

    def is_relevant(self, title: str, summary: str) -> bool:
        """Tell by title and summary alone whether an article is worth fetching."""
        return self._gate.passes_teaser(read_marks(f"{title}\n{summary}").text)

    def tag(self, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
        """Yield what is found in each document, in order. A document that is not about the watch is not parsed."""
        batch: list[Document] = []
        for document in documents:
            batch.append(document)
            if len(batch) >= PARSE_BATCH:
                yield from self._tag_batch(batch)
                batch = []
        yield from self._tag_batch(batch)

    def _tag_batch(self, batch: list[Document]) -> Iterator[TaggedDocument]:
        readings = [read_marks(document.text) for document in batch]
        scores = [self._gate.score(reading.text) for reading in readings]
        relevant = self._tag_readings(
            [(document, reading, score) for document, reading, score in zip(batch, readings, scores, strict=True) if score > 0]
        )
        for document, score in zip(batch, scores, strict=True):
            yield next(relevant) if score > 0 else self._untagged(document)

    def tag_parsed(self, rated: list[tuple[Document, float]]) -> Iterator[TaggedDocument]:
        """Yield what is found in each document; its relevance is what the caller says, and the gate is not asked."""
        yield from self._tag_readings([(document, read_marks(document.text), relevance) for document, relevance in rated])

    def _tag_readings(self, rated: list[tuple[Document, Reading, float]]) -> Iterator[TaggedDocument]:
        parsed = self._nlp.pipe(parsable(reading.text) for _, reading, _ in rated)
        for (document, reading, relevance), doc in zip(rated, parsed, strict=True):
            with uncollected():
                tagged = self._tag_parsed(document, reading, doc, relevance)
            yield tagged

    def _untagged(self, document: Document) -> TaggedDocument:
        return TaggedDocument(
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            relevance=0,
            extractor_version=self.version,
            watch_version=self._watch.version,
        )

    def view(self, documents: Iterable[Document]) -> Iterator[list["CandidateView"]]:
        """Yield for each document its candidates with their facts, as the judge sees them: what it is taught from."""
        kept = [(document, read_marks(document.text)) for document in documents]
        for (document, reading), doc in zip(kept, self._nlp.pipe(parsable(reading.text) for _, reading in kept), strict=True):
            read = self._read(document, reading, doc)
            yield [_view(candidate, read, self._lexicon) for candidate in read.scenes.candidates()]

    def consider(self, document: Document) -> Considered:
        """Return the sentences of `document` and what was considered in them and not taken, whatever the gate thinks of the text."""
        reading = read_marks(document.text)
        read = self._read(document, reading, self._nlp(parsable(reading.text)))
        positions = build_positions(read.context, self._judge, read.scenes, read.finder)
        places = [reading.span_of(*_trimmed(scene.span)) for scene in read.scenes.scenes]
        taken = {
            (one.actor, one.issue, number)
            for one in positions
            for number, (start, end) in enumerate(places)
            if start <= one.quote_start < end
        }
        found = find_near_misses(read.scenes, read.finder, self._judge, self._lexicon, taken)
        missed = [
            NearMiss(one.actor, one.issue.id, *places[one.scene.index], rate, self._judge.threshold, why, against)
            for one, rate, why, against in found
        ]
        return Considered(tuple(places), tuple(missed))

    def _tag_parsed(self, document: Document, reading: Reading, doc: Doc, relevance: float) -> TaggedDocument:
        """Tag one parsed document: what it holds is read, then positions and events are made of it."""
        read = self._read(document, reading, doc)
        context = read.context
        return TaggedDocument(
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            relevance=relevance,
            positions=tuple(filter(context.is_verbatim, build_positions(context, self._judge, read.scenes, read.finder))),
            events=tuple(filter(context.is_verbatim, self._events.find(context))),
            extractor_version=self.version,
            watch_version=self._watch.version,
        )

    def _read(self, document: Document, reading: Reading, parsed: Doc) -> "_Read":
        """Read one parsed document: 1. names, 2. clauses and speech, 3. candidates."""
        doc = read_parse(parsed)
        # 1. names
        actors = DocumentActors(doc, watch=self._watch, gazetteer=self._gazetteer, lexicon=self._lexicon, day=document.published_on)
        # 2. clauses and speech
        clauses = Clauses(actors, self._lexicon)
        speech = Attributions(doc, actors, clauses, self._lexicon)
        context = Context(
            document=document,
            reading=reading,
            doc=doc,
            watch=self._watch,
            actors=actors,
            clauses=clauses,
            speech=speech,
            lexicon=self._lexicon,
            at=ActorsAt(actors.ids_at),
            dates=find_dates(reading.text, document.published_on),
            extractor_version=self.version,
        )
        # 3. candidates
        proposer = Proposer(actors, clauses, speech, self._lexicon)
        scenes = Scenes(doc, watch=self._watch, actors=actors, clauses=clauses, speech=speech, cues=self._cues, proposer=proposer)
        return _Read(context, scenes, FactFinder(scenes, self._lexicon))


class CandidateView(NamedTuple):
    """A candidate as the judge sees it."""

    actor: str
    issue: str
    place: tuple[int, int]
    """Characters (start, end) of its sentence."""
    facts: Facts
    stance_facts: Facts


class _Read(NamedTuple):
    context: Context
    scenes: Scenes
    finder: FactFinder


def _view(candidate: Candidate, read: _Read, lexicon: Lexicon) -> CandidateView:
    place = read.context.reading.span_of(*_trimmed(candidate.scene.span))
    ground = find_ground(candidate, read.finder, read.scenes, lexicon)
    return CandidateView(candidate.actor, candidate.issue.id, place, read.finder.facts_of(candidate), ground.facts)


def _trimmed(span: Span) -> tuple[int, int]:
    """Return the characters (start, end) of a sentence without the blanks around it; at least one."""
    text, start = span.text, span.start_char
    first = start + len(text) - len(text.lstrip())
    return min(first, span.end_char - 1), max(start + len(text.rstrip()), min(first, span.end_char - 1) + 1)
