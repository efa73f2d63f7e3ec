"""Records of what follows from positions: stances by day, changes, and the digest that is issued."""

from datetime import date, datetime

from pydantic import Field

from vocabulary.documents import Record
from vocabulary.words import (
    Attribution,
    Basis,
    ChangeCause,
    ChangeKind,
    ChangeStrength,
    DateBasis,
    EventStatus,
    EventType,
    Freshness,
    PollStatus,
    RunStatus,
    Stance,
)


class Evidence(Record):
    """A position as a digest shows it: the sentence, who said it, and where it stands."""

    position_id: str = Field(description="Position")
    stance: Stance = Field(description="Stance that it shows")
    condition: str | None = Field(default=None, description="Its condition, as written")
    quote: str = Field(description="Verbatim words")
    speaker: str | None = Field(default=None, description="Whoever said it, under the name that the text uses")
    attribution: Attribution = Field(description="How it is known")
    basis: Basis = Field(description="What it rests on in time")
    said_on: date = Field(description="Day on which it was said")
    said_on_basis: DateBasis = Field(description="How that day is known")
    confidence: float = Field(description="Share of such positions that hold")
    document_id: str = Field(description="Document")
    outlet: str = Field(description="Who published it")
    title: str = Field(description="Headline of the document")
    url: str = Field(description="Its address; `seed:<id>` for a seed")
    published_on: date = Field(description="Its day")


class StanceDay(Record):
    """Where one actor stood on one aspect of one issue at the close of one day."""

    day: date = Field(description="Day, in the time zone of the settings")
    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(description="Aspect of the issue")
    stance: Stance = Field(description="Stance at the close of the day")
    score: int = Field(ge=-2, le=2, description="Its place on the scale")
    condition: str | None = Field(default=None, description="Condition in force, as written")
    held_since: date = Field(description="First day of this uninterrupted stance")
    last_said_on: date = Field(description="Newest evidence of any kind that could move it, by that day")
    freshness: Freshness = Field(description="Age of that evidence by the watch's limits")
    contested: bool = Field(default=False, description="For and against are both in force")
    independent_sources: int = Field(ge=0, description="Origins behind it: copies and credits of one agency count once")
    lead: Evidence = Field(description="The newest evidence of the stance")


class StanceChange(Record):
    """One line of a digest: a stance before and after, with the evidence of both."""

    change_id: str = Field(description="Content id of day, actor, issue, aspect, kind, cause, strength and both lead positions")
    day: date = Field(description="Day of the digest that shows it")
    actor: str = Field(description="Actor id")
    issue: str = Field(description="Issue id")
    aspect: str = Field(description="Aspect of the issue")
    kind: ChangeKind = Field(description="What it did to the stance")
    cause: ChangeCause = Field(description="Why the line stands here")
    strength: ChangeStrength = Field(description="confirmed, or a signal that may not move a stance")
    before_stance: Stance | None = Field(default=None, description="Stance before; None at first sight")
    after_stance: Stance | None = Field(description="Stance after; None where all evidence was withdrawn")
    before: Evidence | None = Field(default=None, description="Lead evidence before")
    after: Evidence | None = Field(default=None, description="Lead evidence after")
    moved_on: date = Field(description="Day from which the stance after holds")
    significance: float = Field(ge=0, le=1, description="Rank among the changes of a day: size of the move and weight of the speaker")
    independent_sources: int = Field(ge=0, description="Origins behind the stance after")


class DigestEvent(Record):
    """An event as a digest shows it."""

    event_id: str = Field(description="Event")
    type: EventType = Field(description="What kind of happening")
    status: EventStatus = Field(description="Whether it happened")
    date_iso: str | None = Field(description="ISO day, week, month, year or range; None where unknown")
    starts_on: date | None = Field(default=None, description="First day")
    actors: tuple[str, ...] = Field(description="Ids of those who take part, past or ahead; the doer first")
    targets: tuple[str, ...] = Field(default=(), description="Ids that it was done to or for")
    place: str | None = Field(default=None, description="Place as written")
    quote: str = Field(description="Verbatim words of the fullest report")
    outlet: str = Field(description="Who published it")
    title: str = Field(description="Headline of the document")
    url: str = Field(description="Its address")
    published_on: date = Field(description="Its day")
    reports: int = Field(ge=1, description="Documents that report it")


class FeedCoverage(Record):
    """How a feed stood over the day of a digest."""

    feed_id: str = Field(description="Feed")
    outlet: str = Field(description="Who publishes it")
    status: PollStatus | None = Field(description="Word of its last poll; None where it was never polled")
    last_ok_at: datetime | None = Field(default=None, description="Last poll that gave a feed, UTC")
    detail: str = Field(default="", description="Why it failed")


class Coverage(Record):
    """What was read for a digest and what was not: silence is told apart from stability."""

    documents_read: int = Field(ge=0, description="Documents tagged: those of the days since the digest before, and late ones")
    documents_late: int = Field(
        default=0, ge=0, description="Of these, documents of earlier days that were read only since the digest before"
    )
    documents_total: int = Field(ge=0, description="Documents of the warehouse")
    outcomes: dict[str, int] = Field(default_factory=dict, description="Outcome word to number, of the latest run that read documents")
    not_read: tuple[str, ...] = Field(default=(), description="Items that ended badly: `item: word (why)`")
    feeds: tuple[FeedCoverage, ...] = Field(default=(), description="Feeds of the watch")
    feeds_off: bool = Field(default=False, description="Feeds are switched off and none was polled since the digest before")
    silent_actors: tuple[str, ...] = Field(default=(), description="Actors in focus without any evidence on the day")


class Digest(Record):
    """What is issued for one day. Its JSON is stored and never rewritten."""

    digest_id: str = Field(description="Content id of watch, day and number")
    number: int = Field(ge=1, description="1 for the opening digest of a warehouse")
    opening: bool = Field(description="True for the first digest of a warehouse")
    watch_id: str = Field(description="Watch")
    watch_title: str = Field(description="Its title")
    watch_version: str = Field(description="Its version")
    day: date = Field(description="Day that it covers")
    previous_day: date | None = Field(default=None, description="Day of the digest before; None for the opening one")
    first_day: date | None = Field(default=None, description="For the opening digest: first day with a document")
    issued_at: datetime = Field(description="When it was issued, UTC")
    age_days: int = Field(ge=0, description="Days between the day covered and the day of issue")
    actor_names: dict[str, str] = Field(description="Actor id to name, for every id that occurs")
    issue_titles: dict[str, str] = Field(description="Issue id to title")
    aspect_titles: dict[str, str] = Field(default_factory=dict, description="`issue/aspect` to title")
    changes: tuple[StanceChange, ...] = Field(description="Confirmed changes, most significant first")
    first_seen: tuple[StanceChange, ...] = Field(description="Stances seen for the first time")
    signals: tuple[StanceChange, ...] = Field(description="What may be a change but is not confirmed")
    reaffirmed: tuple[StanceDay, ...] = Field(description="Stances restated on the day")
    stances: tuple[StanceDay, ...] = Field(description="The whole matrix at the close of the day")
    events: tuple[DigestEvent, ...] = Field(description="Events of the day (opening digest: of all days covered)")
    ahead: tuple[DigestEvent, ...] = Field(description="Planned events after the day")
    coverage: Coverage = Field(description="What was read and what was not")
    extractor_version: str = Field(description="Version of the extractors and their data")


class RunRecord(Record):
    """One run of the pipeline or of a step."""

    run_id: str = Field(description="Content id of step, start time and process")
    step: str = Field(description="first_batch, poll, tag, daily_digest or monitor")
    started_at: datetime = Field(description="UTC")
    ended_at: datetime | None = Field(default=None, description="UTC; None while running, or where it was killed")
    status: RunStatus = Field(description="How it ended")
    detail: str = Field(default="", description="Counts in words, or why it failed")
    watch_version: str = Field(description="Version of the watch")
    extractor_version: str = Field(description="Version of the extractors and their data")
