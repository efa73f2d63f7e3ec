"""Records of what a text says: positions and events, each with the words that show it."""

from datetime import date

from pydantic import Field

from vocabulary.documents import Record
from vocabulary.words import Attribution, Basis, DateBasis, DatePrecision, EventStatus, EventType, Held, Stance


class TextSpan(Record):
    """A verbatim piece of a stored text version."""

    start: int = Field(ge=0, description="First character")
    end: int = Field(ge=0, description="One past the last character")


class TextDate(Record):
    """A date as a text gives it: a closed interval of days and how it is known."""

    starts_on: date | None = Field(default=None, description="First day; None where unknown")
    ends_on: date | None = Field(default=None, description="Last day, inclusive; None where unknown")
    precision: DatePrecision = Field(default=DatePrecision.NONE, description="Smallest unit that the text gives")
    basis: DateBasis = Field(default=DateBasis.NONE, description="explicit, relative to the document's date, or the document's own")
    raw: str = Field(default="", description="The words of the text")

    def iso(self) -> str | None:
        """Return `2024`, `2024-05`, `2024-W19`, `2024-05-08`, a range `A/B`, or None."""
        first, last = self.starts_on, self.ends_on
        if first is None or last is None:
            return None
        match self.precision:
            case DatePrecision.YEAR:
                return f"{first:%Y}"
            case DatePrecision.MONTH:
                return f"{first:%Y-%m}"
            case DatePrecision.WEEK:
                year, week, _ = first.isocalendar()
                return f"{year}-W{week:02d}"
            case _:
                return f"{first}" if first == last else f"{first}/{last}"


class Position(Record):
    """In one passage, one actor is shown to stand somewhere on one issue."""

    position_id: str = Field(description="Content id of document, actor, issue, aspect, stance, held, quote and its ordinal")
    document_id: str = Field(description="Document that shows it")
    text_sha256: str = Field(description="Text version that the offsets count in")
    actor: str = Field(description="Actor id of the watch, or ISO 3166-1 alpha-3")
    speaker: str | None = Field(default=None, description="Whoever said it, under the name that the text uses")
    role: str | None = Field(default=None, description="Role id that the speaker held on said_on, where known")
    issue: str = Field(description="Issue id of the watch")
    aspect: str = Field(default="general", description="Question within the issue; `general` where the text names none")
    stance: Stance = Field(description="Where the actor stands")
    condition: str | None = Field(default=None, description="The words that state the condition")
    held: Held = Field(default=Held.NOW, description="Held now, or reported as held then")
    attribution: Attribution = Field(description="How it is known")
    basis: Basis = Field(description="What it rests on in time")
    quote: str = Field(description="Verbatim evidence: text[quote_start:quote_end]")
    quote_start: int = Field(ge=0, description="First character of the quote in the text version")
    quote_end: int = Field(ge=0, description="One past its last character")
    said_on: date = Field(description="Day on which it was said or done, as well as is known")
    said_on_basis: DateBasis = Field(description="How said_on is known")
    confidence: float = Field(ge=0, le=1, description="Share of such positions that hold")
    trail: str = Field(description="Rule ids that made it, joined by spaces")
    extractor_version: str = Field(description="Version of the extractors and their data")
    watch_version: str = Field(description="Version of the watch")


class EventReport(Record):
    """One document's report of one happening."""

    report_id: str = Field(description="Content id of document, type, date, actors, quote and its ordinal")
    document_id: str = Field(description="Document that reports it")
    text_sha256: str = Field(description="Text version that the offsets count in")
    type: EventType = Field(description="What kind of happening")
    plover_code: str | None = Field(default=None, description="PLOVER root code; None where none says the same")
    starts_on: date | None = Field(default=None, description="First day; None where unknown")
    ends_on: date | None = Field(default=None, description="Last day, inclusive")
    date_precision: DatePrecision = Field(default=DatePrecision.NONE, description="Smallest unit that the text gives")
    date_basis: DateBasis = Field(default=DateBasis.NONE, description="How the date is known")
    date_raw: str = Field(default="", description="The words that give the date")
    status: EventStatus = Field(description="Whether it happened")
    actors: tuple[str, ...] = Field(description="Ids of those who act in it or take part, past or ahead; the doer first")
    targets: tuple[str, ...] = Field(default=(), description="Ids that it was done to or for")
    place: str | None = Field(default=None, description="Place as written")
    quantities: tuple[str, ...] = Field(default=(), description="Numbers with their units, as written")
    quote: str = Field(description="Verbatim evidence: text[quote_start:quote_end]")
    quote_start: int = Field(ge=0, description="First character of the quote in the text version")
    quote_end: int = Field(ge=0, description="One past its last character")
    confidence: float = Field(ge=0, le=1, description="Share of such reports that hold")
    trail: str = Field(description="Rule ids that made it, joined by spaces")
    extractor_version: str = Field(description="Version of the extractors and their data")
    watch_version: str = Field(description="Version of the watch")

    def date_iso(self) -> str | None:
        """Return the date as `TextDate.iso` writes it."""
        return TextDate(starts_on=self.starts_on, ends_on=self.ends_on, precision=self.date_precision).iso()


class TaggedDocument(Record):
    """All that the extractors found in one document."""

    document_id: str = Field(description="Document")
    text_sha256: str = Field(description="Text version")
    relevance: float = Field(ge=0, le=1, description="How much the text is about the watch; 0 is not at all")
    positions: tuple[Position, ...] = Field(default=(), description="Positions, in text order")
    events: tuple[EventReport, ...] = Field(default=(), description="Event reports, in text order")
    extractor_version: str = Field(description="Version of the extractors and their data")
    watch_version: str = Field(description="Version of the watch")
