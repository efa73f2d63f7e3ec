"""The tagger: a document in, its positions and events out. The only place where the parts of the room are put together."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files

from spacy.language import Language
from spacy.tokens import Doc

from extractors.clauses import Clauses
from extractors.cues import CueFinder, CueHit
from extractors.dates import find_dates
from extractors.events import EventFinder
from extractors.gazetteer import Gazetteer
from extractors.lexicon import load_lexicon
from extractors.mentions import DocumentActors
from extractors.model import MODEL_NAME, load_model, parsable
from extractors.patterns import ActorsAt
from extractors.positions import Context, build_positions
from extractors.proposals import Proposal, Proposer
from extractors.relevance import RelevanceGate
from extractors.speech import Attributions
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import content_id
from vocabulary.watch import Watch

RULES_VERSION = "1"  # raise it with every change of the rules that may change what is found
PARSE_BATCH = 16


class Tagger:
    """Tags documents for one watch. Building it compiles the watch; the parser is loaded with the first document."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._lexicon = load_lexicon()
        self._gate = RelevanceGate(watch)
        self._cues = CueFinder(watch)
        self._events = EventFinder(watch)

    @cached_property
    def version(self) -> str:
        """Version of rules, lexicon and parser: two taggers with one version find the same in the same text."""
        lexicon, confidence = (
            files("extractors").joinpath(f"data/{name}.toml").read_text(encoding="utf-8") for name in ("lexicon", "confidence")
        )
        return f"{RULES_VERSION}-{content_id(lexicon, confidence, MODEL_NAME, version('spacy'))[:8]}"

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
            yield self._tag_parsed(document, doc, relevance)

    def _untagged(self, document: Document) -> TaggedDocument:
        return TaggedDocument(
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            relevance=0,
            extractor_version=self.version,
            watch_version=self._watch.version,
        )

    def _tag_parsed(self, document: Document, doc: Doc, relevance: float) -> TaggedDocument:
        """Tag one parsed document: 1. names, 2. clauses and speech, 3. cues and proposals, 4. positions, 5. events."""
        # 1. names
        actors = DocumentActors(doc, watch=self._watch, gazetteer=self._gazetteer, lexicon=self._lexicon, day=document.published_on)
        at = ActorsAt(actors.ids_at)
        # 2. clauses and speech
        clauses = Clauses(actors, self._lexicon)
        speech = Attributions(doc, actors, clauses, self._lexicon)
        context = Context(
            document=document,
            doc=doc,
            watch=self._watch,
            actors=actors,
            clauses=clauses,
            lexicon=self._lexicon,
            at=at,
            dates=find_dates(document.text, document.published_on),
            extractor_version=self.version,
        )
        # 3. cues and proposals
        proposer = Proposer(actors, clauses, speech, self._lexicon)
        proposals: list[Proposal] = []
        cue_tokens: dict[int, frozenset[int]] = {}
        earlier: list[CueHit] = []
        for sentence in doc.sents:
            hits = self._cues.find(sentence, at)
            if not hits:
                hits = self._cues.find_back(sentence, earlier)
                earlier = []
            else:
                earlier = hits
            cue_tokens[sentence.start] = frozenset(i for hit in hits for i in hit.match.words)
            for hit in hits:
                proposals += proposer.propose(hit)
        # 4. positions, 5. events
        return TaggedDocument(
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            relevance=relevance,
            positions=tuple(filter(context.is_verbatim, build_positions(context, proposals, cue_tokens))),
            events=tuple(filter(context.is_verbatim, self._events.find(context))),
            extractor_version=self.version,
            watch_version=self._watch.version,
        )
