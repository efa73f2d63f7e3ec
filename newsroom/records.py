"""Records of a scenario: articles in their versions, what is true of them, what changes, and which feeds fail when.

Knows nothing of files, HTML or HTTP. A version holds the text as it stands on the page, and the positions and events that this very
text shows: an edit that drops a sentence drops its positions too.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from vocabulary.documents import Record
from vocabulary.words import (
    Attribution,
    Basis,
    ChangeCause,
    ChangeKind,
    ChangeStrength,
    DatePrecision,
    EventStatus,
    EventType,
    Held,
    Stance,
)

Answer = Literal["page", "bot_wall", "consent_wall"]
FaultKind = Literal["unavailable", "error", "silent", "frozen", "moved"]


class TruePosition(Record):
    """What a careful reader marks: an actor stands somewhere on an issue, as one sentence shows."""

    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(default="general", description="Question within the issue")
    stance: Stance = Field(description="Where the actor stands")
    condition: str | None = Field(default=None, description="Words of the text that state the condition")
    held: Held = Field(default=Held.NOW, description="Held now, or reported as held then")
    speaker: str | None = Field(default=None, description="Whoever said it, as the text names them")
    attribution: Attribution = Field(description="How it is known")
    basis: Basis = Field(default=Basis.DATED, description="What it rests on in time")
    said_on: date | None = Field(default=None, description="Day on which it was said where the text gives another than its own")
    optional: bool = Field(default=False, description="Two careful readers may differ: neither a hit nor a miss")
    quote: str = Field(description="The sentence that shows it, verbatim")


class TrueEvent(Record):
    """A happening as one article reports it; `happening` is shared by all reports of the same one."""

    happening: str = Field(description="Id of the happening")
    type: EventType = Field(description="What kind of happening")
    date_iso: str | None = Field(default=None, description="`2025`, `2025-03`, `2025-W10`, `2025-03-27`, a range `A/B`, or None")
    precision: DatePrecision = Field(description="Smallest unit that date_iso gives")
    status: EventStatus = Field(description="Whether it happened, as of this article")
    actors: tuple[str, ...] = Field(min_length=1, description="Ids of those who act in it, past or ahead; the doer first")
    targets: tuple[str, ...] = Field(default=(), description="Ids that it was done to or for")
    place: str | None = Field(default=None, description="Place as written")
    optional: bool = Field(default=False, description="Two careful readers may differ")
    quote: str = Field(description="The sentence that reports it, verbatim")


class Version(Record):
    """The text of an article from one moment on."""

    number: int = Field(ge=1, description="1 for the first")
    seen_from: datetime = Field(description="When this text went up, UTC")
    title: str = Field(description="Headline")
    paragraphs: tuple[str, ...] = Field(min_length=1, description="The text; one that begins with `## ` is a heading")
    note: str = Field(default="", description="Note of correction shown under the text; empty if none")
    positions: tuple[TruePosition, ...] = Field(default=(), description="Positions that this text shows, in text order")
    events: tuple[TrueEvent, ...] = Field(default=(), description="Events that this text reports, in text order")

    @property
    def text(self) -> str:
        """Return headline and paragraphs, parted by empty lines and without the marks of headings."""
        return "\n\n".join((self.title, *(paragraph.removeprefix("## ") for paragraph in self.paragraphs)))


class Article(Record):
    """One article of one outlet."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name, also the end of its address")
    outlet: str = Field(description="Outlet id")
    genre: str = Field(description="wire, report, press_release, explainer, live, analysis, interview, brief ...")
    section: str = Field(description="Part of the site")
    byline: str = Field(default="", description="Who signs it; empty if nobody")
    summary: str = Field(description="Teaser of the feed entry")
    appears_at: datetime = Field(description="When the site begins to show it, UTC")
    dated_at: datetime = Field(description="Date printed on page and feed, UTC; before appears_at for a late article")
    shows_date: bool = Field(default=True, description="False where neither page nor feed gives a date")
    retracted_at: datetime | None = Field(default=None, description="From when the page answers 410; None for never")
    answer: Answer = Field(default="page", description="What the page answers with 200")
    on_topic: bool = Field(description="Whether it is about the watch")
    near_miss: bool = Field(default=False, description="Off topic, in words that could mislead")
    copy_group: str | None = Field(default=None, description="Id of the wire story of which it is a copy, its first print included")
    credited_source: str = Field(default="", description="Outlet whose story it prints or retells; empty if its own")
    versions: tuple[Version, ...] = Field(min_length=1, description="Its texts, oldest first")

    @property
    def is_late(self) -> bool:
        """Tell whether it appears on a later day than the one printed on it."""
        return self.dated_at.date() < self.appears_at.date()

    def version_at(self, moment: datetime) -> Version | None:
        """Return the text that stands at `moment`; None before it appears."""
        return next((version for version in reversed(self.versions) if version.seen_from <= moment), None)

    def is_gone(self, moment: datetime) -> bool:
        """Tell whether it is retracted at `moment`."""
        return self.retracted_at is not None and self.retracted_at <= moment

    def last_touched_at(self, moment: datetime) -> datetime:
        """Return when what a reader meets at `moment` last changed."""
        touched = [version.seen_from for version in self.versions if version.seen_from <= moment]
        if self.retracted_at is not None and self.retracted_at <= moment:
            touched.append(self.retracted_at)
        return max(touched, default=self.appears_at)


class TrueChange(Record):
    """A stance change that holds in the scenario, as the rules of the design count it."""

    day: date = Field(description="Day whose digest may first show it")
    said_on: date = Field(description="Day of the words or the act that made it")
    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(default="general", description="Question within the issue")
    kind: ChangeKind = Field(description="What it did to the stance")
    before: Stance | None = Field(description="Stance before; None where none was known")
    after: Stance | None = Field(description="Stance after; None where all evidence was withdrawn")
    strength: ChangeStrength = Field(description="confirmed, or a signal that may not move a stance")
    cause: ChangeCause = Field(description="Why it stands there")
    articles: tuple[str, ...] = Field(min_length=1, description="Articles that show it, the first one first")
    optional: bool = Field(default=False, description="Two careful readers may differ: neither a hit nor a miss")
    why: str = Field(description="The reasoning, one sentence")


class Fault(Record):
    """What is wrong with the feed of an outlet, and for how long."""

    outlet: str = Field(description="Outlet id")
    kind: FaultKind = Field(description="503 with Retry-After, 500, no answer at all, an old feed for ever, or 301 to another address")
    begins: datetime = Field(description="From when, UTC")
    ends: datetime | None = Field(default=None, description="Until when; None for ever")
    retry_after_s: int = Field(default=0, ge=0, description="Retry-After of `unavailable`")

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether it is in force at `moment`."""
        return self.begins <= moment and (self.ends is None or moment < self.ends)
