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
from extractors.cues import CueFinder
from extractors.dates import find_dates
from extractors.events import EventFinder
from extractors.facts import FactFinder, Facts
from extractors.gazetteer import Gazetteer
from extractors.judge import Judge, load_judge
from extractors.lexicon import Lexicon, load_lexicon
from extractors.mentions import DocumentActors
from extractors.model import MODEL_NAME, load_model, parsable, uncollected
from extractors.parse import read_parse
from extractors.patterns import ActorsAt
from extractors.positions import Context, build_positions
from extractors.proposals import Proposer
from extractors.relevance import RelevanceGate
from extractors.speech import Attributions
from extractors.stance_facts import find_ground
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import content_id
from vocabulary.watch import Watch

RULES_VERSION = "2"  # raise it with every change of the rules that may change what is found
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
        return self._gate.passes_teaser(f"{title}\n{summary}")

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
        scores = [self._gate.score(document.text) for document in batch]
        relevant = self.tag_parsed([(document, score) for document, score in zip(batch, scores, strict=True) if score > 0])
        for document, score in zip(batch, scores, strict=True):
            yield next(relevant) if score > 0 else self._untagged(document)

    def tag_parsed(self, rated: list[tuple[Document, float]]) -> Iterator[TaggedDocument]:
        """Yield what is found in each document; its relevance is what the caller says, and the gate is not asked."""
        parsed = self._nlp.pipe(parsable(document.text) for document, _ in rated)
        for (document, relevance), doc in zip(rated, parsed, strict=True):
            with uncollected():
                tagged = self._tag_parsed(document, doc, relevance)
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
        kept = list(documents)
        for document, doc in zip(kept, self._nlp.pipe(parsable(document.text) for document in kept), strict=True):
            read = self._read(document, doc)
            yield [_view(candidate, read, self._lexicon) for candidate in read.scenes.candidates()]

    def _tag_parsed(self, document: Document, doc: Doc, relevance: float) -> TaggedDocument:
        """Tag one parsed document: what it holds is read, then positions and events are made of it."""
        read = self._read(document, doc)
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

    def _read(self, document: Document, parsed: Doc) -> "_Read":
        """Read one parsed document: 1. names, 2. clauses and speech, 3. candidates."""
        doc = read_parse(parsed)
        # 1. names
        actors = DocumentActors(doc, watch=self._watch, gazetteer=self._gazetteer, lexicon=self._lexicon, day=document.published_on)
        # 2. clauses and speech
        clauses = Clauses(actors, self._lexicon)
        speech = Attributions(doc, actors, clauses, self._lexicon)
        context = Context(
            document=document,
            doc=doc,
            watch=self._watch,
            actors=actors,
            clauses=clauses,
            speech=speech,
            lexicon=self._lexicon,
            at=ActorsAt(actors.ids_at),
            dates=find_dates(document.text, document.published_on),
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
    text = candidate.scene.span.text
    start = candidate.scene.span.start_char
    place = (start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
    ground = find_ground(candidate, read.finder, read.scenes, lexicon)
    return CandidateView(candidate.actor, candidate.issue.id, place, read.finder.facts_of(candidate), ground.facts)
