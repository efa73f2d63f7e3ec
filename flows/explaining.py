"""What is shown of an article by `stancewatch explain`: its sentences with what was found in them, why, and what was nearly found."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from pydantic import Field

from extractors.considered import Considered
from extractors.glosses import gloss_signed, gloss_trail
from vocabulary.documents import Document, Record
from vocabulary.words import PublishedBasis
from warehouse.reading import StoredPosition, StoredReport

_PARAGRAPH_END = "\n\n"


class ShownPosition(StoredPosition):
    """A position with its trail in words."""

    reasons: tuple[str, ...] = Field(description="What the trail tells, in words")


class ShownReport(StoredReport):
    """A report of an event with its trail in words."""

    reasons: tuple[str, ...] = Field(description="What the trail tells, in words")


class ShownMiss(Record):
    """An actor and an issue in a sentence, of which no position was made."""

    actor: str = Field(description="Actor")
    issue: str = Field(description="Issue")
    probability: float = Field(description="Probability that it is a position")
    threshold: float = Field(description="Probability from which a candidate is taken")
    why: str = Field(description="`unlikely`, `grammar` (ruled out) or `merged` (another position says it, or no words show it)")
    against: tuple[str, ...] = Field(description="The facts that weighed most against it, as trails name them")
    reasons: tuple[str, ...] = Field(description="The same in words")


class SentenceFound(Record):
    """A sentence of the article in which something was found or nearly found."""

    start: int = Field(ge=0, description="Its first character in the text version")
    end: int = Field(ge=0, description="One past its last")
    text: str = Field(description="Its words, verbatim")
    positions: tuple[ShownPosition, ...] = Field(description="Positions whose quote begins in it")
    reports: tuple[ShownReport, ...] = Field(description="Reports of events whose quote begins in it")
    missed: tuple[ShownMiss, ...] = Field(description="What was considered and not taken, the likeliest first")

    def marked(self, opening: str, closing: str) -> str:
        """Return the sentence with its evidence between marks; where the text itself has such marks, they are taken apart."""
        spans = [(max(one.quote_start, self.start), min(one.quote_end, self.end)) for one in self._claims()]
        parts, at = [], self.start
        for start, end in _joined(spans):
            parts += [self._words(at, start, opening, closing), opening, self._words(start, end, opening, closing), closing]
            at = end
        return "".join((*parts, self._words(at, self.end, opening, closing)))

    def _claims(self) -> list[ShownPosition | ShownReport]:
        return [*self.positions, *self.reports]

    def _words(self, start: int, end: int, *marks: str) -> str:
        words = self.text[start - self.start : end - self.start]
        for mark in marks:
            words = words.replace(mark, " ".join(mark))
        return words


class Explained(Record):
    """An article, sentence by sentence."""

    document_id: str = Field(description="Article")
    url: str = Field(description="Its address; `seed:<id>` for a seed")
    outlet: str = Field(description="Who published it")
    title: str = Field(description="Its headline")
    published_on: date = Field(description="Its day")
    published_basis: PublishedBasis = Field(description="How that day is known")
    text_sha256: str = Field(description="Text version")
    extractor_version: str = Field(description="Version of the extractors that looked for near misses")
    stored_versions: tuple[str, ...] = Field(description="Versions of the extractors that found what is stored")
    positions: int = Field(description="Positions of it that stand")
    reports: int = Field(description="Reports of events of it that stand")
    missed: int = Field(description="What was considered and not taken")
    sentences: tuple[SentenceFound, ...] = Field(description="Its sentences in which something was found or nearly found, in text order")


class Considers(Protocol):
    """A tagger that tells what it considered."""

    @property
    def version(self) -> str:
        """Version of what it looks with."""

    def consider(self, document: Document) -> Considered:
        """Return sentences and near misses."""


def explain_document(
    document: Document, positions: Iterable[StoredPosition], reports: Iterable[StoredReport], tagger: Considers
) -> Explained:
    """Return the article with what is stored of it, and what `tagger` considered in it and did not take."""
    considered = tagger.consider(document)
    shown = [ShownPosition(**dict(one), reasons=tuple(gloss_trail(one.trail))) for one in positions]
    told = [ShownReport(**dict(one), reasons=tuple(gloss_trail(one.trail))) for one in reports]
    claims: list[ShownPosition | ShownReport] = [*shown, *told]
    held = {(one.actor, one.issue, _place(one.quote_start, considered, document.text)) for one in shown}
    missed: dict[tuple[int, int], list[ShownMiss]] = {}
    for one in sorted(considered.missed, key=lambda miss: -miss.probability):
        if (one.actor, one.issue, (one.start, one.end)) not in held:  # what is stored may be by other extractors
            reasons = tuple(filter(None, map(gloss_signed, one.against)))
            values = {"actor": one.actor, "issue": one.issue, "threshold": one.threshold, "why": one.why, "against": one.against}
            missed.setdefault((one.start, one.end), []).append(ShownMiss(probability=round(one.probability, 3), reasons=reasons, **values))
    places = {_place(one.quote_start, considered, document.text) for one in claims} | missed.keys()
    sentences = [
        SentenceFound(
            start=place[0],
            end=place[1],
            text=document.text[place[0] : place[1]],
            positions=tuple(one for one in shown if _place(one.quote_start, considered, document.text) == place),
            reports=tuple(one for one in told if _place(one.quote_start, considered, document.text) == place),
            missed=tuple(missed.get(place, ())),
        )
        for place in sorted(places)
    ]
    return Explained(
        **document.model_dump(include={"document_id", "url", "outlet", "title", "published_on", "published_basis", "text_sha256"}),
        extractor_version=tagger.version,
        stored_versions=tuple(sorted({one.extractor_version for one in claims})),
        positions=len(shown),
        reports=len(told),
        missed=sum(map(len, missed.values())),
        sentences=tuple(sentences),
    )


def _place(start: int, considered: Considered, text: str) -> tuple[int, int]:
    """Return the sentence in which a character stands, else its paragraph."""
    found = next((place for place in considered.sentences if place[0] <= start < place[1]), None)
    if found is not None:
        return found
    before = text.rfind(_PARAGRAPH_END, 0, start)
    after = text.find(_PARAGRAPH_END, start)
    return (before + len(_PARAGRAPH_END) if before >= 0 else 0), (after if after >= 0 else len(text))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found
