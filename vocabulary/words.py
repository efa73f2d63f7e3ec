"""Closed word lists. A word that is stored anywhere comes from here, so that people's SQL can rely on it.

The lists know nothing of any watch: actors and issues are data, not words of this module.
"""

from enum import StrEnum


class Stance(StrEnum):
    """Where an actor stands on an issue, from for to against."""

    SUPPORTS = "supports"
    CONDITIONAL = "conditional"
    UNDECIDED = "undecided"
    SCEPTICAL = "sceptical"
    OPPOSES = "opposes"

    @property
    def score(self) -> int:
        """Return the place on the scale from +2 (supports) to -2 (opposes)."""
        return _SCORES[self]

    @property
    def side(self) -> "Side":
        """Return the side that counts for a change."""
        if self.score > 0:
            return Side.FOR
        return Side.AGAINST if self.score < 0 else Side.BETWEEN


class Side(StrEnum):
    """A stance folded to what a change is about."""

    FOR = "for"
    BETWEEN = "undecided"
    AGAINST = "against"


_SCORES = {Stance.SUPPORTS: 2, Stance.CONDITIONAL: 1, Stance.UNDECIDED: 0, Stance.SCEPTICAL: -1, Stance.OPPOSES: -2}


class Held(StrEnum):
    """Whether a position is reported as held now or as held then."""

    NOW = "now"
    PAST = "past"


class Attribution(StrEnum):
    """How a position is known."""

    OWN_WORDS = "own_words"
    ACT = "act"
    SPOKESPERSON = "spokesperson"
    ANONYMOUS = "anonymous"
    REPORTER = "reporter"
    CLAIM = "claim"


class Basis(StrEnum):
    """What a position rests on in time."""

    DATED = "dated"
    BACKGROUND = "background"
    REPORTED_SHIFT = "reported_shift"


class DateBasis(StrEnum):
    """How a date is known."""

    EXPLICIT = "explicit"
    RELATIVE = "relative"
    DOCUMENT = "document"
    NONE = "none"


class DatePrecision(StrEnum):
    """The smallest unit that the text gives."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    RANGE = "range"
    NONE = "none"


class PublishedBasis(StrEnum):
    """How a document's date is known, best first."""

    MANIFEST = "manifest"
    FEED = "feed"
    PAGE = "page"
    TEXT = "text"
    SEEN = "seen"


class EventType(StrEnum):
    """What kind of happening it is."""

    MEETING = "meeting"
    CALL = "call"
    PLEDGE = "pledge"
    DEPLOYMENT = "deployment"
    AID = "aid"
    AGREEMENT = "agreement"
    SANCTION = "sanction"
    EXERCISE = "exercise"
    ATTACK = "attack"
    VOTE = "vote"
    STATEMENT_EVENT = "statement_event"


PLOVER_CODES: dict[EventType, str | None] = {
    # PLOVER codebook (Open Event Data Alliance), root codes; null where no root code says the same.
    EventType.MEETING: "CONSULT",
    EventType.CALL: "CONSULT",
    EventType.PLEDGE: "COOPERATE",
    EventType.DEPLOYMENT: "MOBILIZE",
    EventType.AID: "AID",
    EventType.AGREEMENT: "AGREE",
    EventType.SANCTION: "SANCTION",
    EventType.EXERCISE: "MOBILIZE",
    EventType.ATTACK: "ASSAULT",
    EventType.VOTE: None,
    EventType.STATEMENT_EVENT: None,
}


class EventStatus(StrEnum):
    """Whether it happened."""

    PAST = "past"
    ONGOING = "ongoing"
    PLANNED = "planned"
    HYPOTHETICAL = "hypothetical"
    CANCELLED = "cancelled"


class DocumentOutcome(StrEnum):
    """The one word with which a document ends in a run."""

    TAGGED = "tagged"
    UNCHANGED = "unchanged"
    OFF_TOPIC = "off_topic"
    OTHER_LANGUAGE = "other_language"
    NO_TEXT = "no_text"
    BLOCKED = "blocked"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    BAD_DATE = "bad_date"
    BAD_ENTRY = "bad_entry"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    GONE = "gone"
    FAILED = "failed"


class PollStatus(StrEnum):
    """The one word with which a poll of a feed ends."""

    OK = "ok"
    RECOVERED = "recovered"
    NOT_MODIFIED = "not_modified"
    EMPTY = "empty"
    NOT_A_FEED = "not_a_feed"
    BLOCKED = "blocked"
    PARSE_ERROR = "parse_error"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    HTTP_ERROR = "http_error"
    GONE = "gone"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"


class FeedPause(StrEnum):
    """Why a feed is asked seldom; it is never given up."""

    GONE = "gone"
    FAILING = "failing"


FAILED_POLLS = frozenset(PollStatus) - {PollStatus.OK, PollStatus.RECOVERED, PollStatus.NOT_MODIFIED, PollStatus.EMPTY}


class ChangeKind(StrEnum):
    """What a change did to a stance."""

    REVERSED = "reversed"
    HARDENED = "hardened"
    SOFTENED = "softened"
    CONDITION_ADDED = "condition_added"
    CONDITION_DROPPED = "condition_dropped"
    CONDITION_CHANGED = "condition_changed"
    CONTESTED = "contested"
    SETTLED = "settled"
    FIRST_SEEN = "first_seen"


class ChangeCause(StrEnum):
    """Why a line stands in a digest. `move` and `late` alone are the actor's doing."""

    MOVE = "move"
    LATE = "late"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    RE_EXTRACTION = "re-extraction"
    WATCH_CHANGE = "watch_change"


class ChangeStrength(StrEnum):
    """Whether the evidence may move a stance."""

    CONFIRMED = "confirmed"
    SIGNAL = "signal"


class Freshness(StrEnum):
    """How old the last evidence is; the limits are settings of the watch."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"


class RunStatus(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    NO_DATA = "no_data"
    FAILED = "failed"
