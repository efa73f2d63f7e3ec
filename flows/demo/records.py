"""What a demonstration tells: a record for each morning and one at the end, fit for JSON. Pure.

What feeds did is read off their polls alone; the script's own faults are not looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from flows.demo.truth import Comparison
from flows.reports import DigestState, StepReport
from vocabulary.documents import FeedPoll, Record
from vocabulary.stance import Digest, FeedCoverage, StanceChange
from vocabulary.words import FAILED_POLLS, DocumentOutcome, PollStatus

_SILENT_AFTER = timedelta(days=30)


class MorningReport(Record):
    """What one morning of the replay shows."""

    kind: Literal["morning"] = Field(default="morning", description="Kind of the line")
    day: date = Field(description="Day that the digest is for")
    issued_at: datetime = Field(description="Moment of the script's clock, UTC")
    skipped: int = Field(description="Days left out before `day`: the script does nothing on them")
    state: DigestState = Field(description="issued, or no_data: nothing was read for the day")
    number: int | None = Field(default=None, description="Number of the digest; None without one")
    path: str = Field(default="", description="Its Markdown file")
    entries: dict[DocumentOutcome, int] = Field(description="How entries and documents ended since the morning before: word to number")
    polls: dict[PollStatus, int] = Field(description="How polls of feeds ended since then: word to number")
    documents_read: int = Field(default=0, description="Documents of the days covered, and late ones")
    documents_late: int = Field(default=0, description="The late ones among them")
    feeds: int = Field(default=0, description="Feeds that are polled")
    feeds_down: tuple[FeedCoverage, ...] = Field(default=(), description="Feeds whose last poll failed")
    confirmed: int = Field(default=0, description="Confirmed changes")
    first_seen: int = Field(default=0, description="Stances seen for the first time")
    signals: int = Field(default=0, description="Signals")
    reaffirmed: int = Field(default=0, description="Stances said again")
    stances: int = Field(default=0, description="Stances at the close of the day")
    changes: tuple[StanceChange, ...] = Field(default=(), description="The confirmed changes, with the evidence before and after")


class Outage(Record):
    """A feed that failed at one or more polls running."""

    begins: datetime = Field(description="First failed poll, UTC")
    ends: datetime | None = Field(description="First poll after it that gave a feed; None where none did")
    words: dict[PollStatus, int] = Field(description="How its polls ended: word to number")


class FeedStory(Record):
    """What became of one feed over the whole replay."""

    feed_id: str = Field(description="Feed")
    outlet: str = Field(description="Who publishes it")
    polls: int = Field(description="Times that it was asked")
    outages: tuple[Outage, ...] = Field(default=(), description="When it failed")
    moved_to: str = Field(default="", description="Address to which it moved for good; empty if it did not")
    silent_since: date | None = Field(default=None, description="Day of its last new entry, where that is a month or more before the end")


class ScriptFacts(Record):
    """What the script holds up to the last moment of the replay."""

    articles: int = Field(description="Articles published")
    on_topic: int = Field(description="Those of them that are about the watch")
    edits: int = Field(description="Later texts of an article")
    withdrawn: int = Field(description="Articles taken back")
    copies: int = Field(description="Articles that are a copy of one wire story, its first print included")
    stories: int = Field(description="Stories of which there are such copies")


class Summary(Record):
    """What the whole replay came to."""

    kind: Literal["summary"] = Field(default="summary", description="Kind of the line")
    mornings: int = Field(description="Mornings replayed")
    first_day: date = Field(description="First day of the replay")
    last_day: date = Field(description="Day of its last digest")
    seconds: float = Field(description="Wall time")
    requests: int = Field(description="Requests that the newsroom's server saw")
    script: ScriptFacts = Field(description="What the script holds")
    documents: int = Field(description="Articles stored")
    versions: int = Field(description="Texts of articles stored")
    positions: int = Field(description="Positions in force")
    events: int = Field(description="Events in force")
    entries: dict[DocumentOutcome, int] = Field(description="How entries and documents ended: word to number")
    stories: int = Field(description="Wire stories of which copies were found (documents that share a wire_id)")
    copies: int = Field(description="Documents in them")
    feeds: tuple[FeedStory, ...] = Field(description="What became of each feed")
    confirmed: int = Field(description="Confirmed changes shown")
    first_seen: int = Field(description="Stances seen for the first time")
    signals: int = Field(description="Signals shown")
    truth: Comparison = Field(description="The same beside the script's truth")
    fullest_day: date | None = Field(default=None, description="Day of the digest with the most confirmed changes, or first sights")
    position_id: str = Field(default="", description="A position behind a line of that digest; empty where it has none")
    home: str = Field(default="", description="Folder that stays; empty where it was removed")


def make_morning(
    digest: Digest | None, *, day: date, issued_at: datetime, skipped: int, steps: Iterable[StepReport], state: DigestState, path: str
) -> MorningReport:
    """Return what a morning shows: its digest, where there is one, and what became of entries and polls before it."""
    entries, polls = count_entries(given := list(steps)), Counter[PollStatus]()
    for step in given:
        polls.update(step.polls)
    facts = {"day": day, "issued_at": issued_at, "skipped": skipped, "state": state, "entries": entries, "polls": dict(polls)}
    if digest is None:
        return MorningReport.model_validate(facts)
    coverage = digest.coverage
    shown = {
        "number": digest.number,
        "path": path,
        "documents_read": coverage.documents_total if digest.opening else coverage.documents_read,
        "documents_late": coverage.documents_late,
        "feeds": len(coverage.feeds),
        "feeds_down": tuple(feed for feed in coverage.feeds if feed.status is None or feed.status in FAILED_POLLS),
        "confirmed": len(digest.changes),
        "first_seen": len(digest.first_seen),
        "signals": len(digest.signals),
        "reaffirmed": len(digest.reaffirmed),
        "stances": len(digest.stances),
        "changes": digest.changes,
    }
    return MorningReport.model_validate(facts | shown)


def count_entries(steps: Iterable[StepReport]) -> dict[DocumentOutcome, int]:
    """Return how the items of these steps ended, the most frequent word first."""
    counted: Counter[DocumentOutcome] = Counter()
    for step in steps:
        counted.update(step.outcomes)
    return dict(counted.most_common())


def tell_feeds(polls: Sequence[FeedPoll], outlets: dict[str, str]) -> tuple[FeedStory, ...]:
    """Return what became of each feed, from all of its polls in the order of time; `outlets` maps feed ids to names."""
    of_feed: defaultdict[str, list[FeedPoll]] = defaultdict(list)
    for poll in polls:
        of_feed[poll.feed_id].append(poll)
    end = max((poll.polled_at for poll in polls), default=None)
    return tuple(_tell_feed(feed_id, outlet, of_feed[feed_id], end) for feed_id, outlet in outlets.items())


def _tell_feed(feed_id: str, outlet: str, polls: Sequence[FeedPoll], end: datetime | None) -> FeedStory:
    fresh = [poll.polled_at for poll in polls if poll.new_items]
    is_silent = end is not None and fresh and end - fresh[-1] >= _SILENT_AFTER
    return FeedStory(
        feed_id=feed_id,
        outlet=outlet,
        polls=len(polls),
        outages=tuple(_outages(polls)),
        moved_to=polls[-1].address if polls else "",
        silent_since=fresh[-1].date() if is_silent else None,
    )


def _outages(polls: Sequence[FeedPoll]) -> list[Outage]:
    outages: list[Outage] = []
    failed: list[FeedPoll] = []
    for poll in polls:
        if poll.status in FAILED_POLLS:
            failed.append(poll)
        elif failed:
            outages.append(_outage(failed, poll.polled_at))
            failed = []
    return [*outages, _outage(failed, None)] if failed else outages


def _outage(failed: Sequence[FeedPoll], ends: datetime | None) -> Outage:
    return Outage(begins=failed[0].polled_at, ends=ends, words=dict(Counter(poll.status for poll in failed)))
